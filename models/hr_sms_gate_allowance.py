from odoo import models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..rules import segments
from .hr_sms_allowance import FREE_SEGMENTS, WAIT_CODE
from .hr_sms_gate import REASONS, WAITS, Verdict
from .hr_sms_gate_limits import AWAITED, UNATTENDED

_lt = LazyTranslate(__name__)

REASONS["allowance_used_up"] = _lt(
    "Your company's texting allowance is used up, or too little is left for this text. An SMS "
    "manager tops it up under Recruitment, SMS, Allowance."
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
        # A campaign that waits for a top-up holds up nobody who writes by hand.
        short = self._short_of_segments(requests, asking, AWAITED)
        return ["allowance_used_up" if lacks else None for lacks in short]

    def _defer_allowance(self, requests):
        asking = [
            request.stage == "now" and request.kind in UNATTENDED and request.body is not None
            for request in requests
        ]
        wait = Verdict(wait_code=WAIT_CODE)
        short = self._short_of_segments(requests, asking, AWAITED + UNATTENDED)
        return [wait if lacks else None for lacks in short]

    def _short_of_segments(self, requests, asking, before):
        """Say for which texts the allowance does not suffice, one after the other.

        :param requests: list of requests
        :param asking: list of bool, which of them the allowance counts for
        :param before: kinds of texts that come before these, if they wait already
        :returns: list of bool
        """
        companies = {
            request.company.id
            for request, asks in zip(requests, asking, strict=True)
            if asks and request.company
        }
        left = self._segments_left(companies, before) if companies else {}
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

    def _segments_left(self, company_ids, before):
        """Return what companies may still queue; unlimited ones are left out.

        :param company_ids: iterable of int
        :param before: kinds of texts that come before, if they wait already
        :returns: dict from company id to segments, less than 0 when more waits than is left
        """
        messages = self.env["hr.sms.message"]
        self.env.cr.execute(
            SQL(
                """
                SELECT company.id, COALESCE(account.plan_left + account.extra_left, %s)
                       - COALESCE((SELECT sum(segment_count) FROM hr_sms_message
                                    WHERE company_id = company.id AND %s), 0)
                  FROM unnest(%s::int[]) AS company(id)
             LEFT JOIN hr_sms_allowance account ON account.company_id = company.id
                 WHERE account.mode IS DISTINCT FROM 'unlimited'
                """,
                FREE_SEGMENTS,
                messages._waiting_for_segments(before),
                list(company_ids),
            )
        )
        return dict(self.env.cr.fetchall())
