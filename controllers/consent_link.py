from odoo import http
from odoo.http import request

from ..rules import consent_token
from ..rules.opt_out_line import LINK_PATH
from .evidence import request_evidence

HEADERS = {
    # Nobody else learns the address, which is all it takes.
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


class ConsentLink(http.Controller):
    """The page by which a candidate sees, withdraws or gives consent, without logging in.

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
        """Show the consent of the number that the link is for, or ask for it."""
        thread, invitation = self._read(token)
        return self._page(thread, invitation) if thread or invitation else self._unknown()

    @http.route(
        f"{LINK_PATH}<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
        readonly=False,
    )
    def change(
        self,
        token,
        sms_consent=None,
        sms_consent_token=None,
        sms_consent_number=None,
        **_params,
    ):
        """Take the answer to the question of the page, or withdraw the consent by its button.

        :param sms_consent: ``yes`` or ``no``
        :param sms_consent_token: what the question was shown with; without it the button was pressed
        :param sms_consent_number: the phone number, where the page asked for it
        """
        thread, invitation = self._read(token)
        if not thread and not invitation:
            return self._unknown()
        # Not the address itself: the ledger is no place for a key.
        evidence = request_evidence(request.httprequest.host_url + LINK_PATH[1:])
        if sms_consent_token is None:
            if thread:
                thread._withdraw_by_link(evidence)
        elif invitation:
            mistake = invitation._take_answer(
                sms_consent, sms_consent_token, evidence, sms_consent_number
            )
            if mistake:
                typed = {"typed": sms_consent_number or "", "chosen": sms_consent}
                return self._page(thread, invitation, mistake, **typed)
        return request.redirect(request.httprequest.path, code=303, local=True)

    def _read(self, token):
        """Return the number and, if there is one, the invitation that a link is for."""
        # In the visitor's language; the signature is the right to see it
        invitation = request.env["hr.sms.invitation"]._from_token(token)
        thread = invitation.thread_id or request.env["hr.sms.thread"]._from_consent_token(
            token, consent_token.WITHDRAW
        )
        return thread, invitation

    def _page(self, thread, invitation, mistake=None, typed="", chosen=None):
        values = {"asked": None, "obstacle": "", "mistake": mistake}
        values |= {"typed": typed, "chosen": chosen}
        if invitation:
            values |= {**invitation._state_page(), **invitation._page(request.website)}
        else:
            values |= thread._consent_page()
        return request.render(
            "hr_recruitment_texting.consent_page",
            values,
            status=422 if mistake else 200,
            headers=HEADERS,
        )

    def _unknown(self):
        return request.render(
            "hr_recruitment_texting.consent_page_unknown",
            status=404,
            headers=HEADERS,
        )
