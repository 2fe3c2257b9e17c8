"""Searching for two words: pairs that stand together in one text, as people search for them."""

from __future__ import annotations

import random
import time
from urllib.parse import quote

from sqlalchemy import func, select

from bench import load, serving
from bench.board import Board
from bench.load import percentile
from bench.result import Result
from forum.base.db import db
from forum.complaints.models import Complaint
from forum.pages.search import Asked, find
from forum.search.words import STOP, cut

PAIRS = 200
WITHIN = 50.0  # milliseconds
MEMORY = 150.0  # megabytes


def in_process(board: Board) -> list[Result]:
    """The search itself, without the page around it."""
    taken, hits = [], 0
    with board.app.app_context():
        words = pairs()
        find(Asked(words[0]))  # the first search loads the dictionary
        for pair in words:
            begun = time.perf_counter()
            hits += bool(find(Asked(pair)).full)
            taken.append(1000 * (time.perf_counter() - begun))
            db.session.rollback()
    note = f"p50 {percentile(taken, 50):.1f} ms, {hits} of {PAIRS} found something"
    return [
        Result(
            "search for two words, in process, p95", percentile(taken, 95), "ms", "<", WITHIN, note
        )
    ]


def over_http(board: Board) -> list[Result]:
    """The whole page, one reader, no page twice; then what a web worker holds in memory."""
    with board.app.app_context():
        words = pairs()
    with serving.ours(board) as server:
        paths = [f"/search?q={quote(pair)}" for pair in words]
        requests = [load.request(server.address, path) for path in paths]
        load.per_second(server.address, requests[:8], 1)  # both workers load the dictionary
        taken = [1000 * seconds for seconds in load.times(server.address, requests[8:])]
        load.per_second(server.address, requests, 3)
        memory = serving.own_megabytes(server.web_workers())
    note = f"p50 {percentile(taken, 50):.1f} ms"
    return [
        Result(
            "search for two words, the page, p95", percentile(taken, 95), "ms", "<", WITHIN, note
        ),
        Result("own memory of a web worker after searching", memory, "MB", "<", MEMORY),
    ]


def pairs() -> list[str]:
    """The same pairs in every run over the same texts."""
    chance = random.Random(7)
    last = db.session.scalar(select(func.max(Complaint.number))) or 0
    found: list[str] = []
    while len(found) < PAIRS:
        text = db.session.scalar(
            select(Complaint.body).where(Complaint.number == chance.randint(1, last))
        )
        words = sorted({word for word in cut(text or "") if len(word) > 1 and word not in STOP})
        if len(words) > 1:
            found.append(" ".join(chance.sample(words, 2)))
    db.session.rollback()
    return found
