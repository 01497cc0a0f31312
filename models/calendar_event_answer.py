from odoo import fields, models
from odoo.tools import format_datetime

from ..rules import interview_answers


class CalendarEvent(models.Model):
    """What the candidate answered to the reminder of an interview reaches the organizer."""

    _inherit = "calendar.event"

    def _sms_asks(self, number):
        """Tell whether reminders of this event to a number ask to be answered.

        :param number: E.164, falsy when there is none
        :returns: bool; not where the answer would not arrive
        """
        self.ensure_one()
        company = self._sms_applicant()._sms_company()
        # sudo: a setting of the company, whoever sends
        asks = company.sudo().sms_interview_answers
        return asks and not self.env["hr.sms.country.rule"]._is_one_way(company, number)

    def _sms_candidate_lang(self):
        """Return the language to ask in, one of ``opt_out_line.LANGUAGES``."""
        applicant = self._sms_applicant()
        number = applicant.sms_number
        [lang] = self.env["hr.sms.message"]._candidate_languages(
            [applicant._sms_text(number, None)], [applicant._sms_thread(number)]
        )
        return lang

    def _sms_answered(self, text, meaning):
        """Note an answer (superuser: it is the candidate's).

        It is about this event's applicant, whoever else has the number.

        :param text: the received ``hr.sms.message``
        :param str meaning: of :mod:`..rules.interview_answers`
        :returns: whether somebody was told
        """
        applicant = self._sms_applicant()
        attendee = self._sms_candidate_attendees()
        confirmed = meaning == interview_answers.CONFIRM
        if confirmed:
            attendee.filtered(lambda one: one.state != "accepted").do_accept()
        else:
            attendee.filtered(lambda one: one.state != "tentative").do_tentative()
        people = self._sms_answer_people(text.thread_id)
        for user in people:
            event = self.with_context(lang=user.lang, mail_notify_force_send=False)
            values = {
                "name": applicant.partner_name or text.thread_id.number,
                "event": self.name,
                "date": format_datetime(event.env, self.start, tz=user.tz or "UTC"),
            }
            if confirmed:
                subject = event.env._("%(name)s confirmed: %(event)s, %(date)s", **values)
            else:
                subject = event.env._(
                    "%(name)s asks for another time: %(event)s, %(date)s", **values
                )
            event.message_notify(
                partner_ids=user.partner_id.ids, subject=subject, body=subject, force_send=False
            )
            if not confirmed and user == people[0]:  # one finds another time, all know of it
                applicant.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=fields.Date.context_today(self),
                    summary=subject,
                    user_id=user.id,
                )
        return bool(people)

    def _sms_answer_people(self, thread):
        """Return who is told what the candidate answered.

        The organizer; if there is none any more the applicant's recruiter, else whoever is told
        about the conversation, else the SMS managers.

        :param thread: ``hr.sms.thread`` record (superuser) that the answer came by
        :returns: ``res.users`` records
        """
        applicant = self._sms_applicant()
        for user in (self.user_id, applicant.user_id):
            if user.active and not user.share:
                return user
        return thread._people_to_tell(applicant) or thread.company_id._sms_managers()
