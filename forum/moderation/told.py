"""Letting those whom a measure concerns hear of it: why, by which clause, and how to appeal."""

from __future__ import annotations

from forum.base import clock
from forum.base.outbox import emit
from forum.complaints.models import Complaint, Reply
from forum.complaints.service import tell


def tell_concerned(complaint: Complaint, reply: Reply | None, what: str, statement: int) -> None:
    """Tell the author of the complaint, or whoever said what stands under it, after the commit.

    what: removed, restored, redacted, uncovered …; of something said it becomes ``item.<what>``.
    """
    if reply is None:
        tell(complaint, what, statement=statement)
    elif reply.account_id is not None:
        emit("author.told", account=reply.account_id, complaint=complaint.number, item=reply.id,
             what=f"item.{what}", statement=statement, at=clock.format_utc(clock.now()))  # fmt: skip
