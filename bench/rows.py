"""What is measured, against what, and what is to be reached.

Each group takes its figures in turns within one round, so that whatever else the machine does hits
all of them alike. Rates are texts per second.
"""

import subprocess
import sys

from . import data
from .group import Group, Row
from .web_rows import Webhooks


class SlowTwilio(Group):
    name = "drain"
    rows = (
        Row(
            "drain 2,000 queued, Twilio answers in 150 ms", "core's queue", "ours", "core", ">=", 60
        ),
        Row("the same", "bare aiohttp client, 100 at once", "ours", "bare", ">=", 0.7),
    )

    def set_up(self):
        self.make_threads(10000, 10000)
        self.concurrency(100)

    def round(self):
        self.place.latency(150)
        simulator = self.place.simulator
        bare = subprocess.run(
            [
                *(sys.executable, "-m", "bench.bare"),
                *(simulator.url, simulator.account_sid, simulator.auth_token),
                *(simulator.numbers[0], "2000", "100"),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        return {
            "ours": self.ours(2000)[0],
            # One after the other: its rate is the same for 40 as for 2,000, which take 5 minutes.
            "core": self.core(40, 10),
            "bare": 2000 / float(bare.stdout),
        }


class FastTwilio(Group):
    name = "drain-0ms"
    rows = (
        Row("drain 5,000 queued, Twilio answers at once", "core's queue", "ours", "core", ">=", 3),
        Row("the same", "core's queue, 500 a batch", "ours", "core_500", ">=", 1.5),
    )

    def set_up(self):
        self.make_threads(10000, 10000)
        self.concurrency(100)

    def round(self):
        self.place.latency(0)
        return {
            "ours": self.ours(5000)[0],
            "core": self.core(1000, 10),
            "core_500": self.core(1000, 500),
        }


class Queries(Group):
    name = "queries"
    rows = (Row("SQL queries per sent text, draining 1,000", "", "queries", None, "<=", 0.1),)

    def set_up(self):
        self.make_threads(10000, 10000)
        self.concurrency(100)

    def round(self):
        self.place.latency(0)
        return {"queries": self.ours(1000)[1]["queries"] / 1000}


class QueueBulk(Group):
    name = "bulk"
    rows = (
        Row(
            "queue a text to 10,000 applicants",
            "core's composer, with its note",
            "ours",
            "core",
            ">=",
            1.5,
        ),
    )
    body = "Hello {{ object.partner_name }}, are you free on Monday?"

    def set_up(self):
        self.make_threads(10000, 10000)
        with self.place.core.cursor() as cursor:
            data.applicants(cursor, 10000)
            data.analyze(cursor)

    def round(self):
        with self.place.ours.cursor() as cursor:
            data.queued(cursor, 0)
        with self.place.core.cursor() as cursor:
            data.core_queued(cursor, 0)
        job = {"job": "compose", "applicants": 10000, "body": self.body}
        return {
            "ours": 10000 / self.place.worker(self.place.ours).run(**job)["seconds"],
            "core": 10000 / self.place.worker(self.place.core).run(**job)["seconds"],
        }


class Growth(Group):
    """The same work with nothing there and with a million texts; the larger one is "ours"."""

    name = "growth"
    rows = tuple(
        Row(f"{work}, with 1,000,000 texts", "the same, empty", f"{name}_full", name, "<=", 1.15)
        for work, name in (
            ("drain 1,000", "drain"),
            ("open a thread", "thread"),
            ("ask the gate about 5,000", "gate"),
        )
    )

    def set_up(self):
        self.make_threads(10000, 10000)
        self.place.add("full")
        full = self.place.databases["full"]
        with full.cursor() as cursor:
            data.applicants(cursor, 50000)
            data.threads(cursor, 100000)
            data.history(cursor, 1000000)
        full.vacuum()

    def round(self):
        self.place.latency(0)
        figures = {}
        for suffix, database in (("", self.place.ours), ("_full", self.place.databases["full"])):
            worker = self.place.worker(database)
            with database.cursor() as cursor:
                data.queued(cursor, 1000)
                cursor.execute("SELECT min(id) FROM hr_applicant WHERE partner_name = 'Bench 77'")
                [applicant] = cursor.fetchone()
            figures |= {
                f"drain{suffix}": 1 / self.rate(database, 1000, "drain")[0],
                f"thread{suffix}": worker.run("open_thread", applicant=applicant)["seconds"],
                f"gate{suffix}": worker.run("gate", threads=5000)["seconds"],
            }
        return figures


class Inbox(Group):
    """The inbox over a million texts in a hundred thousand conversations, and over a thousand."""

    name = "inbox"
    rows = (Row("open the inbox, of 1,000,000 texts", "of 1,000", "page_full", "page", "<=", 1.15),)

    def set_up(self):
        for name, threads, texts in (("few", 1000, 1000), ("many", 100000, 1000000)):
            self.place.add(name)
            database = self.place.databases[name]
            with database.cursor() as cursor:
                data.applicants(cursor, threads)
                data.threads(cursor, threads)
                data.history(cursor, texts)
            database.vacuum()

    def round(self):
        return {
            figure: self.place.worker(self.place.databases[name]).run("open_inbox")["seconds"]
            for figure, name in (("page", "few"), ("page_full", "many"))
        }


class LongThread(Group):
    name = "long-thread"
    rows = (Row("open a thread of 10,000 texts", "of 10", "long", "short", "<=", 1.3),)

    def set_up(self):
        self.make_threads(10, 10)
        self.applicants = {}
        with self.place.ours.cursor() as cursor:
            for name, count in (("Bench 1", 10), ("Bench 2", 10000)):
                cursor.execute(
                    "SELECT applicant.id, rel.thread_id FROM hr_applicant applicant"
                    " JOIN hr_sms_thread_applicant_rel rel ON rel.applicant_id = applicant.id"
                    " WHERE partner_name = %s",
                    [name],
                )
                applicant, thread = cursor.fetchone()
                data.history(cursor, count, thread)
                self.applicants[count] = applicant
            data.analyze(cursor)

    def round(self):
        worker = self.place.worker(self.place.ours)
        return {
            name: worker.run("open_thread", applicant=self.applicants[count])["seconds"]
            for name, count in (("short", 10), ("long", 10000))
        }


class Memory(Group):
    name = "memory"
    rounds = 1  # a hundred thousand texts take minutes
    rows = (
        Row(
            "memory of the worker, draining 100,000 (MB)",
            "draining 1,000",
            "many",
            "few",
            "<=",
            1.2,
        ),
    )

    def set_up(self):
        self.make_threads(1000, 100000)
        self.concurrency(100)

    def round(self):
        self.place.latency(0)
        figures = {}
        for name, count in (("few", 1000), ("many", 100000)):
            with self.place.ours.cursor() as cursor:
                data.queued(cursor, count)
            self.place.fresh_worker(self.place.ours)
            figures[name] = self.rate(self.place.ours, count, "drain")[1]["peak_mb"]
        return figures


GROUPS = (SlowTwilio, FastTwilio, QueueBulk, Growth, Inbox, LongThread, Webhooks, Queries, Memory)
