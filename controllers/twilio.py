import logging
import re

from psycopg2 import errors
from werkzeug.exceptions import Forbidden, NotFound, ServiceUnavailable

from odoo import http
from odoo.http import request
from odoo.tools.urls import urljoin

from ..gateway import Webhook, empty_twiml
from ..gateway.webhook import XML
from ..models.transactions import short_transaction
from ..rules import delivery

_logger = logging.getLogger(__name__)

_UUID = re.compile(r"[0-9a-f]{32}")


class TwilioWebhooks(http.Controller):
    """The door for everything Twilio sends. Verifies the signature, parses, dispatches.

    Whatever is not rightly signed gets 403 and leaves no trace in the database. The work is done
    in short transactions of its own, so that the answer never waits for anything else.
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
        webhook, companies = self._verify("/recruitment_texting/twilio/inbound")
        sender, recipient = (webhook.form.get(name, "").strip() for name in ("From", "To"))
        if not webhook.message_sid or not sender or not recipient:
            # Rightly signed, yet no text: nothing to keep, and a retry would not help.
            _logger.warning("Inbound webhook without MessageSid, From or To ignored")
            return self._twiml()
        with short_transaction(request.env.registry) as env:
            env["hr.sms.message"]._receive(companies.ids, webhook.message_sid, webhook.form)
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
        webhook, _companies = self._verify(f"/recruitment_texting/twilio/status/{message_uuid}")
        status = webhook.form.get("MessageStatus") or webhook.form.get("SmsStatus")
        if status not in delivery.TWILIO_STATUS:
            _logger.warning("Status webhook with an unknown status ignored")
            return self._twiml()
        try:
            with short_transaction(request.env.registry) as env:
                # The sender's commits are short; should one not be, Twilio asks again.
                env.cr.execute("SET LOCAL lock_timeout = '5s'")
                message = env["hr.sms.message"]._settle_status(
                    message_uuid,
                    status,
                    sid=webhook.message_sid,
                    error_code=webhook.form.get("ErrorCode") or None,
                    account_sid=webhook.account_sid,
                )
        except errors.LockNotAvailable as error:
            raise ServiceUnavailable() from error
        if not message:
            raise NotFound()
        return self._twiml()

    def _verify(self, path):
        """Verify that Twilio sent this request, before anything else of it is read.

        :param str path: of this route
        :returns: ``(Webhook, res.company records of that account)``
        :raises Forbidden: for a missing or wrong signature, or an unknown account
        """
        # sudo: there is no user; the account's companies are needed to check the signature
        companies_sudo = request.env["res.company"].sudo()
        webhook = Webhook(
            form=request.httprequest.form,
            signature=request.httprequest.headers.get("X-Twilio-Signature"),
            urls=(),
        )
        if not webhook.signature or not webhook.account_sid:
            raise Forbidden()
        query = request.httprequest.query_string.decode("latin-1")
        for company in companies_sudo.search(
            [("sms_twilio_account_sid", "=", webhook.account_sid)]
        ):
            address = urljoin(company.get_base_url(), path) + (f"?{query}" if query else "")
            signed = Webhook(webhook.form, webhook.signature, (address, request.httprequest.url))
            if signed.is_signed_with(company.sms_twilio_auth_token):
                return signed, companies_sudo.search(
                    [
                        ("sms_twilio_account_sid", "=", webhook.account_sid),
                        ("sms_twilio_auth_token", "=", company.sms_twilio_auth_token),
                    ]
                )
        _logger.warning("Webhook with a wrong signature refused")
        raise Forbidden()

    def _twiml(self):
        return request.make_response(empty_twiml(), [("Content-Type", XML)])
