"""How many segments a text is split into.

Source: https://www.twilio.com/docs/glossary/what-sms-character-limit and the npm package
``sms-segments-calculator``. GSM-7: 160 septets alone, 153 each when split; UCS-2: 70 and 67
UTF-16 units. A character is never cut in two.
"""

import re

_GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = "\f^{}\\[~]|€"
_is_basic = re.compile("[" + re.escape(_GSM_BASIC) + "]*").fullmatch
_is_gsm = re.compile("[" + re.escape(_GSM_BASIC + _GSM_EXTENDED) + "]*").fullmatch
_EXTENDED = frozenset(_GSM_EXTENDED)


def is_gsm7(text):
    """Tell whether ``text`` fits the GSM 03.38 alphabet (so Twilio sends it as GSM-7)."""
    return _is_gsm(text) is not None


def count_segments(text):
    """Return the number of segments ``text`` needs; an empty text needs one."""
    if _is_basic(text):
        length = len(text)
        return 1 if length <= 160 else -(-length // 153)
    if _is_gsm(text):
        return _split([2 if char in _EXTENDED else 1 for char in text], 160, 153)
    return _split([2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67)


def _split(widths, single, part):
    if sum(widths) <= single:
        return 1
    segments, used = 1, 0
    for width in widths:
        if used + width > part:
            segments += 1
            used = 0
        used += width
    return segments
