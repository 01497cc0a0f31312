from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.translate import LazyTranslate

from .hr_applicant import SEND_GROUP

_lt = LazyTranslate(__name__)

# Refusals of a text that an answer to the invitation may lift.
ASKABLE = frozenset({"consent_none", "consent_scope", "consent_reminders", "consent_other_person"})
# Who said No is asked again by a person who thought about it, not by a list.
ASKABLE_ALONE = ASKABLE | {"consent_declined", "consent_withdrawn"}
# Asking does not help against these, whoever is asked.
HOPELESS = frozenset({"consent_review", "consent_locked", "country_refused"})
REASONS = {
    "email_missing": _lt("There is no e-mail address to ask at. Enter one for the applicant."),
    "email_blacklisted": _lt(
        "The e-mail address is on the blacklist: its owner wants no e-mails to many. Call instead."
    ),
    "former": _lt("The applicant has another number now. Ask for that one."),
    "agreed": _lt("The candidate agreed to texts already."),
    "duplicate": _lt("The candidate is asked for another application."),
    "said_no": _lt("The candidate wanted no texts. Ask them one by one, in their SMS tab."),
}


class HrApplicant(models.Model):
    """Candidates without consent are asked for it by e-mail, with a link of their own."""

    _inherit = "hr.applicant"

    def sms_consent_invite(self, number=None):
        """Ask candidates by e-mail whether they may be texted.

        :param number: phone number in any format, ``None`` for the main one
        :returns: list of dicts with ``applicant_id``, ``email`` and ``reason``: why it was not sent,
            empty when it was
        :raises AccessError: without the right to send SMS or to read the applicant
        :raises UserError: when the only one cannot be asked, with the reason
        """
        self._sms_check_right(SEND_GROUP)
        reasons = self._sms_invite(number)
        if len(self) == 1 and reasons[self]:
            raise UserError(reasons[self])
        return [
            {
                "applicant_id": applicant.id,
                "email": applicant.email_normalized or "",
                "reason": reasons[applicant],
            }
            for applicant in self
        ]

    def action_sms_invite(self):
        """Show who would be asked by e-mail and who not, and why.

        :returns: action of the wizard
        :raises AccessError: without the right to send SMS or to read the applicants
        """
        return self.env["hr.sms.invite"]._action(self)

    def _sms_invite(self, number=None):
        """Invite those of these applicants who may be.

        :param number: as for :meth:`sms_consent_invite`
        :returns: dict from applicant to the reason why not, empty when the mail is on its way
        """
        numbers = {
            applicant: applicant._sms_usable_number(number) if number else applicant.sms_number
            for applicant in self
        }
        reasons = self._sms_invite_reasons(numbers)
        going = self.filtered(lambda applicant: not reasons[applicant])
        threads = {}
        for company, theirs in going.grouped(lambda one: one.sudo()._sms_company()).items():
            found = self.env["hr.sms.thread"]._get_or_create(
                company, [numbers[applicant] for applicant in theirs]
            )
            threads |= {applicant: found[numbers[applicant]] for applicant in theirs}
        self.env["hr.sms.invitation"]._send(
            # sudo: their address and language, by a colleague who may text them
            [(threads[applicant], applicant.sudo()) for applicant in going],
            self.env.user,
        )
        return reasons

    def _sms_invite_reasons(self, numbers, askable=None):
        """Say who cannot be asked by e-mail now.

        :param dict numbers: applicant to E.164 number, falsy where there is none
        :param askable: reason codes that may be asked about, ``None`` for those of a colleague who
            asks these applicants
        :returns: dict from applicant to the reason in words, empty where they can be asked
        """
        texts = [applicant._sms_text(numbers[applicant], None) for applicant in self]
        messages = self.env["hr.sms.message"]
        threads = messages._threads_of(texts, create=False)
        # As a text for later: what is left of the allowance does not matter here.
        later = fields.Datetime.now() + timedelta(days=1)
        verdicts = messages._judge(texts, threads, later)
        if askable is None:
            askable = ASKABLE if len(self) > 1 else ASKABLE_ALONE
        asked = self._sms_asked_lately(threads)
        asked_before = self._sms_asked_without_number()
        reasons, seen = {}, set()
        for applicant, text, thread, verdict in zip(self, texts, threads, verdicts, strict=True):
            key = (thread.id, numbers[applicant], applicant.email_normalized)
            reason = applicant._sms_invite_obstacle(numbers[applicant], verdict.code, askable)
            if not reason and key in seen:
                reason = self._sms_invite_text("duplicate")
            if not reason:
                email = applicant.email_normalized
                dates = (asked.get((thread.id, email)), asked_before.get((text.company, email)))
                reason = self._sms_asked_text(max(filter(None, dates), default=None), text.company)
            seen.add(key)
            reasons[applicant] = reason
        return reasons

    def _sms_has_number(self, number):
        """Tell whether a number is one of this applicant's now; a former one is not.

        :param str number: E.164
        :returns: bool
        """
        return bool(self) and number in self._sms_numbers()

    def _sms_invite_obstacle(self, number, code, askable):
        """Return why this applicant cannot be asked at all, empty when they can."""
        name = (code or "").partition(":")[0]
        if name in HOPELESS or name.startswith("number_") and name not in askable:
            return self.env["hr.sms.gate"]._reason_text(code)
        reason = None
        if name in ASKABLE_ALONE - askable:
            reason = "said_no"
        elif name not in askable:
            reason = "agreed"
        elif number and not self._sms_has_number(number):
            reason = "former"
        elif not self.email_normalized:
            reason = "email_missing"
        elif self.is_blacklisted:
            reason = "email_blacklisted"
        return self._sms_invite_text(reason)

    def _sms_invite_text(self, code):
        return self.env._(REASONS[code]) if code else ""  # pylint: disable=gettext-variable

    def _sms_asked_lately(self, threads):
        """Return when candidates were asked last.

        :param threads: iterable of ``hr.sms.thread`` records, possibly empty ones
        :returns: dict from ``(thread id, e-mail address)`` to UTC datetime
        """
        # sudo: nobody has access to invitations; that there was one is no secret
        groups = (
            self.env["hr.sms.invitation"]
            .sudo()
            ._read_group(
                [("thread_id", "in", [thread.id for thread in threads if thread])],
                ["thread_id", "email"],
                ["create_date:max"],
            )
        )
        return {(thread.id, email): date for thread, email, date in groups}

    def _sms_asked_without_number(self):
        """Return when these candidates were asked last while their number was not known.

        :returns: dict from ``(res.company record, e-mail address)`` to UTC datetime
        """
        emails = list(set(self.mapped("email_normalized")) - {False})
        # sudo: see _sms_asked_lately
        groups = (
            self.env["hr.sms.invitation"]
            .sudo()
            ._read_group(
                [("thread_id", "=", False), ("email", "in", emails)],
                ["company_id", "email"],
                ["create_date:max"],
            )
        )
        return {(company, email): date for company, email, date in groups}

    def _sms_asked_text(self, asked, company):
        """Say that it is too early to ask again, empty when it is not.

        :param asked: when they were asked last, UTC, ``None`` for never
        :param company: ``res.company`` record
        """
        # sudo: a setting of the company
        pause = timedelta(days=company.sudo().sms_invitation_pause)
        if not asked or fields.Datetime.now() >= asked + pause:
            return ""
        return self.env._(
            "Asked by e-mail on %(date)s already. Wait for the answer, or ask again from %(again)s on.",
            date=self._sms_local_day(asked),
            again=self._sms_local_day(asked + pause),
        )

    def _sms_local_day(self, moment):
        return format_date(self.env, fields.Datetime.context_timestamp(self, moment).date())

    # ------------------------------------------------------------
    # In the SMS tab
    # ------------------------------------------------------------

    def _sms_tab_consent(self, thread, number, code, reminder_only):
        """Return the status with whether the candidate can be asked by e-mail.

        :param thread: see the method this extends
        :param number: see there
        :param code: see there
        :param bool reminder_only: see there
        :returns: dict as there, with ``can_invite``; ``invite_refusal``: why not, where asking is
            worth a thought; and ``invited``: a sentence about the last invitation, or empty
        """
        consent = super()._sms_tab_consent(thread, number, code, reminder_only)
        reason = ""
        open_to_it = consent["can_grant"] and consent["state"] != "review"
        if open_to_it:
            reason = self._sms_invite_reasons({self: number})[self]
        return {
            **consent,
            "can_invite": bool(open_to_it and not reason),
            "invite_refusal": reason,
            "invited": self._sms_invited_text(thread),
        }

    def _sms_invited_text(self, thread):
        """Say when and by whom this candidate was asked last, and what they answered."""
        # sudo: of an applicant the user may read, without the link
        last = (
            self.env["hr.sms.invitation"]
            .sudo()
            .search(
                [("thread_id", "in", (thread.id, False)), ("applicant_id", "=", self.id)], limit=1
            )
        )
        if not last:
            return ""
        values = {"date": self._sms_local_day(last.create_date), "name": last.author_name or ""}
        if last.answer:
            return self.env._("Asked by e-mail on %(date)s by %(name)s, and answered.", **values)
        if last.expires_date < fields.Datetime.now():
            return self.env._(
                "Asked by e-mail on %(date)s by %(name)s. There was no answer, the link has expired.",
                **values,
            )
        return self.env._("Asked by e-mail on %(date)s by %(name)s. No answer yet.", **values)
