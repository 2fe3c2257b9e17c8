"""What the log declares: the state every complaint must be in, replayed from the entries alone.

>>> board = Declared()
>>> board.apply(7, {"kind": "support.added", "complaint": 3, "supporters": 1})
Traceback (most recent call last):
    ...
forum.tlog.case.DeclaredError: entry 7 is about complaint 3, which was never posted

An entry that contradicts those before it changes nothing: an act upon what is no longer so, out of
turn, by the person who proposed it, or after the end. What each kind does is in `steps.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import Any

from forum.tlog.case import (
    DeclaredComplaint,
    DeclaredError,
    DeclaredPromise,
    DeclaredProposal,
    DeclaredRedaction,
    DeclaredReply,
    DeclaredVersion,
    begin,
)
from forum.tlog.steps import STEPS, require_open

__all__ = [
    "Declared",
    "DeclaredComplaint",
    "DeclaredError",
    "DeclaredPromise",
    "DeclaredProposal",
    "DeclaredRedaction",
    "DeclaredReply",
    "DeclaredVersion",
]

BEGINNINGS = ("complaint.posted", "complaint.imported")


class Declared:
    """All complaints, fed entry by entry in the order of the log.

    proposals: statement number → a measure that waits for its second person.
    """

    def __init__(self) -> None:
        self.complaints: dict[int, DeclaredComplaint] = {}
        self.proposals: dict[int, DeclaredProposal] = {}

    def apply(self, index: int, entry: Mapping[str, Any]) -> None:
        """Take one entry into account; DeclaredError when it contradicts those before it."""
        kind, number = entry["kind"], entry.get("complaint")
        if kind in BEGINNINGS:
            self._begin(index, number, entry)
            return
        step = STEPS.get(kind)
        if number is None:
            if step is not None:
                step(self, None, index, entry)
            return
        complaint = self.complaint(number, index)
        acts = kind.startswith("complaint.")
        if acts and entry["of"] != complaint.act_entry:
            raise DeclaredError(f"entry {index} is of {entry['of']}, not {complaint.act_entry}")
        require_open(complaint, index, kind)
        if step is not None:
            step(self, complaint, index, entry)
        if acts:
            complaint.act_entry = index
        complaint.last_entry = index

    def complaint(self, number: int, index: int) -> DeclaredComplaint:
        """The complaint that entry `index` names; DeclaredError when it was never posted."""
        found = self.complaints.get(number)
        if found is None:
            raise DeclaredError(
                f"entry {index} is about complaint {number}, which was never posted"
            )
        return found

    def _begin(self, index: int, number: Any, entry: Mapping[str, Any]) -> None:
        if number != len(self.complaints) + 1:
            raise DeclaredError(f"entry {index} begins complaint {number} out of order")
        complaint = begin(index, entry)
        # Many complaints name the same places: one string each is enough.
        complaint.type, complaint.project = intern(entry["type"]), intern(entry["project"])
        complaint.posted_type = complaint.type
        complaint.category = intern(entry["category"])
        self.complaints[number] = complaint
