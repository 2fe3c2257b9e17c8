"""What the company does in public: answer, promise, resolve. Only the author confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid
from forum.complaints.clocks import SILENCE
from forum.complaints.drafts import a_text
from forum.complaints.models import UNSOLVED, Complaint, Promise, Reply
from forum.complaints.repeated import said_just_now
from forum.complaints.service import add_reply, existing, shown, start_clock, tell, touch
from forum.log import service as log
from forum.log.words import CAUSE_LABELS, OUTCOME_LABELS
from forum.tlog.entry import CAUSES, OUTCOMES

MAX_REPLY = 8_000
LONGEST_PROMISE = timedelta(days=730)


@dataclass(frozen=True)
class Resolution:
    """How a case was settled: outcome and cause (closed lists of the contract)."""

    outcome: str
    cause: str


def reply(
    person: Account, number: int, body: str, *, holding: bool = False, until: date | None = None
) -> Reply:
    """Answer in public. With `until`, a substantive reply is a promise by that date.

    A holding reply needs `until`, the day by which the answer comes, and leaves the case open.
    The same again gives what was answered.
    """
    rights.require(person.role, "reply.post")
    body = a_text("body", body, MAX_REPLY, _l("请写下回复。"))
    _check_date(until, needed=holding)
    with transaction():
        complaint = shown(number)
        if until is not None and complaint.status not in UNSOLVED:
            raise Invalid(_l("这件事已登记处理结果，不能再写日期。请去掉日期再发。"), "until")
        kind = "holding" if holding else "reply"
        before = said_just_now(person, number, kind, body)
        if before is not None:
            return before
        answer = _say(person, complaint, body, kind, until)
        if not holding:
            _answered(person, complaint, answer, until)
        tell(complaint, "reply", item=answer.id)
        return answer


def resolve(person: Account, number: int, resolution: Resolution, body: str) -> Reply:
    """Say that it is settled, how, and why it had come to it. The author has 14 days to answer."""
    rights.require(person.role, "complaint.resolve")
    if resolution.outcome not in OUTCOMES:
        raise Invalid(_l("请选择处理结果。"), "outcome")
    if resolution.cause not in CAUSES:
        raise Invalid(_l("请选择原因。"), "cause")
    body = a_text("body", body, MAX_REPLY, _l("请写明做了什么，让业主能核对。"))
    with transaction():
        complaint = shown(number)
        if complaint.status not in ("open", "disputed", "answered", "promised"):
            raise Conflict(_l("这件事的状态已经变了，请刷新后再看。"), status=complaint.status)
        answer = _say(person, complaint, body, "reply", None)
        complaint.answered_at = complaint.answered_at or answer.posted_at
        _keep_promises(person, complaint)
        set_status(complaint, "resolved", by=person.role, staff=person.staff_no,
                   outcome=resolution.outcome, cause=resolution.cause)  # fmt: skip
        tell(complaint, "resolved", item=answer.id)
        return answer


def set_status(
    complaint: Complaint, status: str, *, by: str, staff: str | None = None,
    outcome: str | None = None, cause: str | None = None,
) -> None:  # fmt: skip
    """Move the case on, with its entry; the first-reply clock ends with any answer."""
    entry = log.append(
        "complaint.status", complaint=complaint.number, of=complaint.act_entry, by=by,
        status=status, staff=staff, outcome=outcome, cause=cause,
    )  # fmt: skip
    complaint.status, complaint.status_at = status, entry.at
    complaint.act_entry = entry.index
    start_clock(complaint)
    touch(complaint, entry)


def close_silent() -> int:
    """The worker: fourteen days after a solution without a word from the author. How many."""
    limit = clock.now() - SILENCE
    # Nobody can confirm what is hidden: the days count from when it could be seen again.
    waiting = (
        (Complaint.status == "resolved")
        & (Complaint.state == "visible")
        & (Complaint.status_at <= limit)
        & (Complaint.state_at <= limit)
    )
    numbers = list(db.session.scalars(select(Complaint.number).where(waiting)))
    for number in numbers:
        with transaction():
            complaint = existing(number)
            # The author may have spoken between the look and the lock.
            if complaint.status == "resolved" and complaint.state == "visible":
                set_status(complaint, "closed_unconfirmed", by="system")
                tell(complaint, "closed_unconfirmed")
    return len(numbers)


def break_promises() -> int:
    """The worker: the promised day has passed where the board lives. How many promises broke."""
    today = clock.local_date()
    # With an erased complaint its clocks end: nothing can be said of it any more.
    late = (Promise.state == "open") & (Promise.until < today) & (Complaint.state != "erased")
    promises = select(Promise.id).join(Complaint, Complaint.number == Promise.complaint)
    ids = list(db.session.scalars(promises.where(late).order_by(Promise.id)))
    for promise_id in ids:
        with transaction():
            promise = db.session.get(Promise, promise_id)
            if promise is None or promise.state != "open":
                continue
            complaint = existing(promise.complaint)
            _break(complaint, promise)
            if complaint.status == "promised" and not _open_promises(complaint):
                set_status(complaint, "answered", by="system")
            tell(complaint, "promise.broken")
    return len(ids)


def _say(person: Account, complaint: Complaint, body: str, kind: str, until: date | None) -> Reply:
    answer = add_reply(
        complaint, kind=kind, role=person.role, by=str(person.staff_no), body=body,
        account=person, department=person.department, until=until,
    )  # fmt: skip
    entry = log.append(
        "reply.posted", complaint=complaint.number, item=answer.id, by=person.role,
        staff=person.staff_no, department=person.department, reply=kind,
        until=until.isoformat() if until else None,
        texts={"text": body, "author": answer.by},
    )  # fmt: skip
    touch(complaint, entry, answer)
    return answer


def _answered(person: Account, complaint: Complaint, answer: Reply, until: date | None) -> None:
    """A substantive reply moves the case on, and a date in it is a promise."""
    complaint.answered_at = complaint.answered_at or answer.posted_at
    if until is not None:
        _promise(person, complaint, answer, until)
        if complaint.status != "promised":
            set_status(complaint, "promised", by=person.role, staff=person.staff_no)
    elif complaint.status in ("open", "disputed"):
        set_status(complaint, "answered", by=person.role, staff=person.staff_no)


def _promise(person: Account, complaint: Complaint, answer: Reply, until: date) -> None:
    promise = Promise(complaint=complaint.number, reply_id=answer.id, entry=0, until=until)
    db.session.add(promise)
    db.session.flush()
    entry = log.append("promise.made", complaint=complaint.number, item=promise.id,
                       of=answer.entry, by=person.role, staff=person.staff_no,
                       until=until.isoformat())  # fmt: skip
    promise.entry = entry.index
    touch(complaint, entry)


def _keep_promises(person: Account, complaint: Complaint) -> None:
    for promise in _open_promises(complaint):
        if promise.until < clock.local_date():
            _break(complaint, promise)
            continue
        promise.state = "kept"
        touch(complaint, log.append("promise.kept", complaint=complaint.number, item=promise.id,
                                    of=promise.entry, by=person.role,
                                    staff=person.staff_no, texts={}))  # fmt: skip


def _break(complaint: Complaint, promise: Promise) -> None:
    promise.state = "broken"
    touch(complaint, log.append("promise.broken", complaint=complaint.number, item=promise.id,
                                of=promise.entry, by="system"))  # fmt: skip


def _open_promises(complaint: Complaint) -> list[Promise]:
    return list(
        db.session.scalars(
            select(Promise).where(Promise.complaint == complaint.number, Promise.state == "open")
        )
    )


def _check_date(until: date | None, *, needed: bool) -> None:
    if until is None:
        if needed:
            raise Invalid(_l("“我查一查”需要写明哪天之前答复。"), "until")
        return
    today = clock.local_date()
    if not today <= until <= today + LONGEST_PROMISE:
        raise Invalid(_l("日期应在今天之后、两年之内。"), "until")


def outcome_choices() -> list[tuple[str, Any]]:
    """Outcomes as (code, words) for the form."""
    return [(code, OUTCOME_LABELS[code]) for code in OUTCOMES]


def cause_choices() -> list[tuple[str, Any]]:
    """Causes as (code, words) for the form."""
    return [(code, CAUSE_LABELS[code]) for code in CAUSES]
