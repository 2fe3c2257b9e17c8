"""What the figures need of acts that change no complaint's state, or that only an entry tells of.

Holding and publishing, withdrawals and other acts of authors, flags, notices, appeals, challenges,
and acts that reorder. Both sources of facts read these from their entries, by the kinds listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forum.tlog import reordered
from forum.tlog.kinds import HIDING
from forum.tlog.reordered import Reordered

Entry = Mapping[str, Any]

# Kinds that only the author's own entries count of.
AUTHORS = ("complaint.edited", "complaint.withdrawn", "complaint.status", "complaint.restored",
           "complaint.relisted", "complaint.unmerged")  # fmt: skip
REDRESS = ("appeal", "challenge")
_HIDING = frozenset(HIDING)


@dataclass(slots=True)
class Hiding:
    """An entry of a kind that makes something less visible, or changes what is seen: what an
    auditor looks at, and what the readable log opens on."""

    index: int
    at: int
    kind: str
    complaint: int | None
    staff: str | None


@dataclass(slots=True)
class Review:
    """That an auditor looked at the entry `of`: in-order or questioned."""

    index: int
    at: int
    of: int
    review: str
    staff: str


@dataclass(slots=True)
class Opinion:
    """An auditor's signed opinion on the entries `first` to `last`, both included."""

    number: int
    index: int
    at: int
    staff: str
    first: int
    last: int
    opinion: str


@dataclass(slots=True)
class Holding:
    """A complaint that waited before its first publication; by: who published it, if anybody."""

    complaint: int
    index: int
    at: int
    published_index: int | None = None
    published_at: int | None = None
    by: str | None = None


@dataclass(slots=True)
class AuthorAct:
    """What an author did: made (device, server) where a key proves it, None where nothing does."""

    kind: str
    index: int
    at: int
    complaint: int
    made: str | None


@dataclass(slots=True)
class Redress:
    """An appeal (statement: the decision it is about) or a challenge (of: the entry it disputes).

    kept: whether it is against a decision to keep what was flagged, so that nothing was hidden.
    """

    kind: str
    number: int
    index: int
    at: int
    of: int
    statement: int | None
    complaint: int | None
    staff: str | None = None
    decided_index: int | None = None
    decided_at: int | None = None
    outcome: str = "open"
    kept: bool = False


@dataclass(slots=True)
class FlagDecision:
    """Readers' flags and others' notices that were decided together: kept or acted."""

    index: int
    at: int
    complaint: int
    decision: str
    flags: int
    notices: int
    staff: str


@dataclass(slots=True)
class Notice:
    """A party (defamation) or an authority asks for a measure."""

    number: int
    index: int
    at: int
    complaint: int
    by: str
    reason: str
    countered: int | None = None


