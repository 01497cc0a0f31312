"""What a thread's ledger amounts to: the fold of its consent events.

The state is a fold of *all* events, not the last one. A keyword opt-out (or one that the
provider reports) locks the thread: a later Yes by form, link, import or by hand is recorded
but lifts nothing, only START, YES or UNSTOP from that handset does.

Source of the lock: https://help.twilio.com/articles/223134027 (Twilio support for opt-out
keywords), and the TCPA's revocation rule, 47 CFR 64.1200(a)(10).
"""

from dataclasses import dataclass, replace

EVENTS = ("granted", "declined", "withdrawn", "review", "review_cleared", "erased")
METHODS = (
    "job_form",
    "manual",
    "keyword",
    "reply",
    "job_board",
    "import",
    "link",
    "text_to_apply",
    "provider",
)
STATES = ("none", "granted", "declined", "withdrawn", "review")

# Methods by which the candidate's own handset, or Twilio on its behalf, speaks.
_HANDSET_METHODS = frozenset({"keyword", "provider"})
# Methods a colleague or another system may claim (public API); everything else is evidence
# that only server code can produce.
PUBLIC_METHODS = frozenset({"manual", "job_board", "import"})


@dataclass(frozen=True)
class Consent:
    """The consent of one company and number at one moment.

    :param str state: one of ``STATES``
    :param bool locked: withdrawn by keyword or provider; only the handset can lift it
    :param scope: what the last effective grant covers (``jobs``, ``this_job``, ``reminders``)
    :param before_review: the state that comes back when a review is cleared
    :param sequence: sequence of the event that made the state what it is, 0 for none
    :param since: when the candidate said so, UTC, ``None`` when unknown
    """

    state: str = "none"
    locked: bool = False
    scope: str | None = None
    before_review: str | None = None
    sequence: int = 0
    since: object = None


def fold(events):
    """Fold consent events into the state they amount to.

    :param events: iterable of ``(sequence, event, method, scope, given_date)``, in the order in
        which they were recorded; ``given_date`` is when it was said, and may be ``None``
    :returns: :class:`Consent`
    :raises ValueError: for an event this version does not know (fail closed)
    """
    consent = Consent()
    for sequence, event, method, scope, given_date in events:
        consent = _apply(consent, sequence, event, method, scope, given_date)
    return consent


def _apply(consent, sequence, event, method, scope, given_date):
    if event == "granted":
        if consent.locked and method not in _HANDSET_METHODS:
            return consent
        if consent.state in ("withdrawn", "declined") and _before(given_date, consent.since):
            # Said before the No, only recorded after it.
            return consent
        return Consent("granted", False, scope or "jobs", None, sequence, given_date)
    if event == "withdrawn":
        locked = consent.locked or method in _HANDSET_METHODS
        return Consent("withdrawn", locked, consent.scope, None, sequence, given_date)
    if event == "declined":
        # "No" on a form never loosens a withdrawal, which refuses more.
        if consent.state == "withdrawn" or consent.before_review == "withdrawn":
            return consent
        if consent.state == "granted" and _before(given_date, consent.since):
            return consent
        return Consent("declined", consent.locked, consent.scope, None, sequence, given_date)
    if event == "review":
        if consent.state in ("withdrawn", "review"):
            return consent
        return replace(
            consent,
            state="review",
            before_review=consent.state,
            sequence=sequence,
            since=given_date,
        )
    if event == "review_cleared":
        if consent.state != "review":
            return consent
        return replace(consent, state=consent.before_review, before_review=None, sequence=sequence)
    if event == "erased":
        return consent
    raise ValueError(f"unknown consent event {event!r}")


def _before(date, other):
    return bool(date and other and date < other)
