"""The REST API under /2010-04-01/.

Held against Twilio's OpenAPI description, https://github.com/twilio/twilio-oai.
"""

import asyncio
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import wraps
from urllib.parse import parse_qs, urlencode
from uuid import uuid4

from aiohttp import web

from . import API_VERSION, sending
from .errors import TwilioError
from .store import FINAL, Number, normalize, twilio_date

JSON = "application/json;charset=utf-8"
ROOT = f"/{API_VERSION}/Accounts/{{account}}"
_BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
    b"Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


class Rest:
    """Handlers of the REST API.

    :param sim: the :class:`~simulator.app.Simulator`.
    """

    def __init__(self, sim):
        self.sim = sim
        token = b64encode(f"{sim.account_sid}:{sim.auth_token}".encode()).decode()
        self._expected = f"Basic {token}"
        self._account_path = f"/{API_VERSION}/Accounts/{sim.account_sid}"
        self.in_flight = 0
        self.creating = 0

    def routes(self):
        """Return the routes to add to the application."""
        message, number = ROOT + "/Messages/{sid}", ROOT + "/IncomingPhoneNumbers"
        return [
            web.post(ROOT + "/Messages.json", self.api(self.create)),
            web.get(ROOT + "/Messages.json", self.api(self.list_messages)),
            web.get(message + ".json", self.api(self.fetch)),
            web.post(message + ".json", self.api(self.update)),
            web.delete(message + ".json", self.api(self.delete)),
            web.get(message + "/Media.json", self.api(self.list_media)),
            web.get(message + "/Media/{media}.json", self.api(self.fetch_media)),
            web.get(message + "/Media/{media}", self.media_content),
            web.get(ROOT + ".json", self.api(self.account)),
            web.get(number + ".json", self.api(self.list_numbers)),
            web.get(number + "/{sid}.json", self.api(self.fetch_number)),
            web.post(number + "/{sid}.json", self.api(self.update_number)),
            web.route("*", f"/{API_VERSION}/{{rest:.*}}", self.api(self.unknown)),
        ]

    # -- around every request

    def api(self, handler):
        """Wrap a handler: authentication, latency, headers and error bodies."""

        @wraps(handler)
        async def wrapped(request):
            self.in_flight += 1
            try:
                self.authenticate(request)
                answer = await handler(request)
            except TwilioError as error:
                answer = self.refuse(error)
            except Exception:
                self.sim.log.exception("A request failed in the simulator")
                answer = self.refuse(TwilioError(20500))
            finally:
                self.in_flight -= 1
            return answer

        return wrapped

    def authenticate(self, request):
        """Let only the account in.

        :raises TwilioError: 20003, as Twilio, for a wrong token and for a foreign account.
        """
        counts = self.sim.counts
        counts["requests"] += 1
        is_ours = request.path.startswith((self._account_path, "/v1/"))
        if request.headers.get("Authorization") != self._expected or not is_ours:
            raise TwilioError(20003)

    def answer(self, body, status=200, headers=()):
        """Return a JSON answer with the headers Twilio sends."""
        return web.Response(
            body=json.dumps(body).encode() if body is not None else None,
            status=status,
            headers={
                "Content-Type": JSON,
                "Twilio-Concurrent-Requests": str(self.in_flight),
                "Twilio-Request-Id": "RQ" + uuid4().hex,
                "X-API-Domain": "api.twilio.com",
                **dict(headers),
            },
        )

    def refuse(self, error):
        """Return the answer for a :class:`TwilioError` and count it."""
        rejected = self.sim.counts["rejected"]
        rejected[error.code] = rejected.get(error.code, 0) + 1
        headers = {}
        if error.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        if error.status == 429 and self.sim.settings.retry_after_s is not None:
            headers["Retry-After"] = f"{self.sim.settings.retry_after_s:g}"
        return self.answer(error.body(), error.status, headers)

    async def form(self, request):
        """Return the form of a request: name -> list of values."""
        text = (await request.read()).decode("utf-8", "replace")
        return parse_qs(text, keep_blank_values=True, errors="replace")

    async def latency(self):
        """Wait as long as an answer takes."""
        seconds = self.sim.draw_latency()
        if seconds:
            await asyncio.sleep(seconds)

    def message(self, request):
        """Return the message a path names.

        :raises TwilioError: 20404.
        """
        message = self.sim.store.by_sid.get(request.match_info["sid"])
        if message is None:
            raise TwilioError(20404, request.path)
        return message

    # -- creating

    async def create(self, request):
        """POST Messages.json."""
        self.creating += 1
        self.sim.counts["peak_concurrency"] = max(
            self.sim.counts["peak_concurrency"], self.creating
        )
        try:
            return await self._create(request)
        finally:
            self.creating -= 1

    async def _create(self, request):
        sim = self.sim
        form = await self.form(request)
        limit = sim.settings.max_concurrency
        if limit is not None and self.creating > limit:
            raise TwilioError(20429)
        if not sim.faults.rules:
            await self.latency()
            return await self._accept(form)
        to = form.get("To", [""])[0]
        strikes = sim.faults.strikes
        if strikes("http_429", to):
            raise TwilioError(20429)
        if strikes("drop_before", to):
            return self._hang_up(request)
        await self.latency()
        if strikes("http_500", to):
            raise TwilioError(20500)
        if strikes("http_503", to):
            raise TwilioError(20503)
        if strikes("http_502_html", to):
            return web.Response(status=502, body=_BAD_GATEWAY, content_type="text/html")
        rule = strikes("create_error", to)
        if rule:
            status = rule.get("status")
            raise TwilioError(
                int(rule.get("code", 21612)), to, status=int(status) if status else None
            )
        if strikes("drop_after", to):
            await self._accept(form)
            return self._hang_up(request)
        return await self._accept(form)

    async def _accept(self, form):
        sim = self.sim
        message = sending.create(sim, form)
        sim.counts["created"] += 1
        body = message.to_twilio(sim.account_sid)
        if message.send_at:
            sim.lifecycle.start_at(message, message.send_at)
        elif message.callback and sim.faults.strikes("callback_early", message.to):
            await sim.lifecycle.run_now(message)
        else:
            sim.lifecycle.start(message)
        return self.answer(body, 201)

    @staticmethod
    def _hang_up(request):
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # never reaches anybody

    # -- reading

    async def list_messages(self, request):
        """GET Messages.json with Twilio's filters and paging."""
        await self.latency()
        query = request.query
        size, page = self._paging(query)
        before = None
        if query.get("PageToken"):
            token = query["PageToken"]
            last = self.sim.store.by_sid.get(token[2:])
            if last is None and not token[2:].isdigit():
                raise TwilioError(20001, f"PageToken {token}")
            before = last.seq if last else int(token[2:])
        messages, more = [], False
        accepts = _date_filter(query)
        to, sender = (
            (normalize(query[name]) or query[name]) if query.get(name) else None
            for name in ("To", "From")
        )
        skip = page * size if before is None else 0
        for message in self.sim.store.newest_first(to, sender, before):
            if accepts and not accepts(message):
                continue
            if skip:
                skip -= 1
                continue
            if len(messages) == size:
                more = True
                break
            messages.append(message)
        # The sequence number survives the deletion of the last message of the page.
        token = f"PA{messages[-1].seq}" if more else None
        return self.answer(
            self._page("Messages", query, size, page, token)
            | {"messages": [item.to_twilio(self.sim.account_sid) for item in messages]}
            | _bounds(page, size, len(messages))
        )

    @staticmethod
    def _paging(query):
        try:
            size = int(query.get("PageSize") or 50)
            page = int(query.get("Page") or 0)
        except ValueError as error:
            raise TwilioError(20001, "PageSize and Page must be numbers") from error
        if size < 1 or page < 0:
            raise TwilioError(20507)
        return min(size, 1000), page

    def _page(self, name, query, size, page, token):
        path = f"{self._account_path}/{name}.json"
        kept = [
            (key, value)
            for key, value in query.items()
            if key not in ("PageSize", "Page", "PageToken")
        ]

        def uri(number, mark=None):
            pairs = [*kept, ("PageSize", size), ("Page", number)]
            if mark:
                pairs.append(("PageToken", mark))
            return f"{path}?{urlencode(pairs)}"

        return {
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1, token) if token else None,
            "previous_page_uri": uri(page - 1) if page else None,
            "page": page,
            "page_size": size,
            "uri": uri(page, query.get("PageToken")),
        }

    async def fetch(self, request):
        """GET Messages/{sid}.json."""
        await self.latency()
        return self.answer(self.message(request).to_twilio(self.sim.account_sid))

    # -- changing

    async def update(self, request):
        """POST Messages/{sid}.json: redact the body or cancel a scheduled message."""
        await self.latency()
        form = await self.form(request)
        message = self.message(request)
        status = form.get("Status", [None])[0]
        if status is not None:
            if status != "canceled":
                raise TwilioError(20001, f"Status {status}")
            if message.status != "scheduled":
                raise TwilioError(30409, message.sid)
            self.sim.store.set_status(message, "canceled")
            self.sim.lifecycle.report(message)
        if "Body" in form:
            if form["Body"][0]:
                raise TwilioError(20001, "Body can only be emptied")
            if message.status not in FINAL:
                raise TwilioError(20009, message.sid)
            self.sim.store.redact(message)
        return self.answer(message.to_twilio(self.sim.account_sid))

    async def delete(self, request):
        """DELETE Messages/{sid}.json."""
        await self.latency()
        message = self.message(request)
        if message.status not in FINAL:
            raise TwilioError(20009, message.sid)
        self.sim.store.delete(message)
        return self.answer(None, 204)

    # -- media

    async def list_media(self, request):
        """GET Messages/{sid}/Media.json."""
        message = self.message(request)
        size, page = self._paging(request.query)
        items = (message.media or [])[page * size : (page + 1) * size]
        body = self._page(f"Messages/{message.sid}/Media", request.query, size, page, None)
        body["media_list"] = [item.to_twilio(self.sim.account_sid, message.sid) for item in items]
        return self.answer(body | _bounds(page, size, len(items)))

    def _media(self, request):
        message = self.message(request)
        for item in message.media or ():
            if item.sid == request.match_info["media"]:
                return message, item
        raise TwilioError(20404, request.path)

    async def fetch_media(self, request):
        """GET Messages/{sid}/Media/{media}.json."""
        message, item = self._media(request)
        return self.answer(item.to_twilio(self.sim.account_sid, message.sid))

    async def media_content(self, request):
        """GET Messages/{sid}/Media/{media}: the picture itself, by a redirect as at Twilio."""
        try:
            if self.sim.settings.media_auth:
                self.authenticate(request)
            _message, item = self._media(request)
        except TwilioError as error:
            return self.refuse(error)
        if item.content is None or self.sim.settings.media_redirect:
            return web.Response(status=307, headers={"Location": self.sim.absolute(item.page_url)})
        return web.Response(body=item.content, headers={"Content-Type": item.content_type})

    # -- account and numbers

    async def account(self, request):
        """GET Accounts/{sid}.json."""
        sim = self.sim
        path = self._account_path
        return self.answer(
            {
                "auth_token": sim.auth_token,
                "date_created": twilio_date(sim.started),
                "date_updated": twilio_date(sim.started),
                "friendly_name": "Simulator",
                "owner_account_sid": sim.account_sid,
                "sid": sim.account_sid,
                "status": sim.settings.account_status,
                "subresource_uris": {
                    "messages": f"{path}/Messages.json",
                    "incoming_phone_numbers": f"{path}/IncomingPhoneNumbers.json",
                },
                "type": sim.settings.account_type,
                "uri": f"{path}.json",
            }
        )

    async def list_numbers(self, request):
        """GET IncomingPhoneNumbers.json, filters PhoneNumber and FriendlyName."""
        query = request.query
        size, page = self._paging(query)
        part = query.get("PhoneNumber", "").replace("*", "")
        name = query.get("FriendlyName")
        found = [
            number
            for number in self.sim.store.numbers.values()
            if part in number.number and (not name or number.friendly_name == name)
        ]
        shown = found[page * size : (page + 1) * size]
        token = "PA" + shown[-1].sid if len(found) > (page + 1) * size else None
        body = self._page("IncomingPhoneNumbers", query, size, page, token)
        body["incoming_phone_numbers"] = [
            number.to_twilio(self.sim.account_sid) for number in shown
        ]
        return self.answer(body | _bounds(page, size, len(shown)))

    def _number(self, request):
        for number in self.sim.store.numbers.values():
            if number.sid == request.match_info["sid"]:
                return number
        raise TwilioError(20404, request.path)

    async def fetch_number(self, request):
        """GET IncomingPhoneNumbers/{sid}.json."""
        return self.answer(self._number(request).to_twilio(self.sim.account_sid))

    async def update_number(self, request):
        """POST IncomingPhoneNumbers/{sid}.json."""
        number = self._number(request)
        form = await self.form(request)
        values = {name: values[0] for name, values in form.items() if name in Number.WRITABLE}
        for name, value in values.items():
            if name.endswith("Method") and value not in ("GET", "POST"):
                raise TwilioError(20001, f"{name} {value}")
        self.sim.change_number(
            number, {Number.WRITABLE[name]: value for name, value in values.items()}
        )
        return self.answer(number.to_twilio(self.sim.account_sid))

    async def unknown(self, request):
        """Anything else under the API's root."""
        raise TwilioError(20404, request.path)


