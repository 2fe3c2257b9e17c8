"""What the log costs: bulk appends until there are a million entries, then one post and one proof.

"Log work" is what the log does inside the transaction of a post: checks and commitments, the
entry, its nodes and the checkpoint written, everything read back and recomputed, the signature.
The COMMIT is the post's own and would be there without a log. `last-signed`, which is raised after
it, is two fsyncs of the disk, and is told apart.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from bench import board
from bench.load import percentile
from bench.result import Result
from forum.base.db import db, transaction
from forum.log import queries
from forum.log import service as log

ENTRIES = 1_000_000
BATCH = 10_000
SINGLE = 200
WARM_UP = 20
BULK_RATE, POST_WITHIN, PROOF_WITHIN = 10_000, 2.0, 5.0  # per second, milliseconds, milliseconds
TEXTS = {"text": "早上送孩子，电梯停在六楼。物业说配件没到。", "author": "邻居"}


def measure(folder: Path) -> list[Result]:
    """A board of its own in `folder`, with a million entries."""
    app = board.opened(board.environment(folder / "million"))
    with app.app_context():
        rate, used = _grow()
        posts, raised = _single_posts()
        proofs = [_milliseconds(_prove) for _k in range(SINGLE)]
        db.session.remove()
        db.engine.dispose()
    return [
        Result("entries appended in bulk", rate, "per second", "≥", BULK_RATE,
               f"{ENTRIES:,} in transactions of {BATCH:,}; {used:,.0f} per second of one processor"),
        _in_milliseconds("log work of one post at a million entries", posts, POST_WITHIN),
        _in_milliseconds("last-signed raised after it", raised),
        _in_milliseconds("inclusion proof at a million entries", proofs, PROOF_WITHIN),
    ]  # fmt: skip


def _in_milliseconds(name: str, taken: list[float], within: float | None = None) -> Result:
    note = f"p95 {percentile(taken, 95):.2f} ms"
    return Result(name, percentile(taken, 50), "ms", "<" if within else None, within, note)


def _grow() -> tuple[float, float]:
    """Entries per second by the clock, and per second of our processor."""
    begun, used, added = time.perf_counter(), time.process_time(), 0
    while added < ENTRIES:
        with transaction():
            for k in range(BATCH):
                _append(added + k)
        added += BATCH
    return added / (time.perf_counter() - begun), added / (time.process_time() - used)


def _append(k: int) -> None:
    log.append("comment.posted", complaint=1 + k % 9_000, item=k + 1, by="member",
               verified=False, texts=TEXTS)  # fmt: skip


def _single_posts() -> tuple[list[float], list[float]]:
    """Milliseconds of the log's work within each transaction, and after it."""
    within, after = [], []
    for k in range(WARM_UP + SINGLE):
        with transaction() as change:
            taken = [_milliseconds(_append, ENTRIES + k)]
            sealing, change.before_commit[:] = change.before_commit[:], []
            taken += [_milliseconds(step) for step in sealing]
            raising, change.after_commit[:] = change.after_commit[:], []
        after.append(sum(_milliseconds(step) for step in raising))
        within.append(sum(taken))
    return within[WARM_UP:], after[WARM_UP:]


def _prove() -> None:
    queries.prove(random.randrange(ENTRIES))


def _milliseconds(work: Callable[..., None], *given: int) -> float:
    begun = time.perf_counter()
    work(*given)
    return 1000 * (time.perf_counter() - begun)
