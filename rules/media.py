"""Pictures and files that candidates send: what is kept, and as what.

Types: https://www.twilio.com/docs/messaging/guides/accepted-mime-types
"""

# Twilio takes 5 MB for all of a text: https://www.twilio.com/docs/messaging/guides/media-types
MAX_BYTES = 5 * 1024 * 1024
MAX_FILES = 10

# Shown in the conversation; told by their first bytes, whatever the sender says they are.
_PICTURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
PICTURE_TYPES = frozenset({kind for _bytes, kind in _PICTURES} | {"image/webp"})

# type -> ending. Kept to be downloaded; nothing among them runs in a browser.
_FILES = {
    "application/pdf": "pdf",
    "application/vcard": "vcf",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/plain": "txt",
    "text/rtf": "rtf",
    "image/bmp": "bmp",
    "image/heic": "heic",
    "image/tiff": "tiff",
    "audio/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/amr-nb": "amr",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "video/3gpp": "3gp",
    "video/3gpp-tt": "3gp",
    "video/mp4": "mp4",
    "video/mpeg": "mpg",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
_ENDINGS = {
    **_FILES,
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
}


def kind_of(content, declared):
    """Return as what a file is kept.

    :param bytes content: of the file
    :param declared: the type it came with
    :returns: MIME type; ``None`` for one that is not kept
    """
    for start, kind in _PICTURES:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    declared = (declared or "").partition(";")[0].strip().casefold()
    # What only says that it is a picture is none.
    return declared if declared in _FILES else None


def file_name(position, kind):
    """Return a name for a file: Twilio tells none.

    :param int position: in the text, from 0
    :param str kind: MIME type, as of :func:`kind_of`
    """
    return f"sms-{position + 1}.{_ENDINGS[kind]}"
