"""Everything the simulator remembers: messages, numbers, phones, opt-outs."""

import hashlib
import re
import time
from bisect import bisect_left
from collections import OrderedDict, defaultdict
from email.utils import formatdate
from functools import lru_cache
from operator import attrgetter
from typing import ClassVar
from uuid import uuid4

from . import API_VERSION
from .errors import DELIVERY_ERRORS
from .segments import count_segments

FINAL = frozenset({"delivered", "undelivered", "failed", "received", "canceled"})
PRICE_PER_SEGMENT = 0.0075

_is_e164 = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch
_separators = re.compile(r"[\s().\-]")


def normalize(number):
    """Return ``number`` as E.164 without spaces and brackets, or ``None`` if it is none."""
    number = _separators.sub("", number)
    return number if _is_e164(number) else None


def new_sid(prefix):
    """Return a fresh identifier as Twilio's: two letters and 32 hexadecimal digits."""
    return prefix + uuid4().hex


@lru_cache(maxsize=4096)
def rfc2822(second):
    """Format a whole second since 1970 as Twilio does: ``Fri, 24 May 2019 17:44:46 +0000``."""
    return formatdate(second)[:-5] + "+0000"  # Python writes -0000 for GMT


def twilio_date(moment):
    """Format ``moment`` (seconds since 1970, or ``None``) as Twilio does."""
    return None if moment is None else rfc2822(int(moment))


class Message:
    """One text, in either direction. Slots keep 100,000 of them small."""

    __slots__ = (
        "body",
        "callback",
        "created",
        "deleted",
        "direction",
        "error_code",
        "media",
        "num_media",
        "origin",
        "outcome",
        "segments",
        "send_at",
        "sender",
        "sent",
        "seq",
        "service",
        "sid",
        "status",
        "to",
        "updated",
    )

    @property
    def phone(self):
        """The number of the person, not ours."""
        return self.sender if self.direction == "inbound" else self.to

    @property
    def ours(self):
        """Our number in this message."""
        return self.to if self.direction == "inbound" else self.sender

    def to_twilio(self, account_sid):
        """Return the message as the REST API shows it.

        Source: https://www.twilio.com/docs/messaging/api/message-resource
        """
        uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{self.sid}"
        waiting = self.status in ("accepted", "scheduled")
        price = None
        if self.sent is not None and self.status != "failed":
            price = f"-{self.segments * PRICE_PER_SEGMENT:.5f}"
        return {
            "account_sid": account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": rfc2822(int(self.created)),
            "date_sent": twilio_date(self.sent),
            "date_updated": rfc2822(int(self.updated)),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": DELIVERY_ERRORS.get(self.error_code),
            # A messaging service picks the sender, and counts, after it has answered.
            "from": None if waiting else self.sender,
            "messaging_service_sid": self.service,
            "num_media": str(self.num_media),
            "num_segments": "0" if waiting else str(self.segments),
            "price": price,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }

    def to_control(self):
        """Return the message as the control address and the page see it."""
        return {
            "sid": self.sid,
            "seq": self.seq,
            "direction": self.direction,
            "origin": self.origin,
            "from": self.sender,
            "to": self.to,
            "body": self.body,
            "status": self.status,
            "error_code": self.error_code,
            "error_message": DELIVERY_ERRORS.get(self.error_code),
            "num_segments": self.segments,
            "num_media": self.num_media,
            "media": [
                {"sid": item.sid, "content_type": item.content_type, "url": item.page_url}
                for item in self.media or ()
            ],
            "messaging_service_sid": self.service,
            "status_callback": self.callback,
            "created": self.created,
            "sent": self.sent,
            "updated": self.updated,
        }


class Media:
    """A picture in a message: bytes of our own, or the address the sender gave."""

    __slots__ = ("content", "content_type", "created", "sid", "url")

    def __init__(self, content_type, content=None, url=None):
        self.sid = new_sid("ME")
        self.content_type = content_type
        self.content = content
        self.url = url
        self.created = time.time()

    @property
    def page_url(self):
        """Where the page shows it from."""
        return self.url or f"/media/{self.sid}"

    def to_twilio(self, account_sid, message_sid):
        """Return the media as the REST API shows it."""
        return {
            "account_sid": account_sid,
            "content_type": self.content_type,
            "date_created": twilio_date(self.created),
            "date_updated": twilio_date(self.created),
            "parent_sid": message_sid,
            "sid": self.sid,
            "uri": f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message_sid}"
            f"/Media/{self.sid}.json",
        }


