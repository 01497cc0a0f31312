from odoo import models


class IrCron(models.Model):
    """A cron of this addon whose time is up goes on at once, after whatever else is due."""

    _inherit = "ir.cron"

    def _reschedule_asap(self, job):
        result = super()._reschedule_asap(job)
        # Odoo's workers would notice when they look by themselves, up to a minute later (see
        # odoo/addons/base/models/ir_cron.py): a campaign would rest for most of its time.
        ours = self.env["ir.model.data"].search_count(
            [
                ("module", "=", "hr_recruitment_texting"),
                ("model", "=", self._name),
                ("res_id", "=", job["id"]),
            ],
            limit=1,
        )
        if ours:
            # after the commit that lets go of the cron
            self.env.cr.postcommit.add(self._notifydb)
        return result
