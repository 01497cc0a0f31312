from odoo import models


class HrSmsThread(models.Model):
    """Odoo's phone blacklist follows the opt-outs by text."""

    _inherit = "hr.sms.thread"

    def _after_fold(self, events):
        turned = events.filtered(lambda event: event.event in ("granted", "withdrawn")).thread_id
        threads = self.filtered(lambda thread: thread in turned)
        out = threads.filtered("consent_locked").mapped("number")
        back = threads.filtered(lambda thread: thread.consent_state == "granted").mapped("number")
        if out:
            self.env["phone.blacklist"]._sms_opted_out(out)
        if back:
            self.flush_recordset(["consent_locked"])
            self.env["phone.blacklist"]._sms_opted_in(back)
        return super()._after_fold(events)