class Number:
    """One of our numbers and where Twilio reports texts to it."""

    #: REST parameter -> attribute, for what can be changed.
    WRITABLE: ClassVar = {
        "FriendlyName": "friendly_name",
        "SmsUrl": "sms_url",
        "SmsMethod": "sms_method",
        "SmsFallbackUrl": "sms_fallback_url",
        "SmsFallbackMethod": "sms_fallback_method",
        "StatusCallback": "status_callback",
        "StatusCallbackMethod": "status_callback_method",
        "VoiceUrl": "voice_url",
        "VoiceMethod": "voice_method",
        "SmsApplicationSid": "sms_application_sid",
    }

    def __init__(self, number, sms_url=""):
        self.number = number
        self.sid = "PN" + hashlib.md5(number.encode(), usedforsecurity=False).hexdigest()
        self.friendly_name = number
        self.sms_url = sms_url
        self.sms_method = "POST"
        self.sms_fallback_url = ""
        self.sms_fallback_method = "POST"
        self.status_callback = ""
        self.status_callback_method = "POST"
        self.voice_url = ""
        self.voice_method = "POST"
        self.sms = True
        self.sms_application_sid = ""
        #: Of its toll-free verification, empty when none was asked for.
        self.tollfree_status = ""
        self.created = self.updated = time.time()

    def to_twilio(self, account_sid):
        """Return the number as the REST API shows it.

        Source: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
        """
        return {
            "account_sid": account_sid,
            "address_requirements": "none",
            "address_sid": None,
            "api_version": API_VERSION,
            "beta": False,
            "bundle_sid": None,
            "capabilities": {"voice": True, "sms": self.sms, "mms": self.sms, "fax": False},
            "date_created": twilio_date(self.created),
            "date_updated": twilio_date(self.updated),
            "emergency_address_sid": None,
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "friendly_name": self.friendly_name,
            "identity_sid": None,
            "origin": "twilio",
            "phone_number": self.number,
            "sid": self.sid,
            "sms_application_sid": self.sms_application_sid,
            "sms_fallback_method": self.sms_fallback_method,
            "sms_fallback_url": self.sms_fallback_url,
            "sms_method": self.sms_method,
            "sms_url": self.sms_url,
            "status": "in-use",
            "status_callback": self.status_callback,
            "status_callback_method": self.status_callback_method,
            "trunk_sid": None,
            "type": "local",
            "uri": f"/{API_VERSION}/Accounts/{account_sid}/IncomingPhoneNumbers/{self.sid}.json",
            "voice_application_sid": "",
            "voice_caller_id_lookup": False,
            "voice_fallback_method": "POST",
            "voice_fallback_url": "",
            "voice_method": self.voice_method,
            "voice_receive_mode": "voice",
            "voice_url": self.voice_url,
        }

    def to_control(self):
        """Return the number as the control address and the page see it."""
        return {
            "number": self.number,
            "sid": self.sid,
            "friendly_name": self.friendly_name,
            "sms_url": self.sms_url,
            "sms_method": self.sms_method,
            "sms": self.sms,
            "sms_application_sid": self.sms_application_sid,
            "tollfree_status": self.tollfree_status,
        }


class Phone:
    """A person's phone: a name, and whether it is switched off."""

    __slots__ = ("name", "number", "off")

    def __init__(self, number, name="", off=False):
        self.number = number
        self.name = name
        self.off = off


