"""Handing texts to Twilio, several at once, through the official SDK."""

import logging
import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from http import HTTPStatus

import requests
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
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
# So many texts at a time are asked about once more, right before they are handed over.
HANDFUL = 10


# "Cannot change this resource before its processing has finished"
_ON_ITS_WAY = 20009

# Not even tried: the address of Twilio is no address.
_NEVER_LEFT = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)


@dataclass(frozen=True)
class Outgoing:
    """One text to hand to Twilio.

    :param str uuid: ours; it comes back in the result
    :param str to: recipient, E.164
    :param str sender: one of the company's numbers, E.164
    :param str body: the whole text
    :param str status_callback: absolute URL
    """

    uuid: str
    to: str
    sender: str
    body: str
    status_callback: str


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


class Gateway:
    """A connection to one Twilio account.

    The SDK's client is not declared thread-safe: each sending thread has its own.

    :param str account_sid: ``AC`` and 32 characters
    :param str auth_token: secret; never logged
    :param str base_url: where Twilio's REST API answers
    :param int concurrency: texts on their way at once
    :param float timeout: seconds for one request
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
        self._auth_token = auth_token
        self._base_url = base_url.rstrip("/")
        self._concurrency = concurrency
        self._timeout = timeout
        self._local = threading.local()

    def _client(self):
        client = getattr(self._local, "client", None)
        if client is None:
            client = Client(
                self.account_sid,
                self._auth_token,
                http_client=TwilioHttpClient(timeout=self._timeout, logger=_sdk_logger),
            )
            client.api.base_url = self._base_url
            self._local.client = client
        return client

    def send_many(self, outgoing, still_wanted=None):
        """Hand texts to Twilio concurrently.

        Never raises for a single text: what went wrong is in its result.

        :param outgoing: list of :class:`Outgoing`
        :param still_wanted: asked for a few texts at a time, right before they are handed over,
            on the calling thread: from a list of :class:`Outgoing` to the set of those uuids
            that may still go. ``None`` lets all go.
        :returns: list of :class:`Result`, one for each, in the same order
        """
        results, running = {}, set()
        waiting = deque(outgoing)
        with ThreadPoolExecutor(
            max_workers=min(self._concurrency, len(outgoing)) or 1,
            thread_name_prefix="recruitment_texting.gateway",
        ) as pool:
            while waiting or running:
                free = self._concurrency - len(running)
                if waiting and free >= min(HANDFUL, len(waiting), self._concurrency):
                    texts = [waiting.popleft() for _slot in range(min(free, len(waiting)))]
                    wanted = still_wanted(texts) if still_wanted else None
                    for text in texts:
                        if wanted is None or text.uuid in wanted:
                            running.add(pool.submit(self._send, text))
                        else:
                            results[text.uuid] = Result(text.uuid, "held_back")
                    continue
                done, running = wait(running, return_when=FIRST_COMPLETED)
                results |= {future.result().uuid: future.result() for future in done}
        return [results[text.uuid] for text in outgoing]

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

    def _send(self, text):
        try:
            message = self._client().messages.create(
                to=text.to,
                from_=text.sender,
                body=text.body,
                status_callback=text.status_callback,
            )
        except TwilioException as error:
            # REST and RFC 9457 errors alike carry a status and a code.
            code = getattr(error, "code", None)
            outcome = delivery.decide(getattr(error, "status", 0) or 0, code)
            return Result(text.uuid, outcome, code=code, detail=getattr(error, "msg", None))
        except requests.exceptions.ConnectTimeout:
            # Nothing was sent yet: it is safe to try again.
            return Result(text.uuid, "retry", detail="connect timeout")
        except requests.exceptions.ConnectionError as error:
            outcome = "retry" if _never_connected(error) else "unknown"
            return Result(text.uuid, outcome, detail=type(error).__name__)
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


def _never_connected(error):
    """Whether a ``requests`` connection error happened before anything was sent.

    urllib3 wraps a refused or unresolvable connection in ``NewConnectionError``.
    """
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError")
