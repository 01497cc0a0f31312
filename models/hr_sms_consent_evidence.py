from odoo import api, fields, models
from odoo.exceptions import AccessError

from .hr_sms_consent import create_append_only_trigger
from .hr_sms_thread import LEDGER


class HrSmsConsentEvidence(models.Model):
    """The personal part of a consent event.

    It stands apart so that it can be erased without breaking the ledger's chain of hashes,
    which goes over a salted digest of it. Nobody has access to this model: its fields are read
    through the event.
    """

    _name = "hr.sms.consent.evidence"
    _description = "SMS Consent Evidence"
    _log_access = False

    consent_id = fields.Many2one(
        "hr.sms.consent", required=True, readonly=True, ondelete="restrict", index=True
    )
    salt = fields.Char(required=True, readonly=True)
    number = fields.Char(readonly=True)
    applicant_name = fields.Char(readonly=True)
    actor_name = fields.Char(readonly=True)
    source = fields.Char(readonly=True)
    source_ref = fields.Char(readonly=True)
    page_url = fields.Char(readonly=True)
    ip_address = fields.Char(readonly=True)
    user_agent = fields.Char(readonly=True)
    twilio_sid = fields.Char(readonly=True)
    note = fields.Text(readonly=True)

    _consent_unique = models.UniqueIndex("(consent_id)")
    _source_ref_idx = models.Index("(source_ref) WHERE source_ref IS NOT NULL")

    def init(self):
        """Have PostgreSQL refuse changes, as for the events themselves."""
        create_append_only_trigger(self.env.cr, self._table)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_ledger()
        return super().create(vals_list)

    def write(self, vals):
        self.env["hr.sms.consent"]._refuse_change()
        return super().write(vals)

    def unlink(self):
        self.env["hr.sms.consent"]._refuse_change()
        return super().unlink()

    def _check_ledger(self):
        if self.env.context.get("hr_sms_ledger") is not LEDGER:
            raise AccessError(self.env._("Evidence of consent is only written with its event."))


class HrSmsConsent(models.Model):
    _inherit = "hr.sms.consent"

    def _erase_evidence(self):
        """Delete the personal part of these events. The caller appends the ``erased`` event."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL hr_recruitment_texting.erasing = 'on'")
        self.env.cr.execute(
            "DELETE FROM hr_sms_consent_evidence WHERE consent_id = ANY(%s)", [self.ids]
        )
        self.env.cr.execute("SET LOCAL hr_recruitment_texting.erasing = 'off'")
        self.env.invalidate_all()
