from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .hr_sms_gate import REASONS
from .hr_sms_message import FAILURES
from .hr_sms_thread import OFFICER_GROUP, VIEW_GROUP

_lt = LazyTranslate(__name__)

OTHER = "other"
# Reasons that name a detail, without it: here all of a kind count together.
SHORT = {
    "country_refused": _lt("Texts to this country are switched off."),
    "body_too_long_here": _lt("The text was too long."),
    "canceled": _lt("Canceled by a colleague."),
    "template_failed": _lt("The template could not be filled in."),
    OTHER: _lt("Another reason."),
}
# The longest period the overview looks back, in days.
LONGEST = 366


_AFTER = SQL("(next.date, next.id) > (message.date, message.id)")


def _went(text):
    """Return whether a text went or came: what waits or was refused answers nobody."""
    return SQL("%s IN ('sent', 'delivered', 'received')", SQL.identifier(text, "state"))


class HrSmsReport(models.Model):
    """Every text as a row to count: by job, recruiter, month, template, sender, outcome."""

    _name = "hr.sms.report"
    _description = "SMS Analysis"
    _auto = False
    _order = "date desc"
    _rec_name = "date"

    date = fields.Datetime(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    direction = fields.Selection([("outbound", "Sent"), ("inbound", "Received")], readonly=True)
    kind = fields.Selection(
        selection=lambda self: (
            self.env["hr.sms.message"]._fields["kind"]._description_selection(self.env)
        ),
        readonly=True,
    )
    outcome = fields.Selection(
        [
            ("delivered", "Delivered"),
            ("sent", "Sent, not confirmed"),
            ("failed", "Not delivered"),
            ("canceled", "Not sent"),
            ("waiting", "Waiting"),
            ("received", "Received"),
        ],
        readonly=True,
    )
    failure = fields.Selection(
        selection="_failure_selection",
        string="Reason",
        readonly=True,
        help="Why it did not arrive.",
    )
    applicant_id = fields.Many2one("hr.applicant", readonly=True)
    job_id = fields.Many2one("hr.job", readonly=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    recruiter_id = fields.Many2one("res.users", readonly=True)
    author_id = fields.Many2one("res.users", string="Written by", readonly=True)
    template_id = fields.Many2one("sms.template", readonly=True)
    stage_id = fields.Many2one("hr.recruitment.stage", string="Sent by Stage", readonly=True)
    campaign_id = fields.Many2one("hr.sms.campaign", readonly=True)
    sender_number = fields.Char("Our Number", readonly=True)
    segment_count = fields.Integer("Segments", readonly=True, help="Charged segments.")
    cost = fields.Float(readonly=True, help="Segments at the price of the company's settings.")
    is_delivered = fields.Float(
        "Delivery Rate",
        readonly=True,
        aggregator="avg",
        help="Share of the texts with a known end that were delivered.",
    )
    answer_hours = fields.Float(
        "Hours until Our Answer",
        readonly=True,
        aggregator="avg",
        help="From what a candidate writes to our next text by hand. Keywords and the answer 1 to "
        "an interview reminder wait for nobody.",
    )
    reply_hours = fields.Float(
        "Hours until Their Answer",
        readonly=True,
        aggregator="avg",
        help="From our text to the candidate's next one.",
    )

    is_replied = fields.Float(
        "Reply Rate",
        readonly=True,
        aggregator="avg",
        help="Share of the texts that went and were answered before our next one, with whatever words "
        "but an opt-out.",
    )
    is_opted_out = fields.Float(
        "Opt-out Rate",
        readonly=True,
        aggregator="avg",
        help="Share of the texts that went and were followed by an opt-out before our next one.",
    )

    @api.model
    def _failure_selection(self):
        words = {**REASONS, **FAILURES, **SHORT}
        return [
            # What is wrong, without what to do about it.
            (code, self.env._(text).partition(". ")[0].removesuffix("."))  # pylint: disable=gettext-variable
            for code, text in words.items()
        ]

    @property
    def _table_query(self):
        """One row a text. Hours, replies and opt-outs are subqueries: PostgreSQL only runs those asked for."""
        return SQL(
            """
            SELECT message.id, message.date, message.company_id, message.direction,
                   message.kind,
                   CASE WHEN message.state IN ('scheduled', 'queued', 'sending') THEN 'waiting'
                        WHEN message.state = 'unknown' THEN 'sent'
                        ELSE message.state END AS outcome,
                   CASE WHEN message.state NOT IN ('failed', 'canceled') THEN NULL
                        WHEN split_part(message.failure_code, ':', 1) = ANY(%(codes)s)
                        THEN split_part(message.failure_code, ':', 1)
                        ELSE %(other)s END AS failure,
                   message.applicant_id, applicant.job_id, applicant.department_id,
                   applicant.user_id AS recruiter_id, message.author_id, message.template_id,
                   message.stage_id, message.campaign_id, message.sender_number,
                   COALESCE(message.charged_segments, 0) AS segment_count,
                   COALESCE(message.charged_segments, 0) * COALESCE(company.sms_segment_price, 0)
                       AS cost,
                   CASE message.state WHEN 'delivered' THEN 1.0 WHEN 'failed' THEN 0.0 END
                       AS is_delivered,
                   -- not after a keyword or an interview's 1 or 2: nobody owes these an answer
                   CASE WHEN message.answer_id IS NOT NULL AND %(inbound_begins)s THEN
                       (SELECT EXTRACT(EPOCH FROM next.date - message.date) / 3600
                          FROM hr_sms_message AS next
                         WHERE next.thread_id = message.thread_id AND %(after)s
                           AND next.direction = 'outbound' AND next.kind = 'direct'
                           -- written since, or sent by hand since: as for is_waiting
                           AND (next.id > message.id OR next.id = message.answer_id)
                           AND %(next_went)s
                      ORDER BY next.date, next.id LIMIT 1) END AS answer_hours,
                   CASE WHEN %(went)s AND %(outbound_begins)s THEN
                       (SELECT EXTRACT(EPOCH FROM next.date - message.date) / 3600
                          FROM hr_sms_message AS next
                         WHERE next.thread_id = message.thread_id AND %(after)s
                           AND next.direction = 'inbound'
                      ORDER BY next.date, next.id LIMIT 1) END AS reply_hours,
                   -- who opts out has not answered
                   CASE WHEN %(went)s AND %(opted_out)s THEN 0.0 WHEN %(went)s THEN COALESCE(
                       (SELECT CASE next.direction WHEN 'inbound' THEN 1.0 ELSE 0.0 END
                          FROM hr_sms_message AS next
                         WHERE next.thread_id = message.thread_id AND %(after)s
                           AND next.kind != 'confirmation' AND %(next_went)s
                      ORDER BY next.date, next.id LIMIT 1), 0.0) END AS is_replied,
                   CASE WHEN %(went)s THEN CASE WHEN %(opted_out)s THEN 1.0 ELSE 0.0 END END
                       AS is_opted_out
              FROM hr_sms_message AS message
              JOIN res_company AS company ON company.id = message.company_id
         LEFT JOIN hr_applicant AS applicant ON applicant.id = message.applicant_id
            """,
            codes=[*REASONS, *FAILURES],
            other=OTHER,
            inbound_begins=self._sql_begins("inbound"),
            outbound_begins=self._sql_begins("outbound"),
            went=SQL(
                "message.direction = 'outbound' AND message.kind != 'confirmation' AND %s",
                _went("message"),
            ),
            opted_out=SQL(
                """
                EXISTS (SELECT FROM hr_sms_consent AS event
                         WHERE event.thread_id = message.thread_id AND event.event = 'withdrawn'
                           AND event.recorded_date >= message.date
                           AND event.recorded_date < COALESCE(
                               (SELECT next.date
                                  FROM hr_sms_message AS next
                                 WHERE next.thread_id = message.thread_id AND %s
                                   AND next.direction = 'outbound' AND next.kind != 'confirmation'
                                   AND %s
                              ORDER BY next.date, next.id LIMIT 1), 'infinity'))
                """,
                _AFTER,
                _went("next"),
            ),
            after=_AFTER,
            next_went=_went("next"),
        )

    def _sql_begins(self, direction):
        """Return whether a text is the first of several in a row: one answers them all.

        :param str direction: of the row; what nobody owes an answer is in no row of received texts
        :returns: ``SQL``
        """
        return SQL(
            """
            COALESCE((SELECT previous.direction != %s
                        FROM hr_sms_message AS previous
                       WHERE previous.thread_id = message.thread_id
                         AND (previous.date, previous.id) < (message.date, message.id)
                         AND %s
                         AND %s
                    ORDER BY previous.date DESC, previous.id DESC LIMIT 1), TRUE)
            """,
            direction,
            _went("previous"),
            SQL(
                "(previous.direction = 'outbound' OR previous.answer_id IS NOT NULL"
                " OR previous.is_waiting)"
            )
            if direction == "inbound"
            else SQL("TRUE"),
        )

    # ------------------------------------------------------------
    # The overview
    # ------------------------------------------------------------

    @api.model
    def sms_overview(self, days=30):
        """Return the figures of the overview, of what the user may see.

        :param int days: how far to look back, 366 at most
        :returns: dict with ``days``, ``waiting`` (threads whose candidate waits for us), ``sent``,
            ``received``, ``failed`` and ``canceled`` (texts), ``delivery_rate`` (0 to 1),
            ``answer_hours`` and ``reply_hours`` (averages), ``reply_rate`` (0 to 1), ``opt_ins`` and
            ``opt_outs`` (events), ``opt_in_rate`` (of those who were asked with Yes and No) and
            ``opt_out_rate`` (of what went), ``segments`` (charged) and ``allowance_left``
            (segments); ``False`` stands for what cannot be told: no texts yet, no right to see it,
            or no limit
        :raises AccessError: without the right to view SMS
        """
        self.env["hr.applicant"]._sms_check_right(VIEW_GROUP)
        days = days if isinstance(days, int) and 0 < days <= LONGEST else 30
        since = fields.Datetime.now() - timedelta(days=days)
        period = Domain("date", ">=", since) & Domain("company_id", "in", self.env.companies.ids)
        [(delivered, answer, reply, replied, segments)] = self._read_group(
            period,
            [],
            [
                "is_delivered:avg",
                "answer_hours:avg",
                "reply_hours:avg",
                "is_replied:avg",
                "segment_count:sum",
            ],
        )
        outcomes = dict(self._read_group(period, ["outcome"], ["__count"]))
        threads = self.env["hr.sms.thread"]
        threads._inbox_flush()
        outgoing = [outcomes.get(name, 0) for name in ("delivered", "sent", "failed")]
        return {
            "days": days,
            "since": fields.Datetime.to_string(since),
            "waiting": threads._inbox_count("waiting", most=None),
            "sent": sum(outgoing),
            "received": outcomes.get("received", 0),
            "failed": outcomes.get("failed", 0),
            "canceled": outcomes.get("canceled", 0),
            "delivery_rate": False if delivered is None or not any(outgoing) else delivered,
            "answer_hours": False if answer is None else answer,
            "reply_hours": False if reply is None else reply,
            "reply_rate": False if replied is None else replied,
            "segments": segments or 0,
            **self._sms_overview_consent(since, period),
            "allowance_left": self._sms_overview_allowance(),
        }

    def _sms_overview_consent(self, since, texts):
        if not self.env.user.has_group(OFFICER_GROUP):
            return dict.fromkeys(("opt_ins", "opt_outs", "opt_in_rate", "opt_out_rate"), False)
        consents = self.env["hr.sms.consent"]
        period = Domain("recorded_date", ">=", since)
        period &= Domain("thread_id.company_id", "in", self.env.companies.ids)
        events = dict(consents._read_group(period, ["event"], ["__count"]))
        [(opt_in_rate,)] = consents._read_group(period, [], ["opt_in_rate:avg"])
        [(opt_out_rate,)] = self._read_group(texts, [], ["is_opted_out:avg"])
        return {
            "opt_ins": events.get("granted", 0),
            "opt_outs": events.get("withdrawn", 0),
            "opt_in_rate": False if opt_in_rate is None else opt_in_rate,
            "opt_out_rate": False if opt_out_rate is None else opt_out_rate,
        }

    def _sms_overview_allowance(self):
        # sudo: what is left is told to those who see texts, the account itself to managers
        accounts = (
            self.env["hr.sms.allowance"]
            .sudo()
            .search([("company_id", "in", self.env.companies.ids)])
        )
        limited = accounts.filtered(lambda account: account.mode != "unlimited")
        return sum(limited.mapped("balance")) if limited else False
