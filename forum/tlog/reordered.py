"""Acts that reorder: locking, unlocking, moving, merging, and taking apart what was merged.

A merging takes a complaint out of every list, so it counts among the decisions by which something
can be seen less; a move can make praise of what was never praise. Both are read from their entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Entry = Mapping[str, Any]

KINDS = ("complaint.locked", "complaint.unlocked", "complaint.moved", "complaint.merged",
         "complaint.unmerged", "merge.proposed", "merge.declined")  # fmt: skip
PRAISE = "praise"


@dataclass(slots=True)
class Reordering:
    """Locking, unlocking, moving, merging, and unmerging by others than the author.

    second: of a merging, who proposed it, if that was somebody else inside. alone: whether nobody
    but `staff` wanted it: a merging that neither another person nor the author proposed. type: of
    a move, the type from then on; was: the one before, None where that is the type as posted.
    undone_*: of the entry that took a merging apart: appeal-upheld or unmerged.
    """

    kind: str
    index: int
    at: int
    complaint: int
    staff: str
    second: str | None = None
    alone: bool = False
    type: str | None = None
    was: str | None = None
    undone_at: int | None = None
    undone_reason: str | None = None
    undone_index: int | None = None

    def praises(self, posted: str) -> bool:
        """Whether it made praise of what was `posted` as something else."""
        was = self.was or posted
        return self.type == PRAISE and was != PRAISE and posted != PRAISE


@dataclass
class Reordered:
    """All such acts, in the order of the log.

    carried: complaint → (index, its supporters from then on) of what was merged into it or taken
    out of it. types: complaint → the type it was moved to last. proposed: complaint → (into what,
    by whom) of the merging that waits. merged: complaint → its merging that stands.
    """

    acts: list[Reordering] = field(default_factory=list)
    carried: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    types: dict[int, str] = field(default_factory=dict)
    proposed: dict[int, tuple[int, str]] = field(default_factory=dict)
    merged: dict[int, Reordering] = field(default_factory=dict)

    @property
    def mergings(self) -> list[Reordering]:
        """Those that merged something."""
        return [act for act in self.acts if act.kind == "merged"]

    def read(self, index: int, at: int, entry: Entry, right: bool) -> None:
        """Take an entry of `KINDS` into account; right: whether an appeal or a challenge against
        what it undoes was upheld."""
        kind, number = entry["kind"].partition(".")[2], entry["complaint"]
        if kind == "proposed":
            self.proposed[number] = entry["into"], entry["by"]
        elif kind == "declined":
            self.proposed.pop(number, None)
        elif entry["by"] != "author":
            self.acts.append(Reordering(kind, index, at, number, entry["staff"]))
        if kind == "moved":
            self._moved(entry)
        elif kind == "merged":
            self._merged(index, entry)
        elif kind == "unmerged":
            self._parted(index, at, entry, right)

    def _moved(self, entry: Entry) -> None:
        act = self.acts[-1]
        act.type, act.was = entry["type"], self.types.get(act.complaint)
        self.types[act.complaint] = entry["type"]

    def _merged(self, index: int, entry: Entry) -> None:
        act = self.acts[-1]
        into, by = self.proposed.pop(act.complaint, (None, None))
        wanted = into == entry["into"] and by == "author"
        act.second, act.alone = entry["second"], entry["second"] is None and not wanted
        self.merged[act.complaint] = act
        self._carry(index, entry)

    def _parted(self, index: int, at: int, entry: Entry, right: bool) -> None:
        act = self.merged.pop(entry["complaint"], None)
        if act is not None:
            act.undone_at, act.undone_index = at, index
            act.undone_reason = "appeal-upheld" if right else "unmerged"
        self._carry(index, entry)

    def _carry(self, index: int, entry: Entry) -> None:
        self.carried.setdefault(entry["into"], []).append((index, entry["supporters"]))

    def supporters_before(self, complaint: int, index: int) -> tuple[int, int]:
        """(index, supporters) of the newest entry before `index` that carried people over to the
        complaint, or away; (-1, 0) when none did."""
        before = (found for found in self.carried.get(complaint, ()) if found[0] < index)
        return max(before, default=(-1, 0))
