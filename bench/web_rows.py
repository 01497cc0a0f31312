"""What Twilio's requests cost: rows about the webhooks."""

import itertools
import json
import os
import subprocess
import sys
from types import SimpleNamespace

from twilio.request_validator import RequestValidator

from . import data
from .group import Group, Row
from .live import LiveServer

BASE_URL = "http://127.0.0.1:9"  # web.base.url of the databases: what Odoo's own webhook signs with
_numbers = itertools.count(1)


class Webhooks(Group):
    """Requests per second of a server with two worker processes, its database beside it."""

    name = "webhooks"
    at_once = (8, 32)
    ours_count, core_count = 300, 60
    rows = tuple(
        Row(
            f"{work}, {at_once} at once",
            against,
            f"{ours}_{at_once}",
            f"{peer}_{at_once}",
            ">=",
            reach,
        )
        for work, against, ours, peer, reach in (
            ("status webhook", "core's status webhook", "status", "core", 2),
            ("status webhook", "/web/health", "status", "health", 0.6),
            ("inbound webhook, ordinary text", "/web/health", "inbound", "health", 0.45),
        )
        for at_once in (8, 32)
    )

    servers = {}

    def set_up(self):
        # A worker gives a client up that is silent for 2 s: here it may only be short of time.
        os.environ["ODOO_HTTP_SOCKET_TIMEOUT"] = "30"
        self.make_threads(10000, 10000)
        with self.place.ours.cursor() as cursor:
            data.handed_over(cursor, self.ours_count)
        with self.place.core.cursor() as cursor:
            data.core_handed_over(cursor, self.core_count)
        self.servers = {
            name: LiveServer(
                workers=2,
                options=("--max-cron-threads=0",),
                beside=SimpleNamespace(db=database.name),
            ).start()
            for name, database in (("ours", self.place.ours), ("core", self.place.core))
        }
        for work in (self.status, self.core, self.inbound, self.health):
            work(8)  # the workers load what they need

    def tear_down(self):
        for server in self.servers.values():
            server.kill()
            server.log.unlink(missing_ok=True)

    def round(self):
        return {
            f"{name}_{at_once}": work(at_once)
            for at_once in self.at_once
            for name, work in (
                ("health", self.health),
                ("status", self.status),
                ("core", self.core),
                ("inbound", self.inbound),
            )
        }

    def health(self, at_once):
        return self.load("ours", at_once, [["/web/health", None, None]] * self.ours_count)

    def status(self, at_once):
        with self.place.ours.cursor() as cursor:
            rows = data.handed_over_again(cursor)
        rate = self.load(
            "ours",
            at_once,
            [
                self.signed(
                    self.servers["ours"].url,
                    f"/recruitment_texting/twilio/status/{uuid}",
                    {"MessageSid": sid, "SmsSid": sid, "MessageStatus": "delivered"},
                )
                for uuid, sid in rows
            ],
        )
        with self.place.ours.cursor() as cursor:
            self.check(data.count_of(cursor, "hr_sms_message", "state = 'sent'"), 0)
        return rate

    def core(self, at_once):
        with self.place.core.cursor() as cursor:
            uuids = data.core_handed_over_again(cursor)
        rate = self.load(
            "core",
            at_once,
            [
                self.signed(
                    BASE_URL,
                    f"/sms_twilio/status/{uuid}",
                    {"SmsSid": uuid, "MessageStatus": "delivered", "SmsStatus": "delivered"},
                )
                for uuid in uuids
            ],
        )
        with self.place.core.cursor() as cursor:
            self.check(
                data.count_of(cursor, "mail_notification", "notification_status = 'pending'"), 0
            )
        return rate

    def inbound(self, at_once):
        received = "direction = 'inbound'"
        with self.place.ours.cursor() as cursor:
            before = data.count_of(cursor, "hr_sms_message", received)
            numbers = data.numbers(cursor, self.ours_count)
        rate = self.load(
            "ours",
            at_once,
            [
                self.signed(
                    self.servers["ours"].url,
                    "/recruitment_texting/twilio/inbound",
                    {
                        "MessageSid": f"SM{next(_numbers):032}",
                        "From": number,
                        "To": self.place.simulator.numbers[0],
                        "Body": "Monday at ten is fine, see you then",
                        "NumMedia": "0",
                    },
                )
                for number in numbers
            ],
        )
        with self.place.ours.cursor() as cursor:
            after = data.count_of(cursor, "hr_sms_message", received)
            self.check(after - before, self.ours_count)
        return rate

    def signed(self, base, path, form):
        form["AccountSid"] = self.place.simulator.account_sid
        validator = RequestValidator(self.place.simulator.auth_token)
        return [path, form, validator.compute_signature(base + path, form)]

    def load(self, server, at_once, requests):
        """Send requests, and return how many a second were answered."""
        given = {"url": self.servers[server].url, "at_once": at_once, "requests": requests}
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            input=json.dumps(given),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return len(requests) / float(done.stdout)

    def check(self, found, expected):
        if found != expected:
            raise RuntimeError(f"{self.name}: {found} instead of {expected}")
