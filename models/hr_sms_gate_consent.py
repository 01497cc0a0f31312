from odoo import api, models

# A fixed text that an administrator has sent to their own phone, see hr_sms_setup.
TEST = "test"


class HrSmsGate(models.AbstractModel):
    """The gate's first question: did the person agree to this text?"""

    _inherit = "hr.sms.gate"

    def _refuse_consent(self, requests):
        codes, doubts = [], {}
        for request in requests:
            code = self._refuse_state(request)
            if not code and request.kind != "confirmation" and request.applicant:
                owners = {grant.applicant for grant in self._covering(request)}
                if owners.isdisjoint((0, request.applicant.id)):
                    doubts[len(codes)] = owners
            codes.append(code)
        # Two people may share a number: one person's Yes does not cover the other.
        same = self.env["hr.applicant"]._sms_same_person(
            {
                (requests[position].applicant.id, owner)
                for position, owners in doubts.items()
                for owner in owners
            }
        )
        for position, owners in doubts.items():
            applicant = requests[position].applicant.id
            if not any((applicant, owner) in same for owner in owners):
                codes[position] = "consent_other_person"
        return codes

    def _refuse_state(self, request):
        """Return why the state or the scope of a number's consent refuses a text."""
        if request.kind == "confirmation":
            return None
        thread = request.thread
        if request.kind == TEST and not request.applicant:
            # Nobody among the applicants has the number. What its owner said to us holds all the same.
            if not thread or thread.consent_state in ("none", "granted"):
                return None
        if not thread:
            return "consent_none"
        if thread.consent_state != "granted":
            return "consent_locked" if thread.consent_locked else f"consent_{thread.consent_state}"
        if self._covering(request):
            return None
        scopes = {grant.scope for grant in thread._grants()}
        return "consent_reminders" if scopes == {"reminders"} else "consent_scope"

    def _covering(self, request):
        """Return those Yes of a number that cover what the text is about."""
        job = request.applicant.job_id.id if request.applicant else 0
        return [
            grant
            for grant in request.thread._grants()
            if grant.scope == "jobs"
            or (grant.scope == "this_job" and grant.job == (job or 0))
            or (grant.scope == "reminders" and request.purpose == "reminder")
        ]

    @api.model
    def _closed(self, company, numbers):
        """Say which numbers get no text at all from a company, whatever it is about.

        Who merely did not agree to texts about jobs may get others, about a delivery say; who
        opted out, or seems to want to, may not.

        :param company: ``res.company`` record
        :param numbers: iterable of E.164 numbers
        :returns: dict from number to reason code, of the closed ones only; one query
        """
        threads = self.env["hr.sms.thread"]._find(
            company, numbers, [("consent_state", "in", ("withdrawn", "review"))]
        )
        return {
            number: "consent_locked" if thread.consent_locked else f"consent_{thread.consent_state}"
            for number, thread in threads.items()
        }
