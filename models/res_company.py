from odoo import api, fields, models
from odoo.fields import Domain

from .hr_sms_wording import OVERRIDES

MANAGER_GROUP = "hr_recruitment_texting.group_sms_manager"


class ResCompany(models.Model):
    """Every company has its own question: consent names the company and belongs to it."""

    _name = "res.company"
    _inherit = ("res.company", "hr.sms.wording")

    sms_consent_scope = fields.Selection(default="jobs", required=True)

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._sms_consent_fill_question()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "country_id" in vals:
            # Numbers typed without a country code are other numbers now.
            # sudo: follows from the change, whoever made it
            applicants = self.env["hr.applicant"].sudo().with_context(active_test=False)
            applicants.search(
                Domain("company_id", "in", self.ids)
                | Domain("company_id", "=", False) & Domain("job_id.company_id", "in", self.ids)
            )._sms_number_changed()
        return result

    def _sms_consent_fill_question(self):
        """Give companies without a question the example that fits what a Yes covers."""
        for company in self:
            if not company.sms_consent_question:
                company._sms_consent_use_example(company.sms_consent_scope)

    @api.model
    def _sms_consent_fill_all(self):
        """Called when the addon is installed: a living database has its companies already."""
        self.search([])._sms_consent_fill_question()

    def _sms_consent_count_version(self):
        # A job that changes only a part shows the rest of its company's wording.
        result = super()._sms_consent_count_version()
        if self:
            # sudo: who may edit the company may not be allowed to edit jobs, which only
            # count here
            self.env["hr.job"].sudo().with_context(active_test=False).search(
                Domain("company_id", "in", [*self.ids, False])
                & Domain.OR(Domain(name, "!=", False) for name in OVERRIDES)
            )._sms_consent_count_version()
        return result

    # -- what is shown ---------------------------------------------------------------------

    def _sms_consent_wording(self, job=None, website=None, optional=False):
        """What candidates of this company are asked, in the language of the environment.

        The disclosure is fixed: what a good opt-in has to say is listed by the CTIA
        Messaging Principles, section 5, and by Twilio's campaign vetting.

        :param job: hr.job record whose own wording, if it has one, takes precedence
        :param website: website whose privacy page is linked when the company names none
        :param bool optional: asked by itself, not on the job form, where an answer is required
        :returns: dict with ``question``, ``disclosure`` (list of ``(text, href)``, href is
            None but for links), ``text`` (all of it as plain text, for the ledger),
            ``scope``, ``version``, ``lang``
        """
        self.ensure_one()
        job = job if job is not None else self.env["hr.job"]
        source = {name: job if job and job[name] else self for name in OVERRIDES}
        scope = source["sms_consent_scope"].sms_consent_scope
        template = source["sms_consent_question"]
        question = template._sms_consent_question_text() or self._sms_consent_example_text(scope)
        question = self._sms_consent_fill(question, job)
        disclosure = self._sms_consent_disclosure(
            scope,
            source["sms_consent_frequency"].sms_consent_frequency,
            source["sms_consent_terms_url"].sms_consent_terms_url or self._sms_terms_path(website),
            source["sms_consent_privacy_url"].sms_consent_privacy_url
            or self._sms_consent_privacy_page(website),
            optional,
        )
        base_url = (website or self).get_base_url()
        lines = [
            f"{text}: {base_url + href if href.startswith('/') else href}" if href else text
            for text, href in disclosure
        ]
        owner = job if job and any(record == job for record in source.values()) else self
        kind = "company" if owner == self else "job"
        return {
            "question": question,
            "disclosure": disclosure,
            "text": "\n".join([question, *lines]),
            "scope": scope,
            "version": f"{kind}-{owner.id}-{owner.sms_consent_version}",
            "lang": self.env.lang or "en_US",
        }

    def _sms_consent_fill(self, question, job=None):
        """:returns: the question with its placeholders replaced, and nothing else read"""
        self.ensure_one()
        position = job and job.name or self.env._("the position")
        return question.replace("{company}", self.name).replace("{job}", position)

    def _sms_consent_disclosure(self, scope, frequency, terms_url, privacy_url, optional=False):
        """:returns: list of ``(text, href)``; href is None where it is no link"""
        if optional:
            condition = self.env._("You need not answer, and Yes is not a condition of applying.")
        else:
            condition = self.env._("Answering is required; Yes is not a condition of applying.")
        purpose = self._sms_consent_purposes()[scope]
        links = [
            (self.env._("SMS terms"), terms_url),
            (self.env._("Privacy policy"), privacy_url),
        ]
        return [
            (
                self.env._(
                    "If you answer Yes, %(company)s may send you text messages (SMS) about "
                    "%(purpose)s.",
                    company=self.name,
                    purpose=purpose,
                ),
                None,
            ),
            (frequency or self.env._("Message frequency varies."), None),
            (self.env._("Msg & data rates may apply."), None),
            (self.env._("Reply STOP to opt out, HELP for help."), None),
            (condition, None),
            *((text, url) for text, url in links if url),
        ]

    @api.model
    def _sms_consent_purposes(self):
        """:returns: dict from scope to what texts under it are about"""
        return {
            "jobs": self.env._("your application and other job offers"),
            "this_job": self.env._("your application for this job"),
            "reminders": self.env._("interviews, time cards and payments"),
        }

    @api.model
    def _sms_consent_privacy_page(self, website):
        """:returns: ``/privacy`` if the website has such a page and shows it, else None"""
        if not website:
            return None
        # sudo: whether a page is there and published is no secret
        page = (
            self.env["website.page"]
            .sudo()
            .search(
                Domain("url", "=", "/privacy")
                & Domain("is_published", "=", True)
                & Domain(website.website_domain()),
                limit=1,
            )
        )
        return page.url or None

    def _sms_managers(self):
        """Return who manages texting in these companies.

        :returns: ``res.users`` records
        """
        # sudo: who is told about something, whoever caused it
        users_sudo = self.env["res.users"].sudo()
        return users_sudo.search(
            [
                ("all_group_ids", "in", self.env.ref(MANAGER_GROUP).ids),
                ("company_ids", "in", self.ids),
                ("share", "=", False),
            ]
        )
