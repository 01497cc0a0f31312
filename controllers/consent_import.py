from odoo import http
from odoo.http import content_disposition, request

from ..models.hr_applicant import SEND_GROUP
from ..wizards.hr_sms_consent_import import TEMPLATE_URL

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ConsentImport(http.Controller):
    """The file to fill in for an import of consents."""

    @http.route(TEMPLATE_URL, type="http", auth="user", methods=["GET"], readonly=True)
    def template(self):
        """Download the file.

        :raises AccessError: without the right to send SMS
        """
        request.env["hr.applicant"]._sms_check_right(SEND_GROUP)
        return request.make_response(
            request.env["hr.sms.consent.import"]._template(),
            headers=[
                ("Content-Type", _XLSX),
                ("Content-Disposition", content_disposition("sms-consents.xlsx")),
            ],
        )
