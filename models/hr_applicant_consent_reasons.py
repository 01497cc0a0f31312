from odoo import models

from .numbers import shown_number


class HrApplicant(models.Model):
    """Why a Yes that exists does not count here: of somebody else, another job, number or company."""

    _inherit = "hr.applicant"

    def _sms_tab_consent(self, thread, number, code, reminder_only):
        """Return the status with what limits it.

        :param thread: see the method this extends
        :param number: see there
        :param code: see there
        :param bool reminder_only: see there
        :returns: dict as there, with ``limited``: there is a Yes, it does not cover this text; and
            ``explanation``: whose or what it is for, empty when there is nothing to explain
        """
        consent = super()._sms_tab_consent(thread, number, code, reminder_only)
        label = explanation = ""
        if reminder_only:
            label = self.env._("Consent for reminders only")
            explanation = self.env["hr.sms.gate"]._reason_text("consent_reminders")
        elif code == "consent_other_person":
            label = self.env._("Consent of somebody else on this number")
            explanation = self._sms_explain_other_person(thread)
        elif code == "consent_scope":
            label = self.env._("Consent for another job only")
            explanation = self._sms_explain_scope(thread)
        elif code == "consent_none":
            notices = self._sms_consent_elsewhere(number, thread)
            if notices:
                label = self.env._("No consent here")
                explanation = " ".join(notice["text"] for notice in notices)
        consent["limited"] = bool(label) and consent["state"] == "granted"
        consent["label"] = label or consent["label"]
        consent["explanation"] = explanation
        return consent

    def _sms_tab_notices(self, number, thread, code):
        notices = super()._sms_tab_notices(number, thread, code)
        if code == "consent_none":
            notices += self._sms_consent_elsewhere(number, thread)
        return notices

    # ------------------------------------------------------------
    # Somebody else's, or another job's
    # ------------------------------------------------------------

    def _sms_explain_other_person(self, thread):
        """Say whose the Yes of this number is, if the user may read their application."""
        owners = {grant.applicant for grant in thread._grants()} - {0}
        names = self._sms_readable_names(thread, owners)
        mine = self.partner_name or self.display_name
        if not names:
            return self.env._(
                "Somebody else with this number agreed to texts, whose application you may not "
                "read. That does not cover %(applicant)s: add consent if they agreed too.",
                applicant=mine,
            )
        return self.env._(
            "%(names)s, with the same number, agreed to texts. That does not cover "
            "%(applicant)s: add consent if they agreed too.",
            names=", ".join(names),
            applicant=mine,
        )

    def _sms_readable_names(self, thread, owners):
        """Return the names of applications, of those the user may read only.

        :param thread: ``hr.sms.thread`` record (superuser): its ledger knows deleted ones
        :param set owners: ids of ``hr.applicant``, some may be deleted by now
        :returns: sorted list of str, each once
        """
        applicants = self.with_context(active_test=False).browse(owners).exists()
        names = {
            f"{one.partner_name} ({one.job_id.sudo().name})" if one.job_id else one.partner_name
            # sudo: the name of the job of an application that was found readable
            for one in applicants._filtered_access("read")
        }
        events = thread.consent_ids.filtered(
            lambda event: event.applicant_ref in owners - set(applicants.ids)
        )
        names |= set(self._sms_readable_events(events).mapped("applicant_name"))
        return sorted(name for name in names if name)

    def _sms_explain_scope(self, thread):
        """Say which jobs the Yes of this number is for, of those the user may read."""
        jobs = {grant.job for grant in thread._grants() if grant.scope == "this_job"} - {0}
        readable = self.env["hr.job"].browse(jobs).exists()._filtered_access("read")
        names = sorted(set(readable.mapped("name")))
        if not names:
            return self.env["hr.sms.gate"]._reason_text("consent_scope")
        return self.env._(
            "The candidate agreed to texts about %(jobs)s only. Add consent if they agreed to "
            "texts about this job too.",
            jobs=", ".join(names),
        )

    # ------------------------------------------------------------
    # Of a former number or company
    # ------------------------------------------------------------

    def _sms_consent_elsewhere(self, number, thread):
        """Tell of a Yes of this person that does not count here: consent stays where it was given.

        :param number: E.164, falsy when there is none
        :param thread: ``hr.sms.thread`` record (superuser) of the number, possibly empty
        :returns: list of notices, see :meth:`_sms_tab_notices`
        """
        # sudo: of the applicant's own threads; what is told of them is checked below
        applicant_sudo = self.sudo()
        company = applicant_sudo._sms_company()
        others = (applicant_sudo.sms_thread_ids - thread).filtered(
            lambda other: other.consent_state == "granted"
        )
        others = self._sms_own_yes(others)
        here = others.filtered(lambda other: other.company_id == company)
        agreed = [shown_number(other.number) for other in here]
        # Typed on the form, and corrected to other digits since.
        agreed += [
            answer.typed_number
            for answer in self._sms_waiting_answers()
            if answer.company_id == company and answer.entry["event"] == "granted"
        ]
        notices = []
        if number and agreed:
            notices.append(
                {
                    "code": "consent_other_number",
                    "level": "info",
                    "text": self.env._(
                        "Consent was given for %(numbers)s. It does not cover this number: ask "
                        "the candidate whether you may text it.",
                        numbers=", ".join(dict.fromkeys(agreed)),
                    ),
                }
            )
        # A user may be in this company alone.
        known = (others - here).company_id & self.env.user.company_ids
        if others - here:
            notices.append(
                {
                    "code": "consent_other_company",
                    "level": "info",
                    "text": self.env._(
                        "Consent was given to %(others)s. It does not cover texts of %(company)s: "
                        "ask the candidate anew.",
                        others=", ".join(known.mapped("name")) or self.env._("another company"),
                        company=company.name,
                    ),
                }
            )
        return notices

    def _sms_own_yes(self, threads):
        """Return those threads that hold a Yes of this person, not only of somebody else."""
        owners = {thread: {grant.applicant for grant in thread._grants()} for thread in threads}
        same = self._sms_same_person(
            {(self.id, owner) for ids in owners.values() for owner in ids if owner}
        )
        return threads.filtered(
            lambda thread: any(not owner or (self.id, owner) in same for owner in owners[thread])
        )
