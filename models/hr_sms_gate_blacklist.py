from odoo import models


class HrSmsGate(models.AbstractModel):
    """Odoo's own phone blacklist, as far as marketing or a person filled it."""

    _inherit = "hr.sms.gate"

    def _refuse_blacklisted(self, requests):
        numbers = {request.number for request in requests if request.kind != "confirmation"}
        if not numbers:
            return [None] * len(requests)
        # sudo: whether a number is listed matters whoever sends. What we added ourselves, because
        # of one company's opt-out, never blocks another.
        entries = (
            self.env["phone.blacklist"]
            .sudo()
            .search_fetch(
                [("number", "in", list(numbers)), ("is_sms_opt_out", "=", False)], ["number"]
            )
        )
        listed = set(entries.mapped("number"))
        return [
            "blacklisted" if request.kind != "confirmation" and request.number in listed else None
            for request in requests
        ]
