"""How many segments a text costs, counted as Twilio counts it.

A text made only of GSM 03.38 characters travels as GSM-7: 160 units alone, 153 per segment when it
is cut (six of 140 octets go to the header that joins the parts). One character outside that alphabet
turns the whole text into UCS-2: 70 units alone, 67 per segment.

The extension characters ``[ ] { } ^ ~ | \\ €`` and form feed take two units in GSM-7 and stay GSM-7.
The alphabet holds Ç but not ç, é but not ê, and no backtick, tab or typographic apostrophe.

What reads as one character (an extension pair, a surrogate pair, a letter with its accents, an emoji
with its modifiers, a flag) is never cut in two: it moves to the next segment, which can cost one more.

Sources: https://www.twilio.com/docs/glossary/what-sms-character-limit,
https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding and Twilio's own calculator,
https://github.com/TwilioDevEd/message-segment-calculator.

``static/src/core/segments.js`` counts the same way in the browser; ``tests/segment_vectors.json``
holds both to it.
"""

import unicodedata
from typing import NamedTuple

GSM_7 = "GSM-7"
UCS_2 = "UCS-2"

#: GSM 03.38 basic character set (one unit each), without the escape character.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: GSM 03.38 extension table: an escape and a character, two units.
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
GSM_ALL = GSM_BASIC | GSM_EXTENDED

#: encoding: (units of a text that fits into one segment, units per segment of a longer one)
SIZES = {GSM_7: (160, 153), UCS_2: (70, 67)}

_JOINER = "\u200d"
_NON_JOINER = "\u200c"


class Segments(NamedTuple):
    """What a text costs. ``units`` is what the length limits are compared with."""

    encoding: str
    segments: int
    units: int
    units_left_in_segment: int


def is_blank(text: str | None) -> bool:
    """Tell whether there is nothing to read in ``text``."""
    return not any(char.isprintable() and not char.isspace() for char in text or "")


def count(text: str | None) -> Segments:
    """Count ``text``; an empty one costs nothing."""
    text = text or ""
    characters = set(text)
    if characters <= GSM_ALL:
        encoding = GSM_7
        if characters.isdisjoint(GSM_EXTENDED):
            return _evenly(encoding, len(text))
        sizes = [2 if char in GSM_EXTENDED else 1 for char in text]
    else:
        encoding = UCS_2
        sizes = _cluster_sizes(text)
    units = sum(sizes)
    alone, joined = SIZES[encoding]
    if units <= alone:
        return Segments(encoding, 1 if units else 0, units, alone - units)
    segments, left = 0, 0
    for size in sizes:
        if size > left:
            segments += 1
            left = joined
        left -= size
        while left < 0:  # a heap of accents longer than a segment
            segments += 1
            left += joined
    return Segments(encoding, segments, units, left)


def _evenly(encoding: str, units: int) -> Segments:
    """Shortcut for texts in which every character takes one unit."""
    alone, joined = SIZES[encoding]
    if units <= alone:
        return Segments(encoding, 1 if units else 0, units, alone - units)
    segments = -(-units // joined)
    return Segments(encoding, segments, units, segments * joined - units)


def _cluster_sizes(text: str) -> list[int]:
    """UTF-16 units of each run of code points that reads as one character.

    A short form of Unicode's grapheme rules (UAX 29) that needs no table: marks, modifiers and
    joiners stay with what precedes them, what follows a joiner stays with it, and regional
    indicators pair up into flags.
    """
    sizes: list[int] = []
    previous = ""
    flag_open = False
    for char in text:
        size = 2 if char > "\uffff" else 1
        is_indicator = "\U0001f1e6" <= char <= "\U0001f1ff"
        joins = bool(sizes) and (
            _extends(char)
            or (previous == _JOINER and _joinable(char))
            or (is_indicator and flag_open)
        )
        if joins and previous not in "\r\n":
            sizes[-1] += size
        else:
            sizes.append(size)
        flag_open = is_indicator and not flag_open
        previous = char
    return sizes


def _extends(char: str) -> bool:
    return (
        char in (_JOINER, _NON_JOINER)
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or unicodedata.category(char) in ("Mn", "Mc", "Me")
    )


def _joinable(char: str) -> bool:
    """Only pictures are joined by a zero width joiner; a letter after it starts anew."""
    return unicodedata.category(char) == "So"
