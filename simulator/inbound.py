"""A phone sends a text to one of our numbers."""

import asyncio
import time
from urllib.parse import urljoin

from . import API_VERSION, keywords
from .errors import WARNINGS
from .store import Media
from .twiml import TwimlError, parse

#: Calling code -> country, longest first, for FromCountry. A handful is enough here.
COUNTRIES = (
    ("+353", "IE"),
    ("+351", "PT"),
    ("+1", "US"),
    ("+30", "GR"),
    ("+31", "NL"),
    ("+32", "BE"),
    ("+33", "FR"),
    ("+34", "ES"),
    ("+39", "IT"),
    ("+41", "CH"),
    ("+43", "AT"),
    ("+44", "GB"),
    ("+45", "DK"),
    ("+46", "SE"),
    ("+47", "NO"),
    ("+48", "PL"),
    ("+49", "DE"),
    ("+52", "MX"),
    ("+55", "BR"),
    ("+61", "AU"),
    ("+91", "IN"),
)


def country_of(number):
    """Return the two-letter country of an E.164 number, or an empty text."""
    return next((code for prefix, code in COUNTRIES if number.startswith(prefix)), "")


class Inbound:
    """Takes texts from phones, acts on keywords and asks the number's webhook.

    :param sim: the :class:`~simulator.app.Simulator`.
    """

    def __init__(self, sim):
        self.sim = sim

    async def receive(
        self, sender, to, body, media=(), sid=None, repeat=1, extra=None, sign="valid"
    ):
        """Receive one text and report it to the webhook.

        :param sender: the phone (E.164).
        :param to: one of our numbers.
        :param media: a list of :class:`~simulator.store.Media`.
        :param sid: MessageSid to use; one already known is reported again, not stored again.
        :param repeat: how many times to report it, all at once.
        :param extra: parameters to add or replace in the report.
        :param sign: ``valid``, ``wrong`` or ``missing`` signature.
        :returns: a JSON object; see ``README.md``.
        """
        store = self.sim.store
        message = store.by_sid.get(sid) if sid else None
        keyword = None
        if message is None:
            message = store.add(
                sender,
                to,
                body,
                direction="inbound",
                status="received",
                origin="phone",
                media=list(media) or None,
                sid=sid,
            )
            keyword = keywords.classify(body, to)
            self._act_on(keyword, message)
        number = store.numbers[to]
        params = self.params(message, keyword)
        service = self._service_of(number)
        url, method = number.sms_url, number.sms_method
        if service:
            url, method = service.inbound_request_url, service.inbound_method
            params["MessagingServiceSid"] = service.sid
        params.update(extra or {})
        result = {
            "message_sid": message.sid,
            "keyword": keyword,
            "webhook": None,
            "answers": [],
            "replies": [],
            "warnings": [],
        }
        if not url:
            return result
        answers = await asyncio.gather(
            *(self._ask(number, url, method, message, params, sign, result) for _ in range(repeat))
        )
        result["webhook"] = answers[0]
        result["answers"] = answers
        return result

    def params(self, message, keyword=None):
        """Return the parameters of Twilio's request for an inbound message.

        Source: https://www.twilio.com/docs/messaging/guides/webhook-request
        """
        sim = self.sim
        params = {
            "ToCountry": country_of(message.to),
            "ToState": "",
            "SmsMessageSid": message.sid,
            "NumMedia": str(message.num_media),
            "ToCity": "",
            "FromZip": "",
            "SmsSid": message.sid,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": message.body,
            "FromCountry": country_of(message.sender),
            "To": message.to,
            "ToZip": "",
            "NumSegments": str(message.segments),
            "MessageSid": message.sid,
            "AccountSid": sim.account_sid,
            "From": message.sender,
            "ApiVersion": API_VERSION,
        }
        if keyword and sim.settings.advanced_opt_out:
            params["OptOutType"] = keyword
        for index, item in enumerate(message.media or ()):
            params[f"MediaUrl{index}"] = (
                f"{sim.public_url}/{API_VERSION}/Accounts/{sim.account_sid}"
                f"/Messages/{message.sid}/Media/{item.sid}"
            )
            params[f"MediaContentType{index}"] = item.content_type
        return params

    def _act_on(self, keyword, message):
        pair = (message.to, message.sender)
        opted_out = self.sim.store.opted_out
        if keyword == "STOP" and pair not in opted_out:
            self.sim.set_opt_out(pair, True)
            self._twilio_says(keywords.STOP_REPLY, message)
        elif keyword == "START" and pair in opted_out:
            self.sim.set_opt_out(pair, False)
            self._twilio_says(keywords.START_REPLY, message)
        elif keyword == "HELP":
            self._twilio_says(keywords.HELP_REPLY, message)

    def _twilio_says(self, text, message):
        reply = self.sim.store.add(
            message.to,
            message.sender,
            text,
            direction="outbound-reply",
            status="queued",
            origin="twilio",
        )
        self.sim.lifecycle.start(reply)

    def _service_of(self, number):
        """Return the Messaging Service that picks up the texts to a number, ``None`` for none."""
        for service in self.sim.services.values():
            if number in service.numbers and not service.use_inbound_webhook_on_number:
                return service
        return None

    async def _ask(self, number, url, method, message, params, sign, result):
        sim = self.sim
        started = time.monotonic()
        answer = await sim.webhooks.request(url, params, method, sign)
        if not answer.ok:
            self._warn(11200, answer.error or f"It answered {answer.status}", url, message, result)
            if number.sms_fallback_url:
                failed, url = url, number.sms_fallback_url
                more = {**params, "ErrorCode": "11200", "ErrorUrl": failed}
                answer = await sim.webhooks.request(url, more, number.sms_fallback_method, sign)
        if answer.ok:
            try:
                replies = parse(answer.content_type, answer.body)
            except TwimlError as warning:
                self._warn(warning.code, str(warning), url, message, result, answer.body)
            else:
                for reply in replies:
                    self._reply(reply, url, message, result)
        return {
            "status": answer.status,
            "content_type": answer.content_type,
            "body": answer.body,
            "error": answer.error,
            "attempts": answer.attempts,
            "ms": round((time.monotonic() - started) * 1000),
        }

    def _reply(self, reply, url, message, result):
        sender, to = reply["from"] or message.to, reply["to"] or message.sender
        if (sender, to) in self.sim.store.opted_out:
            self._warn(21610, f"{to} has opted out of {sender}", url, message, result)
            return
        media = [Media("application/octet-stream", url=item) for item in reply["media"]]
        if not reply["body"] and not media:
            return
        sent = self.sim.store.add(
            sender,
            to,
            reply["body"],
            direction="outbound-reply",
            status="queued",
            origin="twiml",
            media=media or None,
            callback=urljoin(url, reply["callback"]) if reply["callback"] else None,
        )
        result["replies"].append(sent.sid)
        self.sim.lifecycle.start(sent)

    def _warn(self, code, detail, url, message, result, body=""):
        warning = self.sim.warn(code, f"{WARNINGS[code]}: {detail}", url, message, body)
        result["warnings"].append({"code": code, "message": warning["message"]})
