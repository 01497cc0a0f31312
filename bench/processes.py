"""The processes that measurements need: workers with Odoo's registry, databases, the simulator."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import psycopg2

from . import data
from .live import LiveSimulator, settings


class Worker:
    """A process that runs jobs of ``bench.jobs`` on one database."""

    def __init__(self, database):
        self.database = database
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", "-c", settings.config, "-d", database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def run(self, job, **values):
        """Run a job and return what it answers, see ``bench.worker``.

        :raises RuntimeError: when the job failed, with its traceback
        """
        print(json.dumps({"job": job, **values}), file=self._process.stdin, flush=True)
        answer = self._answer()
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker of {self.database} ended")
        return json.loads(line)

    def stop(self):
        self._process.stdin.close()
        self._process.wait()


class Database:
    """A disposable copy of a template."""

    def __init__(self, template, name):
        self.name = f"bench_{os.getpid()}_{name}"
        self._admin(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        self._admin(f'CREATE DATABASE "{self.name}" TEMPLATE "{template}" STRATEGY FILE_COPY')

    @contextmanager
    def cursor(self):
        """A psycopg2 cursor in a transaction of its own, committed at the end."""
        connection = self._connect(self.name)
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def vacuum(self):
        """Do what autovacuum would have done by the time there is that much data."""
        self._admin("VACUUM ANALYZE", self.name)

    def drop(self):
        self._admin(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _connect(self, name):
        return psycopg2.connect(host=settings.db_host, user=settings.db_user, dbname=name)

    def _admin(self, sql, name="postgres"):
        connection = self._connect(name)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
        connection.close()


class Place:
    """Our database and core's, each with its worker, and the simulator both talk to."""

    def __init__(self):
        self.simulator = LiveSimulator().start()
        self.simulator.control("/control/settings", "POST", callback_statuses=[])
        self.databases = {}
        self._workers = {}
        self.ours = self.add("ours")
        self.core = self.add("core", settings.base)

    def add(self, name, template=settings.template):
        """Make one more database, connected to the simulator.

        :returns: :class:`Database`
        """
        database = self.databases[name] = Database(template, name)
        with database.cursor() as cursor:
            data.connect(
                cursor,
                self.simulator.url,
                self.simulator.account_sid,
                self.simulator.auth_token,
                self.simulator.numbers[0],
            )
        return database

    def worker(self, database):
        """The worker of a database, started when it is first asked for."""
        if database.name not in self._workers:
            worker = self._workers[database.name] = Worker(database.name)
            if database is self.core:
                worker.run("core_redirect", url=self.simulator.url)
        return self._workers[database.name]

    def fresh_worker(self, database):
        """A new worker in place of the one there is: its memory starts anew."""
        if worker := self._workers.pop(database.name, None):
            worker.stop()
        return self.worker(database)

    def latency(self, milliseconds):
        """Have Twilio answer after so long, and forget what it has got."""
        self.simulator.control("/control/reset", "POST")
        self.simulator.control(
            "/control/settings", "POST", latency_ms=milliseconds, callback_statuses=[]
        )

    def close(self):
        for worker in self._workers.values():
            worker.stop()
        self.simulator.stop()
        for database in self.databases.values():
            database.drop()
