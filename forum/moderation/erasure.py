"""Erasing as the law demands: two people, one of them an auditor, and then nothing is left.

The transaction destroys the rows and the salts, and appends one entry for the complaint and one
for each thing said under it, all under one statement. What lies elsewhere (files, index, mails,
digests, notices, kept pages, freed pages of the database) is destroyed by the receivers of
``content.erased`` after the commit, and tried again until it is done.

    {"number": 17, "items": [3, 4], "whole": true, "files": ["photos/…", "originals/…"],
     "statements": [9]}

statements: of suspensions whose reasons quoted it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.base.refusal import Conflict, Invalid
from forum.complaints import erasing
from forum.complaints.models import Complaint, Reply
from forum.complaints.service import tell, touch
from forum.log import service as log
from forum.moderation.erasing_appealed import require_nobody_waits, tell_appellants
from forum.moderation.flag_erasing import forget_words, openings_of_answers
from forum.moderation.forgetting import forget_redress
from forum.moderation.measures import (
    Act,
    Decision,
    Measure,
    ground_fields,
    keep_statement,
    target_of,
)
from forum.moderation.models import Statement
from forum.moderation.quoting import (
    forget_private_quotes,
    forget_quotes,
    quoted,
    quoting_entries,
    suspensions_in,
    words_of,
)
from forum.moderation.redaction import still_cut
from forum.moderation.waiting import lapse_all

GROUNDS = ("lawful-erasure", "personal-data", "illegal", "author-request", "authority-order",
           "court-order")  # fmt: skip
TOPIC = "content.erased"


def check(complaint: Complaint, reply: Reply | None) -> None:
    """Conflict when there is nothing left to erase."""
    state = complaint.state if reply is None or complaint.state == "erased" else reply.state
    if state == "erased":
        raise Conflict(_l("内容已依法清除。"), state=state)


def carry_out(decision: Decision) -> Statement:
    """Erase a complaint with everything under it, or one reply or comment; Conflict as `look`."""
    complaint, reply = target_of(decision.complaint, decision.item)
    require_nobody_waits(complaint, reply, decision.given.reason)
    if reply is None:
        return _erase_whole(complaint, decision)
    lapse_all(complaint, reply.id)
    known = erasing.entries_of_items(complaint.number)[reply.id]
    quoting = _quoting(complaint, reply, (), decision)
    entry, files = _erase_item(complaint, reply, known, decision, quoting)
    tell_appellants(complaint, reply, entry)
    emit(TOPIC, number=complaint.number, items=[reply.id], whole=False, files=files,
         statements=suspensions_in(quoting))  # fmt: skip
    return keep_statement(decision, entry, "everywhere")


def look(complaint: Complaint, reply: Reply | None, measure: Measure) -> None:
    """Invalid when the facts, which stay public, repeat what is to be erased; Conflict while an
    appeal or a challenge about it is open."""
    require_nobody_waits(complaint, reply, measure.given.reason)
    words = words_of(complaint, reply, erasing.things_said(complaint))
    part = quoted(measure.given.facts, words)
    if part is not None:
        raise Invalid(
            _l("事实里引用了要清除的文字（“%(part)s”），而事实会一直公开。请换一种说法。", part=part), "facts"
        )  # fmt: skip


ERASE = Act(GROUNDS, on_items=True, needs_auditor=True, check=check, carry_out=carry_out, look=look)


def reapply(index: int, entry: Mapping[str, Any]) -> None:
    """Destroy again what an erased entry names: a restored backup may have brought it back.

    index, entry: where a ``complaint.erased``, ``reply.erased`` or ``comment.erased`` stands in
    the log, and its fields. No new entry is written; doing it twice changes nothing.
    """
    with transaction():
        complaint = db.session.get(Complaint, entry["complaint"])
        reply = db.session.get(Reply, entry["item"]) if "item" in entry else None
        if complaint is None or ("item" in entry and reply is None):
            return
        words = words_of(complaint, reply, erasing.things_said(complaint))
        forget_private_quotes(complaint, words)
        if reply is not None:
            files = erasing.destroy_item(reply, entry["closes"])
            forget_words(complaint.number, reply.id)
            forget_redress(complaint.number, reply.id)
            reply.state, reply.statement = "erased", entry["statement"]
            complaint.redacted = still_cut(complaint)
        else:
            files = erasing.destroy_complaint(complaint, entry["closes"])
            forget_words(complaint.number)
            forget_redress(complaint.number)
            _empty(complaint, _appended(index, entry), entry["statement"])
        forget_quotes(entry["closes"])
        complaint.last_entry = max(complaint.last_entry, index)
        items = [] if reply is None else [reply.id]
        emit("complaint.changed", number=complaint.number)
        emit(TOPIC, number=complaint.number, items=items, whole=reply is None, files=files,
             statements=suspensions_in(entry["closes"]))  # fmt: skip


def _appended(index: int, entry: Mapping[str, Any]) -> log.Appended:
    return log.Appended(index, clock.parse_utc(entry["at"]), b"")


def _settle(complaint: Complaint) -> None:
    """Nothing may wait for a complaint that ends: an entry after its last would contradict it."""
    lapse_all(complaint)
    if complaint.withdrawal_due is not None:
        complaint.withdrawal_due = None
        touch(complaint, log.append("withdrawal.stopped", complaint=complaint.number,
                                    of=complaint.act_entry, by="system"))  # fmt: skip


def _empty(complaint: Complaint, entry: log.Appended, statement: int) -> None:
    complaint.state, complaint.state_at = "erased", entry.at
    complaint.statement, complaint.act_entry = statement, entry.index
    complaint.due_at = complaint.withdrawal_due = complaint.held_until = None
    complaint.merged_into, complaint.redacted = None, False


def _erase_whole(complaint: Complaint, decision: Decision) -> Statement:
    said, known = erasing.things_said(complaint), erasing.entries_of_items(complaint.number)
    _settle(complaint)
    quoting = _quoting(complaint, None, said, decision)
    files: list[str] = []
    for reply in said:
        files += _erase_item(complaint, reply, known[reply.id], decision)[1]
    texts, answers = erasing.openings_of_text(complaint), openings_of_answers(complaint.number)
    closes = sorted({*texts, *answers, *quoting})
    entry = log.append("complaint.erased", complaint=complaint.number, of=complaint.act_entry,
                       closes=closes, **ground_fields(decision))  # fmt: skip
    _empty(complaint, entry, decision.number)
    files += erasing.destroy_complaint(complaint, closes)
    forget_words(complaint.number)
    forget_redress(complaint.number)
    touch(complaint, entry)
    tell(complaint, "erased", statement=decision.number)
    tell_appellants(complaint, None, entry)
    items = [reply.id for reply in said]
    emit(TOPIC, number=complaint.number, items=items, whole=True, files=files,
         statements=suspensions_in(closes))  # fmt: skip
    return keep_statement(decision, entry, "everywhere")


def _quoting(
    complaint: Complaint, reply: Reply | None, said: Sequence[Reply], decision: Decision
) -> set[int]:
    """Entries of reasons given earlier that quote what is erased; their words are destroyed."""
    words = words_of(complaint, reply, said)
    found = quoting_entries(complaint, words, but=decision.number)
    forget_quotes(found)
    forget_private_quotes(complaint, words)
    return found


def _erase_item(
    complaint: Complaint, reply: Reply, known: erasing.ItemEntries, decision: Decision,
    quoting: Collection[int] = (),
) -> tuple[log.Appended, list[str]]:  # fmt: skip
    answers = openings_of_answers(complaint.number, reply.id)
    closes = sorted({*(known.held or [reply.entry]), *answers, *quoting})
    kind = "comment.erased" if reply.kind == "comment" else "reply.erased"
    entry = log.append(kind, complaint=complaint.number, item=reply.id, of=known.newest,
                       closes=closes, **ground_fields(decision))  # fmt: skip
    files = erasing.destroy_item(reply, closes)
    forget_words(complaint.number, reply.id)
    forget_redress(complaint.number, reply.id)
    reply.state, reply.statement = "erased", decision.number
    complaint.redacted = still_cut(complaint)
    touch(complaint, entry)
    if reply.account_id is not None:
        emit("author.told", account=reply.account_id, complaint=complaint.number, item=reply.id,
             what="item.erased", statement=decision.number, at=clock.format_utc(entry.at))  # fmt: skip
    return entry, files
