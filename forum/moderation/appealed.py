"""What an appeal or a challenge forbids: to act anew while it waits, to repeat what it undid.

Whoever could do the same again, under a new entry, would make every decision of an auditor empty.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base.db import db
from forum.base.refusal import Conflict
from forum.log.queries import entries_of
from forum.moderation.models import Statement
from forum.moderation.redress_models import Appeal, Challenge

# What an authority or a court orders is done at once, whoever is still to be heard.
ORDERS = ("authority-order", "court-order")
# These wait for every appeal about the thing; for the others see `require_not_dodged`.
WAITS = ("remove", "delist")
_UPHELD: tuple[tuple[type[Appeal | Challenge], str, Callable[[int], Any]], ...] = (
    (Appeal, "appeal",
     lambda n: _l("第 %(number)d 号申诉成立，这样的处理已被推翻，不能再做一次。", number=n)),
    (Challenge, "challenge",
     lambda n: _l("第 %(number)d 号异议成立，这样的处理已被推翻，不能再做一次。", number=n)),
)  # fmt: skip


def waiting_about(number: int, item: int | None = None) -> Appeal | None:
    """The oldest appeal that waits about what was done to a complaint, or to one item under it.

    Whoever flagged appeals (as a member) against keeping: that asks for a measure, it forbids none.
    """
    own = Appeal.item.is_(None) if item is None else Appeal.item == item
    waits = (Appeal.complaint == number) & own & Appeal.outcome.is_(None) & (Appeal.by != "member")
    return db.session.scalar(select(Appeal).where(waits).order_by(Appeal.number).limit(1))


def require_none_waits(number: int, item: int | None = None) -> None:
    """Conflict, naming the appeal, while one about this thing waits for its auditor."""
    appeal = waiting_about(number, item)
    if appeal is not None:
        raise _wait_for(appeal)


def require_beginnable(act: str, reason: str, number: int, item: int | None) -> None:
    """Conflict while an appeal stands in the way of beginning a measure; orders are no one's own."""
    if reason in ORDERS:
        return
    if act in WAITS:
        require_none_waits(number, item)
    elif act == "redact":
        _require_not_dodged(number, item)


def _require_not_dodged(number: int, item: int | None) -> None:
    """Another part may be covered while an appeal waits, unless the cut it is about was taken back:
    doing it anew would leave the auditor nothing to undo."""
    own = Appeal.item.is_(None) if item is None else Appeal.item == item
    waits = (Appeal.complaint == number) & own & Appeal.outcome.is_(None)
    taken_back = (Statement.act == "redact") & Statement.restored_at.is_not(None)
    query = select(Appeal).join(Statement, Statement.number == Appeal.statement)
    appeal = db.session.scalar(query.where(waits, taken_back).order_by(Appeal.number).limit(1))
    if appeal is not None:
        raise _wait_for(appeal)


def require_not_upheld(number: int, kind: str) -> None:
    """Conflict when an act of this kind upon the complaint was found wrong by an auditor: nobody
    does the same again."""
    decisions = [index for index, entry in entries_of(number) if entry["kind"] == kind]
    for table, name, said in _UPHELD:
        found = _upheld(table, decisions)
        if found is not None:
            evidence: dict[str, Any] = {"number": found, name: found}
            raise Conflict(said(found), **evidence)


def _upheld(model: type[Appeal | Challenge], decisions: Collection[int]) -> int | None:
    if not decisions:
        return None
    upheld = model.of.in_(decisions) & (model.outcome == "upheld")
    return db.session.scalar(select(model.number).where(upheld).order_by(model.number).limit(1))


def _wait_for(appeal: Appeal) -> Conflict:
    return Conflict(
        _l("第 %(number)d 号申诉还没有决定，在那之前不能再作新的处理。请等独立监督员决定。",
           number=appeal.number), number=appeal.number, appeal=appeal.number,
    )  # fmt: skip
