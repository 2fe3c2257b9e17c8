"""Challenges: any reader disputes an entry of the log, an auditor answers with public reasons.

    challenge = file(None, 40, "说明里写的条款和事实对不上。", email="reader@mail.test")
    decide(auditor, challenge.number, "rejected", "条款 3.4 说的正是这种情形。")

Upheld, a decision that can be undone is undone in the same transaction, as by an appeal. Anything
else that was found wrong is put right by those inside whose it is, in the open.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.accounts.addresses import parse_address
from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.base.refusal import Invalid, NotAllowed, NotFound
from forum.complaints.models import Complaint
from forum.complaints.service import existing, tell, touch
from forum.log import queries as entries
from forum.log import service as log
from forum.log.queries import MOST
from forum.moderation.appeals import (
    DEADLINE,
    MAX_WORDS,
    clean,
    next_number,
    require_answer,
    require_open,
    settle,
)
from forum.moderation.decisions import Decided, can_be_undone, decision_at
from forum.moderation.models import Statement
from forum.moderation.part_taken import had_part
from forum.moderation.redress_models import Challenge
from forum.moderation.righting import put_right


def file(person: Account | None, index: int, words: str, email: str = "") -> Challenge:
    """Dispute the entry at this index; `person` is None for a visitor.

    email: where the answer goes, for whoever wants it. NotFound when there is no such entry.
    """
    words, address = clean("words", words, MAX_WORDS), _address(email)
    with transaction():
        entry = entries.entry(index) if 0 <= index <= MOST else None
        if entry is None:
            raise NotFound(_l("没有这一条记录。"), index=index)
        number, complaint = next_number(Challenge), entry.get("complaint")
        by = "member" if person is not None and person.role == "member" else "reader"
        filed = log.append("challenge.filed", complaint=complaint, of=index, by=by,
                           challenge=number, texts={})  # fmt: skip
        challenge = Challenge(
            number=number, of=index, complaint=complaint, by=by,
            account_id=person.id if person else None, email=address, words=words,
            entry=filed.index, at=filed.at, due_at=filed.at + DEADLINE,
        )  # fmt: skip
        db.session.add(challenge)
        _touch(challenge, filed)
        return challenge


def decide(auditor: Account, number: int, outcome: str, reasons: str) -> Challenge:
    """Answer a challenge; upheld, the decision it is about is undone, if it can be, and its author
    told. NotAllowed (rule ``own-part``) for whoever the entry is by."""
    rights.require(auditor.role, "appeal.decide")
    reasons = require_answer(outcome, reasons)
    with transaction():
        challenge = open_challenge(number)
        require_no_part(auditor, challenge)
        entry = log.append(
            "challenge.decided", complaint=challenge.complaint, of=challenge.entry, by="auditor",
            staff=auditor.staff_no, challenge=number, outcome=outcome, texts={"text": reasons},
        )  # fmt: skip
        settle(challenge, outcome, reasons, entry, auditor)
        _touch(challenge, entry)
        if outcome == "upheld":
            _put_right(auditor, challenge, reasons)
        if challenge.email:
            emit("challenge.answered", challenge=number)
        if challenge.account_id is not None:
            emit("author.told", account=challenge.account_id, complaint=challenge.complaint or 0,
                 what="challenge.decided", challenge=number, at=clock.format_utc(entry.at))  # fmt: skip
        return challenge


def _put_right(auditor: Account, challenge: Challenge, reasons: str) -> None:
    decided = decided_by(challenge)
    if decided is None or not can_be_undone(decided):
        return
    moved_back = put_right(auditor, decided, reasons)
    if moved_back is not None:
        tell(existing(moved_back.complaint), "moved", ruling=moved_back.entry)


def decided_by(challenge: Challenge) -> Decided | None:
    """The decision that the challenged entry wrote down, or agreed to; None when it is neither."""
    entry = entries.entry(challenge.of) or {}
    agreed = entry.get("kind") == "statement.approved"
    statement = db.session.get(Statement, entry["statement"]) if agreed else None
    try:
        return decision_at(statement.entry if statement is not None else challenge.of)
    except NotFound:
        return None


def open_challenge(number: int) -> Challenge:
    """The challenge that waits; NotFound, or Conflict that says who decided it and when."""
    found = db.session.get(Challenge, number) if 0 < number <= MOST else None
    if found is None:
        raise NotFound(_l("没有第 %(number)d 号异议。", number=number), number=number)
    require_open(found)
    return found


def require_no_part(auditor: Account, challenge: Challenge) -> None:
    """NotAllowed (rule ``own-part``) for those whose entry it is, and for whoever challenged it."""
    entry = entries.entry(challenge.of) or {}
    # A request, a proposal and its answer are steps of what their statement is about.
    if challenge.account_id == auditor.id or had_part(auditor.staff_no, challenge.of, entry):
        raise NotAllowed(
            _l("这条记录是您参与写下的，或异议是您提的。请由另一位独立监督员决定。"),
            rule="own-part",
        )


def _address(typed: str) -> str | None:
    if not typed.strip():
        return None
    try:
        address = parse_address(typed)
    except Invalid as wrong:
        raise Invalid(wrong.sentence, "email") from None
    if address.channel != "email":
        raise Invalid(_l("请填写邮箱地址，或留空。"), "email")
    return address.value


def _touch(challenge: Challenge, entry: log.Appended) -> None:
    complaint = db.session.get(Complaint, challenge.complaint) if challenge.complaint else None
    if complaint is not None:
        touch(complaint, entry)