@dataclass
class Recorded:
    """All of these, by their numbers or in the order of the log.

    withdrawn: complaint → the newest withdrawal of it; redress: (kind, number) → appeal, challenge;
    reviews: index of what was looked at → the newest review of it; kept: indexes of decisions to
    keep what was flagged.
    """

    holdings: dict[int, Holding] = field(default_factory=dict)
    withdrawn: dict[int, AuthorAct] = field(default_factory=dict)
    author_acts: list[AuthorAct] = field(default_factory=list)
    redress: dict[tuple[str, int], Redress] = field(default_factory=dict)
    flags: list[FlagDecision] = field(default_factory=list)
    notices: dict[int, Notice] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    reordered: Reordered = field(default_factory=Reordered)
    hiding: list[Hiding] = field(default_factory=list)
    reviews: dict[int, Review] = field(default_factory=dict)
    opinions: list[Opinion] = field(default_factory=list)

    def read(self, index: int, at: int, entry: Entry) -> None:
        """Take an entry of any kind into account; those that say nothing here change nothing."""
        kind = entry["kind"]
        if kind in _HIDING:
            self.hiding.append(Hiding(index, at, kind, entry.get("complaint"), entry.get("staff")))
        if kind in AUTHORS and entry["by"] == "author":
            self._author(index, at, entry)
        elif kind in _READ:
            _READ[kind](self, index, at, entry)
        if kind in reordered.KINDS:
            self.reordered.read(index, at, entry, self._is_right(entry))

    def _is_right(self, entry: Entry) -> bool:
        """Whether an auditor takes apart what an appeal, or a challenge, was upheld against: the
        entry of that stands before this one."""
        act = self.reordered.merged.get(entry["complaint"])
        if act is None or entry["kind"] != "complaint.unmerged" or entry["by"] != "auditor":
            return False
        return any(
            case.of == act.index and case.outcome == "upheld" for case in self.redress.values()
        )

    def _author(self, index: int, at: int, entry: Entry) -> None:
        kind = entry["kind"].partition(".")[2]
        act = AuthorAct(kind, index, at, entry["complaint"], entry.get("made"))
        self.author_acts.append(act)
        if kind == "withdrawn":
            self.withdrawn[act.complaint] = act

    def _held(self, index: int, at: int, entry: Entry) -> None:
        self.holdings[entry["complaint"]] = Holding(entry["complaint"], index, at)

    def _published(self, index: int, at: int, entry: Entry) -> None:
        held = self.holdings.get(entry["complaint"])
        if held is not None:
            held.published_index, held.published_at, held.by = index, at, entry["by"]

    def _filed(self, index: int, at: int, entry: Entry) -> None:
        kind = entry["kind"].partition(".")[0]
        self.redress[kind, entry[kind]] = Redress(
            kind, entry[kind], index, at, entry["of"], entry.get("statement"), entry["complaint"],
            kept=entry["of"] in self.kept,
        )  # fmt: skip

    def _decided(self, index: int, at: int, entry: Entry) -> None:
        kind = entry["kind"].partition(".")[0]
        case = self.redress.get((kind, entry[kind]))
        if case is not None:
            case.decided_index, case.decided_at = index, at
            case.outcome, case.staff = entry["outcome"], entry["staff"]

    def _flags(self, index: int, at: int, entry: Entry) -> None:
        if entry["decision"] == "kept":
            self.kept.add(index)
        self.flags.append(
            FlagDecision(index, at, entry["complaint"], entry["decision"], entry["flags"],
                         entry["notices"], entry["staff"])
        )  # fmt: skip

    def _notice(self, index: int, at: int, entry: Entry) -> None:
        self.notices[entry["notice"]] = Notice(
            entry["notice"], index, at, entry["complaint"], entry["by"], entry["reason"]
        )

    def _countered(self, index: int, _at: int, entry: Entry) -> None:
        notice = self.notices.get(entry["notice"])
        if notice is not None and notice.countered is None:
            notice.countered = index

    def _reviewed(self, index: int, at: int, entry: Entry) -> None:
        of = entry["of"]
        self.reviews[of] = Review(index, at, of, entry["review"], entry["staff"])

    def _reported(self, index: int, at: int, entry: Entry) -> None:
        self.opinions.append(
            Opinion(entry["report"], index, at, entry["staff"], entry["from"], entry["to"],
                    entry["opinion"])
        )  # fmt: skip


_READ: dict[str, Callable[[Recorded, int, int, Entry], None]] = {
    "complaint.held": Recorded._held,
    "complaint.published": Recorded._published,
    "appeal.filed": Recorded._filed,
    "appeal.decided": Recorded._decided,
    "challenge.filed": Recorded._filed,
    "challenge.decided": Recorded._decided,
    "flag.decided": Recorded._flags,
    "notice.received": Recorded._notice,
    "notice.countered": Recorded._countered,
    "audit.reviewed": Recorded._reviewed,
    "audit.reported": Recorded._reported,
}
# All that hide are read as well; the rows of a board know which those are.
KINDS = tuple(kind for kind in (*_READ, *reordered.KINDS) if kind not in _HIDING)
