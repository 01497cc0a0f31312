"""A private PostgreSQL cluster, reached through a Unix socket only: no port, so two clones never meet."""

import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

from . import debian
from .locks import Lock, alone
from .paths import CLUSTER, DATA
from .run import output_of, run
from .say import Stop, step

USER = "odoo"
# Everything in it can be built again by `bin/serve --fresh`, so speed goes before surviving a power cut.
SETTINGS = f"""
listen_addresses = ''
unix_socket_directories = '{CLUSTER}'
max_connections = 300
shared_buffers = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
autovacuum_naptime = 30s
log_min_messages = fatal
"""


def find_binaries() -> Path | None:
    """The newest PostgreSQL server on this machine; Debian keeps it off the PATH."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    folders.sort(key=lambda folder: [int(part) for part in re.findall(r"\d+", str(folder))])
    if folders:
        return folders[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Cluster:
    """Start on `acquire`, stop on `release` when no other command of this clone uses it any more."""

    def __init__(self) -> None:
        self.users = Lock("cluster-users")
        binaries = find_binaries()
        if binaries is None:
            debian.install_postgresql()
            binaries = find_binaries()
        if binaries is None:
            raise Stop(
                "PostgreSQL's server programs were not found: install the package postgresql and run this again."
            )
        self.binaries = binaries
        self.data = CLUSTER / "data"
        self.identity = self._identity()

    @staticmethod
    def _identity() -> dict[str, int]:
        """Postgres refuses to run as root: become the user its package created."""
        if os.geteuid():
            return {}
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            raise Stop(
                "The user postgres is missing: install the package postgresql-common and run this again."
            ) from None
        return {"user": user.pw_uid, "group": user.pw_gid}

    def _run(self, command: list[object], what: str) -> None:
        run(
            command,
            what,
            "postgresql.log",
            cwd=Path("/"),
            env={"LC_ALL": "C.UTF-8"},
            **self.identity,
        )

    def _control(self, *arguments: object) -> list[object]:
        return [self.binaries / "pg_ctl", "-D", self.data, "-w", "-t", "60", *arguments]

    def running(self) -> bool:
        result = subprocess.run(
            [str(part) for part in self._control("status")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=False,
            **({**self.identity, "extra_groups": []} if self.identity else {}),
        )
        return result.returncode == 0

    def acquire(self) -> None:
        with alone(
            "cluster-change", "Waiting for another command to start or stop the database server ..."
        ):
            if self._is_orphan():
                self._remove()
            self.users.share()
            if not (self.data / "PG_VERSION").exists():
                self._create()
            elif (self.data / "PG_VERSION").read_text().strip() != self.version():
                raise Stop(
                    "The database server of this clone was made by another PostgreSQL version:"
                    f" remove {CLUSTER} and run this again."
                )
            if not self.running():
                self._run(
                    self._control("-l", CLUSTER / "server.log", "start"),
                    "start the database server",
                )
            if not self.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{USER}'", user="postgres"):
                self.query(f"CREATE ROLE {USER} LOGIN CREATEDB", user="postgres")

    def _is_orphan(self) -> bool:
        """Tell whether this is left of a clone that was deleted and made again here: databases without their files."""
        if (DATA / "filestore").exists() or not self.data.exists():
            return False
        unused = self.users.take(wait=False)
        self.users.release()
        return unused

    def _remove(self) -> None:
        if self.running():
            self._run(self._control("-m", "immediate", "stop"), "stop an abandoned database server")
        shutil.rmtree(CLUSTER)

    def version(self) -> str:
        match = re.search(
            r"(\d+)", output_of([self.binaries / "postgres", "--version"]).split(")", 1)[-1]
        )
        return match[1] if match else ""

    def _create(self) -> None:
        shutil.rmtree(CLUSTER, ignore_errors=True)
        CLUSTER.mkdir(mode=0o700, parents=True)
        if self.identity:
            os.chown(CLUSTER, self.identity["user"], self.identity["group"])
        with step("Creating a private database server"):
            self._run(
                [
                    self.binaries / "initdb",
                    "--pgdata",
                    self.data,
                    "--username=postgres",
                    "--auth=trust",  # only the owner of the folder can reach the socket
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                ],
                "create the database server",
            )
            self._run(
                [
                    "sh",
                    "-c",
                    'printf "%s" "$1" >> "$2"',
                    "sh",
                    SETTINGS,
                    self.data / "postgresql.conf",
                ],
                "configure the database server",
            )

    def release(self) -> None:
        """Stop the server, unless another command still works with it."""
        with alone(
            "cluster-change", "Waiting for another command to start or stop the database server ..."
        ):
            # let go first: an upgrade of our own shared lock would look free to a second command doing the same
            self.users.release()
            if self.users.take(wait=False) and self.running():
                self._run(self._control("-m", "fast", "stop"), "stop the database server")
            self.users.release()

    def query(self, sql: str, database: str = "postgres", user: str = USER) -> list[str]:
        """Run SQL as `psql` does; the rows as text."""
        command = [
            self.binaries / "psql",
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            CLUSTER,
            "-U",
            user,
        ]
        result = subprocess.run(
            [*map(str, command), "-d", database, "-c", sql],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        if result.returncode:
            raise Stop(
                f"The database server refused a command: {result.stderr.strip().splitlines()[0]}"
            )
        return result.stdout.splitlines()
