from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from .hr_sms_gate import GateRequest
from .numbers import shown_number

_lt = LazyTranslate(__name__)
# As long as a number may be written, with spaces and brackets.
NUMBER_LIMIT = 32

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
        company = applicant.company_id or applicant.job_id.company_id or self.company_id
        has_moved = bool(thread) and not applicant._sms_has_number(thread.number)
        if not applicant or has_moved or company != self.company_id:
            return "moved"
        if self.expires_date < fields.Datetime.now():
            return "expired"
        return None

    def _is_covered(self):
        """Tell whether the consent that there is covers texts about this application."""
        request = GateRequest(
            company=self.company_id,
            thread=self._thread(),
            number=self._number(),
            applicant=self.applicant_id,
        )
        return self.env["hr.sms.gate"]._refuse_consent([request]) == [None]

    def _number(self):
        """Return the number that it asks about, E.164; falsy when the page asks for it, too."""
        return self.thread_id.number or self.applicant_id.sms_number

    def _thread(self):
        """Return the conversation of the number that it asks about, possibly empty."""
        return self.thread_id or self.applicant_id._sms_thread(self._number())

    def _page(self, website):
        """Return what the page shows beside the state of the number, in the environment's language.

        :param website: ``website`` record
        :returns: dict with ``obstacle`` (in words, empty when there is nothing to explain) and
            ``asked``: ``None``, or a dict with ``heading``, ``number`` (whole: whoever agrees has
            to know for which; empty when it is to be entered), ``locked`` (what an opt-out by text
            means for a Yes, or empty), ``answered`` (a sentence about an earlier No, or empty) and
            the parts of the wording
        """
        self.ensure_one()
        obstacle = self._obstacle()
        company = self.company_id
        if obstacle:
            return {"asked": None, "obstacle": self._obstacle_text(obstacle)}
        number = self._number()
        question = self.env["hr.sms.job.form"]._question_of(
            company,
            self.applicant_id.job_id,
            website,
            optional=True,
            invitation=self.id,
            number=number or False,
        )
        return {
            "obstacle": "",
            "asked": {
                **question,
                "heading": self.env._("May %(company)s text you?", company=company.name),
                "number": shown_number(number) or "",
                "locked": self._locked_warning(),
                "answered": self._answered_text(),
            },
        }

    def _state_page(self):
        """Return what the page shows of the number's state, see ``hr.sms.thread._consent_page``."""
        return self._thread()._consent_page(self.company_id)

    def _obstacle_text(self, obstacle):
        if obstacle not in _OBSTACLES:
            return ""  # the state of the number says it all
        text = self.env._(_OBSTACLES[obstacle])  # pylint: disable=gettext-variable
        return text % {"company": self.company_id.name, "date": self._last_day()}

    def _answered_text(self):
        """Say that they said No, and that it holds; empty when they did not."""
        if self.answer != "no":
            return ""
        return self.env._(
            "You answered No: %(company)s sends you no text messages. There is nothing more to do, "
            "unless you changed your mind.",
            company=self.company_id.name,
        )

    def _locked_warning(self):
        if not self._thread().consent_locked:
            return ""
        return self.env._(
            "You opted out by text message. A Yes here is kept, but text messages only go to you "
            "again once you text START from that phone to the number that they came from."
        )

    def _take_answer(self, answer, token, evidence, typed_number=None):
        """Record what a candidate answered on the page. Called by the page's controller only.

        :param answer: what the form sent, whatever it is
        :param token: the signed wording that the form was shown with, whatever it is
        :param dict evidence: ``page_url``, ``ip_address`` and ``user_agent``
        :param typed_number: what was entered where the page asked for the number, whatever it is
        :returns: ``None`` when there is nothing more to do here, else what is to be corrected:
            ``missing`` (no answer), ``number`` (a Yes without a number that can be texted) or
            ``stale`` (not the wording of this page)
        """
        self.ensure_one()
        if self._obstacle():
            return None  # the page says why
        if answer not in ("yes", "no"):
            return "missing"
        claims = self.env["hr.sms.job.form"]._token_claims(token)
        number = self._number()
        if not claims or claims.get("invitation") != self.id:
            return "stale"
        if claims.get("number", number) != (number or False):
            return "stale"  # a colleague has entered one meanwhile
        if answer == "yes" and not number:
            number = self._usable_number(typed_number)
            if not number:
                return "number"
            self.applicant_id.partner_phone = number
        if number:
            self._record_answer(
                answer, self.applicant_id._sms_thread(number, True), claims, evidence
            )
        self.write({"answer": answer, "answered_date": fields.Datetime.now()})
        return None

    def _usable_number(self, typed):
        """Return a number that a candidate typed as E.164, falsy when it cannot be texted."""
        if not isinstance(typed, str) or not typed.strip() or len(typed) > NUMBER_LIMIT:
            return None
        return self.applicant_id._sms_format(typed.strip())

    def _record_answer(self, answer, thread, claims, evidence):
        """Append the answer to the ledger, and know the number by now."""
        self.thread_id = thread
        self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": thread,
                    "event": "granted" if answer == "yes" else "declined",
                    "method": "link",
                    "scope": claims["scope"],
                    "applicant": self.applicant_id,
                    "actor_name": self.applicant_id.partner_name or thread.number,
                    "wording": claims["text"],
                    "wording_lang": claims["lang"],
                    "wording_version": claims["version"],
                    # whose mailbox it came from
                    "source": self.email,
                    **evidence,
                }
            ]
        )
