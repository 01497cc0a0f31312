from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from .mail_thread import EMAIL

# So that nobody's absence note answers.
_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}
# Of those who said nothing yet; the page asks for a number that is not known.
_ASKABLE = frozenset({"consent_none", "consent_other_person"})
_NO_NUMBER = frozenset({"number_missing", "number_invalid"})


class HrApplicant(models.Model):
    """Who applies by e-mail met no form that asks about texts: they are asked by e-mail, once."""

    _inherit = "hr.applicant"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        applicant = super().message_new(msg_dict, custom_values)
        email = self.env.context.get(EMAIL)
        # sudo: a setting of the company, whoever the mail gateway runs as
        if email and applicant.sudo()._sms_company().sms_invitation_email_applicants:
            applicant._sms_ask_who_applied_by_email(email["lang"])
        return applicant

    @api.ondelete(at_uninstall=False)
    def _unlink_invitations_without_number(self):
        """Forget the address as well: nothing else would ever find it."""
        self.env["hr.sms.invitation"]._without_number(self).unlink()

    def _sms_ask_who_applied_by_email(self, lang):
        """Invite the sender of an application to agree to texts, unless something is known of them.

        :param lang: language of their e-mail, ``None`` when nothing tells
        """
        # sudo: nobody is logged in where e-mails come in
        applicant = self.sudo()
        company = applicant._sms_company()
        number = applicant.sms_number
        if applicant._sms_is_ours() or applicant._sms_asked_or_answered():
            return
        askable = _ASKABLE if number else _NO_NUMBER
        if applicant._sms_invite_reasons({applicant: number}, askable)[applicant]:
            return
        thread = applicant._sms_thread(number, create=True)
        known = applicant.partner_id.lang if applicant.partner_id.user_ids else None
        applicant.env["hr.sms.invitation"]._send(
            [(thread, applicant)], company, known or lang, _HEADERS
        )

    def _sms_is_ours(self):
        """Tell whether the address is a colleague's or one that e-mails to us arrive at."""
        email = self.email_normalized
        if not email or email == email_normalize(self._sms_company().email or ""):
            return True
        users = self.env["res.users"].search(
            [("share", "=", False), ("partner_id.email_normalized", "=", email)], limit=1
        )
        return bool(users or self.env["mail.alias.domain"]._find_aliases([email]))

    def _sms_asked_or_answered(self):
        """Tell whether this address was asked lately, or has said Yes or No to this company."""
        company = self._sms_company()
        pause = fields.Datetime.subtract(fields.Datetime.now(), days=company.sms_invitation_pause)
        asked = self.env["hr.sms.invitation"].search_count(
            Domain("company_id", "=", company.id)
            & Domain("email", "=", self.email_normalized)
            & (Domain("answer", "!=", False) | Domain("create_date", ">", pause)),
            limit=1,
        )
        others = self.with_context(active_test=False).search(
            Domain("email_normalized", "=", self.email_normalized)
            & Domain("id", "!=", self.id)
            & Domain("sms_number", "!=", False)
        )
        others = others.filtered(lambda one: one._sms_company() == company)
        threads = self.env["hr.sms.thread"]._find(company, others.mapped("sms_number"))
        return bool(asked) or any(one.consent_state != "none" for one in threads.values())
