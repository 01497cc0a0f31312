"""One Twilio account: handing it texts, and having it forget them, through the official SDK."""

import logging
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
import requests
from twilio.base import values
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from ..rules import delivery

_logger = logging.getLogger(__name__)
# The SDK logs requests with their parameters, bodies included: not ours to write down.
_sdk_logger = logging.getLogger(f"{__name__}.sdk")
_sdk_logger.setLevel(logging.CRITICAL)

DEFAULT_URL = "https://api.twilio.com"
# Seconds. The SDK sets none by default: https://www.twilio.com/docs/libraries/python
TIMEOUT = 10
# Texts on their way at once, for one account.
CONCURRENCY = 50
# How many of its requests Twilio is working on: https://www.twilio.com/docs/usage/rest-api-best-practices
_CONCURRENT_REQUESTS = "Twilio-Concurrent-Requests"

# "Cannot change this resource before its processing has finished"
_ON_ITS_WAY = 20009

# Not even tried: the address of Twilio is no address.
_NEVER_LEFT = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    aiohttp.InvalidURL,
)
# Nothing was sent yet: it is safe to try again.
_NEVER_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


@dataclass(frozen=True)
class Outgoing:
    """One text to hand to Twilio.

    :param str uuid: ours; it comes back in the result
    :param str to: recipient, E.164
    :param sender: one of the company's numbers, E.164, ``None`` to leave it to the service
    :param str body: the whole text
    :param status_callback: absolute URL, ``None`` to be told nothing
    :param service: SID of the Messaging Service that chooses the sender
    """

    uuid: str
    to: str
    sender: str | None
    body: str
    status_callback: str | None
    service: str | None = None


@dataclass(frozen=True)
class Result:
    """What became of one text.

    :param str uuid: of the ``Outgoing``
    :param str outcome: ``"accepted"``, ``"retry"``, ``"failed"``, ``"unknown"``, or
        ``"held_back"`` when it was not wanted any more
    :param sid: Twilio's MessageSid when accepted
    :param code: Twilio's error code, or ``None``
    :param detail: Twilio's own words about the error, never the body of the text
    """

    uuid: str
    outcome: str
    sid: str | None = None
    code: int | None = None
    detail: str | None = None


class _PooledHttpClient(AsyncHttpClient):
    """The SDK's way to bring one's own HTTP client: connections are shared by all accounts."""

    def __init__(self, session, gateway, secret):
        super().__init__(_sdk_logger, is_async=True)
        self._session = session
        self._gateway = gateway
        self._authorization = f"Basic {b64encode(secret.encode()).decode()}"

    async def request(
        self,
        method,
        url,
        params=None,
        data=None,
        headers=None,
        auth=None,
        timeout=None,
        allow_redirects=False,
    ):
        headers = {**(headers or {}), "Authorization": self._authorization}
        seconds = self._gateway.timeout
        async with self._session.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            allow_redirects=allow_redirects,
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=seconds / 2),
        ) as answer:
            self._gateway.adapt(answer.status, answer.headers.get(_CONCURRENT_REQUESTS))
            return Response(answer.status, await answer.text(), answer.headers)


