"""What the log declares: the state every complaint must be in, replayed from the entries alone.

>>> board = Declared()
>>> board.apply(7, {"kind": "support.added", "complaint": 3, "supporters": 1})
Traceback (most recent call last):
    ...
forum.tlog.declared.DeclaredError: entry 7 is about complaint 3, which was never posted
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forum.tlog.errors import TlogError


class DeclaredError(TlogError):
    """The entries contradict each other; the text names the entry."""


@dataclass(slots=True)
class DeclaredReply:
    """A reply or comment: its entry and what it committed to."""

    entry: int
    kind: str  # reply, holding, comment
    by: str
    at: str
    commitments: Mapping[str, str]


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
class DeclaredComplaint:
    """One complaint as the log says it is; times as RFC 3339 text, commitments as hex."""

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
    versions: list[DeclaredVersion] = field(default_factory=list)
    replies: dict[int, DeclaredReply] = field(default_factory=dict)
    promises: dict[int, DeclaredPromise] = field(default_factory=dict)


class Declared:
    """All complaints, fed entry by entry in the order of the log."""

    def __init__(self) -> None:
        self.complaints: dict[int, DeclaredComplaint] = {}

    def apply(self, index: int, entry: Mapping[str, Any]) -> None:
        """Take one entry into account; DeclaredError when it contradicts those before it."""
        number = entry.get("complaint")
        if number is None:
            return
        if entry["kind"] in ("complaint.posted", "complaint.imported"):
            self._begin(index, number, entry)
            return
        complaint = self.complaints.get(number)
        if complaint is None:
            raise DeclaredError(
                f"entry {index} is about complaint {number}, which was never posted"
            )
        if entry["kind"].startswith("complaint."):
            if entry["of"] != complaint.act_entry:
                raise DeclaredError(f"entry {index} is of {entry['of']}, not {complaint.act_entry}")
            complaint.act_entry = index
        complaint.last_entry = index
        step = _STEPS.get(entry["kind"])
        if step is not None:
            step(complaint, index, entry)

    def _begin(self, index: int, number: int, entry: Mapping[str, Any]) -> None:
        if number != len(self.complaints) + 1:
            raise DeclaredError(f"entry {index} begins complaint {number} out of order")
        complaint = DeclaredComplaint(
            number=number, entry=index, posted_at=entry["at"], type=entry["type"],
            project=entry["project"], category=entry["category"],
            imported=entry["kind"] == "complaint.imported",
            verified=entry.get("verified", False), claimed_at=entry.get("claimed_at"),
            wanted_by=entry.get("wanted_by"), author_key=entry.get("author_key"),
            commitments=entry["commitments"], act_entry=index, last_entry=index,
            supporters=entry.get("supporters", 0),
        )  # fmt: skip
        complaint.versions.append(DeclaredVersion(index, True, entry["commitments"]["text"]))
        self.complaints[number] = complaint


def _edited(complaint: DeclaredComplaint, index: int, entry: Mapping[str, Any]) -> None:
    text = entry["commitments"]["text"]
    complaint.versions.append(DeclaredVersion(index, entry["proven"], text))


def _status(complaint: DeclaredComplaint, _index: int, entry: Mapping[str, Any]) -> None:
    complaint.status = entry["status"]


def _withdrawn(complaint: DeclaredComplaint, _index: int, _entry: Mapping[str, Any]) -> None:
    complaint.state, complaint.withdrawal_due = "withdrawn", None


def _removed(complaint: DeclaredComplaint, _index: int, entry: Mapping[str, Any]) -> None:
    complaint.state, complaint.statement = "removed", entry["statement"]


def _restored(complaint: DeclaredComplaint, _index: int, _entry: Mapping[str, Any]) -> None:
    complaint.state, complaint.statement = "visible", None


def _withdrawal(complaint: DeclaredComplaint, _index: int, entry: Mapping[str, Any]) -> None:
    complaint.withdrawal_due = entry.get("due")


def _support(complaint: DeclaredComplaint, _index: int, entry: Mapping[str, Any]) -> None:
    complaint.supporters = entry["supporters"]


def _reply(complaint: DeclaredComplaint, index: int, entry: Mapping[str, Any]) -> None:
    kind = "comment" if entry["kind"].startswith("comment.") else entry.get("reply", "reply")
    complaint.replies[entry["item"]] = DeclaredReply(
        index, kind, entry["by"], entry["at"], entry["commitments"]
    )
    if entry["kind"] == "reply.imported" and complaint.status == "open":
        complaint.status = "answered"


def _promised(complaint: DeclaredComplaint, index: int, entry: Mapping[str, Any]) -> None:
    complaint.promises[entry["item"]] = DeclaredPromise(index, entry["until"])


def _promise_ended(complaint: DeclaredComplaint, index: int, entry: Mapping[str, Any]) -> None:
    promise = complaint.promises.get(entry["item"])
    if promise is None or promise.state != "open":
        raise DeclaredError(f"entry {index} ends a promise that is not open")
    promise.state = entry["kind"].removeprefix("promise.")


_STEPS = {
    "complaint.edited": _edited,
    "complaint.status": _status,
    "complaint.withdrawn": _withdrawn,
    "complaint.removed": _removed,
    "complaint.restored": _restored,
    "withdrawal.requested": _withdrawal,
    "withdrawal.stopped": _withdrawal,
    "support.added": _support,
    "support.withdrawn": _support,
    "reply.posted": _reply,
    "reply.imported": _reply,
    "comment.posted": _reply,
    "promise.made": _promised,
    "promise.kept": _promise_ended,
    "promise.broken": _promise_ended,
}
