from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Twilio and the TCPA's limitation period ask for four years of proof (28 U.S.C. 1658).
PROOF_MONTHS = 48


class ResCompany(models.Model):
    """What a company does with texts and proof as time goes by."""

    _inherit = "res.company"

    sms_message_retention = fields.Integer(
        "Erase texts after",
        default=0,
        help="Months after which what texts say is erased; 0 keeps them.",
    )
    sms_ledger_retention = fields.Integer(
        "Erase proof after",
        default=60,
        help="Months without any word from or to a number after which its personal data is "
        "erased; 0 keeps it.",
    )
    sms_erase_at_twilio = fields.Selection(
        [("redact", "Redact the texts"), ("delete", "Delete the texts")],
        "Erase at Twilio too",
        help="Redacted texts keep number, date and price in the Twilio console, deleted ones "
        "nothing.",
    )
    sms_erase_after_proof = fields.Boolean(
        "Keep the proof before erasing",
        help="Who erases a candidate downloads the proof of their consent first.",
    )

    @api.constrains("sms_message_retention", "sms_ledger_retention")
    def _check_sms_retention(self):
        for company in self:
            texts, proof = company.sms_message_retention, company.sms_ledger_retention
            if texts < 0 or proof < 0:
                raise ValidationError(
                    self.env._("Enter the number of months, or 0 to keep everything.")
                )
            if proof and proof < texts:
                raise ValidationError(
                    self.env._("The proof of consent must be kept at least as long as the texts.")
                )
