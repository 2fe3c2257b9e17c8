"""A PostgreSQL of our own for the tests: a throw-away cluster, one per pytest process.

It lives in a temporary folder, listens on a socket in that folder only, and forgets to fsync.
Every test that asks for `postgres_url` gets a database of its own.
"""

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.machine import postgres_bin
from tests.plugin import could_not_run

OWNER = "zhiyan"
START_SECONDS = 30
_PR_SET_PDEATHSIG = 1


class Cluster:
    """A running server. `new_database()` gives an address; `stop()` leaves nothing behind."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Not pytest's own folder: a socket's path may have no more than 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="zhiyan-pg-"))
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        # PostgreSQL refuses to run as root; Debian's package brings this user.
        self._user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self._user:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)

    def start(self) -> None:
        """Creates the cluster and waits until it answers; RuntimeError with its log if not."""
        self._run("initdb", "-D", self._data, "-U", OWNER, *_INITDB).wait()
        self._server = self._run("postgres", "-D", self._data, "-k", self.folder, *_SERVER)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                self.stop(keep_folder=True)
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self, *, keep_folder: bool = False) -> None:
        """Ends the server, whoever is still connected, and removes its folder."""
        if self._server and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(timeout=START_SECONDS)
        if not keep_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self, template: str = "template0") -> str:
        """Creates a database, a copy of `template`; returns its name. Nobody may be in `template`."""
        name = f"test_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Removes a database, ending the connections that a test forgot."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def url(self, database: str) -> str:
        """The SQLAlchemy address of one database."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _run(self, program: str, *arguments: object) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as said:
            return subprocess.Popen(
                [str(self._programs / program), *map(str, arguments)],
                user=self._user.pw_uid if self._user else None,
                group=self._user.pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                preexec_fn=_end_with_parent,
            )

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True
        )

    def _execute(self, statement: str, *names: str) -> None:
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True


_INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
_SERVER = (
    *("-c", "listen_addresses="),
    *("-c", "fsync=off", "-c", "full_page_writes=off"),
    *("-c", "shared_buffers=32MB", "-c", "max_connections=50"),
    *("-c", "max_wal_size=64MB", "-c", "autovacuum=off"),
)


def _end_with_parent() -> None:
    # Linux then sends SIGQUIT, PostgreSQL's immediate shutdown, also when we are killed.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The server of this pytest process, started when the first test asks for it."""
    programs = postgres_bin()
    if programs is None:
        could_not_run("PostgreSQL", "its server is not installed (Debian: postgresql)")
    cluster = Cluster(programs)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """An empty database of this test's own, as `postgresql+psycopg://…`."""
    database = postgres_cluster.new_database()
    yield postgres_cluster.url(database)
    postgres_cluster.drop_database(database)
