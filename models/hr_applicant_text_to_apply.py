from odoo import api, models

from .numbers import shown_number

# What is known of a person, taken over into their next application.
_KNOWN = ("partner_name", "partner_phone", "email_from", "linkedin_profile")


class HrApplicant(models.Model):
    """Applications that begin with a text."""

    _inherit = "hr.applicant"

    @api.model
    def _sms_applied_by_text(self, thread, job):
        """Return the application of a number for a job; there is one at most.

        Without a job whatever open application there is will do. One that began without a job, and
        that nobody completed, becomes the one for the job.

        The caller holds a lock on the thread, so that two texts at once make one application.

        :param thread: ``hr.sms.thread`` record (superuser)
        :param job: ``hr.job`` record, empty when the candidate is to choose one
        :returns: ``(hr.applicant record, whether it was made now)``
        """
        theirs = thread._open_applications()
        found = theirs.filtered(lambda one: one.job_id == job) if job else theirs
        if found:
            return found[0], False
        drafts = self.env["hr.sms.apply.link"]._open_drafts(
            theirs.filtered(lambda one: not one.job_id)
        )
        if drafts:
            drafts[0].job_id = job
            return drafts[0], False
        values = thread._known_person(theirs)
        # Odoo's e-mail of the stage follows when the form is completed: there is an address then.
        applicants = self.with_context(
            mail_create_nosubscribe=True, mail_notify_force_send=False, just_moved=True
        )
        applicant = applicants.create(
            {
                **values,
                "company_id": thread.company_id.id,
                "job_id": job.id,
            }
        )
        return applicant.with_env(self.env), True

    def _sms_writes_from(self, number):
        """Tell whether a number is one of this applicant's now.

        :param str number: as Twilio named it: what has just texted is a number, also where the
            library does not know it (new ranges, short codes)
        :returns: bool
        """
        return self._sms_has_number(number) or bool(self) and self.partner_phone == number


class HrSmsThread(models.Model):
    _inherit = "hr.sms.thread"

    def _open_applications(self):
        """Return the open applications that have this number now, the newest first.

        :returns: ``hr.applicant`` records; none when somebody said that it is not theirs
        """
        self.ensure_one()
        if self.number_flag == "wrong_number":
            return self.env["hr.applicant"]
        links = self.env["hr.sms.apply.link"].search([("thread_id", "=", self.id)])
        return (
            (self.applicant_ids | links.applicant_id)
            .filtered(
                lambda one: (
                    one.active
                    and not one.talent_pool_ids
                    and one._sms_company() == self.company_id
                    and one._sms_writes_from(self.number)
                )
            )
            .sorted("id", reverse=True)
        )

    def _known_person(self, applications):
        """Return what a new application of this number begins with.

        :param applications: the open ones; what they say counts if they are one person's
        :returns: dict of values of ``hr.applicant``
        """
        values = {
            # There has to be a name: lists and cards show nothing else.
            "partner_name": shown_number(self.number),
            "partner_phone": self.number,
        }
        newest = applications[:1]
        pairs = {(newest.id, other.id) for other in applications[1:]}
        if not newest or self.env["hr.applicant"]._sms_same_person(pairs) != pairs:
            return values
        for name in _KNOWN:
            if name != "partner_phone" or newest.sms_number == self.number:
                values[name] = newest[name] or values.get(name)
        return {
            **values,
            "partner_id": newest.partner_id.id,
            "pool_applicant_id": newest.pool_applicant_id.id,
        }
