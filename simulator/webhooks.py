"""Requests to the customer's web addresses: signed, limited in time, retried once.

Sources: https://www.twilio.com/docs/usage/webhooks/webhooks-security (signature) and
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (limits, retry).
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

FORM = "application/x-www-form-urlencoded; charset=utf-8"
USER_AGENT = "TwilioProxy/1.1"
_MAX_ANSWER = 64 * 1024


@dataclass
class Answer:
    """What a webhook answered.

    ``status`` is ``None`` when there was no answer; ``error`` then says why.
    """

    status: int | None = None
    content_type: str = ""
    body: str = ""
    error: str = ""
    attempts: int = 0

    @property
    def ok(self):
        """Whether the answer is a success (2xx)."""
        return self.status is not None and 200 <= self.status < 300


class Webhooks:
    """Posts to webhooks, and delivers status callbacks from a bounded pool.

    Callbacks of one message are delivered one after another, in order, unless a fault says
    otherwise.
    """

    def __init__(self, settings, auth_token):
        self.settings = settings
        self._validator = RequestValidator(auth_token)
        self._running = 0
        #: Counts the resets, so that what was delayed before one is forgotten.
        self.generation = 0
        self._session = None
        self.counts = {}
        self.clear()

    def clear(self):
        """Forget what is waiting, and the counts."""
        self._chains = {}
        self._queue = deque()
        self.delayed = 0
        self.generation += 1
        self.counts.clear()
        self.counts.update(
            sent=0, failed=0, retried=0, lost=0, doubled=0, reordered=0, early=0, delayed=0
        )

    async def start(self):
        """Open the client session; it keeps connections alive."""
        self._tasks = set()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=10),
            headers={"User-Agent": USER_AGENT, "Accept": "*/*"},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self):
        """Stop what is under way and close the connections."""
        self._queue.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    @property
    def pending(self):
        """How many callbacks are waiting or under way."""
        return sum(map(len, self._chains.values())) + self._running + self.delayed

    # -- one request

    def signature(self, url, params):
        """Return ``X-Twilio-Signature`` for ``params`` posted to ``url``."""
        return self._validator.compute_signature(url, params)

    async def request(self, url, params, method="POST", sign="valid"):
        """Ask a webhook, twice if need be, and return its :class:`Answer`.

        :param params: a dict of texts.
        :param sign: ``valid``, ``wrong`` or ``missing``.
        """
        # A fragment holds connection overrides at Twilio and is never sent.
        url = url.split("#", 1)[0]
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return Answer(error=f"{url} is not a web address", attempts=0)
        data = None
        if method == "GET":
            url += ("&" if parts.query else "?") + urlencode(params)
            signature = self.signature(url, {})
        else:
            data = urlencode(params)
            signature = self.signature(url, params)
        headers = {"I-Twilio-Idempotency-Token": str(uuid4())}
        if data is not None:
            headers["Content-Type"] = FORM
        if sign != "missing":
            headers["X-Twilio-Signature"] = signature if sign == "valid" else "A" * 27 + "="
        answer = await self._attempt(method, url, data, headers, 1)
        if answer.status is None or answer.status >= 500:
            self.counts["retried"] += 1
            answer = await self._attempt(method, url, data, headers, 2)
        return answer

    async def _attempt(self, method, url, data, headers, attempt):
        limits = aiohttp.ClientTimeout(
            total=self.settings.webhook_total_s, sock_connect=self.settings.webhook_connect_s
        )
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=data,
                headers=headers,
                timeout=limits,
                allow_redirects=method == "GET",
            ) as response:
                body = await response.content.read(_MAX_ANSWER)
                return Answer(
                    status=response.status,
                    content_type=response.headers.get("Content-Type", ""),
                    body=body.decode("utf-8", "replace"),
                    attempts=attempt,
                )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            text = str(error) or type(error).__name__
            return Answer(error=text, attempts=attempt)

    # -- status callbacks

    def enqueue(self, key, url, params):
        """Put one callback in line behind the others of the same ``key`` (a message's sid)."""
        chain = self._chains.get(key)
        if chain is not None:
            chain.append((url, params))
            return
        self._chains[key] = deque([(url, params)])
        self._queue.append(key)
        self.pump()

    def pump(self):
        """Start as many callbacks as the pool allows."""
        while self._queue and self._running < self.settings.callback_workers:
            self._running += 1
            task = asyncio.create_task(self._run(self._queue.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run(self, key):
        chains = self._chains
        try:
            chain = chains.get(key)
            if chain:
                await self.deliver(*chain.popleft())
        finally:
            self._running -= 1
            if chains is self._chains:  # not cleared meanwhile
                if chains.get(key):
                    self._queue.append(key)
                else:
                    chains.pop(key, None)
            self.pump()

    async def deliver(self, url, params):
        """Post one callback now and count how it went."""
        answer = await self.request(url, params)
        self.counts["sent" if answer.ok else "failed"] += 1
        return answer
