"""Server-sent events: what changes, told to open pages."""

import asyncio
import contextlib
import json

from aiohttp import web

#: More changes than this in one go are told as "read everything again".
MANY = 200
INTERVAL_S = 0.08
HEARTBEAT_S = 15


class Live:
    """Collects changes and tells every open page a few times a second.

    Costs next to nothing while no page is open.
    """

    def __init__(self):
        self._listeners = set()
        self._messages = {}
        self._events = []
        self._wake = asyncio.Event()
        self._task = None

    async def start(self):
        """Start telling."""
        self._task = asyncio.create_task(self._run())

    async def close(self):
        """Stop, and let the open pages go."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        for queue in self._listeners:
            queue.put_nowait(None)

    def message(self, message):
        """A message is new or has changed."""
        if self._listeners:
            self._messages[message.sid] = message
            self._wake.set()

    def event(self, kind, **data):
        """Anything else has changed."""
        if self._listeners:
            self._events.append({"type": kind, **data})
            self._wake.set()

    async def _run(self):
        while True:
            await self._wake.wait()
            await asyncio.sleep(INTERVAL_S)
            self._wake.clear()
            messages, self._messages = self._messages, {}
            events, self._events = self._events, []
            if len(messages) > MANY or len(events) > MANY:
                events = [{"type": "refresh"}]
            else:
                events += [
                    {"type": "deleted", "sid": item.sid, "phone": item.phone}
                    if item.deleted
                    else {"type": "message", "message": item.to_control()}
                    for item in messages.values()
                ]
            data = f"data: {json.dumps(events)}\n\n".encode()
            for queue in self._listeners:
                if queue.qsize() < 100:  # a page that is asleep
                    queue.put_nowait(data)

    async def handler(self, request):
        """GET /control/events."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        queue = asyncio.Queue()
        self._listeners.add(queue)
        try:
            await response.write(b"retry: 1000\n\n")
            while True:
                try:
                    data = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
                except TimeoutError:
                    data = b": still here\n\n"
                if data is None:
                    break
                await response.write(data)
        except ConnectionError:
            pass
        finally:
            self._listeners.discard(queue)
        return response
