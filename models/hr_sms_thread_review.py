from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .hr_sms_thread import LEDGER

# Then it counts as an opt-out. A revocation has to be honoured within a reasonable time, at most
# ten business days: 47 CFR 64.1200(a)(10).
DECIDE_WITHIN = timedelta(days=5)


class HrSmsThread(models.Model):
    """An opt-out in plain words: sending pauses until a person decides."""

    _inherit = "hr.sms.thread"

    def _after_fold(self, events):
        spoken = events.filtered(
            lambda event: (
                event.event == "granted"
                and event.method in ("keyword", "job_form", "text_to_apply")
            )
        ).thread_id
        # Whoever opts in from that handset has the right number.
        flagged = self.filtered(lambda thread: thread.number_flag and thread in spoken)
        flagged._flag_number(False)
        decided = self.filtered(lambda thread: thread.consent_state != "review")
        self.env["hr.sms.message"]._resume("consent_review", decided)
        return super()._after_fold(events)

    def _flag_number(self, flag):
        """Remember what is the matter with a number.

        :param flag: a value of ``number_flag``, ``False`` to forget it
        """
        self.with_context(hr_sms_ledger=LEDGER).number_flag = flag

    def _review_text(self):
        """Return the text that a person has to decide about.

        :returns: ``hr.sms.consent`` event, empty when nothing is to be decided
        """
        self.ensure_one()
        if self.consent_state != "review":
            return self.env["hr.sms.consent"]
        return self._deciding_event()

    @api.model
    def _withdraw_undecided(self):
        """Take opt-outs in plain words that nobody decided about for what they are. Daily cron."""
        events = self.env["hr.sms.consent"].search(
            Domain("thread_id.consent_state", "=", "review")
            & Domain("event", "=", "review")
            & Domain("recorded_date", "<", fields.Datetime.now() - DECIDE_WITHIN)
        )
        overdue = events.filtered(
            lambda event: event.sequence == event.thread_id.consent_sequence
        ).sorted("id")
        self.env["hr.sms.consent"]._append(
            [
                {
                    "thread": event.thread_id,
                    "event": "withdrawn",
                    "method": "reply",
                    "given_date": event.given_date,
                    "applicant": self.env["hr.applicant"].browse(event.applicant_ref).exists(),
                    "twilio_sid": event.twilio_sid,
                    "note": "undecided for 5 days",
                }
                for event in overdue
            ]
        )

    # ------------------------------------------------------------
    # Telling a person
    # ------------------------------------------------------------

    def _people_to_tell(self, applicant):
        """Return who is told about a conversation: its assignee, else the recruiter, else followers.

        An assignee who may not read it any more looks after nothing.

        :param applicant: ``hr.applicant`` record (superuser), possibly empty
        :returns: ``res.users`` records that may view SMS and read the conversation
        """
        self.ensure_one()
        for users in (
            self.user_id,
            applicant.user_id,
            applicant.message_partner_ids.user_ids,
        ):
            if allowed := self._who_may_read(users, applicant):
                return allowed
        return self.env["res.users"]

    def _tell(self, applicant, users, subject, body):
        """Notify users about an applicant, each as they chose. The words of a text never travel.

        :param applicant: ``hr.applicant`` record (superuser), ``mail.thread`` where it is about none
        :param users: ``res.users`` records
        :param subject: callable from an environment to the subject in its language
        :param body: the same for the text
        :returns: the ``mail.message`` records
        """
        messages = self.env["mail.message"]
        for lang, group in users.grouped("lang").items():
            env = self.with_context(lang=lang).env
            # Mails leave by their queue: a webhook does not wait for a mail server.
            to_be_told = applicant.with_context(lang=lang, mail_notify_force_send=False)
            messages |= to_be_told.message_notify(
                partner_ids=group.partner_id.ids,
                subject=subject(env),
                body=body(env),
                force_send=False,
            )
        return messages

    def _tell_about_opt_out(self, meaning):
        """Tell people that a candidate seems to want no more texts.

        :param str meaning: ``opt_out`` or ``wrong_number``
        """
        for thread in self:
            applicant = thread._applicant_in_conversation()
            if not applicant:
                continue
            name = applicant.partner_name or thread.number

            def subject(env, name=name):
                return env._("%(name)s may want no more texts", name=name)

            def body(env, name=name):
                if meaning == "wrong_number":
                    return env._(
                        "Whoever has the number of %(name)s wrote that it is the wrong one. It "
                        "is not texted any more. Ask the candidate for another number.",
                        name=name,
                    )
                return env._(
                    "%(name)s wrote something that sounds like an opt-out. Sending is paused: "
                    "decide in the SMS tab. Without a decision it counts as an opt-out after "
                    "5 days.",
                    name=name,
                )

            thread._tell(applicant, thread._people_to_tell(applicant), subject, body)
