"""What the figures of the board are made of, read from the entries of its log alone.

`facts_of_log` replays the entries; `forum.transparency.facts` reads the same from the rows of a
board, and `measures.py` makes figures of either: one formula, two sources that must agree.

Times are seconds since 1970 in UTC; indexes are those of entries. A city is its slug.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from forum.tlog.case import SHOWN, DeclaredComplaint
from forum.tlog.decided import DECIDERS, Ask, Measure
from forum.tlog.declared import Declared
from forum.tlog.recorded import Recorded

__all__ = ["DECIDERS", "Ask", "Case", "Facts", "Measure", "Replay", "facts_of_log"]

Entry = Mapping[str, Any]

ACT_OF = {"remove": "removed", "refuse": "refused", "delist": "delisted", "redact": "redacted",
          "erase": "erased", "suspend": "suspended"}  # fmt: skip
ACTS = tuple(ACT_OF.values())
_BACK = ("complaint.restored", "complaint.relisted", "reply.restored", "comment.restored",
         "member.reinstated")  # fmt: skip
_OUTCOMES = ("statement.approved", "statement.rejected", "statement.refused", "statement.lapsed")
# What a statement of reasons must say (DSA, Article 17); the facts are a commitment beside these.
_GROUNDS = ("reason", "staff", "statement", "clause", "rules")
_HOW = ("detection", "automated_detection", "automated_decision", "scope")


class Case(NamedTuple):
    """A complaint as it stands. entry, at: of its first entry; statement: that of its state.

    type, posted_type: as it stands, and as it was posted: what a move cannot change. listed, redacted and waiting (an unproven withdrawal waits) are said of what can be read.
    """

    number: int
    entry: int
    at: int
    type: str
    project: str
    category: str
    verified: bool
    imported: bool
    state: str
    status: str
    listed: bool
    redacted: bool
    waiting: bool
    supporters: int
    statement: int | None
    posted_type: str


@dataclass(slots=True)
class Facts:
    """Everything the figures are counted from, after `size` entries; `at`: time of the newest.

    cities: project → city. recorded: what has no row of its own but its entry. posted: complaint →
    type as posted, of those that were moved. staff: whose acts alone these are, if anybody's.
    """

    size: int = 0
    at: int = 0
    cases: list[Case] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    cities: dict[str, str] = field(default_factory=dict)
    recorded: Recorded = field(default_factory=Recorded)
    posted: dict[int, str] = field(default_factory=dict)
    staff: str | None = None


@lru_cache(maxsize=4096)
def seconds(at: str) -> int:
    """Seconds since 1970 of a time as entries carry it."""
    return int(datetime.fromisoformat(at).timestamp())


def facts_of_log(entries: Iterable[tuple[int, Entry]]) -> Facts:
    """The facts after all of `entries` (index, entry), from the first on.

    DeclaredError when they contradict each other.
    """
    replay = Replay(Declared())
    for index, entry in entries:
        replay.declared.apply(index, entry)
        replay.read(index, entry)
    return replay.facts()


class Replay:
    """Facts entry by entry; `declared` is given each entry first, by whoever feeds both."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self._size = self._at = 0
        self._measures: dict[tuple[int, int | None], Measure] = {}
        self._asks: dict[int, Ask] = {}
        self._taken_up: dict[int, list[Ask]] = {}
        self._proposed = 0
        self._cities: dict[str, str | None] = {}
        self._recorded = Recorded()

    def read(self, index: int, entry: Entry) -> None:
        """Take into account an entry that `declared` accepted."""
        kind, at = entry["kind"], seconds(entry["at"])
        self._size, self._at = index + 1, at
        if kind == "statement.proposed":
            self._ask(index, at, entry)
        elif kind in _OUTCOMES:
            self._answered(kind, entry)
        elif kind in _BACK and entry["by"] != "author":
            self._undone(index, at, entry)
        elif kind.partition(".")[2] in ACTS and "statement" in entry:
            self._measured(index, at, entry)
        elif kind == "place.changed" and entry["place"] == "project":
            self._cities[entry["slug"]] = entry["within"]
        self._recorded.read(index, at, entry)

    def facts(self) -> Facts:
        """What was read so far."""
        cases = [case_of(said) for said in self.declared.complaints.values()]
        cities = {project: city for project, city in self._cities.items() if city is not None}
        posted = {n: self.declared.complaints[n].posted_type
                  for n in self._recorded.reordered.types}  # fmt: skip
        return Facts(self._size, self._at, cases, list(self._measures.values()),
                     list(self._asks.values()), cities, self._recorded, posted)  # fmt: skip

    def _measured(self, index: int, at: int, entry: Entry) -> None:
        number, lapses = entry.get("complaint"), entry.get("lapses")
        case = self.declared.complaints.get(number or 0)
        said = case.replies.values() if case else ()
        # A whole erasure begins with what was said under the complaint; its last entry stands.
        self._measures[entry["statement"], number] = Measure(
            entry["kind"].partition(".")[2], entry["statement"], index, at, number,
            entry.get("item"), entry["reason"], entry["staff"], entry["second"],
            is_complete(entry), is_automated(entry), any(reply.kind == "reply" for reply in said),
            case.supporters if case and entry["kind"] == "complaint.removed" else 0,
            entry.get("until"), seconds(lapses) if lapses else None,
        )  # fmt: skip

    def _undone(self, index: int, at: int, entry: Entry) -> None:
        measure = self._measures.get((entry["statement"], entry.get("complaint")))
        if measure is not None:
            measure.undone_at, measure.undone_index = at, index
            measure.undone_reason = entry["reason"]

    def _ask(self, index: int, at: int, entry: Entry) -> None:
        self._asks[entry["statement"]] = Ask(
            entry["statement"], index, at, entry["act"], entry["complaint"], entry["by"],
            entry["staff"], entry["reason"],
        )  # fmt: skip
        if entry["by"] in DECIDERS:
            self._proposed = entry["statement"]

    def _answered(self, kind: str, entry: Entry) -> None:
        outcome, number = kind.partition(".")[2], entry["statement"]
        alone, ask = self._measures.get((number, entry["complaint"])), self._asks.get(number)
        if alone is not None:
            if outcome == "approved":
                alone.confirmed_by = entry["staff"]
        elif ask is not None and ask.by not in DECIDERS and outcome == "approved":
            # A request is agreed to by the proposal that it becomes, written just before.
            self._taken_up.setdefault(self._proposed, []).append(ask)
        elif ask is not None:
            for each in (ask, *self._taken_up.get(number, ())):
                each.outcome = outcome


def is_complete(entry: Entry) -> bool:
    """Whether the entry of a measure has every part of a statement of reasons.

    An erasure by law is no decision of moderation: it says its ground, not how it was found.
    """
    needed = _GROUNDS if entry["kind"].endswith(".erased") else _GROUNDS + _HOW
    said = all(entry.get(name) is not None for name in needed)
    return said and "facts" in entry["commitments"]


def is_automated(entry: Entry) -> bool:
    """Whether a machine found it, or had a part in deciding."""
    decided = entry.get("automated_decision", "none")
    return bool(entry.get("automated_detection")) or decided != "none"


def case_of(said: DeclaredComplaint) -> Case:
    """What the figures need of a declared complaint."""
    shown = said.state in SHOWN
    return Case(
        said.number, said.entry, seconds(said.posted_at), said.type, said.project, said.category,
        said.verified, said.imported, said.state, said.status, said.listed or not shown,
        said.redacted and shown, said.withdrawal_due is not None and shown, said.supporters,
        said.statement, said.posted_type,
    )  # fmt: skip
