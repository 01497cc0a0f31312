"""What the headers of an e-mail tell: whether a person wrote it, and in which language they read.

Sources: RFC 3834 (recommendations for automatic responses), RFC 2919 and 2369 (mailing lists),
RFC 3282 (Content-Language, Accept-Language), Microsoft's X-Auto-Response-Suppress.
"""

import re
from email.utils import parseaddr

_LIST_HEADERS = ("List-Id", "List-Post", "List-Unsubscribe", "List-Help")
_ROBOT_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Reply-From", "X-Loop")
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_NOBODY = re.compile(
    r"(?:mailer[-_.]?daemon|postmaster|bounces?|(?:no|do[-_.]?not)[-_.]?reply)[-_.+@]",
    re.IGNORECASE,
)
# Top-level domains that are of one language, of those that we write in.
_DOMAINS = {"de": "de", "at": "de", "fr": "fr", "es": "es", "nl": "nl"}


def is_from_a_person(message):
    """Tell whether an e-mail may be answered by itself, because a person wrote it to us alone.

    :param message: ``email.message.Message``
    :returns: bool; False for bounces, automatic answers, mailing lists and bulk mail
    """
    automatic = _first_word(message["Auto-Submitted"])
    if automatic not in ("", "no") or _first_word(message["Precedence"]) in _BULK:
        return False
    if any(message[name] for name in (*_LIST_HEADERS, *_ROBOT_HEADERS)):
        return False
    if {"all", "autoreply", "oof"} & set(_words(message["X-Auto-Response-Suppress"])):
        return False
    if message["Return-Path"] is not None and not parseaddr(str(message["Return-Path"]))[1]:
        return False  # <>: nobody is to be told anything
    if message.get_content_type() == "multipart/report":
        return False
    sender = parseaddr(str(message["From"] or ""))[1]
    return bool(sender) and not _NOBODY.match(sender)


def language_of(message, installed):
    """Return the language to answer an e-mail in.

    What its sender's program says; else their address, where its country speaks but one of ours.

    :param message: ``email.message.Message``
    :param installed: codes of the languages there are, such as ``de_DE``
    :returns: one of them, ``None`` when nothing tells
    """
    for wanted in (*_tags(message["Content-Language"]), *_tags(message["Accept-Language"])):
        if found := _installed(wanted, installed):
            return found
    sender = parseaddr(str(message["From"] or ""))[1]
    language = _DOMAINS.get(sender.rpartition(".")[2].casefold())
    return _installed(language, installed) if language else None


def _installed(wanted, installed):
    """Return the language for a tag such as ``de-AT`` or ``de``, ``None`` when there is none."""
    code = wanted.replace("-", "_").casefold()
    matches = [one for one in installed if one.casefold() == code]
    matches += [one for one in installed if one.partition("_")[0] == code.partition("_")[0]]
    return matches[0] if matches else None


def _tags(header):
    return [word for word in _words(header) if re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]+)*", word)]


def _words(header):
    return [
        word.partition(";")[0].strip().casefold() for word in str(header or "").split(",") if word
    ]


def _first_word(header):
    return re.split(r"[\s;,]", str(header or "").strip().casefold(), maxsplit=1)[0]
