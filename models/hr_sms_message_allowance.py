from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..rules.quiet_hours import region_of
from .hr_sms_allowance import WAIT_CODE, Taken, Want
from .hr_sms_gate import Verdict
from .hr_sms_gate_limits import ANSWERS, AWAITED, UNATTENDED


class HrSmsMessage(models.Model):
    """Texts are charged when they are claimed, and given back when Twilio never took them."""

    _inherit = "hr.sms.message"

    charged_segments = fields.Integer(readonly=True, help="Taken off the company's allowance.")
    charged_of_plan = fields.Integer(readonly=True, help="How many of them were the plan's.")
    charged_period = fields.Integer(readonly=True, help="Which period of the plan they were of.")
    is_charged = fields.Boolean(readonly=True)

    _uncharged_idx = models.Index(
        "(company_id, kind) WHERE state IN ('queued', 'scheduled') AND is_charged IS NOT TRUE"
    )

    def _charge(self):
        """Charge claimed texts; those that the allowance does not cover wait.

        Called last in the claim: the lock on a company's account is held until its commit.

        :returns: the texts that may go
        """
        charged = self.filtered("is_charged")  # a retry was paid for
        waiting, paid = [], []
        by_company = (self - charged).grouped("company_id")
        accounts = self.env["hr.sms.allowance"]._of(self.company_id)
        for account in accounts:
            texts = by_company.get(account.company_id, self.browse()).sorted(
                lambda text: text.kind in UNATTENDED
            )
            wanted = [
                Want(text.segment_count, text.kind in ANSWERS, text.kind in UNATTENDED)
                for text in texts
            ]
            takes = account._take(wanted, partial(self._segments_awaited, account.company_id))
            for text, taken in zip(texts, takes, strict=True):
                if taken is None:
                    waiting.append(text.id)
                else:
                    paid.append((text, account, taken))
        if waiting:
            self.browse(waiting)._wait(Verdict(wait_code=WAIT_CODE))
        self._write_charges(paid)
        accounts._warn_when_low()
        going = {*charged.ids, *(text.id for text, _account, _taken in paid)}
        return self.browse(id_ for id_ in self.ids if id_ in going)

    @api.model
    def _write_charges(self, paid):
        """Write down what texts cost, on them and in the ledger of the accounts.

        :param paid: list of ``(message, hr.sms.allowance record, Taken)``
        """
        if not paid:
            return
        ids = [text.id for text, _account, _taken in paid]
        self.browse(ids).flush_recordset()
        self.env.cr.execute(
            """
            UPDATE hr_sms_message AS message
               SET is_charged = TRUE, charged_segments = taken.segments,
                   charged_of_plan = taken.of_plan, charged_period = taken.period
              FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[]) AS taken(id, segments, of_plan, period)
             WHERE message.id = taken.id
            """,
            [
                ids,
                *(list(column) for column in zip(*(taken for *_text, taken in paid), strict=True)),
            ],
        )
        self.browse(ids).invalidate_recordset(
            ["is_charged", "charged_segments", "charged_of_plan", "charged_period"]
        )
        self.env["hr.sms.allowance.line"]._write_uses(
            [
                text._allowance_line(account, "use", -taken.segments, text.segment_count)
                for text, account, taken in paid
            ]
        )

    @api.model
    def _waiting_for_segments(self, kinds):
        """Return what makes out texts that could go now, were there enough segments.

        :param kinds: kinds of texts that count
        :returns: SQL condition on ``hr_sms_message``
        """
        self.flush_model(
            ["company_id", "kind", "state", "wait_code", "segment_count", "is_charged"]
        )
        return SQL(
            "kind = ANY(%s) AND state IN ('queued', 'scheduled') AND is_charged IS NOT TRUE"
            " AND (wait_code = %s OR (state = 'queued' AND wait_code IS NULL))",
            list(kinds),
            WAIT_CODE,
        )

    def _segments_awaited(self, company):
        """Say what texts by hand, other than these, still need of a company's allowance.

        :param company: ``res.company`` record
        :returns: int
        """
        self.env.cr.execute(
            SQL(
                "SELECT COALESCE(sum(segment_count), 0) FROM hr_sms_message"
                " WHERE company_id = %s AND id != ALL(%s) AND %s",
                company.id,
                self.ids,
                self._waiting_for_segments(AWAITED),
            )
        )
        [(segments,)] = self.env.cr.fetchall()
        return segments

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
            account._give_back(
                [
                    Taken(text.charged_segments, text.charged_of_plan, text.charged_period)
                    for text in texts
                ]
            )
            lines += [
                text._allowance_line(
                    account, "given_back", text.charged_segments, -text.segment_count
                )
                for text in texts
            ]
        charged.sudo().write(
            {
                "is_charged": False,
                "charged_segments": 0,
                "charged_of_plan": 0,
                "charged_period": 0,
            }
        )
        self.env["hr.sms.allowance.line"].sudo().create(lines)
        for account in accounts:
            self._wake_allowance(account)

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
    def _wake_allowance(self, account):
        """Let texts that waited for segments try again, those that somebody waits for first.

        No more of them than there are segments: of a campaign of thousands a small top-up wakes
        the few it pays for.

        Whoever calls this holds the company's account. Texts that a sender has claimed are left
        to it: it waits for the account and finds the segments there. Waiting for it in turn would
        be a deadlock.

        :param account: ``hr.sms.allowance`` record
        """
        self.flush_model(["state", "wait_code", "next_attempt_date", "company_id", "kind"])
        self.env.cr.execute(
            """
            UPDATE hr_sms_message SET next_attempt_date = NULL
             WHERE id IN (SELECT id FROM hr_sms_message
                           WHERE company_id = %s AND wait_code = %s
                             AND state IN ('queued', 'scheduled') AND is_charged IS NOT TRUE
                        ORDER BY kind = ANY(%s) DESC, id
                           LIMIT %s
                             FOR UPDATE SKIP LOCKED)
         RETURNING kind, id
            """,
            [
                account.company_id.id,
                WAIT_CODE,
                list(AWAITED),
                None if account.mode == "unlimited" else account.balance,
            ],
        )
        one_of_each = dict(self.env.cr.fetchall())
        self.invalidate_model(["next_attempt_date"])
        if one_of_each:
            self._wake_queue(self.sudo().browse(one_of_each.values()), None)
