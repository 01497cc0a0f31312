from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..gateway import Lookup
from ..rules import delivery
from .transactions import short_transaction

# Texts whose state nobody tells us are asked about so soon, again and again in this time by
# Twilio's list, later one by one.
FIRST_ASKED = timedelta(minutes=1)
FRESH = timedelta(hours=1)
# A callback that did not come until then is lost.
TOLD_WITHIN = timedelta(hours=6)
# After that "sent" is the last word: many carriers give no receipt.
ASKED_FOR = timedelta(days=3)
# So many are asked about one by one; more are looked for in the list.
ONE_BY_ONE = 500
BATCH = 50_000


class HrSmsMessage(models.Model):
    """Asking Twilio what became of texts, instead of being told, or where a callback was lost."""

    _inherit = "hr.sms.message"

    _sent_idx = models.Index("(company_id, sent_date) WHERE state = 'sent'")

    def _wants_callback(self):
        """Tell whether Twilio shall call for each status of this text.

        Somebody waits for a direct text's; a campaign of 100,000 brings 300,000 calls.

        :returns: bool
        """
        self.ensure_one()
        return self._lane(self.kind) == "direct" or not self.company_id.sms_ask_twilio

    @api.model
    def _ask_twilio(self):
        """Ask Twilio about texts that were handed over and of which no more is known. Cron.

        Texts without a callback from a minute on, the others when theirs must be lost. Each is
        asked about again after as long as it is old, so seven times or so, for three days.
        """
        companies = self.env["res.company"].search([("sms_twilio_account_sid", "!=", False)])
        for same_account in companies.grouped("sms_twilio_account_sid").values():
            connection = same_account[:1]._sms_connection(Lookup)
            fresh, old = self._due_to_ask(same_account)
            if fresh:
                self._settle_from_list(connection, same_account, *self._span(fresh, FRESH))
            if len(old) > ONE_BY_ONE:
                self._settle_from_list(connection, same_account, *self._span(old, FRESH))
            elif old:
                sids = [sid for _id, sid, _date in old]
                self._settle_reports(same_account, connection.texts(sids))
            self._ask_again_later([row[0] for row in fresh + old])
            if not self._report_progress(len(fresh) + len(old)):
                return
        self._report_progress(0, remaining=0)

    @api.model
    def _due_to_ask(self, companies):
        """Return which texts it is time to ask about.

        :param companies: ``res.company`` records of one account
        :returns: two lists of ``(id, MessageSid, sent date)``, oldest first: for the list, and
            to be asked about one by one
        """
        self.flush_model()
        now = fields.Datetime.now()
        direct = [
            kind for kind, _label in self._fields["kind"].selection if self._lane(kind) == "direct"
        ]
        self.env.cr.execute(
            SQL(
                """
                SELECT id, twilio_sid, sent_date FROM hr_sms_message
                 WHERE state = 'sent' AND direction = 'outbound'
                   AND company_id = ANY(%(companies)s)
                   AND sent_date > %(oldest)s AND twilio_sid IS NOT NULL
                   AND COALESCE(next_attempt_date, sent_date) <= %(now)s
                   AND sent_date <= CASE WHEN company_id = ANY(%(asking)s)
                                          AND kind != ALL(%(direct)s)
                                         THEN %(untold)s ELSE %(told)s END
              ORDER BY sent_date
                 LIMIT %(batch)s
                """,
                companies=companies.ids,
                asking=companies.filtered("sms_ask_twilio").ids,
                direct=direct,
                oldest=now - ASKED_FOR,
                untold=now - FIRST_ASKED,
                told=now - TOLD_WITHIN,
                now=now,
                batch=BATCH,
            )
        )
        rows = self.env.cr.fetchall()
        fresh = [row for row in rows if row[2] > now - FRESH]
        return fresh, rows[: len(rows) - len(fresh)]

    @api.model
    def _span(self, rows, margin):
        """Return from when to when Twilio sent these texts, as far as that can be known."""
        dates = [row[2] for row in rows]
        return min(dates) - timedelta(minutes=2), max(dates) + margin

    @api.model
    def _settle_from_list(self, connection, companies, since, until):
        """Settle texts by Twilio's list, one UPDATE for each page of a thousand."""
        for page in connection.pages(since, until):
            self._settle_reports(companies, page)

    @api.model
    def _settle_reports(self, companies, reports):
        """Settle texts by what Twilio says of them, in a transaction of its own.

        :param companies: ``res.company`` records whose texts they may be
        :param reports: list of :class:`~..gateway.Report`
        """
        known = [
            (None, None, report.sid, report.status, report.error_code, report.sender)
            for report in reports
            if report.direction == "outbound-api" and report.status in delivery.TWILIO_STATUS
        ]
        if known:
            with short_transaction(self.env.registry) as env:
                env["hr.sms.message"]._settle(known, companies.ids)

    @api.model
    def _ask_again_later(self, ids):
        """Have texts of which still no more is known asked about when they are twice as old."""
        with short_transaction(self.env.registry) as env:
            env.cr.execute(
                """
                UPDATE hr_sms_message
                   SET next_attempt_date = %(now)s + GREATEST(%(now)s - sent_date, '2 minutes')
                 WHERE id = ANY(%(ids)s) AND state = 'sent'
                """,
                {"now": fields.Datetime.now(), "ids": ids},
            )
        self.invalidate_model(["next_attempt_date"])
