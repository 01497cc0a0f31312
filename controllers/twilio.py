import logging
import re

from psycopg2 import errors
from werkzeug.exceptions import Forbidden, NotFound, ServiceUnavailable

from odoo import http
from odoo.http import request
from odoo.tools.urls import urljoin

from ..gateway import Webhook, empty_twiml
from ..gateway.webhook import XML
from ..models.hr_sms_setup import CHECK_ROUTE
from ..models.transactions import begin_request
from ..rules import delivery

_logger = logging.getLogger(__name__)

# Seconds to wait for a row that somebody else holds. Twilio waits 15 for an answer.
LOCK_TIMEOUT = 5
_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected)
_NOTHING = empty_twiml()
# What Odoo reads in proxy mode (odoo/http.py), and what other proxies set.
_PROXY_HEADERS = ("X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")
_UUID = re.compile(r"[0-9a-f]{32}")


class TwilioWebhooks(http.Controller):
    """The door for everything Twilio sends. Verifies the signature, parses, dispatches.

    Whatever is not rightly signed gets 403 and leaves no trace in the database. A request does
    the least: screens, mails and whatever else follows come after the commit.
    """

    @http.route(
        "/recruitment_texting/twilio/inbound",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def inbound(self, **_params):
        """Take in a text from a candidate.

        https://www.twilio.com/docs/messaging/guides/webhook-request
        """
        webhook, company_ids = self._verify("/recruitment_texting/twilio/inbound")
        sender, recipient = (webhook.form.get(name, "").strip() for name in ("From", "To"))
        if not webhook.message_sid or not sender or not recipient:
            # Rightly signed, yet no text: nothing to keep, and a retry would not help.
            _logger.warning("Inbound webhook without MessageSid, From or To ignored")
            return self._twiml()
        try:
            messages = begin_request(request.env, LOCK_TIMEOUT)["hr.sms.message"]
            received = (company_ids, webhook.message_sid, webhook.form)
            if not messages._receive_ordinary(*received):
                messages._receive(*received)
                messages.env.flush_all()
        except (*_BUSY, errors.UniqueViolation) as error:
            # Somebody holds the number, or takes in the same text: Twilio asks again.
            raise ServiceUnavailable() from error
        return self._twiml()

    @http.route(
        "/recruitment_texting/twilio/status/<string:message_uuid>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def status(self, message_uuid, **_params):
        """Take in what became of a text we sent.

        https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
        """
        if not _UUID.fullmatch(message_uuid):
            raise NotFound()
        webhook, company_ids = self._verify(f"/recruitment_texting/twilio/status/{message_uuid}")
        status = webhook.form.get("MessageStatus") or webhook.form.get("SmsStatus")
        if status not in delivery.TWILIO_STATUS:
            _logger.warning("Status webhook with an unknown status ignored")
            return self._twiml()
        try:
            # The sender's commits are short; should one not be, Twilio asks again.
            messages = begin_request(request.env, LOCK_TIMEOUT)["hr.sms.message"]
            known = messages._settle_status(
                message_uuid,
                status,
                company_ids,
                sid=webhook.message_sid,
                error_code=webhook.form.get("ErrorCode") or None,
                sender=webhook.form.get("From") or None,
            )
        except _BUSY as error:
            raise ServiceUnavailable() from error
        if not known:
            raise NotFound()
        return self._twiml()

    @http.route(
        CHECK_ROUTE,
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=True,
    )
    def check(self, **_params):
        """Tell the set-up check that a signed request arrived, and how. Nothing is written."""
        webhook, _company_ids = self._verify(CHECK_ROUTE)
        asked = request.httprequest
        return request.make_json_response(
            {
                "nonce": webhook.form.get("Nonce", ""),
                "seen": asked.url,
                "forwarded": any(asked.headers.get(name) for name in _PROXY_HEADERS),
            }
        )

    def _verify(self, path):
        """Verify that Twilio sent this request, before anything else of it is read.

        :param str path: of this route
        :returns: ``(Webhook, list of ids of the account's companies)``
        :raises Forbidden: for a missing or wrong signature, or an unknown account
        """
        asked = request.httprequest
        webhook = Webhook(asked.form, asked.headers.get("X-Twilio-Signature"), (asked.url,))
        if not webhook.signature or not webhook.account_sid:
            raise Forbidden()
        accounts = request.env["res.company"]._sms_accounts().get(webhook.account_sid, ())
        token = self._signing_token(webhook, path, accounts)
        if not token:
            _logger.warning("Webhook with a wrong signature refused")
            raise Forbidden()
        return webhook, [account.company_id for account in accounts if account.token == token]

    def _signing_token(self, webhook, path, accounts):
        """Return the token that signed a request, ``None`` when it is none of these.

        :param webhook: :class:`~..gateway.Webhook` with the address that Odoo sees
        :param str path: of this route
        :param accounts: what we know of the account, one entry for each company
        """
        for account in accounts:
            if webhook.is_signed_with(account.token):
                return account.token
        # Behind a proxy that does not say so, Twilio signed the public address.
        query = request.httprequest.query_string.decode("latin-1")
        for account in accounts:
            # sudo: there is no user
            company_sudo = request.env["res.company"].sudo().browse(account.company_id)
            address = urljoin(company_sudo.get_base_url(), path) + (f"?{query}" if query else "")
            public = Webhook(webhook.form, webhook.signature, (address,))
            if public.is_signed_with(account.token):
                return account.token
        return None

    def _twiml(self):
        return request.make_response(_NOTHING, [("Content-Type", XML)])
