"""What one person may decide with a reason, a clause and facts: locking and moving write this down.

They hide nothing, but they can be used against somebody; so everybody reads why, and the author may
object like to any other decision.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base.db import db
from forum.base.refusal import Invalid
from forum.complaints.models import Complaint
from forum.log import service as log
from forum.moderation import rules as published
from forum.moderation.measures import clean_facts, rules_for
from forum.moderation.models import Ruling


@dataclass(frozen=True)
class Grounds:
    """Why: the ground (closed list), the number of the clause of the rules, the facts."""

    reason: str
    clause: str
    facts: str


def ruling_fields(
    complaint: Complaint, given: Grounds, allowed: Collection[str], staff: str | None
) -> dict[str, Any]:
    """The fields of the entry that say why and by whom; Invalid names what is missing or wrong.

    The rules are those that were in force when the complaint was posted, as in every measure.
    """
    if given.reason not in allowed:
        raise Invalid(_l("请选择这样处理的理由。"), "reason")
    facts, rules = clean_facts(given.facts), rules_for(complaint, None)
    clause = published.clause(rules, given.clause) if rules else None
    if rules is None or clause is None or clause["reason"] is None:
        raise Invalid(_l("请选择发表时已经施行的规则中的条款。"), "clause")
    if clause["reason"] != given.reason:
        raise Invalid(_l("这一条款不适用于所选的理由。"), "clause")
    return {"staff": staff, "reason": given.reason, "clause": given.clause, "rules": rules.entry,
            "texts": {"facts": facts}}  # fmt: skip


def keep_ruling(
    complaint: Complaint, act: str, entry: log.Appended, said: dict[str, Any], **was: str
) -> Ruling:
    """The row of an act whose entry, with the fields `said`, was appended."""
    ruling = Ruling(entry=entry.index, complaint=complaint.number, act=act, reason=said["reason"],
                    clause=said["clause"], rules=said["rules"], facts=said["texts"]["facts"],
                    staff=said["staff"], at=entry.at, **was)  # fmt: skip
    db.session.add(ruling)
    return ruling


def rulings_of(number: int) -> Sequence[Ruling]:
    """What was decided so about a complaint, oldest first."""
    query = select(Ruling).where(Ruling.complaint == number).order_by(Ruling.entry)
    return db.session.scalars(query).all()


def lock_of(number: int) -> Ruling | None:
    """The newest locking of a complaint: why nobody can comment while it is locked."""
    found = [ruling for ruling in rulings_of(number) if ruling.act == "lock"]
    return found[-1] if found else None
