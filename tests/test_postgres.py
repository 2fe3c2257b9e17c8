"""The tests' own PostgreSQL keeps what the other tests rely on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import create_engine, text


def _rows(url: str, *statements: str) -> list[tuple]:
    engine = create_engine(url)
    with engine.begin() as connection:
        results = [connection.execute(text(statement)) for statement in statements]
        rows = [tuple(row) for row in results[-1]]
    engine.dispose()
    return rows


def test_each_test_has_an_empty_database_of_its_own(postgres_cluster, postgres_url):
    _rows(postgres_url, "create table t (a text)", "insert into t values ('车库') returning a")
    other = postgres_cluster.url(postgres_cluster.new_database())
    assert _rows(other, "select count(*) from pg_tables where schemaname = 'public'") == [(0,)]


def test_a_database_can_be_copied_from_a_prepared_one(postgres_cluster):
    prepared = postgres_cluster.new_database()
    _rows(postgres_cluster.url(prepared), "create table t as select 7 as a", "select 1")
    copy = postgres_cluster.new_database(template=prepared)
    assert _rows(postgres_cluster.url(copy), "select a from t") == [(7,)]


def test_it_stores_chinese_and_takes_no_connection_from_the_network(postgres_url):
    answer = _rows(
        postgres_url,
        "select current_setting('server_encoding'), current_setting('listen_addresses')",
    )
    assert answer == [("UTF8", "")]


_STARTS_ONE = """
import time
from tests.machine import postgres_bin
from tests.postgres import Cluster
cluster = Cluster(postgres_bin())
cluster.start()
print(cluster._server.pid, cluster.folder, flush=True)
time.sleep(60)
"""


def test_the_server_ends_even_when_the_tests_are_killed(postgres_cluster):
    root = Path(__file__).parent.parent
    starter = subprocess.Popen(
        [sys.executable, "-c", _STARTS_ONE], cwd=root, stdout=subprocess.PIPE, text=True
    )
    with starter:
        server, folder = starter.stdout.readline().split()
        starter.send_signal(signal.SIGKILL)
    assert _ends_within(10, int(server))
    shutil.rmtree(folder)


def _ends_within(seconds: float, pid: int) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not _runs(pid):
            return True
        time.sleep(0.05)
    return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
