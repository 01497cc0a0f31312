"""What happens to an outgoing text after it was accepted."""

import asyncio
import time

from . import API_VERSION
from .errors import DELIVERY_ERRORS, FAILED_CODES
from .store import FINAL

#: Recipients ``+150055NNNNN`` end with error NNNNN when it is one of DELIVERY_ERRORS.
MAGIC_PREFIX = "+150055"
MAGIC_STAYS_SENT = "+15005590000"
MAGIC_STAYS_QUEUED = "+15005590001"
MAGIC_SLOW = "+15005590010"
SLOW_S = 10


class Lifecycle:
    """Moves messages from queued to their end and reports each step.

    Source for the steps:
    https://www.twilio.com/docs/messaging/api/message-resource#message-status-values

    :param sim: the :class:`~simulator.app.Simulator`.
    """

    def __init__(self, sim):
        self.sim = sim
        self._held = {}

    def clear(self):
        """Forget the callbacks held back for reordering."""
        self._held.clear()

    def start(self, message):
        """Begin the way of ``message`` (statuses ``accepted`` and ``queued``)."""
        if message.callback and self.sim.faults.strikes("callback_reordered", message.to):
            self.sim.webhooks.counts["reordered"] += 1
            self._held[message.sid] = []
        self._next(message)

    def start_at(self, message, moment):
        """Begin the way of a scheduled message at ``moment`` (seconds since 1970)."""
        asyncio.get_running_loop().call_later(max(0, moment - time.time()), self._release, message)

    def _release(self, message):
        if not message.deleted and message.status == "scheduled":
            self._step(message, "queued")

    def _next(self, message):
        """Wait for the step after the message's status."""
        settings = self.sim.settings
        loop = asyncio.get_running_loop()
        sent = settings.sent_ms / 1000
        if message.to == MAGIC_SLOW:
            sent = SLOW_S
        if message.status == "accepted":
            loop.call_later(sent / 5, self._step, message, "queued")
        elif message.status == "queued":
            if message.to != MAGIC_STAYS_QUEUED:
                loop.call_later(sent / 2, self._step, message, "sending")
        elif message.status == "sending":
            loop.call_later(sent / 2, self._send, message)
        elif message.status == "sent" and message.to != MAGIC_STAYS_SENT:
            wait = max(0, settings.delivered_ms - settings.sent_ms) / 1000
            loop.call_later(wait, self._finish, message)

    def _step(self, message, status, code=None):
        if self.sim.store.set_status(message, status, code):
            self._report(message)
            if status not in FINAL:
                self._next(message)

    def _send(self, message):
        message.outcome = self.decide(message)
        if message.outcome in FAILED_CODES:
            self._step(message, "failed", message.outcome)
        else:
            self._step(message, "sent")

    def _finish(self, message):
        # The phone may have been switched off since.
        code = message.outcome or self._phone_off(message)
        if code:
            self._step(message, "undelivered", code)
        else:
            self._step(message, "delivered")

    def decide(self, message):
        """Return the error code ``message`` will end with, or ``None`` if it arrives."""
        store = self.sim.store
        if message.origin != "twilio" and (message.sender, message.to) in store.opted_out:
            return 21610
        if message.to.startswith(MAGIC_PREFIX):
            code = int(message.to[len(MAGIC_PREFIX) :] or 0)
            if code in DELIVERY_ERRORS:
                return code
        rule = self.sim.faults.strikes("undelivered", message.to)
        if rule:
            return int(rule.get("code", 30003))
        return None

    def _phone_off(self, message):
        phone = self.sim.store.phones.get(message.to)
        return 30003 if phone is not None and phone.off else None

    async def run_now(self, message):
        """Take ``message`` to its end at once, each callback answered before the next step."""
        steps = ["queued"] if message.status == "accepted" else []
        code = self.decide(message) or self._phone_off(message)
        if code in FAILED_CODES:
            steps += [("failed", code)]
        else:
            steps += ["sending", "sent", ("undelivered", code) if code else "delivered"]
        self.sim.webhooks.counts["early"] += 1
        for step in steps:
            status, error = step if isinstance(step, tuple) else (step, None)
            if self.sim.store.set_status(message, status, error) and self._reported(message):
                await self.sim.webhooks.deliver(message.callback, self.params(message))

    # -- reporting

    def _reported(self, message):
        if not message.callback:
            return False
        if message.status in self.sim.settings.callback_statuses:
            return True
        return message.status == "queued" and message.service is not None

    def params(self, message):
        """Return the parameters of a status callback for the message as it is now.

        Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
        """
        params = {
            "AccountSid": self.sim.account_sid,
            "ApiVersion": API_VERSION,
            "From": message.sender,
            "MessageSid": message.sid,
            "MessageStatus": message.status,
            "SmsSid": message.sid,
            "SmsStatus": message.status,
            "To": message.to,
        }
        if message.error_code:
            params["ErrorCode"] = str(message.error_code)
        if message.service:
            params["MessagingServiceSid"] = message.service
        if message.status == "delivered":
            params["RawDlrDoneDate"] = time.strftime("%y%m%d%H%M", time.gmtime(message.updated))
        return params

    def report(self, message):
        """Send the callback for a status that was set elsewhere (``canceled``)."""
        self._report(message)

    def _report(self, message):
        if self._reported(message):
            held = self._held.get(message.sid)
            if held is None:
                self._send_callback(message, message.sid, self.params(message))
            else:
                held.append(self.params(message))
        if message.status in FINAL and message.sid in self._held:
            for params in reversed(self._held.pop(message.sid)):
                self._send_callback(message, message.sid, params)

    def _send_callback(self, message, key, params):
        webhooks, strikes = self.sim.webhooks, self.sim.faults.strikes
        if strikes("callback_lost", message.to):
            webhooks.counts["lost"] += 1
            return
        rule = strikes("callback_delayed", message.to)
        times = 1
        if strikes("callback_doubled", message.to):
            webhooks.counts["doubled"] += 1
            times = 2
        for number in range(times):
            # A key of its own lets the second one run beside the first.
            own_key = key if number == 0 and not rule else (key, params["MessageStatus"], number)
            if rule:
                webhooks.counts["delayed"] += 1
                webhooks.delayed += 1
                asyncio.get_running_loop().call_later(
                    rule.get("ms", 1000) / 1000,
                    self._late,
                    webhooks.generation,
                    own_key,
                    message.callback,
                    params,
                )
            else:
                webhooks.enqueue(own_key, message.callback, params)

    def _late(self, generation, key, url, params):
        webhooks = self.sim.webhooks
        if generation == webhooks.generation:  # no reset meanwhile
            webhooks.delayed -= 1
            webhooks.enqueue(key, url, params)
