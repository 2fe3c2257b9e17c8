"""What a digest says, as one frozen value: page, mail and archive are all made from it.

It holds numbers, codes and people's own words; labels come when it is shown, in the reader's
language. `to_payload` and `from_payload` are inverse, so an old digest is shown as it was sent.
"""

from __future__ import annotations

from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from datetime import date, datetime
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from forum.base import clock
from forum.transparency.queries import Balance

Value = TypeVar("Value")


@dataclass(frozen=True)
class LogCheck:
    """What came of checking the log.

    scope: "whole" (and every row against it), or "newest" (entries of it, and the root).
    """

    scope: str
    entries: int
    differences: int

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return self.differences == 0


@dataclass(frozen=True)
class Case:
    """A complaint that waits. days_late: whole days since its due time, None when not late."""

    number: int
    title: str
    project: str
    type: str
    status: str
    supporters: int
    due_at: datetime | None
    days_late: int | None


@dataclass(frozen=True)
class HidingAct:
    """A removal, a restoration or a withdrawal, with what its statement of reasons says.

    statement, clause and facts are those of the removal, for a restoration too; `reason` is the
    act's own. proven: of an author's act, whether the author's key stands behind it.
    """

    entry: int
    kind: str
    at: datetime
    number: int
    project: str
    by: str
    staff: str | None
    second: str | None
    reason: str | None
    statement: int | None
    clause: str | None
    facts: str | None
    proven: bool | None


@dataclass(frozen=True)
class Asked:
    """What somebody inside, who may not decide it, asked to be done, whatever came of it.

    act: remove, redact, delist …; role, staff: who asked; state: open approved rejected refused
    lapsed when the digest was made; number: None where an author would be suspended.
    """

    entry: int
    at: datetime
    act: str
    number: int | None
    role: str
    staff: str
    reason: str
    statement: int
    facts: str
    state: str


@dataclass(frozen=True)
class Redress:
    """Appeals or challenges that wait for an auditor; overdue: longer than they should."""

    open: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class BrokenPromise:
    """A promise whose day passed."""

    number: int
    title: str
    project: str
    until: date


@dataclass(frozen=True)
class Voice:
    """One complaint in full, in its writer's words. rule: why it is here (`cases.VOICE_RULES`)."""

    rule: str
    number: int
    title: str
    body: str
    remedy: str | None
    author: str
    project: str
    type: str
    status: str
    posted_at: datetime
    supporters: int
    photos: int


@dataclass(frozen=True)
class TypeCount:
    """Complaints of one type in the last 24 hours, and a day's mean of the 7 days before.

    mean: None while the board is younger than those 8 days.
    """

    type: str
    number: int
    mean: float | None


@dataclass(frozen=True)
class ProjectRank:
    """Unsolved complaints of a project per 1,000 households. n: complaints it received at all."""

    slug: str
    name: str
    n: int
    unsolved: int
    households: int
    per_thousand: float


@dataclass(frozen=True)
class Digest:
    """The digest of `day`, as things stood at `composed_at`.

    Acts are those of the log's entries from `acts_from` up to, not including, `acts_until`: one
    issue begins where the one before ended, so no act falls between two. `note` is the signed
    checkpoint of the tree of `balance`: a mailed copy of it is out of the operator's reach.
    """

    day: date
    composed_at: datetime
    acts_from: int
    acts_until: int
    balance: Balance
    note: str
    witnesses: int
    check: LogCheck
    overdue_total: int
    overdue: tuple[Case, ...]
    unanswered_total: int
    unanswered: tuple[Case, ...]
    acts: tuple[HidingAct, ...]
    other_acts: int
    broken: tuple[BrokenPromise, ...]
    voices: tuple[Voice, ...]
    counts: tuple[TypeCount, ...]
    ranking: tuple[ProjectRank, ...]
    unranked: int
    # Not in the issues that were sent before there were any.
    asked: tuple[Asked, ...] = ()
    appeals: Redress = Redress()
    challenges: Redress = Redress()

    def acts_of(self, kind: str) -> int:
        """How many of the acts are of this kind of entry."""
        return sum(act.kind == kind for act in self.acts)


def to_payload(digest: Digest) -> dict[str, Any]:
    """The digest as JSON holds it."""
    payload: dict[str, Any] = _plain(asdict(digest))
    return payload


def from_payload(payload: dict[str, Any]) -> Digest:
    """The digest that `to_payload` was given; KeyError when it is not one."""
    return _revive(Digest, payload)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return clock.format_utc(value)
    return value.isoformat() if isinstance(value, date) else value


def _revive(kind: type[Value], payload: dict[str, Any]) -> Value:
    hints = get_type_hints(kind)
    known = [f for f in fields(kind) if f.name in payload or f.default is MISSING]  # type: ignore[arg-type]
    return kind(**{f.name: _typed(hints[f.name], payload[f.name]) for f in known})


def _typed(hint: Any, value: Any) -> Any:
    if isinstance(hint, UnionType):
        inner = next(part for part in get_args(hint) if part is not type(None))
        return None if value is None else _typed(inner, value)
    if get_origin(hint) is tuple:
        return tuple(_typed(get_args(hint)[0], item) for item in value)
    if is_dataclass(hint):
        return _revive(hint, value)  # type: ignore[arg-type]
    if hint is datetime:
        return clock.parse_utc(value)
    return date.fromisoformat(value) if hint is date else value
