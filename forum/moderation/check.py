"""Statements of reasons, proposals and rules against their entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.log.check import Difference
from forum.log.held import Lost, closed_ranges, differing, entries, lost_ranges, opening
from forum.moderation.check_rulings import check_merging, check_rulings
from forum.moderation.models import Proposal, Rules, Statement
from forum.moderation.rules import RulesText
from forum.tlog.entry import KINDS

Entry = Mapping[str, Any]
Found = tuple[int, Entry]
Pairs = dict[str, tuple[Any, Any]]

ACTS = {"removed": "remove", "redacted": "redact", "refused": "refuse", "delisted": "delist",
        "erased": "erase", "suspended": "suspend"}  # fmt: skip
MEASURES = tuple(
    name for name in KINDS if name.partition(".")[2] in ACTS and not name.startswith("statement.")
)
ENDINGS = tuple(
    name
    for name in KINDS
    if name.endswith((".restored", ".relisted", ".reinstated")) and name != "backup.restored"
)
ANSWERS = ("statement.approved", "statement.rejected", "statement.refused", "statement.lapsed")
# In the entry and in the row under the same name.
SAME = ("complaint", "item", "reason", "clause", "rules", "staff", "second", "detection",
        "automated_detection", "automated_decision", "scope", "until")  # fmt: skip
PROPOSED = ("act", "complaint", "item", "by", "staff", "reason", "clause", "rules")


@dataclass
class _Said:
    """What the log says of measures, by statement number.

    measures: entries of acts (an erasure has several); ended: when one was undone.
    """

    measures: dict[int, list[Found]] = field(default_factory=dict)
    ended: dict[int, Found] = field(default_factory=dict)
    proposed: dict[int, Found] = field(default_factory=dict)
    answered: dict[int, Found] = field(default_factory=dict)

    def read(self, index: int, entry: Entry) -> None:
        """Take one entry into account."""
        number, kind = entry["statement"], entry["kind"]
        if kind in MEASURES:
            self.measures.setdefault(number, []).append((index, entry))
        elif kind in ENDINGS and number is not None:
            self.ended[number] = (index, entry)
        elif kind == "statement.proposed":
            self.proposed[number] = (index, entry)
        elif kind in ANSWERS:
            self.answered[number] = (index, entry)


def check_rows() -> Iterator[Difference]:
    """Statements, proposals and rules that differ from what the log says of them."""
    said, lost = _Said(), (*lost_ranges(), *closed_ranges())
    for index, entry in entries(*MEASURES, *ENDINGS, *ANSWERS, "statement.proposed"):
        said.read(index, entry)
    yield from _check_statements(said, lost)
    yield from _check_proposals(said, lost)
    yield from _check_rules(lost)
    yield from check_rulings(lost)
    yield from check_merging()


def _check_statements(said: _Said, lost: Lost) -> Iterator[Difference]:
    rows = {row.number: row for row in db.session.scalars(select(Statement))}
    for number in sorted(rows.keys() | said.measures.keys()):
        acts = dict(said.measures.get(number, []))
        row = rows.get(number)
        if row is None:
            yield Difference("row-missing", min(acts), f"statement {number}")
        elif row.entry not in acts:
            yield Difference("row-unlogged", row.entry, f"statement {number}")
        else:
            yield from _check_statement(row, acts[row.entry], said, lost)


def _check_statement(row: Statement, entry: Entry, said: _Said, lost: Lost) -> Iterator[Difference]:
    what = f"statement {row.number}"
    pairs = {name: (_text(getattr(row, name)), entry.get(name)) for name in SAME if name in entry}
    pairs |= {
        "act": (row.act, ACTS[entry["kind"].partition(".")[2]]),
        "at": (_text(row.at), entry["at"]),
        "item": (row.item, entry.get("item")),
        "lapses": (_text(row.lapses_at), entry.get("lapses")),
    }
    index, end = said.ended.get(row.number, (None, {}))
    pairs |= {
        "restored_entry": (row.restored_entry, index),
        "restored_at": (_text(row.restored_at), end.get("at")),
        "restored_reason": (row.restored_reason, end.get("reason")),
    }
    yield from differing(row.entry, what, pairs)
    yield from opening(row.entry, "facts", row.facts, entry, what, lost)


def _check_proposals(said: _Said, lost: Lost) -> Iterator[Difference]:
    rows = {row.number: row for row in db.session.scalars(select(Proposal))}
    for number in sorted(said.proposed.keys() - rows.keys()):
        yield Difference("row-missing", said.proposed[number][0], f"proposal {number}")
    for number, row in sorted(rows.items()):
        if row.alone is None:
            yield from _check_proposal(row, said, lost)
        else:
            yield from _check_alone(row, said)
        yield from _check_answer(row, said.answered.get(number), lost)


def _check_proposal(row: Proposal, said: _Said, lost: Lost) -> Iterator[Difference]:
    what = f"proposal {row.number}"
    index, entry = said.proposed.get(row.number, (None, {}))
    if index != row.entry:
        yield Difference("row-unlogged", row.entry, what)
        return
    answered = said.answered.get(row.number)
    state = answered[1]["kind"].partition(".")[2] if answered else "open"
    pairs = {name: (getattr(row, name), entry[name]) for name in PROPOSED}
    pairs |= {
        "state": (row.state, state),
        "at": (_text(row.at), entry["at"]),
        "lapses": (_text(row.lapses_at), entry["lapses"]),
    }
    yield from differing(row.entry, what, pairs)
    yield from opening(row.entry, "facts", row.facts, entry, what, lost)


def _check_alone(row: Proposal, said: _Said) -> Iterator[Difference]:
    """What one person did alone waits until another agrees, or it is undone, or erased."""
    acts = dict(said.measures.get(row.number, []))
    act = acts.get(row.entry)
    if act is None or not act.get("lapses"):
        yield Difference("row-unlogged", row.entry, f"proposal {row.number}")
        return
    answered = said.answered.get(row.number)
    decided = answered[1]["kind"].partition(".")[2] if answered else None
    open_still = decided is None and row.number not in said.ended
    if (decided and row.state != decided) or (not open_still and row.state == "open"):
        yield Difference("row-differs", row.entry, f"proposal {row.number}: state is {row.state}")
    pairs = {"staff": (row.staff, act["staff"]), "lapses": (_text(row.lapses_at), act["lapses"])}
    yield from differing(row.entry, f"proposal {row.number}", pairs)


def _check_answer(row: Proposal, answered: Found | None, lost: Lost) -> Iterator[Difference]:
    if answered is None:
        return
    index, entry = answered
    what = f"proposal {row.number}"
    pairs: Pairs = {"decided_staff": (row.decided_staff, entry.get("staff"))}
    if row.alone is None:
        pairs |= {"decided_entry": (row.decided_entry, index),
                  "decided_at": (_text(row.decided_at), entry["at"])}  # fmt: skip
    yield from differing(index, what, pairs)
    if "commitments" in entry:
        yield from opening(index, "text", row.answer, entry, what, lost)
    elif row.answer:
        yield Difference("row-unlogged", index, f"{what}: an answer that the log does not have")


def _check_rules(lost: Lost) -> Iterator[Difference]:
    """Each version as it was published: statements cite its clauses."""
    published = dict(entries("rules.published"))
    rows = {row.entry: row for row in db.session.scalars(select(Rules))}
    for index in sorted(published.keys() - rows.keys()):
        yield Difference("row-missing", index, f"rules, version {published[index]['version']}")
    for index, row in sorted(rows.items()):
        what, entry = f"rules, version {row.version}", published.get(index)
        if entry is None:
            yield Difference("row-unlogged", index, what)
            continue
        pairs = {"version": (row.version, entry["version"]), "at": (_text(row.at), entry["at"])}
        yield from differing(index, what, pairs)
        text = RulesText(row.title, row.preamble, row.clauses).committed()
        yield from opening(index, "text", text, entry, what, lost)


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.format_utc(value)
    return value.isoformat() if isinstance(value, date) else value
