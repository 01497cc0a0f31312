from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .hr_applicant import SEND_GROUP
from .hr_sms_gate import BODY_LIMIT, REASONS, GateRequest
from .hr_sms_gate_limits import DETAIL, UNATTENDED
from .hr_sms_message_offer import Text
from .transactions import short_transaction

_lt = LazyTranslate(__name__)

REASONS["canceled"] = _lt("Canceled by %(detail)s before it went.")
WAITING = ("scheduled", "queued")
# What follows from the words of a text.
_WORDS = ("body", "segment_count", "opt_out_way", "opt_out_sequence")


class HrSmsMessage(models.Model):
    """A text that waits is in the recruiters' hands: its time, its words, whether it goes at all.

    Each change runs in a short transaction that locks the text. Rows that a sender holds at that
    moment are left to it: nothing is both canceled and sent.
    """

    _inherit = "hr.sms.message"

    @api.model
    def _planned_domain(self):
        """Return what makes out texts that wait, other than those on their way this moment.

        :returns: :class:`odoo.fields.Domain`
        """
        waits = (
            Domain("state", "=", "scheduled")
            | Domain("wait_code", "!=", False)
            | Domain("next_attempt_date", "!=", False)
            | Domain("kind", "in", UNATTENDED)
        )
        # The answer to a keyword is nobody's to hold back.
        return Domain("state", "in", WAITING) & Domain("kind", "!=", "confirmation") & waits

    # ------------------------------------------------------------
    # What a user asks for
    # ------------------------------------------------------------

    def sms_cancel(self):
        """Cancel texts that wait. Their words stay in the conversation, as not sent.

        :returns: list of ids of those that were canceled; a sender was faster with the others
        :raises AccessError: without the right to send SMS or to read the texts
        :raises UserError: when none of them waits any more, with what became of it
        """
        self._check_may_plan()
        with self._planning() as texts:
            canceled = texts._cancel_by(self.env.user)
            if texts and not canceled:
                raise UserError(texts[0]._why_too_late())
            return canceled.ids

    def sms_send_now(self):
        """Send a scheduled text now.

        :returns: True
        :raises AccessError: without the right to send SMS or to read the text
        :raises UserError: when it does not wait any more, waits for something else than its time,
            or when the gate refuses it, with the reason and what to do
        """
        self.ensure_one()
        self._check_may_plan()
        with self._planning() as text:
            text._hold()
            if text.wait_code:
                raise UserError(text.wait_reason)
            text._ask_gate_again(text.body, "now")
            text.write({"state": "queued", "scheduled_date": False, "next_attempt_date": False})
            text._answer_waiting()  # whoever sends it now has read what came meanwhile
            text.thread_id._notify_changed()
            text._wake_queue(text, None)
        return True

    def sms_reschedule(self, scheduled_date=None, body=None):
        """Change when a text goes that waits, or what it says.

        :param scheduled_date: UTC datetime or a string of one, in the future; ``None`` to leave it
        :param body: plain text, at most 1,400 units of its encoding; ``None`` to leave it
        :returns: True
        :raises AccessError: without the right to send SMS or to read the text
        :raises UserError: when it does not wait any more, or when the gate refuses it
        :raises ValidationError: for a time that is over, or a text that cannot be
        """
        self.ensure_one()
        self._check_may_plan()
        applicants = self.env["hr.applicant"]
        date = applicants._sms_date_argument(scheduled_date)
        if date and date <= fields.Datetime.now():
            raise UserError(
                self.env._("This time is over. Choose one that is to come, or send the text now.")
            )
        if body is not None:
            body = applicants._sms_text_argument(body, BODY_LIMIT * 4) or ""
        with self._planning() as text:
            text._hold()
            values = text._new_words(body) if body is not None else {}
            text._ask_gate_again(values.get("body", text.body), "later")
            if date:
                values |= {
                    "state": "scheduled",
                    "scheduled_date": date,
                    "wait_code": False,
                    "next_attempt_date": False,
                }
            if values:
                text._give_back()  # charged for an attempt that Twilio did not take
                text.write(values)
                text.thread_id._notify_changed()
                text._wake_queue(text, text.scheduled_date or None)
        return True

    def _check_may_plan(self):
        """Check that the user may change what waits here.

        :raises AccessError: otherwise
        """
        self.env["hr.applicant"]._sms_check_right(SEND_GROUP)
        self.check_access("read")
        self.applicant_id._sms_check_right(SEND_GROUP)

    @contextmanager
    def _planning(self):
        """Change texts in a short transaction, committed at the end of the block.

        Not in the request's: a sender that was faster would make that fail as a whole and be done
        again. The caller checked the user's right.

        :returns: context manager giving these texts as superuser
        """
        self.env.flush_all()
        with short_transaction(self.env.registry, {"lang": self.env.lang}) as env:
            yield self.with_env(env)
        self.invalidate_recordset()

    # ------------------------------------------------------------
    # In a transaction that may write (superuser)
    # ------------------------------------------------------------

    def _lock_waiting(self):
        """Lock those of these texts that wait and that nobody else holds.

        :returns: ``hr.sms.message`` records
        """
        # Read after the lock: a sender may just have been done with it.
        held = self.exists().try_lock_for_update()
        held.invalidate_recordset(["state"])
        return held.filtered(lambda text: text.state in WAITING and text.kind != "confirmation")

    def _hold(self):
        """Lock a text written by hand that waits.

        :raises UserError: when it cannot be had, or is not a person's to change
        """
        if not self._lock_waiting():
            raise UserError(self._why_too_late())
        if self.kind != "direct":
            raise UserError(
                self.env._("Nobody wrote this text by hand: it can be canceled, but not changed.")
            )

    def _why_too_late(self):
        """Say what became of a text that cannot be changed any more, and what to do."""
        self.invalidate_recordset(["state"])
        if not self.exists() or self.state in WAITING:
            return self.env._(
                "It is being sent at this very moment. Look again in a few seconds what became "
                "of it."
            )
        if self.state == "canceled":
            return self.env._("It was canceled already: %(why)s", why=self.failure_reason or "")
        return self.env._("It was just sent. Write another text if something is to be put right.")

    def _cancel_by(self, user):
        """Cancel those of these texts that wait, and tell those who wrote them.

        :param user: ``res.users`` record that wanted it
        :returns: the canceled ``hr.sms.message`` records
        """
        canceled = self._lock_waiting()
        canceled.write(
            {
                "state": "canceled",
                "failure_code": f"canceled{DETAIL}{user.name}",
                "wait_code": False,
                "next_attempt_date": False,
            }
        )
        canceled.thread_id._notify_changed()
        canceled.filtered(lambda text: text.author_id.id != user.id)._tell_authors()
        return canceled

    @api.model
    def _cancel_waiting(self, where, code):
        """Cancel texts that wait. Rows that a sender holds at this moment are left to it.

        :param where: ``SQL``, which texts
        :param code: ``SQL``, why; ``thread`` is the text's
        :returns: the canceled ``hr.sms.message`` records
        """
        canceled = self._change_waiting(
            where,
            SQL(
                "state = 'canceled', wait_code = NULL, next_attempt_date = NULL, failure_code = %s",
                code,
            ),
        )
        canceled.sudo()._give_back()  # the account follows, whoever canceled
        return canceled

    @api.model
    def _change_waiting(self, where, change):
        """Change texts that wait. Rows that a sender holds at this moment are left to it.

        :param where: ``SQL``, which texts
        :param change: ``SQL`` assignments; ``thread`` is the text's
        :returns: the changed ``hr.sms.message`` records
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH waiting AS (
                    SELECT id FROM hr_sms_message
                     WHERE state IN ('queued', 'scheduled') AND kind != 'confirmation' AND %(where)s
                       FOR UPDATE SKIP LOCKED
                )
                UPDATE hr_sms_message AS message SET %(change)s, write_date = %(now)s
                  FROM waiting, hr_sms_thread AS thread
                 WHERE message.id = waiting.id AND thread.id = message.thread_id
             RETURNING message.id
                """,
                where=where,
                change=change,
                now=fields.Datetime.now(),
            )
        )
        changed = self.browse(row[0] for row in self.env.cr.fetchall())
        changed.invalidate_recordset()
        changed.thread_id._notify_changed()
        return changed

    def _ask_gate_again(self, body, stage):
        """Ask the gate about a text with its new words or time.

        :param str body: what it will say
        :param str stage: ``now`` or ``later``
        :raises UserError: when the gate refuses it
        """
        request = GateRequest(
            company=self.company_id,
            thread=self.thread_id,
            number=self.thread_id.number,
            body=body,
            kind=self.kind,
            purpose=self.purpose,
            applicant=self.applicant_id,
            stage=stage,
        )
        gate = self.env["hr.sms.gate"]
        if code := gate._ask([request])[0].code:
            raise UserError(gate._reason_text(code))

    def _new_words(self, body):
        """Return the values of a text that says something else, with the opt-out line if it needs one."""
        # What it said before does not count as having told how to opt out.
        self.write({"opt_out_way": False})
        text = Text(
            company=self.company_id,
            number=self.thread_id.number,
            body=body,
            applicant=self.applicant_id,
            kind=self.kind,
            purpose=self.purpose,
        )
        [text] = self._with_opt_out_lines([text], [self.thread_id])
        request = {"thread": self.thread_id, "body": text.body.strip(), "kind": self.kind}
        values = self._outbound_values(request)
        return {name: values[name] for name in _WORDS}
