"""What a measure is made of, before and after it is decided: grounds, decision, statement.

The acts themselves (`removal.py`, `erasure.py`) say what they may be used for and carry out a
decision; `two_people.py` sees to it that two people came to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Invalid, NotFound
from forum.complaints.covering import Cuts
from forum.complaints.drafts import a_text
from forum.complaints.models import Complaint, Reply
from forum.complaints.service import existing
from forum.log import service as log
from forum.log.queries import MOST
from forum.moderation import rules as published
from forum.moderation.models import Proposal, Rules, Statement
from forum.tlog.entry import DECISIONS, DETECTIONS

MIN_FACTS = 10
MAX_FACTS = 5_000


@dataclass(frozen=True)
class StatementOfReasons:
    """Why something is done: every fact is required.

    reason: the ground (closed list); clause: the number of the clause of the published rules;
    facts: what the person did and where; detection: how it was found, and whether a machine
    found it; automated_decision: what part machines had in deciding (none, partly, fully);
    until: the last day of the measure, None when it is without end.
    """

    reason: str
    clause: str
    facts: str
    detection: str
    automated_detection: bool
    automated_decision: str
    until: date | None


@dataclass(frozen=True)
class Request:
    """Why somebody inside, who may not propose, asks for a measure."""

    reason: str
    facts: str


@dataclass(frozen=True)
class Measure:
    """What is wanted: an act of `two_people.ACTS` on a complaint, or on one item under it.

    cuts: of a redaction, what is to be covered. Of a suspension complaint and item say whose
    author is meant; neither its entry nor its statement names them.
    """

    act: str
    complaint: int
    given: StatementOfReasons | Request
    item: int | None = None
    cuts: Cuts | None = None


@dataclass(frozen=True)
class Decision:
    """A measure that was decided, with all that its entry and its statement need.

    by, staff: whoever proposed it (or acted alone); second: who agreed, None when alone;
    lapses_at: until when a second person must confirm what one did alone; cuts: of a redaction;
    person: of a suspension, the id of the account; complaint is 0 then.
    """

    number: int
    act: str
    complaint: int
    item: int | None
    given: StatementOfReasons
    rules: int
    by: str
    staff: str
    second: str | None
    lapses_at: datetime | None = None
    cuts: Cuts | None = None
    person: int | None = None


@dataclass(frozen=True)
class Act:
    """One kind of measure.

    grounds: the reasons it may have; on_items: whether replies and comments can be its target;
    needs_auditor: one of the two people is an auditor; check: raises Conflict when the target
    cannot be acted upon (any more); carry_out: does it, in the open transaction. look: raises
    Invalid when what is wanted cannot be done so; of_person: it is about an author, not a post.
    """

    grounds: tuple[str, ...]
    on_items: bool
    needs_auditor: bool
    check: Callable[[Complaint, Reply | None], None]
    carry_out: Callable[[Decision], Statement]
    look: Callable[[Complaint, Reply | None, Measure], None] | None = None
    of_person: bool = False


def next_number() -> int:
    """The number after the last statement or proposal; only true under the write lock."""
    highest = (
        db.session.scalar(select(db.func.max(column)))
        for column in (Statement.number, Proposal.number)
    )
    return max(number or 0 for number in highest) + 1


def target_of(number: int, item: int | None) -> tuple[Complaint, Reply | None]:
    """The complaint, and the reply or comment under it; NotFound when there is none."""
    complaint = existing(number)
    if item is None:
        return complaint, None
    reply = db.session.get(Reply, item) if 0 < item <= MOST else None
    if reply is None or reply.complaint != number:
        raise NotFound(_l("这条意见下面没有这一条回复。"))
    return complaint, reply


def clean_facts(facts: str) -> str:
    """The facts as they are published; Invalid when nobody could judge by them."""
    clean = a_text("facts", facts, MAX_FACTS, _l("请写明事实：哪一句、违反了什么。"))
    if len(clean) < MIN_FACTS:
        raise Invalid(_l("事实写得太短，别人无法判断。请写明哪一句、违反了什么。"), "facts")
    return clean


def require_ground(act: Act, reason: str) -> None:
    """Invalid unless the act may have this reason."""
    if reason not in act.grounds:
        raise Invalid(_l("请选择这样处理的理由。"), "reason")


def rules_for(complaint: Complaint, reply: Reply | None) -> Rules | None:
    """The rules by which it is judged: those that were in force when it was posted."""
    return published.judging((complaint if reply is None else reply).posted_at)


def require_statement(act: Act, given: StatementOfReasons, rules: Rules | None) -> Rules:
    """These rules, if ground, clause and detection are among what they allow."""
    require_ground(act, given.reason)
    if given.detection not in DETECTIONS:
        raise Invalid(_l("请选择是怎样发现的。"), "detection")
    if given.automated_decision not in DECISIONS:
        raise Invalid(_l("请选择是谁决定的。"), "automated_decision")
    if given.until is not None and given.until <= clock.local_date():
        raise Invalid(_l("截止日期应在今天之后。"), "until")
    clause = published.clause(rules, given.clause) if rules else None
    if rules is None or clause is None or clause["reason"] is None:
        raise Invalid(_l("请选择发表时已经施行的规则中的条款。"), "clause")
    if clause["reason"] != given.reason:
        raise Invalid(_l("这一条款不适用于所选的理由。"), "clause")
    return rules


def ground_fields(decision: Decision) -> dict[str, Any]:
    """The fields of an act's entry that say who decided, why, and by which clause."""
    return {
        "by": decision.by, "staff": decision.staff, "second": decision.second,
        "reason": decision.given.reason, "statement": decision.number,
        "clause": decision.given.clause, "rules": decision.rules,
        "texts": {"facts": decision.given.facts},
    }  # fmt: skip


def statement_fields(decision: Decision, scope: str) -> dict[str, Any]:
    """`ground_fields`, and those of a whole statement of reasons."""
    given, lapses = decision.given, decision.lapses_at
    return ground_fields(decision) | {
        "detection": given.detection, "automated_detection": given.automated_detection,
        "automated_decision": given.automated_decision, "scope": scope,
        "until": given.until.isoformat() if given.until else None,
        "lapses": clock.format_utc(lapses) if lapses else None,
    }  # fmt: skip


def keep_statement(decision: Decision, entry: log.Appended, scope: str) -> Statement:
    """The statement of reasons of an act whose entry was appended."""
    given = decision.given
    statement = Statement(
        number=decision.number, act=decision.act, complaint=decision.complaint or None,
        item=decision.item, entry=entry.index, reason=given.reason, clause=given.clause,
        rules=decision.rules, facts=given.facts, detection=given.detection,
        automated_detection=given.automated_detection,
        automated_decision=given.automated_decision, scope=scope, until=given.until,
        staff=decision.staff, second=decision.second, lapses_at=decision.lapses_at, at=entry.at,
    )  # fmt: skip
    db.session.add(statement)
    return statement
