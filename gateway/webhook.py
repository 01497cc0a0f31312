"""Reading and answering Twilio's webhooks: signature, fields, TwiML."""

import re
from dataclasses import dataclass

from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

ACCOUNT_SID = re.compile(r"AC[0-9a-zA-Z]{32}")
MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-zA-Z]{32}")
# Written over the token by Odoo's own sms_twilio/data/neutralize.sql: public knowledge.
NEUTRALIZED_TOKEN = "dummytoken"
XML = "text/xml; charset=utf-8"


@dataclass(frozen=True)
class Webhook:
    """One request that claims to come from Twilio.

    :param form: the POST form as it came, a multi-dict
    :param signature: value of ``X-Twilio-Signature``, may be ``None``
    :param urls: the absolute addresses Twilio may have called, most likely first; behind a
        proxy the one Odoo sees differs from the one Twilio signed
    """

    form: object
    signature: str | None
    urls: tuple

    @property
    def account_sid(self):
        """AccountSid as claimed, or ``None`` when it is missing or malformed."""
        sid = self.form.get("AccountSid") or ""
        return sid if ACCOUNT_SID.fullmatch(sid) else None

    @property
    def message_sid(self):
        """MessageSid, or ``None`` when it is missing or malformed."""
        sid = self.form.get("MessageSid") or self.form.get("SmsSid") or ""
        return sid if MESSAGE_SID.fullmatch(sid) else None

    def is_signed_with(self, auth_token):
        """Tell whether the request carries a right signature for this token.

        All parameters take part, also those Twilio may add later:
        https://www.twilio.com/docs/usage/security#validating-requests

        :param auth_token: the account's token, may be empty
        :returns: bool; a missing signature or a neutralized token is never right
        """
        if not auth_token or auth_token == NEUTRALIZED_TOKEN or not self.signature:
            return False
        validator = RequestValidator(auth_token)
        return any(validator.validate(url, self.form, self.signature) for url in self.urls)


def empty_twiml():
    """TwiML that answers nothing: Twilio logs an empty body or plain text as an error.

    :returns: str
    """
    return str(MessagingResponse())
