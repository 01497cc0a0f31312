"""The control address /control/…: for tests, benchmarks and the page."""

import asyncio
import base64
import binascii
import json
import time
from collections import Counter
from itertools import islice

from aiohttp import web

from .errors import DELIVERY_ERRORS
from .faults import FAULTS
from .lifecycle import MAGIC_SLOW, MAGIC_STAYS_QUEUED, MAGIC_STAYS_SENT
from .sending import MAGIC_TO
from .services import Service
from .store import Media, normalize

#: What can be set of one of our numbers, beside whether it texts.
NUMBER_TEXTS = (
    "sms_url",
    "sms_method",
    "friendly_name",
    "sms_fallback_url",
    "sms_application_sid",
    "tollfree_status",
)


class ControlError(Exception):
    """A control request that makes no sense; the text says what to do."""


class Control:
    """Handlers of the control address.

    :param sim: the :class:`~simulator.app.Simulator`.
    """

    def __init__(self, sim):
        self.sim = sim

    def routes(self):
        """Return the routes to add to the application."""
        return [
            web.get("/health", self.health),
            web.get("/control/state", self.plain(self.state)),
            web.get("/control/settings", self.plain(self.get_settings)),
            web.post("/control/settings", self.plain(self.set_settings)),
            web.get("/control/faults", self.plain(self.get_faults)),
            web.post("/control/faults", self.plain(self.set_faults)),
            web.delete("/control/faults", self.plain(self.clear_faults)),
            web.get("/control/messages", self.plain(self.messages)),
            web.get("/control/stats", self.plain(self.stats)),
            web.get("/control/wait", self.plain(self.wait)),
            web.get("/control/warnings", self.plain(self.get_warnings)),
            web.delete("/control/warnings", self.plain(self.clear_warnings)),
            web.get("/control/phones", self.plain(self.get_phones)),
            web.post("/control/phones", self.plain(self.set_phone)),
            web.get("/control/numbers", self.plain(self.get_numbers)),
            web.post("/control/numbers", self.plain(self.set_number)),
            web.get("/control/services", self.plain(self.get_services)),
            web.post("/control/services", self.plain(self.set_service)),
            web.post("/control/inbound", self.plain(self.inbound)),
            web.post("/control/opt-out", self.plain(self.opt_out)),
            web.post("/control/age", self.plain(self.age)),
            web.post("/control/reset", self.plain(self.reset)),
            web.get("/control/events", self.sim.live.handler),
        ]

    @staticmethod
    def plain(handler):
        """Wrap a handler: its object becomes JSON, what it refuses becomes a 400."""

        async def wrapped(request):
            try:
                return web.json_response(await handler(request))
            except (ControlError, ValueError) as error:
                return web.json_response({"error": str(error)}, status=400)

        return wrapped

    @staticmethod
    async def _json(request):
        try:
            data = json.loads(await request.text() or "{}")
        except ValueError as error:
            raise ControlError(f"The body is not JSON: {error}") from error
        if not isinstance(data, dict):
            raise ControlError("The body must be a JSON object")
        return data

    async def health(self, request):
        """GET /health."""
        return web.json_response(
            {"status": "ok", "messages": len(self.sim.store.by_sid), "pid": self.sim.pid}
        )

    async def state(self, request):
        """GET /control/state: what the page needs to start."""
        sim = self.sim
        return {
            "account_sid": sim.account_sid,
            "messaging_services": list(sim.services),
            "numbers": [number.to_control() for number in sim.store.numbers.values()],
            "settings": sim.settings.as_json(),
            "faults": sim.faults.rules,
            "known_faults": FAULTS,
            "warnings": list(sim.warnings),
            "magic": {
                "refused": MAGIC_TO,
                "ends_with": {
                    f"+150055{code}": f"{code} {text}" for code, text in DELIVERY_ERRORS.items()
                },
                "stays_sent": MAGIC_STAYS_SENT,
                "stays_queued": MAGIC_STAYS_QUEUED,
                "slow": MAGIC_SLOW,
            },
        }

    # -- settings and faults

    async def get_settings(self, request):
        """GET /control/settings."""
        return self.sim.settings.as_json()

    async def set_settings(self, request):
        """POST /control/settings: any of the settings."""
        changes = await self._json(request)
        self.sim.settings.update(changes)
        if "seed" in changes:
            self.sim.seed()
        self.sim.webhooks.pump()
        self.sim.live.event("settings", settings=self.sim.settings.as_json())
        return self.sim.settings.as_json()

    async def get_faults(self, request):
        """GET /control/faults: the rules, how often each struck, and what there is."""
        faults = self.sim.faults
        return {"rules": faults.rules, "hits": faults.hits, "known": FAULTS}

    async def set_faults(self, request):
        """POST /control/faults: name -> rule; what is not named stays."""
        self.sim.faults.update(await self._json(request))
        return await self._faults_changed(request)

    async def clear_faults(self, request):
        """DELETE /control/faults: all goes well again."""
        self.sim.faults.clear()
        return await self._faults_changed(request)

    async def _faults_changed(self, request):
        self.sim.live.event("faults", faults=self.sim.faults.rules)
        return await self.get_faults(request)

    # -- reading

    async def messages(self, request):
        """GET /control/messages: oldest first, filters by query parameter.

        ``to``, ``from``, ``phone`` (either), ``direction``, ``origin``, ``status``, ``after``
        (sequence number), ``limit`` (the newest so many).
        """
        query = request.query
        phone = query.get("phone")
        limit = int(query["limit"]) if query.get("limit") else None
        after = int(query.get("after") or 0)
        wanted = [
            (name, query[name]) for name in ("direction", "origin", "status") if query.get(name)
        ]
        store = self.sim.store
        if phone:
            found = store.of_phone(phone)
        else:
            found = store.newest_first(query.get("to"), query.get("from"))
        found = (
            message
            for message in found
            if message.seq > after
            and all(getattr(message, name) == value for name, value in wanted)
        )
        messages = [message.to_control() for message in islice(found, limit)]
        messages.reverse()
        return {"messages": messages}

    async def stats(self, request):
        """GET /control/stats; ``?by_to=1`` adds the count of created messages by recipient."""
        sim = self.sim
        created, texts, statuses = Counter(), Counter(), Counter()
        for message in sim.store.by_sid.values():
            if message.origin == "api":
                created[message.to] += 1
                texts[message.to, message.body] += 1
                statuses[message.status] += 1
        doubles = [(key, count) for key, count in texts.items() if count > 1]
        answer = {
            "requests": sim.counts["requests"],
            "created": sim.counts["created"],
            "rejected": {str(code): count for code, count in sim.counts["rejected"].items()},
            "statuses": statuses,
            "recipients": len(created),
            "doubles": sum(count - 1 for _key, count in doubles),
            "doubled": [
                {"to": to, "body": body, "count": count} for (to, body), count in doubles[:20]
            ],
            "inbound": sum(1 for item in sim.store.by_sid.values() if item.origin == "phone"),
            "opted_out": [
                {"number": ours, "phone": phone} for ours, phone in sorted(sim.store.opted_out)
            ],
            "warnings": len(sim.warnings),
            "peak_concurrency": sim.counts["peak_concurrency"],
            "callbacks": dict(sim.webhooks.counts),
            "faults": dict(sim.faults.hits),
            "pending_messages": sim.store.unfinished,
            "pending_callbacks": sim.webhooks.pending,
        }
        if request.query.get("by_to"):
            answer["by_to"] = created
        return answer

    async def wait(self, request):
        """GET /control/wait?timeout=10: answers when every message and callback is done.

        ``timeout`` in seconds; messages that stay as they are on purpose count as not done.
        """
        end = time.monotonic() + float(request.query.get("timeout") or 10)
        sim = self.sim
        while sim.store.unfinished or sim.webhooks.pending:
            if time.monotonic() >= end:
                break
            await asyncio.sleep(0.005)
        return {
            "idle": not (sim.store.unfinished or sim.webhooks.pending),
            "pending_messages": sim.store.unfinished,
            "pending_callbacks": sim.webhooks.pending,
        }

    async def get_warnings(self, request):
        """GET /control/warnings: what was wrong with webhook answers, oldest first."""
        return {"warnings": list(self.sim.warnings)}

    async def clear_warnings(self, request):
        """DELETE /control/warnings."""
        self.sim.warnings.clear()
        self.sim.live.event("warnings", warnings=[])
        return {"warnings": []}

    # -- phones and numbers

    async def get_phones(self, request):
        """GET /control/phones?q=…&limit=100: most recent first."""
        query = request.query
        part = query.get("q", "").lower().replace(" ", "")
        limit = int(query.get("limit") or 100)
        store = self.sim.store
        found = (
            phone
            for phone in reversed(store.phones.values())
            if not part or part in phone.number or part in phone.name.lower().replace(" ", "")
        )
        return {
            "phones": [store.phone_to_control(phone) for phone in islice(found, limit)],
            "total": len(store.phones),
        }

    def _number(self, data, key):
        number = normalize(str(data.get(key) or ""))
        if number is None:
            raise ControlError(
                f"“{data.get(key) or ''}” ({key}) is not a phone number. Write it with country "
                "code, such as +15551234567."
            )
        return number

    async def set_phone(self, request):
        """POST /control/phones {number, name?, off?}."""
        data = await self._json(request)
        number = self._number(data, "number")
        if number in self.sim.store.numbers:
            raise ControlError(f"{number} is one of our own numbers, not a person's phone")
        phone = self.sim.change_phone(
            number,
            None if data.get("name") is None else str(data["name"]).strip()[:80],
            None if data.get("off") is None else bool(data["off"]),
        )
        return self.sim.store.phone_to_control(phone)

    async def get_numbers(self, request):
        """GET /control/numbers: our numbers."""
        return {"numbers": [item.to_control() for item in self.sim.store.numbers.values()]}

    async def set_number(self, request):
        """POST /control/numbers {number, sms_url?, sms_method?, …}: add or change; see the README."""
        data = await self._json(request)
        number = self.sim.add_number(self._number(data, "number"))
        changes = {name: str(data[name] or "") for name in NUMBER_TEXTS if name in data}
        if "sms" in data:
            changes["sms"] = bool(data["sms"])
        if changes.get("sms_method", "POST") not in ("GET", "POST"):
            raise ControlError("sms_method must be GET or POST")
        self.sim.change_number(number, changes)
        return number.to_control()

    async def get_services(self, request):
        """GET /control/services: our Messaging Services."""
        return {"services": [service.to_control() for service in self.sim.services.values()]}

    async def set_service(self, request):
        """POST /control/services {sid?, numbers?, …}: change one, the first unless named."""
        data = await self._json(request)
        service = self.sim.services.get(data.pop("sid", next(iter(self.sim.services))))
        if service is None:
            raise ControlError("There is no such Messaging Service")
        numbers = data.pop("numbers", service.members)
        known = {*Service.WRITABLE.values(), "registered"}
        if unknown := data.keys() - known:
            raise ControlError(f"Unknown: {', '.join(sorted(unknown))}")
        service.members = numbers
        for name, value in data.items():
            setattr(service, name, bool(value) if name in Service.FLAGS else str(value or ""))
        return service.to_control()

    # -- doing

    async def inbound(self, request):
        """POST /control/inbound: a phone sends a text; see the README."""
        data = await self._json(request)
        sender = self._number(data, "from")
        numbers = self.sim.store.numbers
        to = self._number(data, "to") if data.get("to") else next(iter(numbers))
        if to not in numbers:
            raise ControlError(f"{to} is not one of our numbers: {', '.join(numbers)}")
        if sender in numbers:
            raise ControlError(f"{sender} is one of our own numbers, not a person's phone")
        body = data.get("body") or ""
        if not isinstance(body, str):
            raise ControlError("body must be a text")
        media = [self._media(item) for item in data.get("media") or ()]
        if not body and not media:
            raise ControlError("Give a body or media")
        repeat = int(data.get("repeat", 1))
        if not 1 <= repeat <= 1000:
            raise ControlError("repeat must be between 1 and 1000")
        sign = data.get("sign") or "valid"
        if sign not in ("valid", "wrong", "missing"):
            raise ControlError("sign must be valid, wrong or missing")
        extra = {str(key): str(value) for key, value in (data.get("params") or {}).items()}
        work = self.sim.inbound.receive(
            sender, to, body, media, data.get("message_sid"), repeat, extra, sign
        )
        # A client that goes away does not stop the report.
        return await asyncio.shield(self.sim.background(work))

    @staticmethod
    def _media(item):
        """Read one picture: a data: URL, or {content_type, base64 | text | url}."""
        try:
            if isinstance(item, str):
                head, _comma, data = item.partition(",")
                if not head.startswith("data:") or not head.endswith(";base64"):
                    raise ControlError("media: give a data: URL in base64")
                return Media(head[5:-7], base64.b64decode(data, validate=True))
            kind = item.get("content_type") or "image/png"
            if item.get("url"):
                return Media(kind, url=item["url"])
            if item.get("text") is not None:
                return Media(kind, item["text"].encode())
            return Media(kind, base64.b64decode(item.get("base64") or "", validate=True))
        except (AttributeError, binascii.Error) as error:
            raise ControlError(f"media: {error}") from error

    async def opt_out(self, request):
        """POST /control/opt-out {phone, number?, opted_out}: without any text being sent."""
        data = await self._json(request)
        phone = self._number(data, "phone")
        numbers = (
            [self._number(data, "number")] if data.get("number") else list(self.sim.store.numbers)
        )
        for number in numbers:
            self.sim.set_opt_out((number, phone), bool(data.get("opted_out", True)))
        return {"phone": phone, "numbers": numbers}

    async def age(self, request):
        """POST /control/age {seconds}: as if all messages so far were so much older."""
        seconds = float((await self._json(request)).get("seconds") or 0)
        self.sim.store.age(seconds)
        return {"seconds": seconds}

    async def reset(self, request):
        """POST /control/reset: as freshly started; numbers and their addresses stay."""
        self.sim.reset()
        return {"status": "ok"}
