from odoo import http
from odoo.http import request

from ..models.res_company_terms import TERMS_PATH


class Terms(http.Controller):
    """The public terms of a company's texts."""

    @http.route(
        TERMS_PATH,
        type="http",
        auth="public",
        website=True,
        sitemap=True,
        methods=["GET"],
        readonly=True,
    )
    def terms(self, **_params):
        """Show the terms of the company whose website it is."""
        # sudo: a visitor reads no companies; the page shows what is meant for them
        return self._page(request.website.sudo().company_id)

    @http.route(
        f"{TERMS_PATH}/<string:key>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def terms_of(self, key, **_params):
        """Show the terms of another company that asks on this website.

        :param str key: as ``res.company._sms_terms_path`` made it
        """
        company = request.env["res.company"]._sms_terms_company(key)
        if not company:
            raise request.not_found()
        return self._page(company)

    def _page(self, company):
        return request.render(
            "hr_recruitment_texting.terms_page", company._sms_terms(request.website)
        )
