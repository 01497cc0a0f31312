"""What Twilio says about an account's set-up, and leading its numbers' texts to us."""

import logging
from concurrent.futures import ThreadPoolExecutor, wait
from http import HTTPStatus

import requests
from twilio.base import values
from twilio.base.exceptions import TwilioException

from ..rules.sender_rates import kind_of
from ..rules.setup_facts import Account, Sender, Service
from .client import Gateway, Result

_logger = logging.getLogger(__name__)

# Seconds for one question, and for all of them: somebody waits in front of the screen.
QUESTION = 5
ALL_QUESTIONS = 10
CONCURRENCY = 8
# An account with more is not looked through.
MOST_NUMBERS = 2000
MOST_SERVICES = 30
# "Account not active": https://www.twilio.com/docs/api/errors/20005
_INACTIVE = 20005
# Network errors, refusals, and answers that are no JSON or not of the known form.
_FAILURES = (
    TwilioException,
    requests.exceptions.RequestException,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
)


class Setup(Gateway):
    """The set-up of one Twilio account. Asks quickly or not at all."""

    def __init__(self, account_sid, auth_token, base_url, **options):
        super().__init__(account_sid, auth_token, base_url, **{"timeout": QUESTION, **options})

    def _new_client(self, http_client):
        client = super()._new_client(http_client)
        # Twilio's areas have hosts of their own; a simulator has all of them at one.
        client.messaging.base_url = self._base_url.replace("//api.", "//messaging.")
        client.accounts.base_url = self._base_url.replace("//api.", "//accounts.")
        return client

    def account(self):
        """Ask about the account itself.

        https://www.twilio.com/docs/iam/api/account

        :returns: :class:`~..rules.setup_facts.Account`
        """
        try:
            account = self._client().api.accounts(self.account_sid).fetch()
        except TwilioException as error:
            if getattr(error, "code", None) == _INACTIVE:
                return Account("inactive", "suspended")
            status = getattr(error, "status", 0)
            refusals = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
            return Account("refused" if status in refusals else "none")
        except _FAILURES as error:
            _logger.info("%s while asking Twilio about an account", type(error).__name__)
            return Account("none")
        return Account("ok", str(account.status or "active"), str(account.type) == "Trial")

    def inspect(self, numbers):
        """Ask about senders, Messaging Services and countries, all at once.

        :param numbers: the company's numbers, E.164 or short codes
        :returns: dict with ``senders``, ``services`` and ``geo`` as
            :class:`~..rules.setup_facts.Facts` has them; ``None`` for what Twilio did not tell
        """
        questions = {
            "senders": lambda: self._senders(numbers),
            "services": self._services,
            "geo": self._geo,
        }
        pool = ThreadPoolExecutor(
            max_workers=CONCURRENCY, thread_name_prefix="recruitment_texting.setup"
        )
        asked = {name: pool.submit(self._ask, ask) for name, ask in questions.items()}
        wait(asked.values(), timeout=ALL_QUESTIONS)
        pool.shutdown(wait=False, cancel_futures=True)
        return {
            name: future.result() if future.done() and not future.cancelled() else None
            for name, future in asked.items()
        }

    @staticmethod
    def _ask(question):
        try:
            return question()
        except _FAILURES as error:
            _logger.info("%s while asking Twilio about the set-up", type(error).__name__)
            return None

    def _senders(self, numbers):
        """https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource"""
        client, found = self._client(), {}
        for number in client.incoming_phone_numbers.list(limit=MOST_NUMBERS, page_size=1000):
            if number.phone_number in numbers:
                toll_free = kind_of(number.phone_number) == "toll_free"
                found[number.phone_number] = Sender(
                    number.sid,
                    bool((number.capabilities or {}).get("sms")),
                    number.sms_url or "",
                    number.sms_method or "POST",
                    bool(number.sms_application_sid),
                    self._ask(lambda sid=number.sid: self._verification(sid)) if toll_free else "",
                )
        if any(kind_of(number) == "short_code" for number in numbers):
            for code in client.short_codes.list(limit=MOST_NUMBERS):
                found[code.short_code] = Sender(
                    code.sid, url=code.sms_url or "", method=code.sms_method or "POST"
                )
        return found

    def _verification(self, sid):
        """https://www.twilio.com/docs/messaging/api/tollfree-verification-resource"""
        verifications = self._client().messaging.v1.tollfree_verifications
        found = verifications.list(tollfree_phone_number_sid=sid, limit=1)
        return str(found[0].status) if found else ""

    def _services(self):
        """https://www.twilio.com/docs/messaging/api/service-resource"""
        services = self._client().messaging.v1.services.list(limit=MOST_SERVICES, page_size=50)
        if not services:
            return ()
        with ThreadPoolExecutor(
            max_workers=min(CONCURRENCY, len(services)),
            thread_name_prefix="recruitment_texting.setup",
        ) as pool:
            members = pool.map(lambda one: self._ask(lambda: self._members(one.sid)), services)
            return tuple(
                Service(
                    one.sid,
                    one.friendly_name or "",
                    numbers,
                    one.inbound_request_url or "",
                    one.inbound_method or "POST",
                    bool(one.use_inbound_webhook_on_number),
                    bool(one.sticky_sender),
                    bool(one.us_app_to_person_registered),
                )
                for one, numbers in zip(services, members, strict=True)
            )

    def _members(self, sid):
        service = self._client().messaging.v1.services(sid)
        numbers = [one.phone_number for one in service.phone_numbers.list(limit=MOST_NUMBERS)]
        codes = [one.short_code for one in service.short_codes.list(limit=MOST_NUMBERS)]
        return frozenset(numbers + codes)

    def _geo(self):
        """Which countries Twilio texts: the GeoPermissions of https://accounts.twilio.com/v1"""
        permissions = self._client().accounts.v1.messaging_geopermissions.fetch().permissions
        return {one["country_code"]: bool(one["enabled"]) for one in permissions}

    def connect(self, sid, url):
        """Have texts to a number, a short code or the numbers of a service reported to us.

        :param str sid: ``PN…``, ``SC…`` or ``MG…``
        :param str url: our address
        :returns: ``None`` when it is done, else Twilio's own words
        """
        try:
            client = self._client()
            if sid.startswith("MG"):
                client.messaging.v1.services(sid).update(
                    inbound_request_url=url, inbound_method="POST"
                )
            elif sid.startswith("SC"):
                client.short_codes(sid).update(sms_url=url, sms_method="POST")
            else:
                client.incoming_phone_numbers(sid).update(
                    sms_url=url, sms_method="POST", sms_application_sid=""
                )
        except _FAILURES as error:
            _logger.info("%s while connecting a number at Twilio", type(error).__name__)
            return getattr(error, "msg", None) or type(error).__name__
        return None

    def test(self, to, sender, service, body):
        """Send one text, now.

        :param str to: E.164
        :param sender: one of the company's numbers, ``None`` to leave it to the service
        :param service: SID of the Messaging Service, ``None`` without one
        :param str body: the whole text
        :returns: :class:`~.client.Result`, ``accepted``, ``failed`` or ``unknown``
        """
        try:
            message = self._client().messages.create(
                to=to,
                from_=sender or values.unset,
                messaging_service_sid=service or values.unset,
                body=body,
            )
        except TwilioException as error:
            outcome = "failed" if getattr(error, "status", 0) in range(400, 500) else "unknown"
            code = getattr(error, "code", None)
            return Result("", outcome, code=code, detail=getattr(error, "msg", None))
        except _FAILURES as error:
            return Result("", "unknown", detail=type(error).__name__)
        return Result("", "accepted", sid=message.sid)
