from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from odoo.addons.phone_validation.tools import phone_validation

from .hr_sms_gate import GateRequest

_lt = LazyTranslate(__name__)

# Why a link that is ours does not ask any more.
_OBSTACLES = {
    "expired": _lt(
        "The link to agree to text messages worked until %(date)s. If you want them, ask "
        "%(company)s for a new one."
    ),
    "moved": _lt(
        "This link is not for the phone number that %(company)s has of you now. If you want text "
        "messages, ask %(company)s for a new one."
    ),
}


class HrSmsInvitation(models.Model):
    """What the page of an invitation asks, and what becomes of the answer."""

    _inherit = "hr.sms.invitation"

    def _obstacle(self):
        """Say why the link asks nothing.

        :returns: ``answered``, ``erased``, ``agreed``, ``moved`` or ``expired``; ``None`` when it
            asks
        """
        self.ensure_one()
        thread, applicant = self.thread_id, self.applicant_id
        if thread.number_hmac:
            return "erased"
        # A link agrees once: whoever finds the mail later cannot undo a withdrawal with it.
        if self.answer == "yes":
            return "answered"
        if self._is_covered():
            return "agreed"
        company = applicant.company_id or applicant.job_id.company_id or thread.company_id
        if not applicant._sms_has_number(thread.number) or company != thread.company_id:
            return "moved"
        if self.expires_date < fields.Datetime.now():
            return "expired"
        return None

    def _is_covered(self):
        """Tell whether the consent that there is covers texts about this application."""
        request = GateRequest(
            company=self.company_id,
            thread=self.thread_id,
            number=self.thread_id.number,
            applicant=self.applicant_id,
        )
        return self.env["hr.sms.gate"]._refuse_consent([request]) == [None]

    def _page(self, website):
        """Return what the page shows beside the state of the number, in the environment's language.

        :param website: ``website`` record
        :returns: dict with ``obstacle`` (in words, empty when there is nothing to explain) and
            ``asked``: ``None``, or a dict with ``heading``, ``number`` (whole: whoever agrees has
            to know for which), ``locked`` (what an opt-out by text means for a Yes, or empty) and
            the parts of the wording
        """
        self.ensure_one()
        obstacle = self._obstacle()
        company = self.company_id
        if obstacle:
            return {"asked": None, "obstacle": self._obstacle_text(obstacle)}
        question = self.env["hr.sms.job.form"]._question_of(
            company, self.applicant_id.job_id, website, optional=True, invitation=self.id
        )
        return {
            "obstacle": "",
            "asked": {
                **question,
                "heading": self.env._("May %(company)s text you?", company=company.name),
                "number": phone_validation.phone_format(
                    self.thread_id.number, None, None, raise_exception=False
                ),
                "locked": self._locked_warning(),
            },
        }

    def _obstacle_text(self, obstacle):
        if obstacle not in _OBSTACLES:
            return ""  # the state of the number says it all
        text = self.env._(_OBSTACLES[obstacle])  # pylint: disable=gettext-variable
        return text % {"company": self.company_id.name, "date": self._last_day()}

    def _locked_warning(self):
        if not self.thread_id.consent_locked:
            return ""
        return self.env._(
            "You opted out by text message. A Yes here is kept, but text messages only go to you "
            "again once you text START from that phone to the number that they came from."
        )

    def _take_answer(self, answer, token, evidence):
        """Record what a candidate answered on the page. Called by the page's controller only.

        :param answer: what the form sent, whatever it is
        :param token: the signed wording that the form was shown with, whatever it is
        :param dict evidence: ``page_url``, ``ip_address`` and ``user_agent``
        :returns: ``None`` when there is nothing more to do here, else what is to be corrected:
            ``missing`` (no answer) or ``stale`` (not the wording of this page)
        """
        self.ensure_one()
        if self._obstacle():
            return None  # the page says why
        if answer not in ("yes", "no"):
            return "missing"
        claims = self.env["hr.sms.job.form"]._token_claims(token)
        if not claims or claims.get("invitation") != self.id:
            return "stale"
        self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": self.thread_id,
                    "event": "granted" if answer == "yes" else "declined",
                    "method": "link",
                    "scope": claims["scope"],
                    "applicant": self.applicant_id,
                    "actor_name": self.applicant_id.partner_name or self.thread_id.number,
                    "wording": claims["text"],
                    "wording_lang": claims["lang"],
                    "wording_version": claims["version"],
                    # whose mailbox it came from
                    "source": self.email,
                    **evidence,
                }
            ]
        )
        self.write({"answer": answer, "answered_date": fields.Datetime.now()})
        return None
