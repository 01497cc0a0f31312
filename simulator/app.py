"""The simulator itself: its parts, its state, its application."""

import asyncio
import contextlib
import logging
import os
import random
import time
from collections import deque
from copy import deepcopy
from urllib.parse import urljoin

from aiohttp import web

from . import (
    DEFAULT_ACCOUNT_SID,
    DEFAULT_AUTH_TOKEN,
    DEFAULT_MESSAGING_SERVICE_SID,
    DEFAULT_NUMBER,
)
from .control import Control
from .faults import Faults
from .inbound import Inbound
from .journal import Journal
from .lifecycle import Lifecycle
from .live import Live
from .phones import page_routes
from .rest import Rest
from .services import Service, ServiceApi
from .settings import Settings
from .store import FINAL, Number, Store
from .webhooks import Webhooks

MAX_REQUEST = 32 * 1024 * 1024
MAX_WARNINGS = 500
SIMULATOR = web.AppKey("simulator", object)


class Simulator:
    """One Twilio account.

    :param account_sid: ``AC`` and 32 hexadecimal digits.
    :param auth_token: signs webhooks and lets clients in.
    :param numbers: our numbers (E.164).
    :param settings: a :class:`~simulator.settings.Settings`; a reset comes back to it.
    :param sms_url: the webhook of every number given at the start.
    :param public_url: how webhooks' receivers reach the simulator; set once it listens.
    :param state: path of the file that keeps messages over a restart, or ``None``.
    """

    def __init__(
        self,
        account_sid=DEFAULT_ACCOUNT_SID,
        auth_token=DEFAULT_AUTH_TOKEN,
        numbers=(DEFAULT_NUMBER,),
        settings=None,
        sms_url="",
        public_url="",
        state=None,
    ):
        self.log = logging.getLogger("simulator")
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.public_url = public_url
        self.pid = os.getpid()
        self.started = time.time()
        self.settings = settings or Settings()
        self._initial_settings = deepcopy(self.settings)
        self.live = Live()
        self.store = Store(numbers, on_change=self._changed)
        for number in self.store.numbers.values():
            number.sms_url = sms_url
        #: sid -> messaging service.
        self.services = {
            DEFAULT_MESSAGING_SERVICE_SID: Service(DEFAULT_MESSAGING_SERVICE_SID, self.store)
        }
        self.journal = Journal(state) if state else None
        self.faults = Faults()
        self.webhooks = Webhooks(self.settings, auth_token)
        self.lifecycle = Lifecycle(self)
        self.inbound = Inbound(self)
        self.warnings = deque(maxlen=MAX_WARNINGS)
        self.counts = {}
        self._tasks = set()
        self._warning_id = 0
        self._clear_counts()
        self.seed()

    def application(self):
        """Return the aiohttp application; starting and stopping it runs the simulator."""
        app = web.Application(client_max_size=MAX_REQUEST)
        app[SIMULATOR] = self
        rest = Rest(self)
        app.add_routes(rest.routes())
        app.add_routes(ServiceApi(self, rest).routes())
        app.add_routes(Control(self).routes())
        app.add_routes(page_routes(self))
        app.cleanup_ctx.append(self._running)
        return app

    async def _running(self, app):
        await self.webhooks.start()
        await self.live.start()
        if self.journal:
            self._resume()
        app.on_shutdown.append(self._stop_listening)
        yield
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.webhooks.close()
        if self.journal:
            self.journal.close()

    def _resume(self):
        """Read the state file and let what was under way go on."""
        self.journal.open(self.store)
        for message in self.store.by_sid.values():
            self.counts["created"] += message.origin == "api"
            if message.status == "scheduled":
                self.lifecycle.start_at(message, message.send_at)
            elif message.status not in FINAL:
                self.lifecycle.start(message)

    async def _stop_listening(self, app):
        await self.live.close()

    def _changed(self, message):
        self.live.message(message)

    def background(self, coroutine):
        """Run a coroutine that must end even when nobody waits for it any more."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def absolute(self, path):
        """Return the full address of a path of ours; a full address stays as it is."""
        return urljoin(self.public_url + "/", path)

    def draw_latency(self):
        """Return how long the next API answer takes, in seconds."""
        latency = self.settings.latency_ms
        if isinstance(latency, list):
            latency = self._random.uniform(*latency)
        return latency / 1000

    def seed(self):
        """Start all random draws anew from the seed in the settings."""
        self._random = random.Random(self.settings.seed)
        self.faults.seed(self.settings.seed)

    def _clear_counts(self):
        self.counts.update(requests=0, created=0, rejected={}, peak_concurrency=0)

    def reset(self):
        """Be as freshly started. Numbers, their addresses and the command line's settings stay."""
        self.store.clear()
        self.faults.clear()
        self.lifecycle.clear()
        self.webhooks.clear()
        self.warnings.clear()
        self._clear_counts()
        for service in self.services.values():
            service.be_as_new()
        self.settings.update(self._initial_settings.as_json())
        self.seed()
        self.live.event("refresh")

    # -- changes that pages must hear of

    def warn(self, code, text, url, message, body=""):
        """Note what was wrong with a webhook's answer, as Twilio's debugger does."""
        self._warning_id += 1
        warning = {
            "id": self._warning_id,
            "code": code,
            "message": text,
            "url": url,
            "number": message.ours,
            "phone": message.phone,
            "message_sid": message.sid,
            "answer": body[:500],
            "at": time.time(),
        }
        self.warnings.append(warning)
        self.live.event("warning", warning=warning)
        return warning

    def set_opt_out(self, pair, opted_out):
        """Opt a pair (our number, phone) out or in again."""
        if opted_out:
            self.store.opted_out.add(pair)
        else:
            self.store.opted_out.discard(pair)
        if self.journal:
            self.journal.opt_out(pair, opted_out)
        self.live.event("phone", phone=self.store.phone_to_control(self.change_phone(pair[1])))

    def change_phone(self, number, name=None, off=None):
        """Add a phone or change its name or switch; ``None`` leaves a value."""
        store = self.store
        phone = store.phones.get(number) or store.touch_phone(number)
        if name is not None:
            phone.name = name
        if off is not None:
            phone.off = off
        if self.journal:
            self.journal.phone(phone)
        self.live.event("phone", phone=store.phone_to_control(phone))
        return phone

    def add_number(self, number):
        """Add one of our numbers if it is new, and return it."""
        found = self.store.numbers.get(number)
        if found is None:
            found = self.store.numbers[number] = Number(number)
            if self.journal:
                self.journal.number(found)
        return found

    def change_number(self, number, changes):
        """Set attributes of one of our numbers."""
        for name, value in changes.items():
            setattr(number, name, value)
        number.updated = time.time()
        if self.journal:
            self.journal.number(number)
        self.live.event(
            "numbers", numbers=[item.to_control() for item in self.store.numbers.values()]
        )


async def serve(sim, host, port, ready, stop):
    """Serve until ``stop`` is set.

    :param ready: called with the base address once it listens.
    :param stop: an :class:`asyncio.Event`.
    """
    runner = web.AppRunner(sim.application(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=2048)
        await site.start()
        actual = site._server.sockets[0].getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        sim.public_url = sim.public_url or (
            f"http://{'127.0.0.1' if host in ('0.0.0.0', '') else shown}:{actual}"
        )
        ready(f"http://{shown}:{actual}")
        await stop.wait()
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(runner.cleanup(), 5)
