"""Which of our texts Twilio has, judged from its message list.

Twilio has no idempotency key and its list knows nothing of our ids: a text is found again by
sender, body and the time in which it was handed over, and never twice.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

# Our clock and Twilio's may differ by so much; Twilio keeps whole seconds.
CLOCKS_DIFFER = timedelta(minutes=2)

# A claimed text is handed over within so long, or not at all until it is claimed anew.
HANDED_OVER_WITHIN = timedelta(minutes=4)

FOUND, ABSENT, UNCLEAR = "found", "absent", "unclear"


@dataclass(frozen=True)
class Unconfirmed:
    """A text that may have been handed to Twilio.

    :param int key: names it in the answer
    :param sender: our number, E.164, falsy when Twilio chose it
    :param str body: the whole text
    :param datetime first: when it may have been handed over at the earliest, naive UTC
    :param datetime last: and at the latest
    """

    key: int
    sender: str | None
    body: str
    first: datetime
    last: datetime

    def could_be(self, report):
        """Tell whether a text in Twilio's list may be this one, whatever it says.

        :param report: :class:`~..gateway.lookup.Report`
        """
        return (
            report.direction == "outbound-api"
            and (not self.sender or report.sender == self.sender)
            and self.first - CLOCKS_DIFFER <= report.created <= self.last + CLOCKS_DIFFER
        )


def reconcile(texts, reports):
    """Find texts of one conversation in Twilio's list.

    A text is absent only if nothing in the list could be it, not even with other words:
    a Messaging Service's Smart Encoding changes characters, other programs text by the same
    account. What cannot be told is for a person to decide.

    :param texts: list of :class:`Unconfirmed`
    :param reports: list of :class:`~..gateway.lookup.Report` without those known as other texts
    :returns: dict from key to ``(FOUND, report)``, ``(ABSENT, None)`` or ``(UNCLEAR, None)``
    """
    found, left = {}, sorted(reports, key=lambda report: report.created)
    for same in (_exactly, _roughly):
        for report in list(left):
            candidates = [
                text
                for text in texts
                if text.key not in found
                and text.could_be(report)
                and same(text.body, report.body or "")
            ]
            if candidates:
                # The one that has the least time left: then the most of them find theirs.
                text = min(candidates, key=lambda text: (text.last, text.first, text.key))
                found[text.key] = report
                left.remove(report)
    return {
        text.key: (FOUND, found[text.key])
        if text.key in found
        else (UNCLEAR if any(map(text.could_be, left)) else ABSENT, None)
        for text in texts
    }


def _exactly(ours, theirs):
    return ours.strip() == theirs.strip()


def _roughly(ours, theirs):
    """Whether two texts have the same letters and digits: Smart Encoding changes the rest.

    https://www.twilio.com/docs/messaging/services#smart-encoding
    """
    ours, theirs = _letters(ours), _letters(theirs)
    return bool(ours) and ours == theirs


def _letters(text):
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in text if char.isalnum())
