"""In which measures one person had a part: nobody decides upon, or vouches for, their own act.

had_part("S-017", 40, entry)      # of one entry; or of many:
had = parts_of("S-017")
had.read(entry)        # every entry of the kinds WATCHED
had.touch(40, entry)   # whether S-017 had a part in what entry 40 wrote down
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import literal, select, union_all

from forum.base.db import db
from forum.log.held import entries
from forum.moderation.flag_models import PartyNotice
from forum.moderation.models import MergeProposal, Proposal, Statement

# Kinds by which somebody has a part in what another entry is about.
WATCHED = ("sealed.viewed", "flag.decided")


@dataclass
class Parts:
    """statements: by number; things: (complaint, item or 0) whose flags this person decided, or
    for which they entered an order; merges: entries that a proposal to merge led to."""

    staff: str | None
    statements: set[int] = field(default_factory=set)
    things: set[tuple[int, int]] = field(default_factory=set)
    merges: set[int] = field(default_factory=set)

    def read(self, entry: Mapping[str, Any]) -> None:
        """Take an entry of the kinds `WATCHED` into account."""
        if entry.get("staff") != self.staff:
            return
        if entry["kind"] == "sealed.viewed" and entry["by"] == "moderator":
            self.statements.add(entry["statement"])
        elif entry["kind"] == "flag.decided":
            self.things.add(_thing(entry))

    def touch(self, index: int, entry: Mapping[str, Any]) -> bool:
        """Whether this person had a part in what the entry at `index` wrote down."""
        return (
            self.staff in (entry.get("staff"), entry.get("second"))
            or entry.get("statement") in self.statements
            or (entry.get("staff") is not None and _thing(entry) in self.things)
            or index in self.merges
        )


def had_part(staff: str | None, index: int, entry: Mapping[str, Any]) -> bool:
    """Whether this person had a part in what the entry at `index` wrote down, before or after it:
    asked for it, proposed, agreed, refused, or looked at what it hid as a moderator."""
    return had_parts(staff).touch(index, entry)


def had_parts(staff: str | None) -> Parts:
    """`parts_of`, with what the entries say taken into account."""
    found = parts_of(staff)
    for _index, entry in entries(*WATCHED):
        found.read(entry)
    return found


def parts_of(staff: str | None) -> Parts:
    """What the rows say of this staff number, in one query; entries say the rest (`Parts.read`)."""
    found = Parts(staff)
    if staff is None:
        return found
    of_kind = {"statement": found.statements, "merge": found.merges}
    for kind, number, item in db.session.execute(_rows(staff)):
        if kind == "thing":
            found.things.add((number, item))
        elif number is not None:
            of_kind[kind].add(number)
    return found


def _rows(staff: str) -> Any:
    p, s, m, n = Proposal, Statement, MergeProposal, PartyNotice
    of, none = literal, literal(0)
    began_or_answered = (p.staff == staff) | (p.decided_staff == staff)
    decided = (s.staff == staff) | (s.second == staff)
    merged = (m.staff == staff) | (m.decided_staff == staff)
    return union_all(
        select(of("statement"), p.number, none).where(began_or_answered),
        select(of("statement"), p.taken_up, none).where(began_or_answered),
        select(of("statement"), s.number, none).where(decided),
        select(of("merge"), m.decided_entry, none).where(merged),
        select(of("thing"), n.complaint, n.item).where(n.staff == staff),
    )


def _thing(entry: Mapping[str, Any]) -> tuple[int, int]:
    return entry.get("complaint") or 0, entry.get("item") or 0
