"""Many texts on their way to Twilio at once, while whoever hands them over does other work.

Twilio answers after 100 to 200 ms; one text after another would be six in a second. An event loop
in a thread of its own keeps many requests open at once, over connections that stay open. Its owner
claims the next texts and records the last ones meanwhile. No ORM.
"""

import asyncio
import logging
import queue
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from itertools import islice
from urllib.request import getproxies

import aiohttp

from .client import CONCURRENCY, Result

_logger = logging.getLogger(__name__)

# Seconds that a "still wanted" is trusted, and texts it is asked for at a time.
FRESH = 0.05
ASKED = 100
# Seconds an unused connection is kept. A request on one that is just being closed at the other
# end would end as unknown: better to close first.
KEEP_ALIVE = 15


class _Account:
    """The texts of one account that are not handed over yet. Belongs to the loop's thread."""

    def __init__(self, gateway, still_wanted, hold_back):
        self.gateway = gateway
        self.waiting = deque()
        self.under_way = 0
        self._still_wanted = still_wanted
        self._hold_back = hold_back
        self._fresh = 0  # so many at the head of the queue were wanted when it was asked
        self._fresh_until = 0.0

    def next(self):
        """Return the next text that is still wanted, ``None`` when none may go now."""
        if self.under_way >= self.gateway.limit:
            return None
        while self.waiting and (not self._fresh or time.monotonic() > self._fresh_until):
            self._ask()
        if not self.waiting:
            return None
        self._fresh -= 1
        return self.waiting.popleft()

    def _ask(self):
        self._fresh_until = time.monotonic() + FRESH
        texts = list(islice(self.waiting, ASKED))
        wanted = self._still_wanted(texts) if self._still_wanted else {text.uuid for text in texts}
        for _text in texts:
            self.waiting.popleft()
        fresh = [text for text in texts if text.uuid in wanted]
        self.waiting.extendleft(reversed(fresh))
        self._fresh = len(fresh)
        self._hold_back(self.gateway, [text for text in texts if text.uuid not in wanted])


class Pipeline:
    """Hands texts to Twilio. One thread, its owner, puts texts in and takes results out.

    Use it as a context manager.

    :param still_wanted: asked for some texts at a time, right before they are handed over, on the
        loop's thread: from a list of :class:`~.client.Outgoing` to the set of those uuids that
        may still go. Its answer is trusted for ``FRESH`` seconds. ``None`` lets all go.
    :param int concurrency: texts on their way at once, of all accounts together; each account has
        a limit of its own below that, see :class:`~.client.Gateway`
    """

    def __init__(self, still_wanted=None, concurrency=CONCURRENCY):
        self._still_wanted = still_wanted
        self._concurrency = concurrency
        self._results = queue.SimpleQueue()
        self._owed = 0  # texts whose result was not taken yet: the owner's count
        self._put = Counter()  # texts of each gateway that were put in: the owner's count
        self._gone = Counter()  # and that wait no more: the loop's count
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, name="recruitment_texting.pipeline", daemon=True
        )
        self._accounts = {}
        self._under_way = 0
        self._tasks = set()
        self._session = None
        self._opened = threading.Event()

    def __enter__(self):
        self._thread.start()
        self._opened.wait()
        return self

    def __exit__(self, *_exception):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    # -- the owner's side ------------------------------------------------------------------

    @property
    def is_idle(self):
        """Whether the result of every text that was put in has been taken."""
        return not self._owed

    def waiting(self, gateway):
        """Return how many texts of an account are not on their way yet: more may be by now.

        :param gateway: as given to :meth:`put`
        """
        return self._put[gateway] - self._gone[gateway]

    def put(self, gateway, texts):
        """Have texts handed over.

        :param gateway: :class:`~.client.Gateway` of their account; equal ones share its limit
        :param texts: list of :class:`~.client.Outgoing`
        """
        self._owed += len(texts)
        self._put[gateway] += len(texts)
        self._loop.call_soon_threadsafe(self._add, gateway, texts)

    def take(self, timeout):
        """Return what became of texts, as far as it is known.

        :param float timeout: seconds to wait for the first result
        :returns: list of :class:`~.client.Result`, possibly empty, in no particular order
        """
        results = []
        with suppress(queue.Empty):
            results.append(self._results.get(timeout=timeout))
            while True:
                results.append(self._results.get_nowait())
        self._owed -= len(results)
        return results

    def stop(self):
        """Hand over nothing more and wait for what is on its way.

        :returns: list of :class:`~.client.Result` of all texts not taken yet; those that were
            not handed over are ``held_back``
        """
        self._loop.call_soon_threadsafe(self._hold_back_all)
        results = []
        while self._owed:
            results += self.take(timeout=1)
        return results

    # -- the loop's side -------------------------------------------------------------------

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._session = self._loop.run_until_complete(self._open_session())
        self._opened.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._session.close())
        self._loop.close()

    async def _open_session(self):
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=bool(getproxies()),
        )

    def _add(self, gateway, texts):
        account = self._accounts.setdefault(
            gateway, _Account(gateway, self._still_wanted, self._hold_back)
        )
        account.waiting.extend(texts)
        self._hand_over()

    def _hold_back_all(self):
        for account in self._accounts.values():
            self._hold_back(account.gateway, account.waiting)
            account.waiting.clear()

    def _hold_back(self, gateway, texts):
        self._gone[gateway] += len(texts)
        for text in texts:
            self._results.put(Result(text.uuid, "held_back"))

    def _hand_over(self):
        """Start as many requests as may be under way, in turns where there are several accounts."""
        try:
            going = True
            while going:
                going = False
                for account in self._accounts.values():
                    if self._under_way >= self._concurrency:
                        return
                    if text := account.next():
                        going = True
                        self._start(account, text)
        except Exception:
            # Nobody knows whether they are still wanted: then none goes.
            _logger.exception("Texts are held back: their consent could not be looked up")
            self._hold_back_all()

    def _start(self, account, text):
        account.under_way += 1
        self._gone[account.gateway] += 1
        self._under_way += 1
        task = self._loop.create_task(self._send(account, text))
        self._tasks.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(self._tasks.discard)

    async def _send(self, account, text):
        self._results.put(await account.gateway.send(self._session, text))
        account.under_way -= 1
        self._under_way -= 1
        self._hand_over()
