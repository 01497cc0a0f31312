from odoo import models
from odoo.tools.translate import LazyTranslate

from ..rules import segments
from .hr_sms_allowance import FREE_SEGMENTS, WAIT_CODE
from .hr_sms_gate import REASONS, WAITS, Verdict
from .hr_sms_gate_limits import UNATTENDED

_lt = LazyTranslate(__name__)

REASONS["allowance_used_up"] = _lt(
    "Your company's texting allowance is used up. Ask an SMS manager to top up under Recruitment, "
    "SMS, Allowance, or write a shorter text."
)
WAITS[WAIT_CODE] = _lt(
    "Waits because the texting allowance is used up. It goes out as soon as an SMS manager tops up."
)


class HrSmsGate(models.AbstractModel):
    """Is there enough left to send it? In the queue, the claim itself charges."""

    _inherit = "hr.sms.gate"

    def _refusals(self):
        return [*super()._refusals(), self._refuse_allowance]

    def _deferrals(self):
        return [*super()._deferrals(), self._defer_allowance]

    def _refuse_allowance(self, requests):
        asking = [request.stage == "now" and request.kind == "direct" for request in requests]
        short = self._short_of_segments(requests, asking)
        return ["allowance_used_up" if lacks else None for lacks in short]

    def _defer_allowance(self, requests):
        asking = [
            request.stage == "now" and request.kind in UNATTENDED and request.body is not None
            for request in requests
        ]
        wait = Verdict(wait_code=WAIT_CODE)
        return [wait if lacks else None for lacks in self._short_of_segments(requests, asking)]

    def _short_of_segments(self, requests, asking):
        """Say for which texts the allowance does not suffice, one after the other.

        :param requests: list of requests
        :param asking: list of bool, which of them the allowance counts for
        :returns: list of bool
        """
        companies = {
            request.company.id
            for request, asks in zip(requests, asking, strict=True)
            if asks and request.company
        }
        left = self._segments_left(companies) if companies else {}
        counted = set()

        def lacks(request):
            if request.company.id not in left:
                return False
            if request.body is None:
                return left[request.company.id] <= 0
            if request.thread in counted:  # a number gets a text once
                return False
            needed = segments.count(request.body.strip()).segments
            if needed > left[request.company.id]:
                return True
            left[request.company.id] -= needed
            counted.add(request.thread)
            return False

        return [asks and lacks(request) for request, asks in zip(requests, asking, strict=True)]

    def _segments_left(self, company_ids):
        """Return what companies may still queue; unlimited ones are left out.

        :param company_ids: iterable of int
        :returns: dict from company id to segments, less than 0 when more waits than is left
        """
        messages = self.env["hr.sms.message"]
        messages.flush_model(["company_id", "state", "segment_count", "is_charged"])
        self.env.cr.execute(
            """
            SELECT company.id, COALESCE(account.plan_left + account.extra_left, %s)
                   - COALESCE((SELECT sum(segment_count) FROM hr_sms_message
                                WHERE company_id = company.id AND state = 'queued'
                                  AND is_charged IS NOT TRUE), 0)
              FROM unnest(%s::int[]) AS company(id)
         LEFT JOIN hr_sms_allowance account ON account.company_id = company.id
             WHERE account.mode IS DISTINCT FROM 'unlimited'
            """,
            [FREE_SEGMENTS, list(company_ids)],
        )
        return dict(self.env.cr.fetchall())
