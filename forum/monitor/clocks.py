"""What had to happen by itself by now, and has not: the board's clocks, held against ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone

from forum.monitor.board import Board, moment
from forum.monitor.findings import Finding
from forum.tlog.declared import DeclaredComplaint

GRACE = timedelta(minutes=15)
SILENCE = timedelta(days=14)
HEARTBEAT = timedelta(hours=26)
# Working days until an answer is due, by status.
CLOCKS = {"open": 10, "disputed": 5}
# Days end where the boards of this program live; there is one zone and no summer time.
BOARD_ZONE = timezone(timedelta(hours=8))


def deadlines(board: Board, now: datetime) -> Iterator[Finding]:
    """Clocks of cases that ran out more than 15 minutes ago; `now` is aware."""
    for number, said in board.complaints.items():
        if said.state == "visible" and said.withdrawal_due:
            yield from _late(number, said.last_entry, moment(said.withdrawal_due), now,
                             "complaint.withdrawn")  # fmt: skip
        if said.state == "visible" and said.status == "resolved":
            # Nobody can confirm what is hidden: the days count from when it could be seen again.
            since = max(board.status_at[number], board.state_at.get(number, ""))
            yield from _late(number, said.last_entry, moment(since) + SILENCE, now,
                             "closed_unconfirmed")  # fmt: skip
        if said.state == "held" and said.held_until:
            yield from _late(number, said.last_entry, moment(said.held_until), now,
                             "complaint.published or complaint.refused")  # fmt: skip
    for statement, (about, day) in board.until.items():
        if about is None or _in_force(board.complaints.get(about), statement):
            yield from _late(about, board.statements[statement][1][-1], _end_of(day), now,
                             "restored (lapsed)")  # fmt: skip
    for waiting in board.declared.proposals.values():
        yield from _late(waiting.complaint, waiting.entry, moment(waiting.lapses), now,
                         f"a second person's decision to {waiting.act}, or its lapse")  # fmt: skip
    for number, day in board.promises.values():
        # With an erased complaint its clocks end.
        if board.complaints[number].state != "erased":
            yield from _late(number, board.complaints[number].last_entry, _end_of(day), now,
                             "promise.kept or promise.broken")  # fmt: skip


def _in_force(said: DeclaredComplaint | None, statement: int) -> bool:
    """Whether this statement is what keeps something of the complaint from view."""
    if said is None or said.state == "erased":
        return False
    return (
        statement in (said.statement, said.delisted_by)
        or any(cut.statement == statement for cut in said.redactions)
        or any(
            reply.state == "removed" and reply.statement == statement
            for reply in said.replies.values()
        )
    )


def heartbeat(board: Board, now: datetime, claimed: int) -> Iterator[Finding]:
    """The daily count must come, and what is signed must cover what pages name: `claimed` is the
    largest tree that any page named."""
    if board.beat and now - moment(board.beat) > HEARTBEAT:
        yield Finding("stale-checkpoint", None, None, "/tlog/checkpoint",
                      f"last balance.counted at {board.beat}", "one within 26 hours")  # fmt: skip
    if claimed > board.size:
        yield Finding("stale-checkpoint", None, None, "/tlog/checkpoint", f"{board.size} entries",
                      f"{claimed}, which pages name")  # fmt: skip


def due_of(board: Board, said: DeclaredComplaint) -> datetime | None:
    """When the company's next answer is due by the published rule; None when no clock runs.

    Ten working days after it was posted or opened again, five after it was disputed.
    """
    return _due_by_status(board, said) if said.state == "visible" else None


def merged_due_of(board: Board, said: DeclaredComplaint) -> datetime | None:
    """When an answer to a merged one would be due, while the one it is merged into waits as well."""
    into = board.complaints.get(said.merged_into or 0) if said.state == "merged" else None
    waits = into is not None and into.status in CLOCKS
    return _due_by_status(board, said) if waits else None


def _due_by_status(board: Board, said: DeclaredComplaint) -> datetime | None:
    if said.imported:
        return None
    since = board.status_at.get(said.number, said.posted_at)
    days = CLOCKS.get(said.status)
    return None if days is None else _working_days_after(moment(since), days)


def _working_days_after(begun: datetime, days: int) -> datetime:
    """Monday to Friday where the board lives; the clock ends at the hour it began."""
    local = begun.astimezone(BOARD_ZONE)
    while days > 0:
        local += timedelta(days=1)
        days -= local.weekday() < 5
    return local.astimezone(begun.tzinfo)


def _late(
    number: int | None, entry: int, due: datetime, now: datetime, wanted: str
) -> Iterator[Finding]:  # fmt: skip
    if now > due + GRACE:
        yield Finding("deadline-missed", number, entry, f"/complaints/{number}",
                      f"nothing since {due.isoformat()}", wanted)  # fmt: skip


def _end_of(day: str) -> datetime:
    """The midnight that ends the day."""
    begun = datetime.combine(datetime.fromisoformat(day).date(), time(), BOARD_ZONE)
    return begun + timedelta(days=1)
