"""The public accounts of 30,000 complaints with 1,000 removals: counted anew, and as they are kept.

"Uncached" is the first look after something was written: all rows are read and counted again. The
complaints are made up and imported; the removals are made by the verbs of two moderators.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bench import archive, board
from bench.load import percentile
from bench.result import Result
from forum.accounts import service as accounts
from forum.accounts.models import Account
from forum.base.db import db
from forum.complaints import service as complaints
from forum.moderation import two_people
from forum.moderation.measures import Measure, StatementOfReasons
from forum.tlog.measures import figures
from forum.transparency import facts

COMPLAINTS, ACTS = 30_000, 1_000
TIMES = 15
UNCACHED, CACHED = 300.0, 10.0  # milliseconds
PATHS = ("/transparency", "/transparency?window=90d", "/transparency.json")
FACTS = "第二段辱骂楼下住户，点名道姓，还写了门牌号。"


def measure(folder: Path) -> list[Result]:
    """A board of its own in `folder`."""
    environ = board.environment(folder / "accounts")
    app = board.opened(environ)
    board.import_files(environ, [archive.make_file(folder, COMPLAINTS)])
    with app.app_context():
        _act()
        accounts.create_person("路过的邻居", "member", by="system", email=board.MEMBER,
                               password=board.PASSWORD)  # fmt: skip
        db.session.remove()
    found = [result for path in PATHS for result in _page(app, path)]
    with app.app_context():
        found += _parts()
        db.session.remove()
        db.engine.dispose()
    return found


def _act() -> None:
    first, second = (_moderator(name) for name in ("值班甲", "值班乙"))
    for number in range(7, COMPLAINTS, COMPLAINTS // ACTS):
        given = StatementOfReasons("abuse", "3.4", FACTS, "notice", False, "none", None)
        proposal = two_people.propose(first, Measure("remove", number, given))
        two_people.approve(second, proposal.number)


def _moderator(name: str) -> Account:
    return accounts.create_person(name, "moderator", by="system", email=f"{ord(name[-1])}@board.test",
                                  password=board.PASSWORD)  # fmt: skip


_supported = iter(range(1, COMPLAINTS))


def _page(app: Flask, path: str) -> list[Result]:
    """Asked for outside of any context, as a server does, each time after somebody's me-too."""
    client = app.test_client()
    anew, kept = [], []
    for _k in range(TIMES):
        with app.app_context():
            reader = db.session.scalars(select(Account).where(Account.email == board.MEMBER)).one()
            complaints.support(reader, _next_visible())
            db.session.remove()
        anew.append(_milliseconds(client, path))
        kept.append(_milliseconds(client, path))
    return [_result(f"{path}, after a change", anew, UNCACHED),
            _result(f"{path}, again", kept, CACHED)]  # fmt: skip


def _next_visible() -> int:
    return next(n for n in _supported if (n - 7) % (COMPLAINTS // ACTS))


def _parts() -> list[Result]:
    """What the time goes into: reading the rows, and the formulas."""
    reading, counting = [], []
    for _k in range(TIMES):
        begun = time.perf_counter()
        found: Any = facts.read()[0]
        read = time.perf_counter()
        figures(found, "all")
        reading.append(1000 * (read - begun))
        counting.append(1000 * (time.perf_counter() - read))
    return [_result("facts read from rows", reading), _result("figures made of them", counting)]


def _milliseconds(client: FlaskClient, path: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path)
    taken = 1000 * (time.perf_counter() - begun)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return taken


def _result(name: str, taken: list[float], within: float | None = None) -> Result:
    note = f"median of {len(taken)}; p95 {percentile(taken, 95):.0f} ms"
    return Result(name, percentile(taken, 50), "ms", "<" if within else None, within, note)
