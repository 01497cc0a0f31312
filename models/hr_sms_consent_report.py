from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Where candidates are asked and answer Yes or No themselves.
ASKED = ("job_form", "link")


class HrSmsConsent(models.Model):
    """The ledger as a report: events counted by job."""

    _inherit = "hr.sms.consent"

    job_id = fields.Many2one(
        "hr.job",
        compute="_compute_job_id",
        search="_search_job_id",
        help="The job it was about. The ledger itself keeps only the job's number, so that no "
        "change of jobs can change it.",
    )

    opt_in_rate = fields.Float(
        "Opt-in Rate",
        compute="_compute_opt_in_rate",
        aggregator="avg",
        help="Share of Yes among the answers to the question on the job form and on the page that "
        "asking by e-mail leads to.",
    )

    @api.depends("event", "method")
    def _compute_opt_in_rate(self):
        for event in self:
            event.opt_in_rate = float(event.event == "granted" and event.method in ASKED)

    @api.depends("job_ref")
    def _compute_job_id(self):
        jobs = self.env["hr.job"].with_context(active_test=False)
        # sudo: whether it still exists; the name is read under the user's own rights
        existing = jobs.sudo().browse(set(self.mapped("job_ref")) - {0}).exists()
        for event in self:
            event.job_id = jobs.browse(event.job_ref if event.job_ref in existing.ids else ())

    def _search_job_id(self, operator, value):
        jobs = self.env["hr.job"].with_context(active_test=False)
        if operator == "in":
            found = Domain("job_ref", "in", [job for job in value if job])
            if False in value:
                # sudo: as for computing it
                found |= Domain("job_ref", "not in", jobs.sudo()._search([]))
            return found
        if operator == "any":
            return Domain("job_ref", "in", jobs._search(value))
        return NotImplemented  # the ORM asks for the opposite and turns it around

    def _field_to_sql(self, alias, field_expr, query=None):
        """Make SQL of the job, so that events are grouped by it, and of the rate, to be averaged.

        :param str alias: of ``hr_sms_consent`` in the query
        :param str field_expr: name of the field
        :param query: the job is joined to it
        :returns: ``SQL``
        """
        if field_expr == "opt_in_rate":
            self._check_field_access(self._fields[field_expr], "read")
            return SQL(
                "CASE WHEN %(method)s = ANY(%(asked)s)"
                " THEN CASE %(event)s WHEN 'granted' THEN 1.0 WHEN 'declined' THEN 0.0 END END",
                method=self._field_to_sql(alias, "method", query),
                asked=list(ASKED),
                event=self._field_to_sql(alias, "event", query),
            )
        if field_expr != "job_id" or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        job = query.make_alias(alias, "job")
        query.add_join(
            "LEFT JOIN",
            job,
            "hr_job",
            SQL("%s = %s", SQL.identifier(job, "id"), SQL.identifier(alias, "job_ref")),
        )
        return SQL.identifier(job, "id")
