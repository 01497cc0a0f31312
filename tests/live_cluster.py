"""A PostgreSQL cluster of a test's own, for tests that kill its processes."""

import atexit
import configparser
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg2

from .live import _setting


class LiveCluster:
    """A copy of the cluster that `bin/test` works with, its template databases included.

    PostgreSQL ends all of its connections when one of its processes is killed: nobody else may
    have any there.
    """

    def __init__(self):
        parser = configparser.RawConfigParser()
        parser.read(_setting("TEXTING_CONFIG"))
        self._user = parser["options"]["db_user"]
        self._origin = parser["options"]["db_host"]
        self.host = None

    def start(self):
        self.host = tempfile.mkdtemp(prefix="texting-", dir="/var/tmp")
        atexit.register(self.stop)
        if not os.geteuid():
            shutil.chown(self.host, "postgres", "postgres")
        data = f"{self.host}/data"
        server = self._query("SHOW data_directory", self._origin, "postgres")
        binaries = self._binaries(Path(server, "PG_VERSION").read_text().strip())
        self._run(
            [binaries / "pg_basebackup", "-h", self._origin, "-U", "postgres", "-D", data]
            + ["--wal-method=fetch", "--checkpoint=fast", "--no-sync"]
        )
        self._control = [binaries / "pg_ctl", "-D", data, "-w", "-t", "60"]
        # A commit that was confirmed outlasts a crash, as on any server that is not there for speed.
        options = f"-k {self.host} -c synchronous_commit=on"
        self._run([*self._control, "-o", options, "-l", f"{self.host}/server.log", "start"])
        return self

    def stop(self):
        if self.host is None:
            return
        with suppress(subprocess.CalledProcessError):
            self._run([*self._control, "-m", "immediate", "stop"])
        shutil.rmtree(self.host, ignore_errors=True)
        self.host = None
        atexit.unregister(self.stop)

    def kill_backend(self, database):
        """`kill -9` a process that serves a database, one that works if there is one.

        :returns: what it was doing, ``None`` when there was none
        """
        row = self._row(
            "SELECT pid, state, query FROM pg_stat_activity"
            " WHERE datname = %s AND pid != pg_backend_pid()"
            " ORDER BY state = 'idle', random() LIMIT 1",
            database,
        )
        if row:
            with suppress(ProcessLookupError):
                os.kill(row[0], signal.SIGKILL)
        return row and f"{row[1]}: {' '.join(row[2].split())[:60]}"

    def end_backend(self, database):
        """Have PostgreSQL end one connection to a database: the others stay.

        :returns: as for :meth:`kill_backend`
        """
        row = self._row(
            "SELECT pg_terminate_backend(pid), state, query FROM pg_stat_activity"
            " WHERE datname = %s AND pid != pg_backend_pid()"
            " ORDER BY state = 'idle', random() LIMIT 1",
            database,
        )
        return row and f"{row[1]}: {' '.join(row[2].split())[:60]}"

    @staticmethod
    def _binaries(version):
        debian = Path("/usr/lib/postgresql", version, "bin")
        return debian if debian.is_dir() else Path(shutil.which("pg_ctl")).parent

    def _row(self, sql, *parameters):
        connection = psycopg2.connect(host=self.host, user="postgres", dbname="postgres")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return cursor.fetchone()
        finally:
            connection.close()

    def _query(self, sql, host, user):
        connection = psycopg2.connect(host=host, user=user, dbname="postgres")
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0]
        finally:
            connection.close()

    @staticmethod
    def _run(command):
        """As the user that PostgreSQL's package made: it refuses to run as root."""
        identity = {}
        if not os.geteuid():
            user = pwd.getpwnam("postgres")
            identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        subprocess.run(
            [str(part) for part in command],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **identity,
        )
