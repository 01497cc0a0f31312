"""Calling our own public address the way Twilio does."""

import logging
from http import HTTPStatus

import requests
from twilio.request_validator import RequestValidator

from ..rules.setup_facts import Probe

_logger = logging.getLogger(__name__)

# Seconds to connect, and to answer.
TIMEOUT = 5
_MOST = 64 * 1024


def probe(url, account_sid, auth_token, nonce):
    """Send a signed request to an address that verifies it, and see what comes back.

    :param str url: of our check, at the public address
    :param str account_sid: of the account
    :param str auth_token: what it is signed with; it is not sent
    :param str nonce: comes back if it is really us who answer
    :returns: :class:`~..rules.setup_facts.Probe`
    """
    form = {"AccountSid": account_sid, "Nonce": nonce}
    signature = RequestValidator(auth_token).compute_signature(url, form)
    try:
        with requests.post(
            url,
            data=form,
            headers={"X-Twilio-Signature": signature},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            return _read(answer, nonce)
    except (requests.exceptions.RequestException, ValueError) as error:
        _logger.info("%s while calling our public address", type(error).__name__)
        return Probe("unreachable")


def _read(answer, nonce):
    status = answer.status_code
    if answer.is_redirect:
        return Probe("redirect", status)
    if status == HTTPStatus.FORBIDDEN:
        return Probe("refused", status)
    if status != HTTPStatus.OK or int(answer.headers.get("Content-Length") or 0) > _MOST:
        return Probe("other", status)
    try:
        said = answer.json()
        ours = Probe("ok", status, str(said["seen"]), bool(said["forwarded"]))
        return ours if said["nonce"] == nonce else Probe("other", status)
    except (ValueError, TypeError, KeyError):  # it is not us
        return Probe("other", status)