class Store:
    """Messages in the order they came, found by sid and by either party's number.

    Nothing here scans all messages to create one, so creating stays fast with any number.
    """

    def __init__(self, numbers, on_change=None):
        self.numbers = {number: Number(number) for number in numbers}
        self.on_change = on_change or (lambda message: None)
        self.journal = None
        self.clear()

    def clear(self):
        """Forget all messages, phones and opt-outs; keep the numbers and their addresses."""
        for message in getattr(self, "by_sid", {}).values():
            message.deleted = True
        self.by_sid = {}
        self.order = []
        self.by_party = defaultdict(list)
        self.phones = OrderedDict()
        self.opted_out = set()
        self.media = {}
        self.unfinished = 0
        self.deleted = 0
        self._seq = 0
        if self.journal:
            self.journal.clear()
            for number in self.numbers.values():
                self.journal.number(number)

    # -- messages

    def add(
        self,
        sender,
        to,
        body,
        *,
        direction,
        status,
        origin,
        service=None,
        callback=None,
        media=None,
        sid=None,
        send_at=None,
    ):
        """Store a new message and return it.

        :param origin: who wrote it: ``api``, ``phone``, ``twiml`` or ``twilio``.
        :param media: a list of :class:`Media`.
        :param sid: to use instead of a fresh one.
        :param send_at: when a scheduled message goes out (seconds since 1970).
        """
        message = Message()
        self._seq += 1
        message.seq = self._seq
        message.sid = sid or ("MM" if media else "SM") + uuid4().hex
        message.sender = sender
        message.to = to
        message.body = body
        message.direction = direction
        message.status = status
        message.origin = origin
        message.error_code = None
        message.outcome = None
        message.send_at = send_at
        message.service = service
        message.callback = callback
        message.media = media
        message.num_media = len(media) if media else 0
        message.segments = count_segments(body)
        message.created = message.updated = time.time()
        message.sent = message.created if status in FINAL else None
        message.deleted = False
        self.insert(message)
        if self.journal:
            self.journal.message(message)
        return message

    def insert(self, message):
        """Put a finished object into the indexes."""
        self._seq = max(self._seq, message.seq)
        self.by_sid[message.sid] = message
        self.order.append(message)
        self.by_party[message.sender].append(message)
        self.by_party[message.to].append(message)
        for item in message.media or ():
            self.media[item.sid] = item
        if message.status not in FINAL:
            self.unfinished += 1
        self.touch_phone(message.phone)
        self.on_change(message)

    def set_status(self, message, status, error_code=None):
        """Move a message on. A final status never changes."""
        if message.deleted or message.status in FINAL:
            return False
        message.status = status
        message.updated = time.time()
        if error_code:
            message.error_code = error_code
        if status == "sent":
            message.sent = message.updated
        if status in FINAL:
            self.unfinished -= 1
            if message.sent is None and status != "canceled":
                message.sent = message.updated
        if self.journal:
            self.journal.status(message)
        self.on_change(message)
        return True

    def age(self, seconds):
        """Make all messages older."""
        for message in self.by_sid.values():
            message.created -= seconds
            message.updated -= seconds
            if message.sent is not None:
                message.sent -= seconds
        if self.journal:
            self.journal.age(seconds)

    def redact(self, message):
        """Empty the body, and tell who listens."""
        message.body = ""
        message.updated = time.time()
        if self.journal:
            self.journal.redact(message)
        self.on_change(message)

    def delete(self, message):
        """Remove a message for good."""
        message.deleted = True
        del self.by_sid[message.sid]
        if message.status not in FINAL:
            self.unfinished -= 1
        for item in message.media or ():
            self.media.pop(item.sid, None)
        self.deleted += 1
        if self.deleted > 1000 and self.deleted * 2 > len(self.order):
            self._compact()
        if self.journal:
            self.journal.delete(message)
        self.on_change(message)

    def _compact(self):
        self.deleted = 0
        self.order = [message for message in self.order if not message.deleted]
        for number, messages in list(self.by_party.items()):
            self.by_party[number] = [message for message in messages if not message.deleted]

    def newest_first(self, to=None, sender=None, before_seq=None):
        """Yield messages from the newest to the oldest.

        :param to: only to this number.
        :param sender: only from this number.
        :param before_seq: only messages older than this sequence number.
        """
        if to and sender:
            messages = min(self._party(to), self._party(sender), key=len)
        elif to or sender:
            messages = self._party(to or sender)
        else:
            messages = self.order
        index = len(messages)
        if before_seq is not None:
            index = bisect_left(messages, before_seq, key=attrgetter("seq"))
        while index:
            index -= 1
            message = messages[index]
            if (
                not message.deleted
                and (to is None or message.to == to)
                and (sender is None or message.sender == sender)
            ):
                yield message

    def _party(self, number):
        return self.by_party.get(number, ())

    # -- phones

    def touch_phone(self, number):
        """Make sure a phone exists and is the most recent one."""
        phone = self.phones.get(number)
        if phone is None:
            phone = self.phones[number] = Phone(number)
        else:
            self.phones.move_to_end(number)
        return phone

    def phone_to_control(self, phone):
        """Return a phone as the page shows it in its list."""
        last = next(self.of_phone(phone.number), None)
        return {
            "number": phone.number,
            "name": phone.name,
            "off": phone.off,
            "opted_out": sorted(ours for ours, person in self.opted_out if person == phone.number)
            if self.opted_out
            else [],
            "last": last
            and {
                "body": last.body,
                "direction": last.direction,
                "created": last.created,
                "seq": last.seq,
                "ours": last.ours,
                "status": last.status,
            },
        }

    def of_phone(self, number):
        """Yield the messages of either direction with this number, newest first."""
        for message in reversed(self._party(number)):
            if not message.deleted:
                yield message
