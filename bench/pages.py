"""Pages: requests per second against the bare page, and how many statements each issues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, select

from bench import load, serving
from bench.board import MEMBER, PASSWORD, PROJECT, Board
from bench.result import Result
from forum.app import create_app
from forum.base.db import db
from forum.complaints.models import Complaint

ROUNDS = 9  # a third of them for pages without a target
SECONDS = 0.8
WARM, SIGNED_IN, MOST_QUERIES = 1.0, 0.4, 12
DIFFERENT = 400  # pages asked for in turn where none may have been made before
_NOT_ASKING = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|PRAGMA)", re.IGNORECASE)
_round = count()


@dataclass(frozen=True)
class Page:
    """A page that is measured: what it is called, its addresses, who asks, its target if any."""

    name: str
    paths: tuple[str, ...]
    cookie: str = ""
    at_least: float | None = None
    is_cold: bool = False

    def requests(self, address: tuple[str, int]) -> list[bytes]:
        """What is sent; for a cold page never the same twice in a run."""
        turn = next(_round) if self.is_cold else 0
        mark = f"?turn={turn}." if self.is_cold else ""
        times = range(DIFFERENT // len(self.paths) + 1) if self.is_cold else range(1)
        return [
            load.request(address, f"{path}{mark}{k}" if mark else path, self.cookie)
            for k in times
            for path in self.paths
        ]


@dataclass(frozen=True)
class Round:
    """A short measurement: answers per second, and milliseconds of a processor for each."""

    rate: float
    cost: float


def ratios(board: Board, folder: Path) -> list[Result]:
    """Each page against the mean of the bare rounds before and after it; the median of rounds.

    Beside it the same ratio by what the workers' processors were given, which other programs on
    the machine disturb less.
    """
    with serving.bare(folder, board.environ) as bare, serving.ours(board) as our:
        pages = _pages(board, serving.signed_in(our))
        plain = [load.request(bare.address, "/")]
        for page in pages:  # warm: each once through, on both workers
            _measure(our, page.requests(our.address))
        before, bares = _measure(bare, plain), []
        found: dict[str, list[tuple[float, float, float]]] = {page.name: [] for page in pages}
        for number in range(ROUNDS):
            for page in pages if number % 3 == 0 else [page for page in pages if page.at_least]:
                mine, after = _measure(our, page.requests(our.address)), _measure(bare, plain)
                rate, cost = (before.rate + after.rate) / 2, (before.cost + after.cost) / 2
                found[page.name].append((mine.rate / rate, cost / mine.cost, mine.rate))
                before = after
                bares.append(after.rate)
    return [Result("bare page", median(bares), "req/s")] + [
        _ratio(page, found[page.name]) for page in pages
    ]


def _measure(server: serving.Server, requests: Sequence[bytes]) -> Round:
    used = server.processor_seconds()
    rate = load.per_second(server.address, requests, SECONDS)
    used = server.processor_seconds() - used
    return Round(rate, 1000 * max(used, 0.01) / (rate * SECONDS))


def _ratio(page: Page, rounds: Sequence[tuple[float, float, float]]) -> Result:
    by_clock, by_processor, rate = (median(column) for column in zip(*rounds, strict=True))
    note = f"{rate:,.0f} req/s; {by_processor:.2f} by processor time"
    relation = "≥" if page.at_least else None
    return Result(page.name, by_clock, "× bare", relation, page.at_least, note)


def _pages(board: Board, cookie: str) -> list[Page]:
    short, everything = f"/complaints/{board.short}", _many_complaints(board)
    lists = ("/complaints",)
    return [
        Page("list, visitor, warm", lists, at_least=WARM),
        Page("complaint with 10 replies, visitor, warm", (short,), at_least=WARM),
        Page("list, signed in", lists, cookie, SIGNED_IN),
        Page("complaint with 10 replies, signed in", (short,), cookie, SIGNED_IN),
        Page("home, visitor, warm", ("/",)),
        Page("home, visitor, cold", ("/",), is_cold=True),
        Page("list, visitor, cold", lists, is_cold=True),
        Page("project, visitor, cold", (f"/projects/{PROJECT}",), is_cold=True),
        Page("complaints, visitor, each another", everything),
        Page("log, visitor, cold", ("/log",), is_cold=True),
        Page("history, visitor, cold", (f"{short}/history",), is_cold=True),
    ]


def _many_complaints(board: Board) -> tuple[str, ...]:
    """More complaints than a run asks for, so that hardly one is made twice."""
    with board.app.app_context():
        numbers = db.session.scalars(select(Complaint.number).order_by(Complaint.number))
        return tuple(f"/complaints/{number}" for number in numbers)


def queries(board: Board) -> list[Result]:
    """The most statements that one page issues, made anew, for a visitor and for a member."""
    short, long = f"/complaints/{board.short}", f"/complaints/{board.long}"
    paths = {
        "home": "/", "list": "/complaints", "project": f"/projects/{PROJECT}",
        "complaint with 10 replies": short, "complaint with 200 replies": long,
        "log": "/log", "search": "/search?q=电梯 物业", "history": f"{short}/history",
        "its machine form": f"{long}.json", "balance": "/transparency",
    }  # fmt: skip
    # Two applications: what one made for a visitor must not spare the member anything.
    visitor, member = _a_client(board), _a_client(board)
    member.post("/login", data={"address": MEMBER, "password": PASSWORD})
    found = []
    for name, path in paths.items():
        counted = [_statements(client, path) for client in (visitor, member)]
        found.append(
            Result(f"{name}, queries", max(counted), "", "≤", MOST_QUERIES,
                   f"visitor {counted[0]}, signed in {counted[1]}")
        )  # fmt: skip
    return found


def _a_client(board: Board) -> FlaskClient:
    return create_app(board.environ).test_client()


def _statements(client: FlaskClient, path: str) -> int:
    with client.application.app_context():
        engine = db.engine
    with _seen(engine) as seen:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return len(seen)


@contextmanager
def _seen(engine: Any) -> Iterator[Sequence[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not _NOT_ASKING.match(statement):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
