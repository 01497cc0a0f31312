"""Checking a request to send a text, in the order Twilio checks it.

Source: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource and
https://www.twilio.com/docs/iam/test-credentials (the numbers that fail on purpose).
"""

import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from .errors import REST_ERRORS, TwilioError
from .lifecycle import MAGIC_PREFIX
from .store import Media, normalize

MAX_BODY = 1600
MAX_MEDIA = 10
#: Twilio's own magic recipients and senders.
MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}


def create(sim, form):
    """Check ``form`` and store the message it asks for.

    :param sim: the :class:`~simulator.app.Simulator`.
    :param form: parameter name -> list of values.
    :returns: the new :class:`~simulator.store.Message`, not yet on its way.
    :raises TwilioError: when Twilio would refuse it.
    """

    def get(name):
        return form.get(name, ("",))[0]

    if sim.settings.account_status != "active":
        raise TwilioError(20005)
    to = _recipient(sim, get("To"))
    sender, service = _sender(sim, get("From"), get("MessagingServiceSid"))
    body, media = get("Body"), form.get("MediaUrl", ())
    if not body and not media:
        raise TwilioError(21602)
    if len(body) > MAX_BODY:
        raise TwilioError(21617)
    if len(media) > MAX_MEDIA:
        raise TwilioError(21623)
    for url in media:
        if not _is_url(url):
            raise TwilioError(21620, url)
    callback = get("StatusCallback")
    if callback and not _is_url(callback):
        raise TwilioError(21609, callback)
    if to == sender:
        raise TwilioError(21266, to)
    if (sender, to) in sim.store.opted_out and not sim.settings.opt_out_late:
        raise TwilioError(21610, to)
    moment = _schedule(sim, get("ScheduleType"), get("SendAt"), service)
    message = sim.store.add(
        sender,
        to,
        body,
        direction="outbound-api",
        status="scheduled" if moment else "accepted" if service else "queued",
        origin="api",
        service=service,
        callback=callback or None,
        media=[Media("application/octet-stream", url=url) for url in media] or None,
        send_at=moment,
    )
    return message


def _recipient(sim, value):
    if not value:
        raise TwilioError(21604)
    to = normalize(value)
    if to is None:
        raise TwilioError(21211, value)
    if to in MAGIC_TO:
        raise TwilioError(MAGIC_TO[to], to)
    if to.startswith(MAGIC_PREFIX + "2") and len(to) == 12:
        code = int(to[len(MAGIC_PREFIX) :])
        if code in REST_ERRORS and code != 21610:  # 21610 comes late, see lifecycle
            raise TwilioError(code, to)
    if any(to.startswith(prefix) for prefix in sim.settings.geo_blocked):
        raise TwilioError(21408, to)
    return to


def _sender(sim, value, service):
    if service:
        if service not in sim.services:
            raise TwilioError(21701, service)
        if not value:
            return sim.services[service].pick(), service
    if not value:
        raise TwilioError(21603)
    sender = normalize(value)
    if sender is None:
        raise TwilioError(21212, value)
    if sender in sim.store.numbers and sim.store.numbers[sender].sms:
        return sender, service or None
    raise TwilioError(MAGIC_FROM.get(sender, 21606), value)


def _schedule(sim, kind, send_at, service):
    if not kind and not send_at:
        return None
    if kind != "fixed" or not send_at:
        raise TwilioError(20001, "ScheduleType must be 'fixed' and come with SendAt")
    if not service:
        raise TwilioError(35118)
    try:
        moment = datetime.fromisoformat(send_at)
    except ValueError as error:
        raise TwilioError(20001, f"SendAt {send_at}") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    ahead = moment.timestamp() - time.time()
    if not sim.settings.schedule_min_s <= ahead <= 35 * 86400:
        raise TwilioError(35114, f"{sim.settings.schedule_min_s:g} seconds")
    return moment.timestamp()


def _is_url(value):
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