class Gateway:
    """A connection to one Twilio account.

    The SDK's client is not declared thread-safe: each thread has its own.

    :param str account_sid: ``AC`` and 32 characters
    :param str auth_token: secret; never logged
    :param str base_url: where Twilio's REST API answers
    :param int concurrency: texts on their way at once
    :param float timeout: seconds for one request
    :ivar float limit: how many texts may be on their way at the moment: less than ``concurrency``
        after Twilio said that it were too many
    """

    def __init__(
        self,
        account_sid,
        auth_token,
        base_url=DEFAULT_URL,
        concurrency=CONCURRENCY,
        timeout=TIMEOUT,
    ):
        self.account_sid = account_sid
        self.limit = concurrency
        self.timeout = timeout
        self._auth_token = auth_token
        self._base_url = base_url.rstrip("/")
        self._concurrency = concurrency
        self._local = threading.local()
        self._async_session = self._async_client = None

    def _client(self):
        client = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = self._new_client(
                TwilioHttpClient(timeout=self.timeout, logger=_sdk_logger)
            )
        return client

    def _new_client(self, http_client):
        client = Client(self.account_sid, self._auth_token, http_client=http_client)
        client.api.base_url = self._base_url
        return client

    def adapt(self, status, concurrent=None):
        """Follow what Twilio bears: a quarter less when it is too much, then slowly more again.

        https://www.twilio.com/docs/usage/rest-api-best-practices

        :param int status: HTTP status of an answer
        :param concurrent: its header with how many requests Twilio is working on, str or ``None``
        """
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            known = int(concurrent) if concurrent and concurrent.isdecimal() else self.limit
            self.limit = max(1, min(self.limit, known) * 3 / 4)
        else:
            self.limit = min(self._concurrency, self.limit + 1 / max(self.limit, 1))

    async def send(self, session, text):
        """Hand over one text. Never raises: what went wrong is in the result.

        :param session: ``aiohttp.ClientSession``, the same each time
        :param text: :class:`Outgoing`
        :returns: :class:`Result`
        """
        if self._async_session is not session:
            self._async_session = session
            secret = f"{self.account_sid}:{self._auth_token}"
            self._async_client = self._new_client(_PooledHttpClient(session, self, secret))
        try:
            message = await self._async_client.messages.create_async(
                to=text.to,
                from_=text.sender or values.unset,
                messaging_service_sid=text.service or values.unset,
                body=text.body,
                status_callback=text.status_callback or values.unset,
            )
        except TwilioException as error:
            # REST and RFC 9457 errors alike carry a status and a code.
            code = getattr(error, "code", None)
            outcome = delivery.decide(getattr(error, "status", 0) or 0, code)
            return Result(text.uuid, outcome, code=code, detail=getattr(error, "msg", None))
        except _NEVER_CONNECTED as error:
            return Result(text.uuid, "retry", detail=type(error).__name__)
        except _NEVER_LEFT as error:
            return Result(text.uuid, "failed", detail=f"{type(error).__name__}: {self._base_url}")
        except Exception as error:  # noqa: BLE001
            # Timeouts and unreadable answers: nobody knows whether Twilio has it. Whatever else
            # goes wrong with one text must not lose the results of the others.
            _logger.warning("Text %s: %s while handing it over", text.uuid, type(error).__name__)
            return Result(text.uuid, "unknown", detail=type(error).__name__)
        if not message.sid:
            return Result(text.uuid, "unknown", detail="answer without a sid")
        return Result(text.uuid, "accepted", sid=message.sid)

    def erase_many(self, texts):
        """Have Twilio forget texts, concurrently. May be repeated.

        https://www.twilio.com/docs/messaging/api/message-resource#redact-a-message
        Refused with error 20009 while a text is on its way.

        :param texts: list of ``(MessageSid, action)``, the action ``redact`` (the body) or
            ``delete`` (the text with its number and date)
        :returns: list of ``"done"``, ``"retry"`` or ``"failed"``, in the same order
        """
        with ThreadPoolExecutor(
            max_workers=min(self._concurrency, len(texts)) or 1,
            thread_name_prefix="recruitment_texting.gateway",
        ) as pool:
            return list(pool.map(self._erase, texts))

    def _erase(self, text):
        sid, action = text
        try:
            message = self._client().messages(sid)
            if action == "redact":
                message.update(body="")
            else:
                message.delete()
        except TwilioException as error:
            status = getattr(error, "status", 0) or 0
            if status == HTTPStatus.NOT_FOUND:
                return "done"  # Twilio has forgotten it already
            final = (HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED)
            busy = getattr(error, "code", None) == _ON_ITS_WAY
            return "failed" if status in final and not busy else "retry"
        except _NEVER_LEFT:
            return "failed"
        except requests.exceptions.RequestException as error:
            _logger.info("%s while erasing a text at Twilio", type(error).__name__)
            return "retry"
        return "done"
