from odoo import api, fields, models

from .hr_sms_thread import LEDGER


class PhoneBlacklist(models.Model):
    """Odoo's blacklist learns of opt-outs by text, so that marketing keeps to them too.

    It has no company. What we add is marked as ours: our own gate knows better, by company, and
    takes an entry off again when the candidate opts in. What marketing or a person added counts
    for us like any other opt-out.
    """

    _inherit = "phone.blacklist"

    is_sms_opt_out = fields.Boolean(
        "Opted out of recruitment texts",
        readonly=True,
        help="Added because the candidate opted out by text. It goes when they opt in again.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        ours = self._is_ledger_writing()
        entries = super().create([self._without_forgery(vals) for vals in vals_list])
        if not ours:
            # Somebody wants this number blacklisted whatever it texts: it is theirs from now on.
            taken = entries.sudo().filtered("is_sms_opt_out")  # only the mark, after the check
            taken.with_context(hr_sms_ledger=LEDGER).is_sms_opt_out = False
        return entries

    def write(self, vals):
        return super().write(self._without_forgery(vals))

    def _without_forgery(self, vals):
        """Drop the mark unless the ledger sets it: an entry marked as ours blocks nobody here."""
        if self._is_ledger_writing():
            return vals
        return {name: value for name, value in vals.items() if name != "is_sms_opt_out"}

    def _is_ledger_writing(self):
        return self.env.context.get("hr_sms_ledger") is LEDGER

    @api.model
    def _sms_opted_out(self, numbers):
        """Add numbers whose owners opted out by text.

        :param numbers: list of E.164 numbers; those on the list already stay as they are
        """
        blacklist = self._as_ledger(numbers)
        known = set(blacklist.search([("number", "in", numbers)]).mapped("number"))
        new = [number for number in numbers if number not in known]
        if new:
            message = self.env._("Opted out of recruitment texts")
            blacklist._add(new, message=message).is_sms_opt_out = True

    @api.model
    def _sms_opted_in(self, numbers):
        """Take numbers off again that we added, once no company's opt-out is left.

        :param numbers: list of E.164 numbers
        """
        ours = [("number", "in", numbers), ("is_sms_opt_out", "=", True)]
        # sudo: see _as_ledger. Nobody's turn is waited for where there is nothing to take off.
        numbers = self.sudo().search(ours).mapped("number")
        if not numbers:
            return
        blacklist = self._as_ledger(numbers)
        ours = blacklist.search(ours)
        still_out = (
            # sudo: an opt-out from any company counts
            self.env["hr.sms.thread"]
            .sudo()
            .search([("number", "in", ours.mapped("number")), ("consent_locked", "=", True)])
            .mapped("number")
        )
        ours = ours.filtered(lambda entry: entry.number not in still_out)
        if ours:
            message = self.env._("Opted in to recruitment texts again")
            blacklist._remove(ours.mapped("number"), message=message)

    @api.model
    def _sms_forget(self, numbers):
        """Delete what we added about numbers that are erased.

        :param numbers: list of E.164 numbers
        """
        blacklist = self._as_ledger(numbers).with_context(active_test=False)
        blacklist.search([("number", "in", numbers), ("is_sms_opt_out", "=", True)]).unlink()

    def _as_ledger(self, numbers):
        """Return the model for the ledger's own entries, one transaction at a time per number."""
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('phone_blacklist ' || number, 0))"
            "  FROM unnest(%s::text[]) AS number",
            [sorted(numbers)],
        )
        # sudo: the candidate's own text does this, whoever runs the code
        return self.sudo().with_context(hr_sms_ledger=LEDGER, tracking_disable=True)
