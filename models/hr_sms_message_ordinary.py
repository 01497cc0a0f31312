from odoo import api, fields, models
from odoo.tools import SQL

from ..rules import segments
from ..rules.opt_out_phrases import classify
from .hr_sms_message_campaign import last_campaign
from .hr_sms_message_inbound import BODY_LIMIT


class HrSmsMessage(models.Model):
    """The short way in for texts that do nothing but arrive: one statement."""

    _inherit = "hr.sms.message"

    @api.model
    def _receive_ordinary(self, company_ids, sid, form):
        """Take in a received text that nobody waits for an answer to, once.

        Runs in a short READ COMMITTED transaction; the webhook's signature was verified.

        :param company_ids: ids of the companies of the Twilio account
        :param str sid: MessageSid
        :param form: the webhook's form
        :returns: whether it was taken in; otherwise it goes the long way: a keyword, an opt-out
            in plain words, pictures, a new number, one that companies share, one seen before
        """
        body = (form.get("Body") or "").replace("\x00", "")[:BODY_LIMIT]
        if form.get("OptOutType") or form.get("NumMedia", "0") != "0" or classify(body):
            return False
        sender, recipient = self._e164(form["From"]), self._e164(form["To"])
        companies = self._receiving_companies(company_ids, recipient, form)
        if len(companies) != 1 or self._keyword(companies, body, None):
            return False
        values = {
            "company_id": companies.id,
            "direction": "inbound",
            "kind": "direct",
            "purpose": "job",
            "body": body,
            "state": "received",
            "segment_count": segments.count(body).segments,
            "sender_number": recipient,
            "twilio_sid": sid,
            "is_unread": True,
            "is_waiting": True,
            "date": fields.Datetime.now(),
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
            "create_date": fields.Datetime.now(),
            "write_date": fields.Datetime.now(),
        }
        # The key share holds off an erasure; one that came first leaves no such number.
        self.env.cr.execute(
            SQL(
                """
                WITH thread AS (
                    SELECT id FROM hr_sms_thread
                     WHERE company_id = %(company)s AND number = %(number)s
                       FOR KEY SHARE
                )
                INSERT INTO hr_sms_message (thread_id, applicant_id, %(names)s)
                SELECT thread.id,
                       COALESCE(
                           (SELECT applicant_id FROM hr_sms_message
                             WHERE thread_id = thread.id AND direction = 'outbound'
                               AND state NOT IN ('scheduled', 'canceled')
                               AND applicant_id IS NOT NULL
                          ORDER BY date DESC, id DESC LIMIT 1),
                           (SELECT applicant.id
                              FROM hr_sms_thread_applicant_rel AS link
                              JOIN hr_applicant AS applicant ON applicant.id = link.applicant_id
                             WHERE link.thread_id = thread.id
                          ORDER BY applicant.active DESC, applicant.id DESC LIMIT 1)),
                       %(values)s
                  FROM thread
                ON CONFLICT (twilio_sid) WHERE twilio_sid IS NOT NULL DO NOTHING
             RETURNING thread_id, %(campaign)s
                """,
                company=companies.id,
                number=sender,
                names=SQL(", ").join(map(SQL.identifier, values)),
                values=SQL(", ").join(SQL("%s", value) for value in values.values()),
                campaign=last_campaign(SQL.identifier("hr_sms_message", "thread_id")),
            )
        )
        row = self.env.cr.fetchone()
        if row:
            thread, campaign = row
            thread = self.env["hr.sms.thread"].browse(thread)
            if campaign:
                thread._assign_reply()
            thread._notify_changed()
        return bool(row)
