"""What the log declares of one complaint: its rows, as `declared.py` replays them.

Times are RFC 3339 text, days dates in text, commitments hex. A million entries are kept at once
by the monitor, so what few complaints have is shared while it is empty (`NOTHING`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from forum.tlog.errors import TlogError

NOTHING: Mapping[Any, Any] = MappingProxyType({})
NONE: frozenset[int] = frozenset()
# States in which nobody outside reads it, and in which they do.
GONE = ("refused", "removed", "erased", "withdrawn")
SHOWN = ("visible", "merged")


def _nothing() -> Mapping[Any, Any]:
    return NOTHING


class DeclaredError(TlogError):
    """The entries contradict each other; the text names the entry."""


@dataclass(slots=True)
class DeclaredReply:
    """A reply or comment: its entry, what it committed to, and what became of it.

    kind: reply, holding, comment; by: the role it was written in. state: visible, removed, erased;
    statement: the measure that took it from view. last: the newest entry about it, which the next
    act upon it is `of`.
    """

    entry: int
    kind: str
    by: str
    at: str
    commitments: Mapping[str, str]
    department: str | None = None
    until: str | None = None
    verified: bool = False
    state: str = "visible"
    statement: int | None = None
    last: int = 0


@dataclass(slots=True)
class DeclaredPromise:
    """A promise: its entry, its last day, and what became of it (open, kept, broken)."""

    entry: int
    until: str
    state: str = "open"


@dataclass(slots=True)
class DeclaredVersion:
    """A text of a complaint: its entry, whether the author's key proves it, its commitment."""

    entry: int
    proven: bool
    text: str


@dataclass(slots=True)
class DeclaredRedaction:
    """A cut: its entry, its statement, the entries it closed, the commitments it made instead."""

    entry: int
    statement: int
    item: int | None
    closes: tuple[int, ...]
    commitments: Mapping[str, str]


@dataclass(slots=True)
class DeclaredProposal:
    """A measure that a second person has still to decide: proposed, or taken alone (`alone`)."""

    entry: int
    complaint: int | None
    item: int | None
    act: str
    staff: str
    lapses: str
    alone: bool


@dataclass(slots=True)
class DeclaredComplaint:
    """One complaint as the log says it is.

    act_entry: the newest complaint.* entry; last_entry: the newest that touched its page. listed:
    in lists and search; delisted_by: the statement that took it out. closed: entry whose openings
    vanished → the entry that closed it. recommitted: closed entry → field → (the redacting entry,
    the commitment to what is shown instead; its opening stands under ``<field>.<closed entry>``).
    under_review: statement numbers of open proposals. type, posted_type: as it stands, and as it
    was posted.
    """

    number: int
    entry: int
    posted_at: str
    type: str
    project: str
    category: str
    imported: bool
    verified: bool
    claimed_at: str | None
    wanted_by: str | None
    author_key: str | None
    commitments: Mapping[str, str]
    act_entry: int = 0
    last_entry: int = 0
    state: str = "visible"
    status: str = "open"
    supporters: int = 0
    statement: int | None = None
    withdrawal_due: str | None = None
    listed: bool = True
    delisted_by: int | None = None
    locked: bool = False
    merged_into: int | None = None
    held_until: str | None = None
    made: str | None = None
    posted_type: str = ""
    versions: list[DeclaredVersion] = field(default_factory=list)
    replies: Mapping[int, DeclaredReply] = field(default_factory=_nothing)
    promises: Mapping[int, DeclaredPromise] = field(default_factory=_nothing)
    redactions: tuple[DeclaredRedaction, ...] = ()
    closed: Mapping[int, int] = field(default_factory=_nothing)
    recommitted: Mapping[int, Mapping[str, tuple[int, str]]] = field(default_factory=_nothing)
    under_review: frozenset[int] = NONE

    @property
    def redacted(self) -> bool:
        """Whether something shown has a cut."""
        return self.state != "erased" and bool(self.redactions)

    def commitment_of(
        self, entry: int, name: str, committed: str | None
    ) -> tuple[int, str, str | None]:
        """Where the opening of `name` of `entry` stands now: (entry, name there, commitment).

        The commitment is None when nothing is left to open: erased, or cut without a substitute.
        """
        if entry not in self.closed:
            return entry, name, committed
        again = self.recommitted.get(entry, NOTHING).get(name)
        if again is None:
            return entry, name, None
        return again[0], f"{name}.{entry}", again[1]


def begin(index: int, entry: Mapping[str, Any]) -> DeclaredComplaint:
    """The complaint that a complaint.posted or complaint.imported entry begins."""
    complaint = DeclaredComplaint(
        number=entry["complaint"], entry=index, posted_at=entry["at"], type=entry["type"],
        project=entry["project"], category=entry["category"],
        imported=entry["kind"] == "complaint.imported",
        verified=entry.get("verified", False), claimed_at=entry.get("claimed_at"),
        wanted_by=entry.get("wanted_by"), author_key=entry.get("author_key"),
        commitments=entry["commitments"], act_entry=index, last_entry=index,
        supporters=entry.get("supporters", 0), made=entry.get("made"),
        posted_type=entry["type"],
    )  # fmt: skip
    complaint.versions.append(DeclaredVersion(index, True, entry["commitments"]["text"]))
    return complaint


def require(holds: bool, index: int, what: str) -> None:
    """DeclaredError, naming the entry, unless `holds`."""
    if not holds:
        raise DeclaredError(f"entry {index}: {what}")


def require_state(complaint: DeclaredComplaint, index: int, *states: str) -> None:
    """DeclaredError unless the complaint is in one of these states."""
    if complaint.state not in states:
        raise DeclaredError(f"entry {index} is about a complaint that is {complaint.state}")
