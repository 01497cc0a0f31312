import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..rules import segments
from . import direct_sender
from .hr_sms_gate import PASS

_lt = LazyTranslate(__name__)

# When the direct lane's cron looks after texts that a thread should have sent long since.
FALLBACK = timedelta(minutes=1)
# The crons of the bulk lane. As many workers may drain at once.
BULK_LANES = ("bulk_1", "bulk_2", "bulk_3", "bulk_4")

# Twilio's error codes in words that say what to do: https://www.twilio.com/docs/api/errors
FAILURES = {
    "20003": _lt("Twilio refused our account: check the Account SID and token in the settings."),
    "20429": _lt("Twilio had too many requests at once and did not take the text."),
    "21211": _lt("This is not a valid phone number."),
    "21408": _lt("Texting this country is not enabled in the Twilio account."),
    "21606": _lt("Our sending number cannot send texts: check the numbers in the settings."),
    "21610": _lt("The candidate has opted out with Twilio: only START from their phone lifts it."),
    "21611": _lt("Our sending number has too many texts waiting."),
    "21612": _lt("Our sending number cannot reach this number: use another sender."),
    "21614": _lt("This is not a mobile number."),
    "21617": _lt("The text is too long."),
    "21635": _lt("This is a landline: it cannot receive texts."),
    "30001": _lt("Twilio's queue is full."),
    "30003": _lt("The phone could not be reached: it may be switched off or without signal."),
    "30004": _lt("The phone or its carrier blocks our texts."),
    "30005": _lt("This number is unknown or no longer in service: ask the candidate anew."),
    "30006": _lt("This is a landline or its carrier cannot be reached."),
    "30007": _lt("The carrier filtered this text out as unwanted."),
    "30008": _lt("The text was not delivered, the carrier does not say why."),
    "30032": _lt("Our toll-free number is not verified yet: see the Twilio console."),
    "30034": _lt("Our number is not registered with the carriers yet: see the Twilio console."),
    "gave_up": _lt("Twilio could not take the text for too long, so we stopped trying."),
    "neutralized": _lt("Not sent: this database is a copy for testing."),
    "unconfirmed": _lt("Twilio did not say whether it got this text. We are asking: please wait."),
    "undecided": _lt(
        "Nobody can tell whether this text was sent. Ask the candidate, then say what to do."
    ),
    "never_arrived": _lt("Twilio never got this text. Send it again if it still matters."),
}


