"""Notices: a party named in a complaint says that it is false; an authority orders a measure.

A notice hides nothing: the page says that one waits, the author is told and may answer in public,
and a moderator decides like on any flag. What the sender wrote, and how to reach them, is private:
moderators read it, and the author reads what is said to be false.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from forum.accounts.addresses import parse_address
from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound
from forum.complaints.drafts import a_line, a_text
from forum.complaints.models import SHOWN, Complaint, Reply
from forum.complaints.service import touch
from forum.log import service as log
from forum.log.queries import MOST
from forum.moderation.answering import reference
from forum.moderation.flag_models import PartyNotice
from forum.moderation.flags import require_shown
from forum.moderation.measures import target_of

DEFAMATION = "defamation-notice"
ORDERS = ("authority-order", "court-order")
MAX_SENDER = 80
MAX_CLAIM = 2_000
MAX_EVIDENCE = 5_000
MIN_CLAIM = 10
MAX_COUNTER = 4_000


@dataclass(frozen=True)
class Claim:
    """What a notice says. sender: who asks; contact: telephone or e-mail; claim: which words are
    false and what is true, or what is ordered; evidence: why; file_number: the authority's."""

    sender: str
    contact: str
    claim: str
    evidence: str = ""
    file_number: str = ""


def send(number: int, item: int | None, given: Claim) -> PartyNotice:
    """A party named in a complaint, or in a reply or comment under it, sends a notice; no account.

    Conflict when it is not shown, or the same sender's notice about it waits already.
    """
    clean = require_sound(given)
    with transaction():
        complaint, reply = target_of(number, item)
        require_shown(complaint, reply)
        _require_first(number, item, PartyNotice.contact == clean.contact)
        return _receive(complaint, reply, clean, "party", DEFAMATION, None)


def enter_order(
    moderator: Account, number: int, item: int | None, reason: str, given: Claim
) -> PartyNotice:
    """A moderator enters what an authority or a court demands; its file number stays private."""
    rights.require(moderator.role, "notice.enter")
    if reason not in ORDERS:
        raise Invalid(_l("请选择是主管部门还是法院的要求。"), "reason")
    file_number = a_line("file_number", given.file_number, MAX_SENDER, _l("请填写文号或案号。"))
    contact = a_line("contact", given.contact, 254, "") if given.contact.strip() else ""
    clean = replace(_clean(given), file_number=file_number, contact=contact)
    with transaction():
        complaint, reply = target_of(number, item)
        require_shown(complaint, reply)
        _require_first(number, item, PartyNotice.file_number == file_number)
        return _receive(complaint, reply, clean, "authority", reason, moderator.staff_no)


def counter(author: Account, number: int, notice: int, text: str) -> PartyNotice:
    """Whoever wrote what a notice is about answers it, in public and once, until it is decided."""
    rights.require(author.role, "notice.counter")
    text = a_text("text", text, MAX_COUNTER, _l("请写下您的回应。"))
    with transaction():
        row = notice_of(number, notice)
        complaint, reply = target_of(number, row.item or None)
        require_own(author, complaint, reply)
        _require_open(row, complaint)
        entry = log.append("notice.countered", complaint=number, item=row.item or None,
                           of=row.entry, by="author", notice=row.number,
                           texts={"text": text})  # fmt: skip
        row.countered, row.counter = entry.index, text
        touch(complaint, entry)
        return row


def notice_of(number: int, notice: int) -> PartyNotice:
    """The notice of this number about this complaint; NotFound when there is none."""
    row = db.session.get(PartyNotice, notice) if notice <= MOST else None
    if row is None or row.complaint != number:
        raise NotFound(_l("没有这份投诉。"))
    return row


def notices_about(number: int) -> list[PartyNotice]:
    """Every notice about a complaint and what stands under it, oldest first."""
    query = select(PartyNotice).where(PartyNotice.complaint == number)
    return list(db.session.scalars(query.order_by(PartyNotice.number)))


def require_own(person: Account, complaint: Complaint, reply: Reply | None) -> None:
    """NotAllowed for everybody but whoever wrote what the notice is about."""
    said = complaint if reply is None else reply
    if said.account_id is None or said.account_id != person.id:
        raise NotAllowed(_l("只有写下它的本人可以回应。"), rule="own")


def require_sound(given: Claim) -> Claim:
    """What a party sent, in one form; Invalid names the field that is missing or wrong."""
    try:
        contact = parse_address(given.contact).value
    except Invalid as wrong:
        raise Invalid(wrong.sentence, "contact") from wrong
    return replace(_clean(given), contact=contact)


def _clean(given: Claim) -> Claim:
    sender = a_line("sender", given.sender, MAX_SENDER, _l("请写明您是谁。"))
    claim = a_text("claim", given.claim, MAX_CLAIM, _l("请写明哪一句、错在哪里。"))
    if len(claim) < MIN_CLAIM:
        raise Invalid(_l("写得太短，无法判断。请写明哪一句、错在哪里。"), "claim")
    evidence = given.evidence or ""
    if evidence.strip():
        evidence = a_text("evidence", evidence, MAX_EVIDENCE, "")
    return replace(given, sender=sender, claim=claim, evidence=evidence.strip())


def _require_first(number: int, item: int | None, same: ColumnElement[bool]) -> None:
    about = (PartyNotice.complaint == number) & (PartyNotice.item == (item or 0))
    waits = select(PartyNotice.number).where(about, PartyNotice.decided.is_(None), same)
    known = db.session.scalar(waits.limit(1))
    if known is not None:
        raise Conflict(_l("同样的投诉已收到（第 %(number)d 号），正在处理。", number=known),
                       notice_of=(number, known))  # fmt: skip


def _receive(
    complaint: Complaint, reply: Reply | None, given: Claim, by: str, reason: str, staff: str | None
) -> PartyNotice:
    number = (db.session.scalar(select(db.func.max(PartyNotice.number))) or 0) + 1
    item = reply.id if reply else None
    # No words of it are public, so none are committed to.
    entry = log.append("notice.received", complaint=complaint.number, item=item,
                       of=reference(complaint, reply), by=by, staff=staff, reason=reason,
                       notice=number, texts={})  # fmt: skip
    row = PartyNotice(
        number=number, complaint=complaint.number, item=item or 0, entry=entry.index, by=by,
        reason=reason, staff=staff, sender=given.sender, contact=given.contact,
        claim=given.claim, evidence=given.evidence, file_number=given.file_number, at=entry.at,
    )  # fmt: skip
    db.session.add(row)
    touch(complaint, entry)
    _tell(complaint, reply, row)
    return row


def _tell(complaint: Complaint, reply: Reply | None, row: PartyNotice) -> None:
    said = complaint if reply is None else reply
    if said.account_id is not None:
        emit("author.told", account=said.account_id, complaint=complaint.number, item=row.item,
             what="notice.received", notice=row.number, at=clock.format_utc(row.at))  # fmt: skip


def _require_open(row: PartyNotice, complaint: Complaint) -> None:
    if row.decided is not None:
        raise Conflict(
            _l("这份投诉已有结果，不用再回应。"), entry=row.decided, log_entry=row.decided
        )
    if row.countered is not None:
        raise Conflict(_l("您已回应过，写在公开记录第 %(entry)d 条。", entry=row.countered),
                       log_entry=row.countered)  # fmt: skip
    if complaint.state not in SHOWN:
        raise Conflict(_l("这条意见已不在展示。"), state=complaint.state)
