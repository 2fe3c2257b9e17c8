"""The figures of this moment, counted from rows once for every state of the log."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Select, select

from forum.base.db import db
from forum.complaints.models import Complaint
from forum.log.models import LogEntry
from forum.log.queries import Tip
from forum.tlog.facts import Facts, Measure
from forum.tlog.measures import Figures, counts_only, figures, part_of
from forum.tlog.recorded import Opinion
from forum.tlog.window import Window
from forum.transparency import facts as rows
from forum.transparency import kept

KEPT = 16
CONTACT = timedelta(hours=72)
REMOVALS_SHOWN = 20
_WITHDRAWING = ("reply.posted", "withdrawal.requested", "withdrawal.stopped", "complaint.withdrawn")


@dataclass(frozen=True)
class Standing:
    """What holds now. grounds: reason of the removals in force → how many, most frequent first;
    single_handed: of these, decided by one person alone; withdrawn: made (device, server) or
    unproven → complaints that are withdrawn. lists: name → indexes of the entries behind the
    numbers, of which each has as many. removals: the newest, of those taken back too. here: state →
    how many that were posted here, and did not come from an archive, stand so."""

    grounds: Mapping[str, int]
    single_handed: int
    withdrawn: Mapping[str, int]
    lists: Mapping[str, Sequence[int]] = field(default_factory=dict, compare=False)
    removals: Sequence[Measure] = ()
    here: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Counted:
    """The figures of all complaints, and of verified owners' alone.

    after_contact: complaints withdrawn within 72 hours after the company had replied. It is the
    one figure the log alone does not give: other contacts are known to the company only.
    standing: of the whole board, whatever the window. names: kind of place → slug → name.
    root: of the tree it was counted at, base64. opinions: all that auditors signed, newest first.
    """

    everybody: Figures
    verified: Figures
    after_contact: int
    standing: Standing
    names: Mapping[str, Mapping[str, str]]
    root: str
    opinions: Sequence[Opinion]


class _Kept:
    """What was counted last, by the root of the log it was counted at: roots never return."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], Counted] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str]) -> Counted | None:
        with self._lock:
            return self._known.get(key)

    def forget(self) -> None:
        with self._lock:
            self._known.clear()

    def put(self, key: tuple[str, str], counted: Counted) -> None:
        with self._lock:
            self._known[key] = counted
            while len(self._known) > KEPT:
                self._known.popitem(last=False)


_kept = _Kept()


def forget() -> None:
    """Keep nothing of what was read and counted, as after a restart."""
    _kept.forget()
    kept.forget()


def counted(code: str, tip: Tip | None) -> Counted:
    """The figures of the window `code` of `window_of`, at the newest tree `tip`."""
    known = _kept.get((tip.root, code)) if tip else None
    if known is not None:
        return known
    # Something may have been appended since `tip` was read: then it is of a later tree.
    found = _count(code, tip.size if tip else 0)
    _kept.put((found.root, code), found)
    return found


def of_part(code: str, **wanted: Any) -> Figures:
    """The figures of some of the complaints only, or of one staff number; see `part_of`."""
    return figures(part_of(rows.read()[0], **wanted), code)


def _count(code: str, size: int) -> Counted:
    facts, places, root = rows.read(size)
    everybody = figures(facts, code)
    verified = counts_only(part_of(facts, verified=True), code)
    after = len(withdrawn_after_reply(everybody.window)) if facts.recorded.withdrawn else 0
    return Counted(everybody, verified, after, standing(facts), places.names, root,
                   facts.recorded.opinions[::-1])  # fmt: skip


def standing(facts: Facts) -> Standing:
    """What holds now, of all complaints."""
    by_number = {m.statement: m for m in facts.measures}
    removed = [by_number[case.statement] for case in facts.cases
               if case.state == "removed" and case.statement in by_number]  # fmt: skip
    withdrawn = [facts.recorded.withdrawn[case.number] for case in facts.cases
                 if case.state == "withdrawn" and case.number in facts.recorded.withdrawn]  # fmt: skip
    lists: defaultdict[str, list[int]] = defaultdict(list)
    for m in removed:
        lists[f"standing-{m.reason}"].append(m.index)
        if m.second is None and m.confirmed_by is None:
            lists["standing-single-handed"].append(m.index)
    for act in withdrawn:
        lists[f"standing-{act.made or 'unproven'}"].append(act.index)
    return Standing(dict(Counter(m.reason for m in removed).most_common()),
                    len(lists.get("standing-single-handed", ())),
                    Counter(act.made or "unproven" for act in withdrawn), dict(lists),
                    _newest_removals(facts),
                    Counter(case.state for case in facts.cases if not case.imported))  # fmt: skip


def _newest_removals(facts: Facts) -> list[Measure]:
    """The last complaints that were taken down, newest first."""
    removed = [m for m in facts.measures if m.act == "removed" and m.item is None]
    return removed[: -REMOVALS_SHOWN - 1 : -1]


def withdrawn_after_reply(window: Window) -> list[int]:
    """Numbers of the complaints received in the window that were withdrawn within `CONTACT` after
    the company had said something under them, and not put back by their authors.

    What became of them afterwards changes nothing: an erasure must not make this figure smaller.
    An unproven withdrawal was decided on when it was asked for, seven days before it took effect.
    """
    replied: defaultdict[int, list[datetime]] = defaultdict(list)
    asked: dict[int, datetime] = {}
    left: dict[int, tuple[datetime, ...]] = {}
    for number, kind, at in db.session.execute(_of_withdrawn(window)):
        if kind == "reply.posted":
            replied[number].append(at)
        elif kind == "withdrawal.requested":
            asked[number] = at
        elif kind == "complaint.withdrawn":
            left[number] = (at, asked.pop(number, at))
        else:  # stopped, or put back by the author
            asked.pop(number, None)
            left.pop(number, None)
    return sorted(
        number for number, moments in left.items()
        if any(timedelta(0) <= at - said <= CONTACT for at in moments for said in replied[number])
    )  # fmt: skip


def _of_withdrawn(window: Window) -> Select[int, str, datetime]:
    """The replies, and the author's takings back, of all that was ever withdrawn."""
    ever = select(LogEntry.complaint).where(LogEntry.kind == "complaint.withdrawn")
    by_author = (LogEntry.kind == "complaint.restored") & (LogEntry.by == "author")
    said = LogEntry.kind.in_(_WITHDRAWING) | by_author
    received = [Complaint.posted_at >= datetime.fromtimestamp(window.since, UTC)]
    if window.last is not None:
        received.append(Complaint.posted_at < datetime.fromtimestamp(window.until, UTC))
    return (
        select(Complaint.number, LogEntry.kind, LogEntry.at)
        .join(Complaint, Complaint.number == LogEntry.complaint)
        .where(LogEntry.complaint.in_(ever), said, *received)
        .order_by(LogEntry.index)
    )
