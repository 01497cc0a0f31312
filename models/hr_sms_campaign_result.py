from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .hr_applicant import SEND_GROUP
from .hr_sms_campaign_recipient import OPEN, WENT
from .hr_sms_gate_campaign import STOPPED

# What the buttons count: domains on hr.sms.campaign.recipient.
_SHOWN = {
    "recipients": [],
    "waiting": ["|", ("state", "=", "waiting"), ("message_state", "in", OPEN)],
    "sent": [("message_state", "in", WENT)],
    "delivered": [("message_state", "=", "delivered")],
    "failed": [("message_state", "=", "failed")],
    "skipped": ["|", ("state", "=", "refused"), ("message_state", "=", "canceled")],
    "replied": [("is_replied", "=", True)],
    "opted_out": [("is_opted_out", "=", True)],
}


class HrSmsCampaign(models.Model):
    """What became of a campaign, counted."""

    _inherit = "hr.sms.campaign"

    recipient_count = fields.Integer("Recipients", compute="_compute_counts")
    waiting_count = fields.Integer("Still to go", compute="_compute_counts")
    sent_count = fields.Integer("Sent", compute="_compute_counts")
    delivered_count = fields.Integer("Delivered", compute="_compute_counts")
    failed_count = fields.Integer("Not delivered", compute="_compute_counts")
    skipped_count = fields.Integer("Not texted", compute="_compute_counts")
    replied_count = fields.Integer("Replied", compute="_compute_counts")
    opted_out_count = fields.Integer("Opted out", compute="_compute_counts")
    segment_count = fields.Integer("Segments", compute="_compute_counts")
    progress = fields.Integer(compute="_compute_counts", help="Percent.")
    wait_reason = fields.Char("Why texts wait", compute="_compute_wait_reason")

    def _compute_counts(self):
        counts = self._counts()
        for campaign in self:
            row = counts.get(campaign._origin.id, {})
            for name in _SHOWN:
                campaign[f"{name[:-1] if name == 'recipients' else name}_count"] = row.get(name, 0)
            campaign.segment_count = row.get("segments", 0)
            total, waiting = row.get("recipients", 0), row.get("waiting", 0)
            done = 0 if campaign.state in ("draft", "scheduled") else total - waiting
            done -= row.get("stopped", 0)  # it stays where it was stopped
            is_over = campaign.state == "done"
            campaign.progress = 100 if is_over else (100 * done // total if total else 0)

    def _counts(self):
        """Count what became of campaigns. Three queries, whoever asks: numbers, not names.

        :returns: dict from id to dict of counts
        """
        ids = self._origin.ids
        if not ids:
            return {}
        recipients = self.env["hr.sms.campaign.recipient"]
        recipients._flush_answers()
        self.env.cr.execute(
            SQL(
                """
                SELECT recipient.campaign_id, count(*) AS recipients,
                       count(*) FILTER (WHERE recipient.state = 'waiting'
                                           OR message.state = ANY(%(open)s)) AS waiting,
                       count(*) FILTER (WHERE message.state = ANY(%(went)s)) AS sent,
                       count(*) FILTER (WHERE message.state = 'delivered') AS delivered,
                       count(*) FILTER (WHERE message.state = 'failed') AS failed,
                       count(*) FILTER (WHERE recipient.state = 'refused'
                                           OR message.state = 'canceled') AS skipped,
                       count(*) FILTER (WHERE recipient.code = %(stopped)s
                                           OR message.failure_code = %(stopped)s) AS stopped,
                       COALESCE(sum(message.segment_count)
                                FILTER (WHERE message.state = ANY(%(went)s)), 0) AS segments
                  FROM hr_sms_campaign_recipient AS recipient
             LEFT JOIN hr_sms_message AS message ON message.id = recipient.message_id
                 WHERE recipient.campaign_id = ANY(%(ids)s)
              GROUP BY recipient.campaign_id
                """,
                open=list(OPEN),
                went=list(WENT),
                stopped=STOPPED,
                ids=ids,
            )
        )
        counts = {row["campaign_id"]: row for row in self.env.cr.dictfetchall()}
        for name, found in (
            ("replied", recipients._replied_sql()),
            ("opted_out", recipients._opted_out_sql()),
        ):
            self.env.cr.execute(
                SQL(
                    "WITH found AS MATERIALIZED (%s AND recipient.campaign_id = ANY(%s))"
                    " SELECT campaign_id, count(*) FROM found"
                    " JOIN hr_sms_campaign_recipient AS recipient USING (id) GROUP BY campaign_id",
                    found,
                    ids,
                )
            )
            for campaign, count in self.env.cr.fetchall():
                counts[campaign][name] = count
        return counts

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_wait_reason(self):
        """Say why what should go does not: the night, the allowance, a top-up."""
        self.wait_reason = False
        sending = self.filtered(lambda campaign: campaign.state == "sending")._origin
        if not sending:
            return
        # sudo: that texts wait and why, whoever asks
        waits = (
            self.env["hr.sms.message"]
            .sudo()
            ._read_group(
                [
                    ("campaign_id", "in", sending.ids),
                    ("state", "in", ("queued", "scheduled")),
                    ("wait_code", "!=", False),
                ],
                ["campaign_id", "wait_code"],
                ["__count"],
                order="__count desc",
            )
        )
        gate = self.env["hr.sms.gate"]
        said = {}
        for campaign, code, count in waits:
            reason = gate._reason_text(code)
            words = (
                self.env._("%(reason)s (1 text)", reason=reason)
                if count == 1
                else self.env._("%(reason)s (%(count)s texts)", reason=reason, count=count)
            )
            said.setdefault(campaign.id, []).append(words)
        for campaign in self:
            campaign.wait_reason = " ".join(said.get(campaign._origin.id, ())) or False

    # ------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------

    def action_recipients(self):
        """Open those recipients that a button counts, as its context says (``sms_shown``).

        :returns: action
        """
        self.ensure_one()
        self.check_access("read")
        shown = self.env.context.get("sms_shown")
        shown = shown if shown in _SHOWN else "recipients"
        titles = {
            "recipients": self.env._("Recipients"),
            "waiting": self.env._("Still to go"),
            "sent": self.env._("Sent"),
            "delivered": self.env._("Delivered"),
            "failed": self.env._("Not delivered"),
            "skipped": self.env._("Not texted"),
            "replied": self.env._("Replied"),
            "opted_out": self.env._("Opted out"),
        }
        return self._action_recipients(titles[shown], _SHOWN[shown])

    def _action_recipients(self, title, domain):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "hr.sms.campaign.recipient",
            "views": [(False, "list"), (False, "kanban")],
            "mobile_view_mode": "kanban",
            "domain": [("campaign_id", "=", self.id), *domain],
            "context": {"create": False, "edit": False, "delete": self.state == "draft"},
        }

    def sms_result(self):
        """Say why texts did not go or did not arrive, reason by reason.

        :returns: dict with ``skipped`` and ``failed``: lists of dicts with ``code``, ``reason`` and
            ``count``, the most frequent first
        :raises AccessError: without the right to read the campaign
        """
        self.ensure_one()
        self.check_access("read")
        recipients = self.env["hr.sms.campaign.recipient"]
        recipients._flush_answers()
        self.env.cr.execute(
            """
            SELECT COALESCE(message.state, 'canceled') AS state,
                   COALESCE(message.failure_code, recipient.code) AS code,
                   min(recipient.id) AS example, count(*)
              FROM hr_sms_campaign_recipient AS recipient
         LEFT JOIN hr_sms_message AS message ON message.id = recipient.message_id
             WHERE recipient.campaign_id = %s
               AND (recipient.state = 'refused' OR message.state IN ('failed', 'canceled'))
          GROUP BY 1, 2 ORDER BY 4 DESC, 2
            """,
            [self.id],
        )
        result = {"skipped": [], "failed": []}
        for state, code, example, count in self.env.cr.fetchall():
            # sudo: the reason in words, no name in it
            reason = recipients.sudo().browse(example).reason
            result["failed" if state == "failed" else "skipped"].append(
                {"code": code or "", "reason": reason or "", "count": count}
            )
        return result

    def sms_result_list(self, code):
        """Open the recipients whose text did not go or arrive for a reason.

        :param str code: of ``sms_result``
        :returns: action
        :raises AccessError: without the right to read the campaign
        """
        self.ensure_one()
        self.check_access("read")
        code = str(code or "")
        if code:
            domain = ["|", ("code", "=", code), ("message_id.failure_code", "=", code)]
        else:
            domain = [("message_state", "=", "failed"), ("message_id.failure_code", "=", False)]
        return self._action_recipients(self.env._("Not texted or not delivered"), domain)

    # ------------------------------------------------------------
    # Once more
    # ------------------------------------------------------------

    def action_text_unanswered(self):
        """Open a new campaign for those who got this one and have not answered.

        :returns: action
        :raises AccessError: without the right to send SMS or to read the recipients
        :raises UserError: when everybody answered, or nobody got it
        """
        self.ensure_one()
        self.env["hr.applicant"]._sms_check_right(SEND_GROUP)
        self.check_access("read")
        recipients = self.env["hr.sms.campaign.recipient"].search(
            [("campaign_id", "=", self.id), *_SHOWN["sent"], ("is_replied", "=", False)]
        )
        recipients -= recipients.filtered("is_opted_out")
        if not recipients:
            raise UserError(
                self.env._(
                    "Everybody who got this text has answered or opted out, or nobody got it."
                )
            )
        campaign = self.create(
            {
                "name": self.env._("Reminder: %s", self.name),
                "company_id": self.company_id.id,
                "user_id": self.user_id.id,
                "number_rule": self.number_rule,
            }
        )
        # Who was refused or archived since is done with.
        recipients = recipients.with_context(active_test=False).filtered(
            lambda one: one.applicant_id.active or one.was_closed
        )
        campaign._add_recipients(recipients.applicant_id)
        return campaign._action_form()
