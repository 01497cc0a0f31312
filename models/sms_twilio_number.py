from odoo import api, fields, models

from ..rules import sender_rates


class SmsTwilioNumber(models.Model):
    """How fast a company's number sends."""

    _inherit = "sms.twilio.number"

    sms_rate = fields.Float(
        "Segments a Second",
        compute="_compute_sms_rate",
        store=True,
        readonly=False,
        help="How fast Twilio sends by this number: 1 for local numbers of the US and Canada, 3 for "
        "toll-free ones, 100 for short codes, else 10, or what you bought. 0: without limit.",
    )
    sms_is_paced = fields.Boolean(
        "Keep the Pace",
        help="Texts to many wait in Odoo and go as fast as Twilio sends them, so that a text by hand "
        "is not behind them. Otherwise they wait at Twilio, up to three and a half hours of them.",
    )
    sms_free_at = fields.Datetime(
        "Free From", readonly=True, help="When Twilio will have sent what it has of this number."
    )

    _sms_rate_positive = models.Constraint(
        "CHECK (sms_rate >= 0)", "Segments a second are 0 or more."
    )

    @api.depends("number")
    def _compute_sms_rate(self):
        e164 = self.env["hr.sms.message"]._e164
        for number in self:
            number.sms_rate = sender_rates.RATES[sender_rates.kind_of(e164(number.number))]

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_from_cache(self):
        self.env.registry.clear_cache()
