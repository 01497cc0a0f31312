from dataclasses import dataclass

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
    "body_empty": _lt("The text is empty. Write something first."),
    "body_too_long": _lt("The text is longer than 1,400 characters. Shorten it."),
    "account_missing": _lt(
        "Texting is not connected to Twilio yet. Ask an administrator to enter the Twilio "
        "account in the settings."
    ),
    "sender_missing": _lt(
        "The company has no Twilio number to send from. Ask an administrator to add one in the "
        "settings."
    ),
}


@dataclass(frozen=True)
class GateRequest:
    """A text that asks to be let through.

    :param company: ``res.company`` record, empty when there is none
    :param thread: ``hr.sms.thread`` record, empty while the number has none
    :param number: E.164, falsy when there is none
    :param body: the text after rendering, ``None`` to ask about the thread alone
    :param str kind: a keyword confirmation passes the consent rules: the law asks for it
    :param job: ``hr.job`` record the text is about, possibly empty
    :param bool number_typed: something was entered, even if it is no usable number
    :param bool answer_waiting: the candidate answered the form with that unusable number
    """

    company: object
    thread: object
    number: str | None
    body: str | None = None
    kind: str = "direct"
    job: object = None
    number_typed: bool = False
    answer_waiting: bool = False


class HrSmsGate(models.AbstractModel):
    """May this text go? One function, one list of reasons, for every door."""

    _name = "hr.sms.gate"
    _description = "SMS Gate"

    @api.model
    def _ask(self, requests):
        """Say for each text whether it may go.

        The same answer drives the blocked input, the error text and the queue. The user's own
        right to send is not asked here but at the user's doors: the queue runs for nobody.

        :param requests: list of :class:`GateRequest`
        :returns: list of reason codes (keys of ``REASONS``), ``None`` where the text may go
        """
        return [
            self._refuse_number(request)
            or self._refuse_consent(request)
            or self._refuse_body(request)
            or self._refuse_company(request)
            for request in requests
        ]

    @api.model
    def _reasons(self):
        """Return the table of reasons: code to lazily translated text."""
        return REASONS

    @api.model
    def _reason_text(self, code):
        """Return a reason in the reader's language.

        :param code: a key of ``REASONS``, or ``None``
        :returns: str, empty for ``None``
        """
        return self.env._(REASONS[code]) if code else ""  # pylint: disable=gettext-variable

    def _refuse_number(self, request):
        if not request.number and request.answer_waiting:
            return "number_waiting"
        if not request.number:
            return "number_invalid" if request.number_typed else "number_missing"
        return None

    def _refuse_consent(self, request):
        if request.kind == "confirmation":
            return None
        thread = request.thread
        if not thread:
            return "consent_none"
        if thread.consent_state == "granted":
            # Whether a text is a reminder its author knows; which job it is about we know too.
            if thread.consent_scope == "this_job" and thread._granted_job_ref() != (
                request.job.id if request.job else 0
            ):
                return "consent_scope"
            return None
        if thread.consent_locked:
            return "consent_locked"
        return f"consent_{thread.consent_state}"

    def _refuse_body(self, request):
        if request.body is None:
            return None
        if not any(char.isprintable() and not char.isspace() for char in request.body):
            return "body_empty"
        if segments.count(request.body).units > BODY_LIMIT:
            return "body_too_long"
        return None

    def _refuse_company(self, request):
        company_sudo = request.company.sudo()  # only whether an account is there, not what
        if not ACCOUNT_SID.fullmatch(company_sudo.sms_twilio_account_sid or ""):
            return "account_missing"
        if (company_sudo.sms_twilio_auth_token or NEUTRALIZED_TOKEN) == NEUTRALIZED_TOKEN:
            return "account_missing"
        if not company_sudo.sms_twilio_number_ids:
            return "sender_missing"
        return None
