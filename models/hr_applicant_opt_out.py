from odoo import models

from ..rules import opt_out_line
from .hr_applicant_sms_tab import PAGE


class HrApplicant(models.Model):
    """What the SMS tab says about the line that will be added to a text."""

    _inherit = "hr.applicant"

    def sms_tab(self, number=None, before_id=None, limit=PAGE):
        """Return what the SMS tab shows, with the opt-out line of the next text.

        :param number: see the method this extends
        :param before_id: see there
        :param int limit: see there
        :returns: dict as there; ``opt_out`` is ``False`` when no line will be added, else a dict
            with ``line``, ``separator`` (what stands between text and line) and ``told``, by which
            the browser sees that a text has it already: ``link`` (part of an address), empty
            where a reply is the way, or ``patterns`` (regular expressions for folded text)
        :raises AccessError: without the right to view SMS or to read the applicant
        """
        tab = super().sms_tab(number, before_id, limit)
        tab["opt_out"] = tab["gate"]["allowed"] and self._sms_tab_opt_out(tab["number"])
        return tab

    def _sms_tab_opt_out(self, number):
        texts = [self._sms_text(number, None)]
        threads = [self._sms_thread(number)]
        messages = self.env["hr.sms.message"]
        [line] = messages._opt_out_lines(texts, threads)
        if not line:
            return False
        by_link = messages._opt_out_way(texts[0], threads[0]) == "link"
        return {
            "line": line,
            "separator": opt_out_line.SEPARATOR,
            "told": {
                "link": opt_out_line.LINK_PATH if by_link else "",
                "patterns": [] if by_link else opt_out_line.PATTERNS,
            },
        }
