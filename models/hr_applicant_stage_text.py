from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models

from .hr_sms_gate_limits import DETAIL

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
            lambda one: (
                one.stage_id.sms_template_id
                and one._sms_closed() not in ("refused", "archived")
                and one._sms_company().sms_stage_texts
            )
        )
        by_delay = defaultdict(list)
        for stage, theirs in applicants.grouped("stage_id").items():
            drafts = theirs._sms_texts(
                {one.id: [one.sms_number] for one in theirs},
                body="",
                kind="auto",
                template=stage.sms_template_id,
                stage=stage,
            )
            by_delay[stage.sms_delay] += self._sms_with_template(drafts, stage.sms_template_id)
        now = fields.Datetime.now()
        for hours, texts in by_delay.items():
            # What is refused is kept as not sent: who looks for the text of the stage finds why.
            date = now + timedelta(hours=hours) if hours else None
            self.env["hr.sms.message"]._offer(texts, date, keep_refused=True)

    def _sms_with_template(self, drafts, template):
        """Fill in a template, in the language to write to each one in.

        The sender in it is the recruiter of the application.

        :param drafts: list of :class:`~.hr_sms_message_offer.Text` to an applicant each
        :param template: ``sms.template`` record
        :returns: list of those that have words, and of those that the template cannot be filled in
            for, with that for a reason not to go; without those that it has no words for
        """
        alike = defaultdict(list)
        languages = self.env["hr.sms.message"]._languages(drafts)
        for draft, lang in zip(drafts, languages, strict=True):
            alike[draft.applicant.user_id or self.env.user, lang].append(draft)
        texts = []
        for (recruiter, lang), theirs in alike.items():
            applicants = self.concat(*(draft.applicant for draft in theirs))
            bodies = applicants._sms_fill_in_each(template, lang, user=recruiter)
            for draft in theirs:
                body = bodies[draft.applicant.id]
                if body is None:
                    obstacle = f"template_failed{DETAIL}{template.name}"
                    texts.append(replace(draft, obstacle=obstacle))
                elif body:
                    texts.append(replace(draft, body=body))
        return texts
