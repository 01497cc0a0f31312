"""Reading a webhook's answer.

Source: https://www.twilio.com/docs/messaging/twiml and
https://www.twilio.com/docs/api/errors (12100, 12200, 12300, 11200).
"""

from xml.etree import ElementTree

XML_TYPES = frozenset({"text/xml", "application/xml"})


class TwimlError(Exception):
    """An answer Twilio could not use; ``code`` is the number in its debugger."""

    def __init__(self, code, text):
        self.code = code
        super().__init__(text)


def parse(content_type, body):
    """Return the replies a TwiML answer asks for.

    :param content_type: the header's value.
    :param body: the answer's text.
    :returns: a list of dicts with ``body``, ``media`` (addresses), ``to``, ``from`` and
        ``callback`` (``None`` where not given).
    :raises TwimlError: when Twilio would log an error instead.
    """
    mime = content_type.split(";", 1)[0].strip().lower()
    if mime not in XML_TYPES:
        raise TwimlError(
            12300, f"The webhook answered with Content-Type {content_type or '(none)'}, not XML"
        )
    if "<!DOCTYPE" in body:
        raise TwimlError(12100, "The webhook's answer has a document type, which is not TwiML")
    try:
        root = ElementTree.fromstring(body.strip().encode())
    except (ElementTree.ParseError, ValueError) as error:
        raise TwimlError(12100, f"The webhook's answer is not XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12200, f"The webhook's answer starts with <{root.tag}>, not <Response>")
    replies = []
    for verb in root:
        if verb.tag not in ("Message", "Sms"):
            if verb.tag != "Redirect":
                raise TwimlError(12200, f"<{verb.tag}> is not a verb for messages")
            continue
        text = verb.findtext("Body")
        if text is None:
            text = "".join(verb.itertext()) if not len(verb) else (verb.text or "").strip()
        replies.append(
            {
                "body": text,
                "media": [(media.text or "").strip() for media in verb.findall("Media")],
                "to": verb.get("to"),
                "from": verb.get("from"),
                "callback": verb.get("statusCallback") or verb.get("action"),
            }
        )
    return replies
