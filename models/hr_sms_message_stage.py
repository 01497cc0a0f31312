from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .hr_sms_gate import REASONS

_lt = LazyTranslate(__name__)

REASONS["stage_left"] = _lt("Not sent: the application moved on to another stage first.")
REASONS["stage_answered"] = _lt("Not sent: the candidate wrote first.")


class HrSmsMessage(models.Model):
    """Where a text comes from: a template, and the stage that sent it."""

    _inherit = "hr.sms.message"

    template_id = fields.Many2one(
        "sms.template", readonly=True, ondelete="set null", index="btree_not_null"
    )
    stage_id = fields.Many2one(
        "hr.recruitment.stage",
        readonly=True,
        ondelete="set null",
        help="The stage that texts whoever reaches it.",
    )

    _stage_waiting_idx = models.Index(
        "(thread_id) WHERE stage_id IS NOT NULL AND state IN ('queued', 'scheduled')"
    )

    def _outbound_values(self, request):
        template, stage = request.get("template"), request.get("stage")
        return super()._outbound_values(request) | {
            "template_id": template.id if template else False,
            "stage_id": stage.id if stage else False,
        }

    def _followed_up(self):
        # By id, the order in which they came: a text from before the stage was reached, followed
        # up only now, is no answer. Dates have no parts of a second.
        self._cancel_waiting(
            SQL(
                """
                stage_id IS NOT NULL AND thread_id = ANY(%(threads)s)
                AND EXISTS (SELECT FROM unnest(%(theirs)s::int[], %(texts)s::int[])
                                     AS received(thread_id, id)
                             WHERE received.thread_id = hr_sms_message.thread_id
                               AND received.id > hr_sms_message.id)
                """,
                threads=self.thread_id.ids,
                theirs=[text.thread_id.id for text in self],
                texts=self.ids,
            ),
            SQL("'stage_answered'"),
        )
        return super()._followed_up()

    @api.model
    def _stop_stage_texts_of(self, applicants):
        """Cancel what the stages that applications left would still send.

        :param applicants: ``hr.applicant`` records
        """
        threads = applicants.sudo().sms_thread_ids  # what waits for them, whoever moves them
        if threads:
            self._cancel_waiting(
                SQL(
                    "stage_id IS NOT NULL AND thread_id = ANY(%s) AND applicant_id = ANY(%s)",
                    threads.ids,
                    applicants.ids,
                ),
                SQL("'stage_left'"),
            )
