"""A file that keeps the state over a restart, even after ``kill -9``.

One JSON array per line, written before the API answers: what a client was told exists, exists
after a restart too. Reading it writes it anew, without what is gone.
"""

import base64
import json
import os

from .store import FINAL, Media, Message, Number

_FIELDS = tuple(name for name in Message.__slots__ if name not in ("media", "deleted"))


def _media_record(item):
    content = item.content
    return [
        item.sid,
        item.content_type,
        None if content is None else base64.b64encode(content).decode(),
        item.url,
        item.created,
    ]


def _media(record):
    item = Media(record[1], record[2] and base64.b64decode(record[2]), record[3])
    item.sid, item.created = record[0], record[4]
    return item


class Journal:
    """Writes what happens in a store to a file.

    :param path: the file; it is created when missing.
    """

    def __init__(self, path):
        self.path = path
        self._file = None

    def open(self, store):
        """Read the file into ``store`` and keep writing what happens there from now on.

        :raises ValueError: when the file is something else.
        """
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                self._replay(store, file)
        os.makedirs(os.path.dirname(os.path.abspath(self.path)), exist_ok=True)
        temporary = f"{self.path}.new"
        with open(temporary, "wb", buffering=1 << 20) as self._file:
            self._snapshot(store)
        os.replace(temporary, self.path)
        self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115
        store.journal = self

    def close(self):
        """Stop writing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, *record):
        if self._file is not None:
            self._file.write(json.dumps(record).encode() + b"\n")

    # -- what is written

    def message(self, message):
        """A message is new."""
        values = [getattr(message, name) for name in _FIELDS]
        media = [_media_record(item) for item in message.media or ()]
        self._write("message", values, media)

    def status(self, message):
        """A message has moved on."""
        self._write(
            "status",
            message.sid,
            [message.status, message.error_code, message.updated, message.sent],
        )

    def age(self, seconds):
        """All messages are so much older."""
        self._write("age", seconds)

    def redact(self, message):
        """A message's body is gone."""
        self._write("redact", message.sid)

    def delete(self, message):
        """A message is gone."""
        self._write("delete", message.sid)

    def opt_out(self, pair, opted_out):
        """A pair (our number, phone) is opted out or in."""
        self._write("opt_out", pair, opted_out)

    def phone(self, phone):
        """A phone's name or switch."""
        self._write("phone", phone.number, phone.name, phone.off)

    def number(self, number):
        """One of our numbers and its addresses."""
        self._write("number", vars(number))

    def clear(self):
        """Everything is forgotten."""
        if self._file is not None:
            self._file.truncate(0)

    def _snapshot(self, store):
        for number in store.numbers.values():
            self.number(number)
        for message in store.by_sid.values():
            self.message(message)
        for phone in store.phones.values():
            if phone.name or phone.off:
                self.phone(phone)
        for pair in store.opted_out:
            self.opt_out(pair, True)

    # -- reading

    def _replay(self, store, file):
        for line in file:
            try:
                kind, *values = json.loads(line)
            except ValueError:
                if line.endswith("\n"):
                    raise ValueError(f"{self.path} is not a state file of the simulator") from None
                break  # cut off while it was written: nobody was told of it
            getattr(self, f"_read_{kind}")(store, *values)

    def _read_message(self, store, values, media):
        message = Message()
        for name, value in zip(_FIELDS, values, strict=True):
            setattr(message, name, value)
        message.media = [_media(record) for record in media] or None
        message.deleted = False
        store.insert(message)

    def _read_status(self, store, sid, values):
        message = store.by_sid.get(sid)
        if message is not None:
            if message.status not in FINAL and values[0] in FINAL:
                store.unfinished -= 1
            message.status, message.error_code, message.updated, message.sent = values

    def _read_age(self, store, seconds):
        store.age(seconds)

    def _read_redact(self, store, sid):
        if sid in store.by_sid:
            store.by_sid[sid].body = ""

    def _read_delete(self, store, sid):
        if sid in store.by_sid:
            store.delete(store.by_sid[sid])

    def _read_opt_out(self, store, pair, opted_out):
        (store.opted_out.add if opted_out else store.opted_out.discard)(tuple(pair))

    def _read_phone(self, store, number, name, off):
        phone = store.touch_phone(number)
        phone.name, phone.off = name, off

    def _read_number(self, store, values):
        number = store.numbers.setdefault(values["number"], Number(values["number"]))
        given = number.sms_url
        vars(number).update(values)
        number.sms_url = given or number.sms_url  # the command line wins
