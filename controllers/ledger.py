import csv
import io
import re

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

from ..models.hr_sms_thread_erasure import MANAGER_GROUP
from ..models.hr_sms_thread_proof import csv_cell

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
_TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


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
                writer.writerow([csv_cell(event[name]) for name in _COLUMNS])
            last = events[-1].id
            ledger.env.invalidate_all()
        return output.getvalue().encode("utf-8-sig")

    @http.route("/recruitment_texting/proof.pdf", type="http", auth="user", readonly=True)
    def proof_pdf(self, applicant_id=None, thread_ids=None):
        """Download the proof of one candidate's consent as PDF.

        :param applicant_id: id of an ``hr.applicant``: all of their numbers
        :param thread_ids: ids of ``hr.sms.thread``, separated by commas
        :raises AccessError: for anybody but managers of SMS, and for other companies
        """
        return self._proof(self._threads(applicant_id, thread_ids)._proof_pdf(), "pdf")

    @http.route("/recruitment_texting/proof.csv", type="http", auth="user", readonly=True)
    def proof_csv(self, applicant_id=None, thread_ids=None):
        """Download the proof of one candidate's consent as CSV.

        :param applicant_id: id of an ``hr.applicant``: all of their numbers
        :param thread_ids: ids of ``hr.sms.thread``, separated by commas
        :raises AccessError: for anybody but managers of SMS, and for other companies
        """
        return self._proof(self._threads(applicant_id, thread_ids)._proof_csv(), "csv")

    def _threads(self, applicant_id, thread_ids):
        """Return the threads a proof is asked for, after checking that the user may have it."""
        request.env["hr.sms.thread"]._check_provable()
        threads = request.env["hr.sms.thread"].browse(_ids(thread_ids)).exists()
        if applicant := request.env["hr.applicant"].browse(_ids(applicant_id)).exists():
            applicant._sms_check_right(MANAGER_GROUP)
            threads |= applicant._sms_all_threads().with_env(request.env)
        if not threads:
            raise NotFound()
        threads._check_provable()
        return threads

    def _proof(self, content, file_format):
        name = f"sms-consent-proof.{file_format}"
        return request.make_response(
            content,
            [
                ("Content-Type", _TYPES[file_format]),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
            ],
        )


def _ids(text):
    """Return the ids of an address, none for what is no list of ids."""
    parts = (text or "").split(",")
    return [int(part) for part in parts if re.fullmatch(r"[0-9]{1,9}", part)]
