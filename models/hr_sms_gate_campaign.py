from odoo import models
from odoo.tools.translate import LazyTranslate

from .hr_sms_gate import REASONS, WAITS, Verdict

_lt = LazyTranslate(__name__)

PAUSED, STOPPED = "campaign_paused", "campaign_stopped"
OTHER_COMPANY, HIDDEN = "campaign_other_company", "campaign_hidden"
CLOSED = "campaign_closed"
REASONS[STOPPED] = _lt("The campaign was stopped before this text went.")
REASONS[OTHER_COMPANY] = _lt(
    "The application belongs to another company. Text it from a campaign of that company."
)
REASONS[HIDDEN] = _lt("Whoever started the campaign may not read this application any more.")
REASONS[CLOSED] = _lt("The applicant was refused or archived after the campaign was started.")
WAITS[PAUSED] = _lt("Waits because its campaign is paused.")


class HrSmsGate(models.AbstractModel):
    """A campaign that is paused holds its texts back; one that is stopped lets none go any more."""

    _inherit = "hr.sms.gate"

    def _refusals(self):
        return [self._refuse_campaign, *super()._refusals()]

    def _deferrals(self):
        return [self._defer_campaign, *super()._deferrals()]

    def _refuse_campaign(self, requests):
        states = self._campaign_states(requests)
        return [STOPPED if state == "stopped" else None for state in states]

    def _defer_campaign(self, requests):
        wait = Verdict(wait_code=PAUSED)
        return [wait if state == "paused" else None for state in self._campaign_states(requests)]

    def _campaign_states(self, requests):
        """Return the states of the campaigns whose texts are about to go, as they are committed."""
        ids = [
            request.campaign.id if request.stage == "queue" and request.campaign else None
            for request in requests
        ]
        if not any(ids):
            return [None] * len(requests)
        self.env.cr.execute(
            "SELECT id, state FROM hr_sms_campaign WHERE id = ANY(%s)", [list({*ids} - {None})]
        )
        states = dict(self.env.cr.fetchall())
        return [states.get(id_) for id_ in ids]
