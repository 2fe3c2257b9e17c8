"""What one person may do alone only once: what others undid, or let lapse, takes two from then on.

Otherwise one could hide the same thing again after every lapse, by the same act or by the next one,
and no second would be needed.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict
from forum.moderation.models import Proposal, Statement

OVER = ("rejected", "lapsed")


def require_no_failed(number: int, item: int | None = None) -> None:
    """Conflict when anything was done alone to the same thing before, and was undone or lapsed."""
    about = Proposal.complaint == number
    about &= Proposal.item.is_(None) if item is None else Proposal.item == item
    late = (Proposal.state == "open") & (Proposal.lapses_at <= clock.now())
    undone = Proposal.state.in_(OVER) | late | Statement.restored_at.is_not(None)
    earlier = (
        select(Proposal.number)
        .outerjoin(Statement, Statement.number == Proposal.number)
        .where(about, Proposal.alone.is_not(None), undone)
        .order_by(Proposal.number.desc())
    )
    failed = db.session.scalar(earlier.limit(1))
    if failed is not None:
        raise Conflict(
            _l("一人先处理过一次，没有得到复核，或已撤销（处理说明 %(number)d）。请按双人复核提出。",
               number=failed),
            number=failed, statement=failed,
        )  # fmt: skip


def had_emergency(number: int) -> bool:
    """Whether the complaint was taken down in an emergency before: once ever."""
    earlier = select(Proposal.number).where(
        Proposal.complaint == number, Proposal.alone == "emergency"
    )
    return db.session.scalar(earlier.limit(1)) is not None
