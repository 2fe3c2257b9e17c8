"""Taking down one reply or comment, and bringing it back: its notice stays in the thread."""

from __future__ import annotations

from forum.complaints.erasing import entries_of_items
from forum.complaints.models import Complaint, Reply
from forum.complaints.service import touch
from forum.log import service as log
from forum.moderation.measures import Decision, keep_statement, statement_fields
from forum.moderation.models import Statement
from forum.moderation.told import tell_concerned


def kind_of(reply: Reply, done: str) -> str:
    """The kind of entry by which something is done to it: reply.removed, comment.restored …"""
    return f"{'comment' if reply.kind == 'comment' else 'reply'}.{done}"


def newest_of(complaint: Complaint, reply: Reply) -> int:
    """The newest entry about it, which an act upon it is `of`."""
    return entries_of_items(complaint.number)[reply.id].newest


def remove(complaint: Complaint, reply: Reply, decision: Decision) -> Statement:
    """Take it down, an official reply like any other; whoever wrote it is told."""
    entry = log.append(
        kind_of(reply, "removed"), complaint=complaint.number, item=reply.id,
        of=newest_of(complaint, reply), **statement_fields(decision, "everywhere"),
    )  # fmt: skip
    statement = keep_statement(decision, entry, "everywhere")
    reply.state, reply.statement = "removed", statement.number
    touch(complaint, entry)
    tell_concerned(complaint, reply, "removed", statement.number)
    return statement


def bring_back(
    complaint: Complaint, reply: Reply, statement: Statement, reason: str, *, by: str,
    staff: str | None,
) -> log.Appended:  # fmt: skip
    """Show it again, and say why."""
    entry = log.append(
        kind_of(reply, "restored"), complaint=complaint.number, item=reply.id,
        of=newest_of(complaint, reply), by=by, staff=staff, second=None, reason=reason,
        statement=statement.number,
    )  # fmt: skip
    reply.state, reply.statement = "visible", None
    touch(complaint, entry)
    tell_concerned(complaint, reply, "restored", statement.number)
    return entry
