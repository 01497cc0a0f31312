from odoo import api, fields, models

from ..rules.quiet_hours import region_of
from .hr_sms_allowance import WAIT_CODE
from .hr_sms_gate import Verdict


class HrSmsMessage(models.Model):
    """Texts are charged when they are claimed, and given back when Twilio never took them."""

    _inherit = "hr.sms.message"

    charged_segments = fields.Integer(readonly=True, help="Taken off the company's allowance.")
    is_charged = fields.Boolean(readonly=True)

    _uncharged_idx = models.Index("(company_id) WHERE state = 'queued' AND is_charged IS NOT TRUE")

    def _charge(self):
        """Charge claimed texts; those that the allowance does not cover wait.

        Called last in the claim: the lock on a company's account is held until its commit.

        :returns: the texts that may go
        """
        going = self.filtered("is_charged")  # a retry was paid for
        lines = []
        accounts = self.env["hr.sms.allowance"]._of(self.company_id)
        for account in accounts.sorted("id"):
            texts = self.filtered(
                lambda text, account=account: (
                    text.company_id == account.company_id and not text.is_charged
                )
            )
            wanted = [(text.segment_count, text.kind == "confirmation") for text in texts]
            for text, taken in zip(texts, account._take(wanted), strict=True):
                if taken is None:
                    text._wait(Verdict(wait_code=WAIT_CODE))
                    continue
                going |= text
                text.write({"is_charged": True, "charged_segments": taken})
                lines.append(text._allowance_line(account, "use", -taken, text.segment_count))
        self.env["hr.sms.allowance.line"].create(lines)
        accounts._warn_when_low()
        return self & going

    def _give_back(self):
        """Give back what texts cost that Twilio provably never took."""
        lines = []
        charged = self.filtered("is_charged")
        accounts = (
            self.env["hr.sms.allowance"]
            .sudo()
            .search([("company_id", "in", charged.company_id.ids)], order="id")
        )
        for account in accounts:
            texts = charged.filtered(
                lambda text, account=account: text.company_id == account.company_id
            )
            account._give_back(sum(texts.mapped("charged_segments")))
            lines += [
                text._allowance_line(
                    account, "given_back", text.charged_segments, -text.segment_count
                )
                for text in texts
            ]
        charged.sudo().write({"is_charged": False, "charged_segments": 0})
        self.env["hr.sms.allowance.line"].sudo().create(lines)
        if lines:
            self._wake_allowance(charged.company_id)

    def write(self, vals):
        if vals.get("state") == "canceled":
            # What waits here is not at Twilio, however often it was tried; the rest may be.
            self.filtered(lambda text: text.state in ("queued", "scheduled"))._give_back()
        return super().write(vals)

    def _allowance_line(self, account, kind, segments, used):
        countries = self.env["hr.sms.country.rule"]._country_ids()
        return {
            "allowance_id": account.id,
            "kind": kind,
            "segments": segments,
            "used": used,
            "message_id": self.id,
            "author_id": self.author_id.id,
            "job_id": self.applicant_id.job_id.id,
            "country_id": countries.get(region_of(self.thread_id.number)),
        }

    @api.model
    def _wake_allowance(self, companies):
        """Let texts that waited for segments try again.

        Whoever calls this holds the company's account. Texts that a sender has claimed are left
        to it: it waits for the account and finds the segments there. Waiting for it in turn would
        be a deadlock.
        """
        self.flush_model(["state", "wait_code", "next_attempt_date", "company_id"])
        self.env.cr.execute(
            """
            UPDATE hr_sms_message SET next_attempt_date = NULL
             WHERE id IN (SELECT id FROM hr_sms_message
                           WHERE company_id = ANY(%s) AND wait_code = %s
                             AND state IN ('queued', 'scheduled')
                             FOR UPDATE SKIP LOCKED)
         RETURNING kind, id
            """,
            [companies.ids, WAIT_CODE],
        )
        one_of_each = dict(self.env.cr.fetchall())
        self.invalidate_model(["next_attempt_date"])
        if one_of_each:
            self._wake_queue(self.sudo().browse(one_of_each.values()), None)
