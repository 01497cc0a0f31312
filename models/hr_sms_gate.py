from dataclasses import dataclass
from datetime import datetime

from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..gateway.webhook import ACCOUNT_SID, NEUTRALIZED_TOKEN
from ..rules import segments

_lt = LazyTranslate(__name__)

# Units of the text's encoding (GSM-7 characters or UTF-16 code units), not characters.
BODY_LIMIT = 1400

REASONS = {
    "number_missing": _lt("There is no phone number yet. Enter one to text this applicant."),
    "number_invalid": _lt(
        "The phone number cannot be used. Correct it, with its country code, to text this "
        "applicant."
    ),
    "number_waiting": _lt(
        "The candidate answered the texting question, but the phone number cannot be used. "
        "Correct it: the answer counts as soon as the same digits make a number."
    ),
    "consent_none": _lt(
        "There is no consent to texting yet. Add it if the candidate agreed, for example by "
        "phone or e-mail."
    ),
    "consent_declined": _lt(
        "The candidate answered No to texting. Add consent if they changed their mind since."
    ),
    "consent_withdrawn": _lt(
        "Consent was withdrawn. Add it again only if the candidate agreed anew."
    ),
    "consent_locked": _lt(
        "The candidate opted out by text. Only START, YES or UNSTOP from their phone lifts it."
    ),
    "consent_review": _lt(
        "The candidate seems to want no more texts. Decide about that first: sending is paused."
    ),
    "consent_scope": _lt(
        "The candidate agreed to texts about another job only. Add consent if they agreed to "
        "texts about this one too."
    ),
    "consent_reminders": _lt(
        "The candidate agreed to reminders only (interviews, time cards, payments). Say that "
        "this text is one, or add consent if they agreed to other texts too."
    ),
    "consent_other_person": _lt(
        "Somebody else who shares this number agreed to texts. Add consent if this applicant "
        "agreed too."
    ),
    "blacklisted": _lt(
        "This number is on the phone blacklist: marketing or a colleague put it there. Ask an "
        "administrator to take it off if the candidate wants texts."
    ),
    "erased": _lt("The candidate's texts and personal data were erased before it was sent."),
    "duplicate": _lt("Not sent twice: this number got the text for another application."),
    "template_failed": _lt(
        "The template %(detail)s cannot be filled in for this applicant. Correct the template, or "
        "enter what is missing in the application, and write the text by hand."
    ),
    "body_empty": _lt("The text is empty. Write something first."),
    "body_too_long": _lt(
        "The text is longer than 1,400 characters, with the opt-out line if there is one. Shorten it."
    ),
    "account_missing": _lt(
        "Texting is not connected to Twilio yet. Ask an administrator to enter the Twilio "
        "account in the settings."
    ),
    "sender_missing": _lt(
        "The company has no Twilio number to send from. Ask an administrator to add one in the "
        "settings."
    ),
}


# What the rules ask of a thread.
THREAD_FIELDS = (
    "company_id",
    "number",
    "consent_state",
    "consent_locked",
    "consent_grants",
    "consent_sequence",
)

# Why a text that may go has to wait.
WAITS = {}


@dataclass(frozen=True)
class GateRequest:
    """A text that asks to be let through.

    :param company: ``res.company`` record, empty when there is none
    :param thread: ``hr.sms.thread`` record, empty while the number has none
    :param number: E.164, falsy when there is none
    :param body: the text after rendering, ``None`` to ask about the thread alone
    :param str kind: a keyword confirmation passes the consent rules: the law asks for it
    :param str purpose: ``reminder`` for interviews, time cards and payments, else ``job``
    :param applicant: ``hr.applicant`` record the text is for, empty for a bare number
    :param bool number_typed: something was entered, even if it is no usable number
    :param bool answer_waiting: the candidate answered the form with that unusable number
    :param obstacle: why it cannot go whatever the rules say, a key of ``REASONS``, ``None`` for
        nothing
    :param campaign: ``hr.sms.campaign`` record it belongs to, empty or ``None`` for none
    :param event: ``calendar.event`` record of the interview it reminds of, ``None`` for none
    :param event_start: UTC datetime, when that was to begin as it was written, ``None`` for none
    :param str stage: ``now``, ``later`` when it is scheduled, ``queue`` when it is claimed there:
        the allowance is spent then
    """

    company: object
    thread: object
    number: str | None
    body: str | None = None
    kind: str = "direct"
    purpose: str = "job"
    applicant: object = None
    number_typed: bool = False
    answer_waiting: bool = False
    obstacle: str | None = None
    campaign: object = None
    event: object = None
    event_start: datetime | None = None
    stage: str = "now"


