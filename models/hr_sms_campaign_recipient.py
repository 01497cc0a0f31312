from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# What reached the candidate, as far as is known.
WENT = ("unknown", "sent", "delivered")
# What may still go.
OPEN = ("scheduled", "queued", "sending")


class HrSmsCampaignRecipient(models.Model):
    """An applicant on a campaign's list, and what became of it. Names and texts are elsewhere."""

    _name = "hr.sms.campaign.recipient"
    _description = "SMS Campaign Recipient"
    _rec_name = "applicant_id"
    _order = "id"

    campaign_id = fields.Many2one(
        "hr.sms.campaign", required=True, readonly=True, ondelete="cascade"
    )
    applicant_id = fields.Many2one(
        "hr.applicant", required=True, readonly=True, ondelete="cascade", index=True
    )
    job_id = fields.Many2one(related="applicant_id.job_id")
    state = fields.Selection(
        [("waiting", "Waiting"), ("texted", "Texted"), ("refused", "Not texted")],
        required=True,
        readonly=True,
        default="waiting",
    )
    was_closed = fields.Boolean(
        readonly=True, help="Refused or archived already when the campaign was started."
    )
    code = fields.Char(readonly=True, help="Why there is no text.")
    message_id = fields.Many2one(
        "hr.sms.message", "Text", readonly=True, ondelete="set null", index="btree_not_null"
    )
    body = fields.Text(related="message_id.body", string="Says")
    message_state = fields.Selection(related="message_id.state", string="State of the text")
    sent_date = fields.Datetime(related="message_id.sent_date", string="Sent on")
    segment_count = fields.Integer(related="message_id.segment_count", string="Segments")
    reason = fields.Char(compute="_compute_reason")
    is_replied = fields.Boolean("Replied", compute="_compute_answers", search="_search_replied")
    is_opted_out = fields.Boolean(
        "Opted out", compute="_compute_answers", search="_search_opted_out"
    )

    _campaign_applicant_unique = models.UniqueIndex("(campaign_id, applicant_id)")
    _waiting_idx = models.Index("(campaign_id, id) WHERE state = 'waiting'")

    @api.depends("code", "message_id.state", "message_id.failure_code", "message_id.wait_code")
    @api.depends_context("lang")
    def _compute_reason(self):
        gate = self.env["hr.sms.gate"]
        for recipient in self:
            # sudo: whoever may see the recipient may see what became of the text
            text = recipient.message_id.sudo()
            if not text:
                recipient.reason = gate._reason_text(recipient.code)
            elif text.state in ("scheduled", "queued"):
                recipient.reason = text.wait_reason
            else:
                recipient.reason = text.failure_reason

    def _compute_answers(self):
        replied, opted_out = self._answered_ids(), self._opted_out_ids()
        for recipient in self:
            recipient.is_replied = recipient.id in replied
            recipient.is_opted_out = recipient.id in opted_out

    def _answered_ids(self):
        return self._ids_of(self._replied_sql())

    def _opted_out_ids(self):
        return self._ids_of(self._opted_out_sql())

    def _ids_of(self, condition):
        self.env.cr.execute(SQL("%s AND recipient.id = ANY(%s)", condition, self.ids))
        return {row[0] for row in self.env.cr.fetchall()}

    @api.model
    def _search_replied(self, operator, value):
        return self._search_answers(operator, self._replied_sql())

    @api.model
    def _search_opted_out(self, operator, value):
        return self._search_answers(operator, self._opted_out_sql())

    def _search_answers(self, operator, sql):
        # Odoo asks for True only, and negates itself.
        return [("id", "in", SQL("(%s)", sql))] if operator == "in" else NotImplemented

    @api.model
    def _replied_sql(self):
        """Return the statement of the recipients whose text was answered, but not by an opt-out."""
        return self._answered_sql(
            SQL(
                "%s AND NOT %s",
                self._came_sql(
                    SQL("hr_sms_message"), SQL("date"), SQL("answer.direction = 'inbound'")
                ),
                self._withdrew_sql(),
            )
        )

    @api.model
    def _opted_out_sql(self):
        """Return the statement of the recipients who withdrew consent after their text."""
        return self._answered_sql(self._withdrew_sql())

    def _answered_sql(self, condition):
        """Return the statement of the recipients whose text went, with a condition."""
        self._flush_answers()
        return SQL(
            """
            SELECT recipient.id
              FROM hr_sms_campaign_recipient AS recipient
              JOIN hr_sms_message AS message ON message.id = recipient.message_id
             WHERE message.claimed_date IS NOT NULL AND %s
            """,
            condition,
        )

    def _withdrew_sql(self):
        return self._came_sql(
            SQL("hr_sms_consent"), SQL("recorded_date"), SQL("answer.event = 'withdrawn'")
        )

    def _came_sql(self, table, date, condition):
        """Return whether something came after the text of a recipient.

        What comes answers the last text before it: after another text it answers that one.
        ``OFFSET 0`` has PostgreSQL look each thread up by its index, also where it does not know
        yet that there are thousands of new texts.
        """
        return SQL(
            """
                   EXISTS (
                   SELECT FROM %(table)s AS answer
                    WHERE answer.thread_id = message.thread_id
                      AND %(condition)s
                      AND answer.%(date)s >= message.date
                      AND NOT EXISTS (
                          SELECT FROM hr_sms_message AS later
                           WHERE later.thread_id = message.thread_id
                             AND later.direction = 'outbound'
                             AND later.kind != 'confirmation'
                             AND later.claimed_date IS NOT NULL
                             AND (later.date, later.id) > (message.date, message.id)
                             AND later.date <= answer.%(date)s
                          OFFSET 0)
                   OFFSET 0)
            """,
            table=table,
            date=date,
            condition=condition,
        )

    def _flush_answers(self):
        self.env["hr.sms.message"].flush_model()
        self.flush_model()

    @api.ondelete(at_uninstall=False)
    def _unlink_from_drafts_only(self):
        # sudo: whoever may take them off the list, the state counts
        campaigns_sudo = self.sudo().campaign_id
        if any(campaign.state != "draft" for campaign in campaigns_sudo):
            raise UserError(
                self.env._("The campaign has started: its recipients stay. Stop it instead.")
            )
        # The list is the campaign's: who may not change one takes nobody off the other.
        campaigns_sudo.sudo(self.env.su).check_access("write")

    def action_open_applicant(self):
        """Open the application.

        :returns: action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "hr.applicant",
            "res_id": self.applicant_id.id,
            "views": [(False, "form")],
        }
