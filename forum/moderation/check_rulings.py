"""Rulings and proposals to merge against their entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.log.check import Difference
from forum.log.held import Lost, differing, entries, opening
from forum.moderation.models import MergeProposal, Ruling

ACTS = {"complaint.locked": "lock", "complaint.moved": "move"}
BEGINS = ("complaint.posted", "complaint.imported", "complaint.moved")
PLACE = ("type", "project", "category")
SAME = ("complaint", "reason", "clause", "rules", "staff")
PROPOSED = ("complaint", "into", "by", "staff")
Entry = Mapping[str, Any]


def check_rulings(lost: Lost) -> Iterator[Difference]:
    """Each locking and moving as it was written down, and where a move took it from."""
    said, was = dict(entries(*ACTS)), places_before()
    rows = {row.entry: row for row in db.session.scalars(select(Ruling))}
    for index in sorted(said.keys() - rows.keys()):
        yield Difference("row-missing", index, f"ruling {index}")
    for index, row in sorted(rows.items()):
        entry = said.get(index)
        if entry is None:
            yield Difference("row-unlogged", index, f"ruling {index}")
            continue
        pairs = {name: (getattr(row, name), entry[name]) for name in SAME}
        pairs |= {"act": (row.act, ACTS[entry["kind"]]),
                  "at": (clock.format_utc(row.at), entry["at"]),
                  "was": ((row.was_type, row.was_project, row.was_category),
                          was.get(index, (None, None, None)))}  # fmt: skip
        yield from differing(index, f"ruling {index}", pairs)
        yield from opening(index, "facts", row.facts, entry, f"ruling {index}", lost)


def places_before() -> dict[int, tuple[str, ...]]:
    """Index of each move → type, project and category of the complaint before it."""
    here: dict[int, tuple[str, ...]] = {}
    before: dict[int, tuple[str, ...]] = {}
    for index, entry in entries(*BEGINS):
        number = entry["complaint"]
        if entry["kind"] == "complaint.moved":
            before[index] = here.get(number, ())
        here[number] = tuple(entry[name] for name in PLACE)
    return before


def check_merging() -> Iterator[Difference]:
    """Each proposal to merge, and how it was answered."""
    said = dict(entries("merge.proposed"))
    answers = _answers()
    rows = {row.entry: row for row in db.session.scalars(select(MergeProposal))}
    for index in sorted(said.keys() - rows.keys()):
        yield Difference("row-missing", index, f"proposal to merge {index}")
    for index, row in sorted(rows.items()):
        entry = said.get(index)
        if entry is None:
            yield Difference("row-unlogged", index, f"proposal to merge {index}")
            continue
        answered, state = answers.get(index, (None, "open"))
        pairs = {name: (getattr(row, name), entry[name]) for name in PROPOSED}
        pairs |= {"at": (clock.format_utc(row.at), entry["at"]), "state": (row.state, state),
                  "decided": (row.decided_entry, answered)}  # fmt: skip
        yield from differing(index, f"proposal to merge {index}", pairs)


def _answers() -> dict[int, tuple[int, str]]:
    """Index of each answered proposal → index of its answer, and what it was."""
    waiting: dict[int, int] = {}
    found: dict[int, tuple[int, str]] = {}
    for index, entry in entries("merge.proposed", "merge.declined", "complaint.merged"):
        number = entry["complaint"]
        if entry["kind"] == "merge.proposed":
            waiting[number] = index
        elif number in waiting:
            state = "merged" if entry["kind"] == "complaint.merged" else "declined"
            found[waiting.pop(number)] = (index, state)
    return found
