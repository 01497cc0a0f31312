from odoo import http
from odoo.http import request

from ..rules import consent_token
from ..rules.opt_out_line import LINK_PATH
from .evidence import request_evidence

_HEADERS = {
    # Nobody else learns the address, which is all it takes.
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


class ConsentLink(http.Controller):
    """The page by which a candidate sees and withdraws consent, without logging in.

    Opening it changes nothing: phones, carriers and mail programs open links to look at them.
    """

    @http.route(
        f"{LINK_PATH}<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def show(self, token, **_params):
        """Show the consent of the number that the link is for."""
        thread = self._thread(token)
        if not thread:
            return self._unknown()
        return request.render(
            "hr_recruitment_texting.consent_page",
            thread._consent_page(),
            headers=_HEADERS,
        )

    @http.route(
        f"{LINK_PATH}<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
        readonly=False,
    )
    def withdraw(self, token, **_params):
        """Withdraw the consent, by the button of the page, and show it again."""
        thread = self._thread(token)
        if not thread:
            return self._unknown()
        # Not the address itself: the ledger is no place for a key.
        thread._withdraw_by_link(request_evidence(request.httprequest.host_url + LINK_PATH[1:]))
        return request.redirect(request.httprequest.path, code=303, local=True)

    def _thread(self, token):
        # In the visitor's language; the signature is the right to see it
        return request.env["hr.sms.thread"]._from_consent_token(token, consent_token.WITHDRAW)

    def _unknown(self):
        return request.render(
            "hr_recruitment_texting.consent_page_unknown",
            status=404,
            headers=_HEADERS,
        )
