"""What had to happen by itself by now, and has not: the board's clocks, held against ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, timezone

from forum.monitor.board import Board, moment
from forum.monitor.findings import Finding
from forum.tlog.checkpoint import SignedCheckpoint

GRACE = timedelta(minutes=15)
SILENCE = timedelta(days=14)
HEARTBEAT = timedelta(hours=26)
COSIGNED = timedelta(minutes=5)
# Days end where the boards of this program live; there is one zone and no summer time.
BOARD_ZONE = timezone(timedelta(hours=8))


def deadlines(board: Board, now: datetime) -> Iterator[Finding]:
    """Clocks of cases that ran out more than 15 minutes ago; `now` is aware."""
    for number, said in board.complaints.items():
        if said.state == "visible" and said.withdrawal_due:
            yield from _late(number, said.last_entry, moment(said.withdrawal_due), now,
                             "complaint.withdrawn")  # fmt: skip
        if said.state == "visible" and said.status == "resolved":
            yield from _late(number, said.last_entry, moment(board.status_at[number]) + SILENCE,
                             now, "closed_unconfirmed")  # fmt: skip
        if said.state == "removed" and number in board.until:
            yield from _late(number, said.last_entry, _end_of(board.until[number]), now,
                             "complaint.restored (lapsed)")  # fmt: skip
    for number, day in board.promises.values():
        yield from _late(number, board.complaints[number].last_entry, _end_of(day), now,
                         "promise.kept or promise.broken")  # fmt: skip


def heartbeat(board: Board, signed: SignedCheckpoint | None, now: datetime, witnesses: int,
              claimed: int) -> Iterator[Finding]:  # fmt: skip
    """The daily count must come; witnesses must keep up; and what is signed must cover what pages
    name: `claimed` is the largest tree that any page named."""
    if board.beat and now - moment(board.beat) > HEARTBEAT:
        yield Finding("stale-checkpoint", None, None, "/tlog/checkpoint",
                      f"last balance.counted at {board.beat}", "one within 26 hours")  # fmt: skip
    if claimed > board.size:
        yield Finding("stale-checkpoint", None, None, "/tlog/checkpoint", f"{board.size} entries",
                      f"{claimed}, which pages name")  # fmt: skip
    if signed is None or not witnesses:
        return
    newest = max(signed.cosignatures.values(), default=0)
    behind = moment(board.at) - datetime.fromtimestamp(newest, UTC)
    if behind > COSIGNED or not newest:
        yield Finding("stale-checkpoint", None, None, "/tlog/checkpoint",
                      f"{len(signed.cosignatures)} of {witnesses} witnesses, {behind} behind",
                      "cosigned within five minutes")  # fmt: skip


def _late(
    number: int, entry: int, due: datetime, now: datetime, wanted: str
) -> Iterator[Finding]:  # fmt: skip
    if now > due + GRACE:
        yield Finding("deadline-missed", number, entry, f"/complaints/{number}",
                      f"nothing since {due.isoformat()}", wanted)  # fmt: skip


def _end_of(day: str) -> datetime:
    """The midnight that ends the day."""
    begun = datetime.combine(datetime.fromisoformat(day).date(), time(), BOARD_ZONE)
    return begun + timedelta(days=1)