class HrSmsMessage(models.Model):
    """One text in a thread, sent or received. Users read; only server code writes."""

    _name = "hr.sms.message"
    _description = "SMS Message"
    _order = "date desc, id desc"
    # Odoo shows the name of what a many2one leads to whether or not the reader may read it.
    _rec_name = "date"
    _rec_names_search = ["body"]

    thread_id = fields.Many2one("hr.sms.thread", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
    )
    direction = fields.Selection(
        [("outbound", "Sent"), ("inbound", "Received")], required=True, readonly=True
    )
    kind = fields.Selection(
        [
            ("direct", "By hand"),
            ("bulk", "To many"),
            ("auto", "Automatic"),
            ("confirmation", "Keyword confirmation"),
            ("apply", "Answer to a keyword to apply"),
        ],
        required=True,
        readonly=True,
        default="direct",
    )
    purpose = fields.Selection(
        [("job", "About jobs"), ("reminder", "Reminder")],
        required=True,
        readonly=True,
        default="job",
        help="Who agreed to reminders only gets no other texts.",
    )
    answer = fields.Char(
        readonly=True, help="Which keyword this text confirms, or that it welcomes, if it does."
    )
    body = fields.Text(readonly=True)
    state = fields.Selection(
        [
            ("scheduled", "Scheduled"),
            ("queued", "Waiting to be sent"),
            ("sending", "Sending"),
            ("unknown", "Not confirmed"),
            ("sent", "Sent"),
            ("delivered", "Delivered"),
            ("failed", "Not delivered"),
            ("canceled", "Not sent"),
            ("received", "Received"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Datetime(
        required=True,
        readonly=True,
        default=fields.Datetime.now,
        help="Its place in the conversation: when it came or went, until then when it was written.",
    )
    scheduled_date = fields.Datetime(readonly=True)
    segment_count = fields.Integer("Segments", readonly=True)
    sender_number = fields.Char(
        "Our Number", readonly=True, help="The company's number this text went or came by."
    )
    uuid = fields.Char(readonly=True, help="Names the text in Twilio's status callbacks.")
    token = fields.Char(readonly=True, help="Names the attempt of whoever sent it by hand.")
    twilio_sid = fields.Char(readonly=True)
    failure_code = fields.Char(readonly=True)
    failure_detail = fields.Char(readonly=True, help="The provider's own words.")
    failure_reason = fields.Char(compute="_compute_failure_reason")
    attempt_count = fields.Integer("Attempts", readonly=True)
    next_attempt_date = fields.Datetime(readonly=True)
    wait_code = fields.Char(readonly=True, help="Why it is not sent yet.")
    wait_reason = fields.Char(compute="_compute_wait_reason")
    claimed_date = fields.Datetime(readonly=True)
    sent_date = fields.Datetime(readonly=True)
    is_unread = fields.Boolean("Unread", readonly=True)
    applicant_id = fields.Many2one(
        "hr.applicant", readonly=True, ondelete="set null", index="btree_not_null"
    )
    author_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    decided_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        ondelete="set null",
        help="Who said what became of it, as Twilio could not.",
    )

    _thread_idx = models.Index("(thread_id, date, id)")
    _date_idx = models.Index("(date, id)")
    _inbound_idx = models.Index("(thread_id, id) WHERE direction = 'inbound'")
    _uuid_unique = models.UniqueIndex("(uuid) WHERE uuid IS NOT NULL")
    _token_unique = models.UniqueIndex(
        "(token, author_id, thread_id) WHERE token IS NOT NULL",
        "This text is being sent already. Look again in a few seconds.",
    )
    _twilio_sid_unique = models.UniqueIndex("(twilio_sid) WHERE twilio_sid IS NOT NULL")
    # As Odoo writes the condition: PostgreSQL before 17 does not know that the two are one.
    _unread_idx = models.Index("(thread_id) WHERE is_unread IS TRUE")
    _queue_idx = models.Index("(company_id, kind, id) WHERE state IN ('queued', 'scheduled')")
    # What a number got of late, not all that it ever got: for the texts a day.
    _daily_idx = models.Index(
        "(thread_id, claimed_date) WHERE kind IN ('bulk', 'auto') AND claimed_date IS NOT NULL"
    )
    _waiting_idx = models.Index("(thread_id) WHERE wait_code IS NOT NULL")
    _unknown_idx = models.Index("(next_attempt_date) WHERE state = 'unknown'")
    _sending_idx = models.Index("(claimed_date) WHERE state = 'sending'")

    @api.depends("failure_code", "failure_detail")
    @api.depends_context("lang")
    def _compute_failure_reason(self):
        gate = self.env["hr.sms.gate"]
        reasons = gate._reasons()
        for message in self:
            code = message.failure_code or ""
            if text := FAILURES.get(code):
                message.failure_reason = self.env._(text)  # pylint: disable=gettext-variable
            elif code.partition(":")[0] in reasons:
                message.failure_reason = gate._reason_text(code)
            else:
                message.failure_reason = message.failure_detail

    @api.depends("wait_code")
    @api.depends_context("lang")
    def _compute_wait_reason(self):
        for message in self:
            message.wait_reason = self.env["hr.sms.gate"]._reason_text(message.wait_code)

    # ------------------------------------------------------------
    # Into the queue
    # ------------------------------------------------------------

    @api.model
    def _queue(self, requests, scheduled_date=None):
        """Put texts into the queue. The gate was asked (see ``_offer``).

        Direct texts are on their way as soon as the caller's transaction is committed, they do
        not wait for a cron.

        :param requests: list of dicts with ``thread``, ``body`` and optionally ``applicant``,
            ``kind`` (default ``direct``), ``purpose`` (default ``job``), ``author``
            (``res.users``), ``sender_number`` and ``verdict`` (the gate's: whether it waits)
        :param scheduled_date: UTC datetime, ``None`` for now
        :returns: the new ``hr.sms.message`` records
        """
        scheduled = bool(scheduled_date and scheduled_date > fields.Datetime.now())
        waits = [request.get("verdict") or PASS for request in requests]
        # sudo: no user may create messages at will, they pass this door after the gate
        messages = self.sudo().create(
            [
                {
                    **self._outbound_values(request),
                    "state": "scheduled" if scheduled else "queued",
                    "scheduled_date": scheduled_date if scheduled else False,
                    "wait_code": wait.wait_code,
                    "next_attempt_date": wait.until,
                }
                for request, wait in zip(requests, waits, strict=True)
            ]
        )
        messages.thread_id._notify_changed()
        self._wake_queue(messages, scheduled_date if scheduled else None)
        return messages

    def _outbound_values(self, request):
        """Return what a text to send has in common, whatever becomes of it."""
        return {
            "thread_id": request["thread"].id,
            "company_id": request["thread"].company_id.id,
            "direction": "outbound",
            "kind": request.get("kind", "direct"),
            "purpose": request.get("purpose") or "job",
            "answer": request.get("answer"),
            "body": request["body"],
            "segment_count": segments.count(request["body"]).segments,
            "sender_number": request.get("sender_number"),
            "uuid": uuid.uuid4().hex,
            "applicant_id": request["applicant"].id if request.get("applicant") else False,
            "author_id": request["author"].id if request.get("author") else False,
            "token": request.get("token"),
        }

    def _wake_queue(self, messages, scheduled_date):
        """Have texts sent: direct ones by a thread right after the commit, others by their crons.

        :param messages: the texts, of any lane
        :param scheduled_date: UTC datetime or several, ``None`` for as soon as possible
        """
        lanes = {self._lane(message.kind) for message in messages}
        if "direct" in lanes:
            if not scheduled_date:
                self.env.cr.postcommit.add(direct_sender.waker(self.env.registry))
            # The cron is there should the process end before its thread has sent them.
            self._trigger_lanes(["direct"], scheduled_date or fields.Datetime.now() + FALLBACK)
        if "bulk" in lanes:
            # It calls the others if there is work for them.
            self._trigger_lanes(BULK_LANES[:1], scheduled_date)

    def _trigger_lanes(self, names, date):
        for name in names:
            cron = self.env.ref(f"hr_recruitment_texting.ir_cron_process_queue_{name}", False)
            if cron:
                # sudo: a recruiter may not touch crons, their text may wake them
                cron.sudo()._trigger(date)

    @api.model
    def _call_other_lanes(self, lane):
        """Have more workers, of any server, join in: there is more than one lane can claim.

        :param lane: the one that found so much
        """
        if lane == "bulk":
            self._trigger_lanes(BULK_LANES[1:], None)

    @api.model
    def _lane(self, kind):
        """Return the lane a kind of text goes by: somebody waits for those of ``direct``."""
        return "direct" if kind in ("direct", "confirmation", "apply") else "bulk"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Texts cannot be deleted: they belong to the conversation."))
