from psycopg2 import errors

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.hr_sms_thread_erasure import MANAGER_GROUP
from ..models.transactions import short_transaction


class HrSmsErasure(models.TransientModel):
    """Erase texts and personal data of candidates, after saying what that means."""

    _name = "hr.sms.erasure"
    _description = "Erase Texts and Personal Data"

    applicant_ids = fields.Many2many("hr.applicant", readonly=True)
    thread_ids = fields.Many2many("hr.sms.thread", string="Numbers", readonly=True)
    message_count = fields.Integer("Texts", compute="_compute_counts")
    waiting_count = fields.Integer("Texts not sent yet", compute="_compute_counts")
    event_count = fields.Integer("Consent Events", compute="_compute_counts")
    other_names = fields.Char("Also of", compute="_compute_counts")
    at_twilio = fields.Selection(
        [("redact", "Redact the texts"), ("delete", "Delete the texts")], "At Twilio too"
    )
    proof_required = fields.Boolean(compute="_compute_proof_required")
    proof_kept = fields.Boolean("I have downloaded and kept the proof")

    @api.depends("thread_ids")
    def _compute_counts(self):
        for wizard in self:
            # sudo: counts, and the names of whom else it concerns, for the warning
            threads = wizard.thread_ids.sudo().with_context(active_test=False)
            messages = threads.message_ids.filtered(lambda message: not message.erased_date)
            wizard.message_count = len(messages)
            wizard.waiting_count = len(
                messages.filtered(lambda message: message.state in ("queued", "scheduled"))
            )
            wizard.event_count = len(threads.consent_ids)
            others = threads.applicant_ids - wizard.applicant_ids.sudo()
            wizard.other_names = ", ".join(
                sorted(
                    {other.partner_name for other in others if other.partner_name}
                    - set(wizard.applicant_ids.sudo().mapped("partner_name"))
                )
            )

    @api.depends("thread_ids")
    def _compute_proof_required(self):
        for wizard in self:
            companies = wizard.thread_ids.sudo().company_id  # only what it says about proof
            wizard.proof_required = any(companies.mapped("sms_erase_after_proof"))

    @api.model
    def _action(self, threads=None, applicants=None):
        """Open the wizard.

        :param threads: ``hr.sms.thread`` records, ``None`` for those of the applicants
        :param applicants: ``hr.applicant`` records
        :returns: action
        :raises AccessError: for anybody but managers of SMS
        :raises UserError: when there is nothing to erase
        """
        applicants = applicants if applicants is not None else self.env["hr.applicant"]
        applicants._sms_check_right(MANAGER_GROUP)
        if threads is None:
            threads = applicants._sms_all_threads()
        threads = threads.with_env(self.env)
        threads._check_erasable()
        threads = threads.filtered(lambda thread: not thread.number_hmac)
        invitations = self.env["hr.sms.invitation"]._without_number(applicants)
        if not threads and not invitations and not applicants._sms_waiting_answers():
            raise UserError(
                self.env._(
                    "There are no texts and no consent to erase, or they are erased already."
                )
            )
        at_twilio = threads.sudo().company_id.mapped("sms_erase_at_twilio")  # only the default
        wizard = self.create(
            {
                "applicant_ids": [Command.set(applicants.ids)],
                "thread_ids": [Command.set(threads.ids)],
                "at_twilio": next(filter(None, at_twilio), False),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase texts and personal data"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_proof_pdf(self):
        """Download the proof of these numbers as PDF, before it is gone.

        :returns: action that downloads it
        """
        return self.thread_ids._proof_action("pdf")

    def action_proof_csv(self):
        """Download the proof of these numbers as CSV, before it is gone.

        :returns: action that downloads it
        """
        return self.thread_ids._proof_action("csv")

    def action_erase(self):
        """Erase.

        :returns: action that closes the wizard and shows the record anew
        :raises AccessError: for anybody but managers of SMS, and for other companies
        :raises UserError: while the proof has to be kept first, or a text is being sent
        """
        self.ensure_one()
        self.applicant_ids._sms_check_right(MANAGER_GROUP)
        self.thread_ids._check_erasable()
        if self.proof_required and not self.proof_kept:
            raise UserError(
                self.env._(
                    "Your company keeps the proof of a consent before it is erased. Download it, "
                    "then confirm that you have kept it."
                )
            )
        self._erase_at_once()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _erase_at_once(self):
        """Erase in a transaction of its own, which sees the texts that came in until now."""
        try:
            with short_transaction(self.env.registry, dict(self.env.context)) as env:
                env.cr.execute("SET LOCAL lock_timeout = '10s'")
                self.thread_ids.with_env(env)._erase(self.env.user.name, self.at_twilio)
                applicants = self.applicant_ids.with_env(env)
                applicants._sms_waiting_answers().unlink()
                env["hr.sms.invitation"]._without_number(applicants).unlink()
        except errors.LockNotAvailable as error:
            raise UserError(
                self.env._("This number is being texted right now. Try again in a minute.")
            ) from error
        self.env.invalidate_all()
