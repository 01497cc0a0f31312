"""What a thread's ledger amounts to: the fold of its consent events.

The state is a fold of *all* events, not the last one. A keyword opt-out (or one that the
provider reports) locks the thread: a later Yes by form, link, import or by hand is recorded
but lifts nothing, only START, YES or UNSTOP from that handset does.

Source of the lock: https://help.twilio.com/articles/223134027 (Twilio support for opt-out
keywords), and the TCPA's revocation rule, 47 CFR 64.1200(a)(10).
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

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
# From the most a Yes can cover to the least.
SCOPES = ("jobs", "this_job", "reminders")
# Source of a withdrawal that takes back consent entered by mistake: the candidate said nothing.
MISTAKE = "mistake"
STATES = ("none", "granted", "declined", "withdrawn", "review")

# Methods by which the candidate's own handset, or Twilio on its behalf, speaks.
HANDSET_METHODS = frozenset({"keyword", "provider"})
# Methods a colleague or another system may claim (public API); everything else is evidence
# that only server code can produce.
PUBLIC_METHODS = frozenset({"manual", "job_board", "import"})


class Event(NamedTuple):
    """What the fold needs of a consent event.

    :param int sequence: its place in the thread's ledger
    :param str event: one of ``EVENTS``
    :param str method: one of ``METHODS``
    :param scope: what a Yes covers, ``None`` for everything
    :param given_date: when it was said, UTC, ``None`` when unknown
    :param int applicant: id of the application it was said for, 0 for none
    :param int job: id of that application's job then, 0 for none
    """

    sequence: int
    event: str
    method: str
    scope: str | None = None
    given_date: object = None
    applicant: int = 0
    job: int = 0


class Grant(NamedTuple):
    """A Yes that holds.

    :param str scope: ``jobs``, ``this_job`` or ``reminders``
    :param int job: id of the job it was given for, 0 for none
    :param int applicant: id of the application of the person who gave it; 0 when the handset
        itself did, which speaks for everybody who shares it
    """

    scope: str
    job: int
    applicant: int


@dataclass(frozen=True)
class Consent:
    """The consent of one company and number at one moment.

    :param str state: one of ``STATES``
    :param bool locked: withdrawn by keyword or provider; only the handset can lift it
    :param scope: the most that any Yes that holds covers (``jobs``, ``this_job``, ``reminders``)
    :param grants: every :class:`Grant` that holds, oldest first: a second Yes adds to the first
    :param before_review: the state that comes back when a review is cleared
    :param sequence: sequence of the event that made the state what it is, 0 for none
    :param since: when the candidate said so, UTC, ``None`` when unknown
    """

    state: str = "none"
    locked: bool = False
    scope: str | None = None
    grants: tuple = ()
    before_review: str | None = None
    sequence: int = 0
    since: object = None


def fold(events):
    """Fold consent events into the state they amount to.

    :param events: iterable of :class:`Event` or of tuples like it, in the order in which they
        were recorded
    :returns: :class:`Consent`
    :raises ValueError: for an event this version does not know (fail closed)
    """
    consent = Consent()
    for event in events:
        consent = _apply(consent, Event(*event))
    return consent


def _apply(consent, event):
    match event.event:
        case "granted":
            return _grant(consent, event)
        case "withdrawn":
            locked = consent.locked or event.method in HANDSET_METHODS
            return _close(consent, event, "withdrawn", locked)
        case "declined":
            # "No" on a form never loosens a withdrawal, which refuses more.
            if consent.state == "withdrawn" or consent.before_review == "withdrawn":
                return consent
            if consent.state == "granted" and _before(event.given_date, consent.since):
                return consent
            return _close(consent, event, "declined", consent.locked)
        case "review":
            if consent.state in ("withdrawn", "review"):
                return consent
            return replace(
                consent,
                state="review",
                before_review=consent.state,
                sequence=event.sequence,
                since=event.given_date,
            )
        case "review_cleared":
            if consent.state != "review":
                return consent
            return replace(
                consent, state=consent.before_review, before_review=None, sequence=event.sequence
            )
        case "erased":
            # Whoever asks to be forgotten is not texted again, unless they come anew.
            return _close(consent, event, "withdrawn", consent.locked)
    raise ValueError(f"unknown consent event {event.event!r}")


def _grant(consent, event):
    if consent.locked and event.method not in HANDSET_METHODS:
        return consent
    if consent.state in ("withdrawn", "declined", "review") and _before(
        event.given_date, consent.since
    ):
        # Said before the No, only recorded after it.
        return consent
    applicant = 0 if event.method in HANDSET_METHODS else event.applicant
    grant = Grant(event.scope or "jobs", event.job, applicant)
    earlier = consent.grants if consent.state == "granted" else ()
    grants = (*(other for other in earlier if other != grant), grant)
    scope = min((grant.scope for grant in grants), key=SCOPES.index)
    return Consent("granted", False, scope, grants, None, event.sequence, event.given_date)


def _close(consent, event, state, locked):
    return Consent(state, locked, consent.scope, (), None, event.sequence, event.given_date)


def _before(date, other):
    return bool(date and other and date < other)