@dataclass(frozen=True)
class Verdict:
    """The gate's answer.

    :param code: why the text is refused, a key of ``REASONS``; ``None`` when it may go
    :param wait_code: why it may go only later, a key of ``WAITS``, ``None`` for now
    :param until: from when on it may go, UTC, ``None`` when that is not known
    """

    code: str | None = None
    wait_code: str | None = None
    until: datetime | None = None


PASS = Verdict()


class HrSmsGate(models.AbstractModel):
    """May this text go? One function, one list of reasons, for every door.

    Rules work on lists, so that a campaign of 50,000 costs a handful of queries. The rules
    themselves are in the ``hr_sms_gate_*`` files.
    """

    _name = "hr.sms.gate"
    _description = "SMS Gate"

    @api.model
    def _ask(self, requests):
        """Say for each text whether it may go.

        The same answer drives the blocked input, the error text and the queue. The user's own
        right to send is not asked here but at the user's doors: the queue runs for nobody.

        :param requests: list of :class:`GateRequest`; their records should come from the same
            recordsets, so that they are read together
        :returns: list of :class:`Verdict`, in the same order
        """
        self._read_ahead(requests)
        verdicts = [PASS] * len(requests)
        passing = list(range(len(requests)))
        for rule in self._refusals():
            codes = rule([requests[position] for position in passing])
            for position, code in zip(passing, codes, strict=True):
                if code:
                    verdicts[position] = Verdict(code)
            passing = [position for position in passing if not verdicts[position].code]
        for rule in self._deferrals():
            waits = rule([requests[position] for position in passing])
            for position, wait in zip(passing, waits, strict=True):
                verdicts[position] = self._longer_wait(verdicts[position], wait)
        return verdicts

    def _read_ahead(self, requests):
        """Read what the rules ask of many records at once: Odoo reads ahead 1,000 at most."""
        threads = {request.thread.id: request.thread for request in requests if request.thread}
        if threads:
            # sudo: as the caller's records, which the rules read anyway
            self.env["hr.sms.thread"].sudo().browse(threads).fetch(THREAD_FIELDS)
        applicants = {request.applicant.id for request in requests if request.applicant}
        if applicants:
            self.env["hr.applicant"].sudo().browse(applicants).fetch(["job_id"])  # sudo: see above

    @api.model
    def _refusals(self):
        """Return the rules that refuse, the most telling reason first.

        :returns: list of methods from a list of :class:`GateRequest` to a list of reason codes,
            ``None`` where the rule lets the text pass
        """
        return [
            self._refuse_number,
            self._refuse_consent,
            self._refuse_blacklisted,
            self._refuse_body,
            self._refuse_company,
        ]

    @api.model
    def _deferrals(self):
        """Return the rules that make a text wait.

        :returns: list of methods from a list of :class:`GateRequest` to a list of
            :class:`Verdict` with a ``wait_code``, ``None`` where the text need not wait
        """
        return []

    def _longer_wait(self, one, other):
        if not other:
            return one
        if not one.wait_code:
            return other
        never = datetime.max
        return max(one, other, key=lambda verdict: verdict.until or never)

    @api.model
    def _reasons(self):
        """Return the table of reasons: code to lazily translated text."""
        return REASONS | WAITS

    @api.model
    def _reason_text(self, code):
        """Return a reason in the reader's language.

        :param code: a key of ``REASONS`` or ``WAITS``, or ``None``
        :returns: str, empty for ``None``
        """
        return self.env._(self._reasons()[code]) if code else ""  # pylint: disable=gettext-variable

    # ------------------------------------------------------------
    # The plain rules
    # ------------------------------------------------------------

    def _refuse_number(self, requests):
        def refuse(request):
            if request.number:
                return None
            if request.answer_waiting:
                return "number_waiting"
            return "number_invalid" if request.number_typed else "number_missing"

        return [refuse(request) for request in requests]

    def _refuse_body(self, requests):
        def refuse(request):
            if request.obstacle:
                return request.obstacle
            if request.body is None:
                return None
            if segments.is_blank(request.body):
                return "body_empty"
            if segments.count(request.body).units > BODY_LIMIT:
                return "body_too_long"
            return None

        return [refuse(request) for request in requests]

    def _refuse_company(self, requests):
        def refuse(company):
            company_sudo = company.sudo()  # only whether an account is there, not what
            if not ACCOUNT_SID.fullmatch(company_sudo.sms_twilio_account_sid or ""):
                return "account_missing"
            if (company_sudo.sms_twilio_auth_token or NEUTRALIZED_TOKEN) == NEUTRALIZED_TOKEN:
                return "account_missing"
            if company_sudo.sms_twilio_number_ids or company_sudo.messaging_service_sid:
                return None
            return "sender_missing"

        codes = {company: refuse(company) for company in {request.company for request in requests}}
        return [codes[request.company] for request in requests]
