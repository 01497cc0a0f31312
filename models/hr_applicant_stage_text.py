from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# What a transaction remembers of applications that reached a stage.
_REACHED = "hr_recruitment_texting.reached_stage"


class HrApplicant(models.Model):
    """Who reaches a stage gets its text.

    At the end of the transaction, as Odoo's own e-mail of the stage: the application is complete
    by then (the job form records consent after the application), and one that is moved twice at
    once gets the text of where it ends.
    """

    _inherit = "hr.applicant"

    @api.model_create_multi
    def create(self, vals_list):
        applicants = super().create(vals_list)
        applicants._sms_reached_stage()
        return applicants

    def write(self, vals):
        if "stage_id" not in vals:
            return super().write(vals)
        moving = self.filtered(lambda one: one.stage_id.id != vals["stage_id"])
        # Before anybody is asked about texts that wait. sudo: whoever moves an application, the
        # text of the stage it leaves does not go.
        self.env["hr.sms.message"].sudo()._stop_stage_texts_of(moving)
        result = super().write(vals)
        moving._sms_reached_stage()
        return result

    def _sms_reached_stage(self):
        """Have the text of their stage sent at the end of the transaction."""
        with_text = self.sudo().filtered("stage_id.sms_template_id")  # whoever moves them
        if not with_text:
            return
        reached = self.env.cr.precommit.data.setdefault(_REACHED, set())
        if not reached:
            self.env.cr.precommit.add(self.env["hr.applicant"].sudo()._sms_text_by_stage)
        reached.update(with_text.ids)

    def _sms_text_by_stage(self):
        """Offer those who reached a stage its text (superuser: it is the stage that texts them)."""
        applicants = self.browse(self.env.cr.precommit.data.pop(_REACHED, ())).exists()
        applicants = applicants.filtered(
            lambda one: one.stage_id.sms_template_id and one._sms_company().sms_stage_texts
        )
        by_delay = defaultdict(list)
        for stage, theirs in applicants.grouped("stage_id").items():
            bodies = theirs._sms_bodies_of(stage.sms_template_id)
            by_delay[stage.sms_delay] += [
                applicant._sms_text(
                    applicant.sms_number,
                    bodies[applicant],
                    kind="auto",
                    template=stage.sms_template_id,
                    stage=stage,
                )
                for applicant in theirs
                if bodies[applicant]
            ]
        now = fields.Datetime.now()
        for hours, texts in by_delay.items():
            # What is refused is kept as not sent: who looks for the text of the stage finds why.
            date = now + timedelta(hours=hours) if hours else None
            self.env["hr.sms.message"]._offer(texts, date, keep_refused=True)

    def _sms_bodies_of(self, template):
        """Fill in a template for applicants, each in the language to write to them in.

        The sender in it is the recruiter of the application.

        :param template: ``sms.template`` record
        :returns: dict from applicant to text, empty where it cannot be filled in
        """
        bodies = dict.fromkeys(self, "")
        recruiters = self.grouped(lambda one: (one.user_id or self.env.user, one._sms_main_lang()))
        for (recruiter, lang), theirs in recruiters.items():
            how = {"compute_lang": True} if template.lang else {"set_lang": lang}
            try:
                rendered = template._render_field(
                    "body", theirs.ids, add_context={"user": recruiter}, **how
                )
            except UserError:
                continue  # logged by the renderer; the applications move on all the same
            bodies |= {one: str(rendered[one.id] or "").strip() for one in theirs}
        return bodies

    def _sms_main_lang(self):
        return self._sms_language(self.sms_number) if self.sms_number else self.env.lang
