import csv
import io
import re

from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

_COLUMNS = (
    "company_name",
    "number",
    "sequence",
    "event",
    "method",
    "scope",
    "keyword",
    "source",
    "source_ref",
    "given_date",
    "recorded_date",
    "applicant_ref",
    "applicant_name",
    "job_ref",
    "actor_name",
    "wording",
    "wording_lang",
    "wording_version",
    "page_url",
    "ip_address",
    "user_agent",
    "twilio_sid",
    "note",
    "personal_digest",
    "previous_hash",
    "hash",
)
_BATCH = 1000
_E164 = re.compile(r"^\+\d{5,15}$")


class LedgerExport(http.Controller):
    @http.route("/recruitment_texting/ledger.csv", type="http", auth="user", readonly=True)
    def ledger(self):
        """Download the whole consent ledger of all companies, oldest event first.

        :raises AccessError: for anybody but administrators: they see it as they uninstall
        """
        if not request.env.user.has_group("base.group_system"):
            raise AccessError(
                request.env._("Only an administrator can download the whole consent ledger.")
            )
        headers = [
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Content-Disposition", content_disposition("consent-ledger.csv")),
        ]
        return request.make_response(self._csv(), headers)

    def _csv(self):
        """Return the ledger as CSV in UTF-8, with a mark so that spreadsheets read it so."""
        # sudo: an administrator who removes the module takes its proof along, of all companies
        ledger = request.env["hr.sms.consent"].sudo()
        output = io.StringIO()
        writer = csv.writer(output)
        writer.writerow(_COLUMNS)
        last = 0
        while events := ledger.search([("id", ">", last)], order="id", limit=_BATCH):
            for event in events:
                writer.writerow([_cell(event[name]) for name in _COLUMNS])
            last = events[-1].id
            ledger.env.invalidate_all()
        return output.getvalue().encode("utf-8-sig")


def _cell(value):
    """Return a value for a cell; text that a spreadsheet would run as a formula is quoted.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    if value is False or value is None:
        return ""
    if hasattr(value, "strftime"):
        return f"{fields.Datetime.to_string(value)}Z"
    text = str(value)
    if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _E164.match(text):
        return f"'{text}"
    return text
