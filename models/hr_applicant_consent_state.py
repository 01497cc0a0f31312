from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .hr_sms_thread import VIEW_GROUP

# Fields of an applicant that are those of the thread of their main number and company.
_OF_THREAD = ("sms_consent_state", "sms_opt_out_date")
_COMPARISONS = {operator: SQL(operator) for operator in ("<", "<=", ">", ">=")}


class HrApplicant(models.Model):
    """An applicant's consent in lists: found, grouped and counted like any stored field.

    It is not stored: a STOP would have to write every application of its number, and collide
    with whoever edits one. The thread is joined instead.
    """

    _inherit = "hr.applicant"

    sms_consent_state = fields.Selection(
        selection=lambda self: (
            self.env["hr.sms.thread"]._fields["consent_state"]._description_selection(self.env)
        ),
        string="SMS Consent",
        compute="_compute_sms_consent_state",
        search="_search_sms_consent_state",
        groups=VIEW_GROUP,
    )
    sms_opt_out_date = fields.Datetime(
        "SMS Opt-out",
        compute="_compute_sms_consent_state",
        search="_search_sms_opt_out_date",
        groups=VIEW_GROUP,
        help="Since when the applicant wants no texts.",
    )

    @api.depends(
        "sms_number",
        "company_id",
        "job_id",
        "sms_thread_ids.consent_state",
        "sms_thread_ids.opt_out_date",
    )
    @api.depends_context("company")
    def _compute_sms_consent_state(self):
        # sudo: the field's group and the right to read the applicant were checked
        threads = self.env["hr.sms.thread"].sudo()
        for company, applicants in self.sudo().grouped(lambda one: one._sms_company()).items():
            numbers = set(applicants.mapped("sms_number")) - {False}
            found = threads._find(company, numbers) if numbers else {}
            for applicant in applicants.with_env(self.env):
                thread = found.get(applicant.sudo().sms_number, threads)  # sudo: see above
                applicant.sms_consent_state = thread.consent_state or "none"
                applicant.sms_opt_out_date = thread.opt_out_date

    def _search_sms_consent_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = [state or "none" for state in value]  # "is not set", as people filter
        return self._sms_search_of_thread("sms_consent_state", SQL("= ANY(%s)", states))

    def _search_sms_opt_out_date(self, operator, value):
        if comparison := _COMPARISONS.get(operator):
            return self._sms_search_of_thread("sms_opt_out_date", SQL("%s %s", comparison, value))
        if operator != "in":
            return NotImplemented
        dates = [date for date in value if date]
        domain = self._sms_search_of_thread("sms_opt_out_date", SQL("= ANY(%s)", dates))
        if len(dates) < len(value):
            domain |= self._sms_search_of_thread("sms_opt_out_date", SQL("IS NULL"))
        return domain

    def _sms_search_of_thread(self, name, condition):
        """Return the domain of the applicants whose thread fulfils a condition.

        :param str name: of the applicant's field
        :param condition: ``SQL`` to stand behind its value
        :raises AccessError: for users who may not read the field
        """
        # Core checks the groups of a field it makes SQL of, not of one with a search method.
        self._check_field_access(self._fields[name], "read")
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s %s", model._field_to_sql(alias, name, query), condition
            )
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Make SQL of the fields that are those of the thread, so that lists group by them.

        :param str alias: of ``hr_applicant`` in the query
        :param str field_expr: name of the field
        :param query: the thread is joined to it
        :returns: ``SQL``
        :raises AccessError: for users who may not read the field
        """
        if field_expr not in _OF_THREAD or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        thread = SQL.identifier(self._sms_join_thread(alias, query))
        # The number of an erased thread cannot be joined: who asked to be forgotten opted out.
        erased = SQL.identifier(alias, "sms_erased_date")
        if field_expr == "sms_opt_out_date":
            return SQL("COALESCE(%s.opt_out_date, %s)", thread, erased)
        return SQL(
            "COALESCE(%s.consent_state, CASE WHEN %s IS NULL THEN 'none' ELSE 'withdrawn' END)",
            thread,
            erased,
        )

    def _sms_join_thread(self, alias, query):
        """Join the threads of the applicants' main numbers and companies to a query.

        The applicants of the query are still subject to the user's own rules; what the fields
        tell of the thread is theirs.

        :param str alias: of ``hr_applicant`` in the query
        :returns: alias of ``hr_sms_thread``, whose columns are null where there is none
        """
        self.flush_model(["company_id", "job_id", "sms_number", "sms_erased_date"])
        self.env["hr.job"].flush_model(["company_id"])
        self.env["hr.sms.thread"].flush_model(
            ["company_id", "number", "consent_state", "opt_out_date"]
        )
        job = query.make_alias(alias, "sms_job")
        thread = query.make_alias(alias, "sms_thread")
        query.add_join(
            "LEFT JOIN",
            job,
            "hr_job",
            SQL("%s = %s", SQL.identifier(job, "id"), SQL.identifier(alias, "job_id")),
        )
        query.add_join(
            "LEFT JOIN",
            thread,
            "hr_sms_thread",
            SQL(
                "%s = %s AND %s = COALESCE(%s, %s, %s)",
                SQL.identifier(thread, "number"),
                SQL.identifier(alias, "sms_number"),
                SQL.identifier(thread, "company_id"),
                SQL.identifier(alias, "company_id"),
                SQL.identifier(job, "company_id"),
                self.env.company.id,
            ),
        )
        return thread