def _bounds(page, size, count):
    start = page * size
    return {"start": start, "end": start + max(count - 1, 0)}


def _date_filter(query):
    """Return a test for Twilio's three DateSent filters, or ``None`` when there is none.

    A message that is not sent yet is placed at its creation.
    """
    limits = []
    for name, kind in (("DateSent", "="), ("DateSent>", ">"), ("DateSent<", "<")):
        value = query.get(name)
        if value:
            limits.append((kind, *_moments(value, whole_day=kind == "=")))
    if not limits:
        return None

    def accepts(message):
        # Twilio keeps whole seconds, so a limit of 12:00:00 includes 12:00:00.7.
        moment = int(message.sent or message.created)
        for kind, start, end in limits:
            if kind != "<" and moment < start:
                return False
            if kind != ">" and moment > end:
                return False
        return True

    return accepts


def _moments(value, whole_day):
    """Return the first and last whole second a filter value covers: a day, or one second.

    :param whole_day: take the day of a moment too. The official clients send a date as its
        midnight.
    """
    value = value.strip().lstrip("<>=").strip()
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise TwilioError(20001, f"DateSent {value}") from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if whole_day or len(value) == 10:
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        return int(day.timestamp()), int((day + timedelta(days=1)).timestamp()) - 1
    second = int(moment.timestamp())
    return second, second
