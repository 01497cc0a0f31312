"""Messaging Services, and what else Twilio tells of an account's set-up outside of /2010-04-01/.

Sources: https://www.twilio.com/docs/messaging/api/service-resource,
https://www.twilio.com/docs/messaging/api/phonenumber-resource,
https://www.twilio.com/docs/messaging/api/tollfree-verification-resource and the GeoPermissions of
https://accounts.twilio.com/v1. At Twilio each has a host of its own, here they share one.
"""

from datetime import UTC, datetime
from typing import ClassVar

from aiohttp import web

from .errors import TwilioError
from .inbound import COUNTRIES


class Service:
    """A Messaging Service: some of our numbers, and who picks up their texts.

    :param sid: ``MG`` and 32 characters.
    :param store: the :class:`~simulator.store.Store` with our numbers.
    """

    #: REST parameter -> attribute, for what can be changed.
    WRITABLE: ClassVar = {
        "FriendlyName": "friendly_name",
        "InboundRequestUrl": "inbound_request_url",
        "InboundMethod": "inbound_method",
        "UseInboundWebhookOnNumber": "use_inbound_webhook_on_number",
        "StickySender": "sticky_sender",
    }
    FLAGS = ("use_inbound_webhook_on_number", "sticky_sender", "registered")

    def __init__(self, sid, store):
        self.sid = sid
        self._store = store
        self.be_as_new()

    def be_as_new(self):
        """Hold every number, leave texts to their own webhooks, be registered in the US."""
        self.friendly_name = "Simulator"
        self.inbound_request_url = ""
        self.inbound_method = "POST"
        self.use_inbound_webhook_on_number = True
        self.sticky_sender = True
        #: Whether it has an A2P 10DLC campaign.
        self.registered = True
        #: E.164, ``None`` for every number of the account.
        self.members = None

    @property
    def numbers(self):
        """Our numbers in it: a list of :class:`~simulator.store.Number`."""
        numbers = self._store.numbers
        if self.members is None:
            return list(numbers.values())
        return [numbers[number] for number in self.members if number in numbers]

    def pick(self):
        """Return the number a text goes by.

        :raises TwilioError: 21704.
        """
        if not self.numbers:
            raise TwilioError(21704, self.sid)
        return self.numbers[0].number

    def to_twilio(self, account_sid):
        """Return the service as the REST API shows it."""
        return {
            "account_sid": account_sid,
            "friendly_name": self.friendly_name,
            "inbound_method": self.inbound_method,
            "inbound_request_url": self.inbound_request_url or None,
            "sid": self.sid,
            "sticky_sender": self.sticky_sender,
            "us_app_to_person_registered": self.registered,
            "use_inbound_webhook_on_number": self.use_inbound_webhook_on_number,
        }

    def to_control(self):
        """Return the service as the control address sees it."""
        return {
            "sid": self.sid,
            "numbers": [number.number for number in self.numbers],
            **{name: getattr(self, name) for name in (*self.WRITABLE.values(), "registered")},
        }


class ServiceApi:
    """Handlers of what is not under ``/2010-04-01/``.

    :param sim: the :class:`~simulator.app.Simulator`.
    :param rest: the :class:`~simulator.rest.Rest`, which authenticates and answers.
    """

    def __init__(self, sim, rest):
        self.sim = sim
        self.rest = rest

    def routes(self):
        """Return the routes to add to the application."""
        api, service = self.rest.api, "/v1/Services/{service}"
        return [
            web.get("/v1/Services", api(self.list_services)),
            web.get(service, api(self.fetch)),
            web.post(service, api(self.update)),
            web.get(service + "/PhoneNumbers", api(self.list_members)),
            web.get(service + "/ShortCodes", api(self.list_short_codes)),
            web.get("/v1/Tollfree/Verifications", api(self.list_verifications)),
            web.get("/v1/Messaging/GeoPermissions", api(self.geo_permissions)),
            web.route("*", "/v1/{rest:.*}", api(self.rest.unknown)),
        ]

    def _service(self, request):
        service = self.sim.services.get(request.match_info["service"])
        if service is None:
            raise TwilioError(20404, request.path)
        return service

    def _page(self, request, key, items):
        """Answer all of a list at once: there is never more than one page here."""
        url = self.sim.absolute(request.path_qs)
        meta = {"page": 0, "page_size": 50, "first_page_url": url, "url": url, "key": key}
        meta |= {"next_page_url": None, "previous_page_url": None}
        return self.rest.answer({key: items, "meta": meta})

    async def list_services(self, request):
        """GET Services."""
        account = self.sim.account_sid
        services = [service.to_twilio(account) for service in self.sim.services.values()]
        return self._page(request, "services", services)

    async def fetch(self, request):
        """GET Services/{sid}."""
        return self.rest.answer(self._service(request).to_twilio(self.sim.account_sid))

    async def update(self, request):
        """POST Services/{sid}."""
        service = self._service(request)
        form = await self.rest.form(request)
        for name, values in form.items():
            if attribute := Service.WRITABLE.get(name):
                value = values[0]
                if name.endswith("Method") and value not in ("GET", "POST"):
                    raise TwilioError(20001, f"{name} {value}")
                is_flag = attribute in Service.FLAGS
                setattr(service, attribute, value.lower() == "true" if is_flag else value)
        return self.rest.answer(service.to_twilio(self.sim.account_sid))

    async def list_members(self, request):
        """GET Services/{sid}/PhoneNumbers."""
        service = self._service(request)
        members = [
            {
                "account_sid": self.sim.account_sid,
                "capabilities": ["Voice", *(["SMS", "MMS"] if number.sms else [])],
                "phone_number": number.number,
                "service_sid": service.sid,
                "sid": number.sid,
            }
            for number in service.numbers
        ]
        return self._page(request, "phone_numbers", members)

    async def list_short_codes(self, request):
        """GET Services/{sid}/ShortCodes: there are none here."""
        self._service(request)
        return self._page(request, "short_codes", [])

    async def list_verifications(self, request):
        """GET Tollfree/Verifications, filter TollfreePhoneNumberSid."""
        wanted = request.query.get("TollfreePhoneNumberSid")
        verifications = [
            {
                "sid": "HH" + number.sid[2:],
                "account_sid": self.sim.account_sid,
                "tollfree_phone_number_sid": number.sid,
                "tollfree_phone_number": number.number,
                "status": number.tollfree_status,
            }
            for number in self.sim.store.numbers.values()
            if number.tollfree_status and wanted in (None, number.sid)
        ]
        return self._page(request, "verifications", verifications)

    async def geo_permissions(self, request):
        """GET Messaging/GeoPermissions: which countries may be texted; see ``geo_blocked``."""
        if not self.sim.settings.geo_api:
            raise TwilioError(20404, request.path)
        wanted = request.query.get("CountryCode")
        now = datetime.now(UTC).isoformat()
        countries = [*COUNTRIES, ("+1", "CA")]
        return self.rest.answer(
            {
                "permissions": [
                    {
                        "country_code": code,
                        "type": "country",
                        "prefix": prefix,
                        "enabled": not any(
                            prefix.startswith(blocked) for blocked in self.sim.settings.geo_blocked
                        ),
                        "date_updated": now,
                    }
                    for prefix, code in countries
                    if wanted in (None, code)
                ]
            }
        )
