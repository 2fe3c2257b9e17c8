"""Answering flags and notices: all that wait about one thing are answered together, by one entry.

A thing is kept, or two people agreed to a measure on it, whoever began that; what one person did
alone answers nothing before it is confirmed. The answer is written in the transaction of the second
person, before the measure's own entry where that is still to come: nothing follows an erasure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import db
from forum.base.outbox import emit
from forum.complaints.models import Complaint, Reply
from forum.complaints.service import touch
from forum.log import service as log
from forum.moderation.flag_models import Flag, FlagDecision, PartyNotice
from forum.moderation.items import newest_of
from forum.moderation.measures import Decision, target_of

# These decide what was asked about the thing; a refusal comes before anybody could read it, and a
# suspension is about a person.
ANSWERS = ("remove", "redact", "delist", "erase")
# With the whole complaint goes what stands under it.
WHOLE = ("remove", "erase")


@dataclass
class Waiting:
    """The flags and notices about one thing that nobody has answered, oldest first."""

    flags: list[Flag] = field(default_factory=list)
    notices: list[PartyNotice] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.flags or self.notices)

    @property
    def rows(self) -> list[Flag | PartyNotice]:
        """Both, notices first."""
        return [*self.notices, *self.flags]

    @property
    def seen(self) -> str:
        """What tells this state from any other: a form carries it, so that nobody answers what
        came after they looked."""
        flags = max((flag.id for flag in self.flags), default=0)
        return f"{flags}-{max((notice.number for notice in self.notices), default=0)}"

    @property
    def reasons(self) -> list[str]:
        """The grounds that were named, each once."""
        return list(dict.fromkeys(row.reason for row in self.rows))


@dataclass(frozen=True)
class Answer:
    """decision: kept or acted; reason: the ground that was looked at; text: why, which is public."""

    decision: str
    reason: str
    text: str
    statement: int | None = None


def waiting_about(number: int, item: int | None) -> Waiting:
    """What waits about the complaint itself, or about one reply or comment under it."""
    return _waiting(number, (item or 0,)).get(item or 0, Waiting())


def reference(complaint: Complaint, reply: Reply | None) -> int:
    """The index of the newest act upon it, which flags and notices are `of`."""
    return complaint.act_entry if reply is None else newest_of(complaint, reply)


def answer(
    person: Account, complaint: Complaint, reply: Reply | None, waiting: Waiting, given: Answer
) -> FlagDecision:
    """Write the entry, mark what it answers, and let those who asked hear of it."""
    item = reply.id if reply else None
    entry = log.append(
        "flag.decided", complaint=complaint.number, item=item, of=reference(complaint, reply),
        by=person.role, staff=person.staff_no, decision=given.decision, reason=given.reason,
        flags=len(waiting.flags), notices=len(waiting.notices), statement=given.statement,
        texts={"text": given.text},
    )  # fmt: skip
    decision = FlagDecision(
        entry=entry.index, complaint=complaint.number, item=item or 0, decision=given.decision,
        reason=given.reason, text=given.text, statement=given.statement,
        flags=len(waiting.flags), notices=len(waiting.notices), by=person.role,
        staff=str(person.staff_no), at=entry.at,
    )  # fmt: skip
    db.session.add(decision)
    for row in waiting.rows:
        row.decided = entry.index
    touch(complaint, entry)
    _tell(complaint, decision, waiting)
    return decision


def answer_by(person: Account, measure: Decision) -> None:
    """What waits about the target of a measure is answered by it, now that two agree; to be called
    before it is done, or when what one did alone is confirmed."""
    if measure.act not in ANSWERS:
        return
    complaint, target = target_of(measure.complaint, measure.item)
    whole = target is None and measure.act in WHOLE
    found = _waiting(complaint.number, None if whole else (measure.item or 0,))
    given = Answer("acted", measure.given.reason, measure.given.facts, measure.number)
    for item in sorted(found):
        reply = db.session.get(Reply, item) if item else None
        answer(person, complaint, reply, found[item], given)


def answer_at(index: int) -> FlagDecision | None:
    """The answer that the entry at this index is."""
    return db.session.get(FlagDecision, index)


def newest_answer(number: int, item: int | None) -> FlagDecision | None:
    """How what was asked about a thing was last answered."""
    about = (FlagDecision.complaint == number) & (FlagDecision.item == (item or 0))
    return db.session.scalar(
        select(FlagDecision).where(about).order_by(FlagDecision.entry.desc()).limit(1)
    )


def answers_about(number: int) -> Sequence[FlagDecision]:
    """Every answer about a complaint and what stands under it, oldest first."""
    query = select(FlagDecision).where(FlagDecision.complaint == number)
    return db.session.scalars(query.order_by(FlagDecision.entry)).all()


def _waiting(number: int, items: Collection[int] | None) -> dict[int, Waiting]:
    """Item → what waits about it, for these items, or (None) for all of the complaint."""
    found: dict[int, Waiting] = {}
    flags = select(Flag).where(Flag.complaint == number, Flag.decided.is_(None))
    notices = select(PartyNotice).where(
        PartyNotice.complaint == number, PartyNotice.decided.is_(None)
    )
    if items is not None:
        flags = flags.where(Flag.item.in_(items))
        notices = notices.where(PartyNotice.item.in_(items))
    for flag in db.session.scalars(flags.order_by(Flag.id)):
        found.setdefault(flag.item, Waiting()).flags.append(flag)
    for notice in db.session.scalars(notices.order_by(PartyNotice.number)):
        found.setdefault(notice.item, Waiting()).notices.append(notice)
    return found


def _tell(complaint: Complaint, decision: FlagDecision, waiting: Waiting) -> None:
    what = f"flag.{decision.decision}"
    named = {"item": decision.item, "statement": decision.statement}
    known = {name: value for name, value in named.items() if value}
    for flag in waiting.flags:
        emit("author.told", account=flag.account_id, complaint=complaint.number, what=what,
             decision=decision.entry, at=clock.format_utc(decision.at), **known)  # fmt: skip
    for notice in waiting.notices:
        emit("party.told", notice=notice.number)
    # A measure tells the author itself; that nothing was done would else be heard from nobody.
    said = db.session.get(Reply, decision.item) if decision.item else complaint
    if waiting.notices and decision.decision == "kept" and said and said.account_id:
        emit("author.told", account=said.account_id, complaint=complaint.number,
             what="notice.kept", decision=decision.entry, at=clock.format_utc(decision.at),
             **known)  # fmt: skip
