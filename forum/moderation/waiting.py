"""What waits for a second person: who may answer it, answering it, letting it lapse."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict, NotAllowed, NotFound
from forum.complaints.models import Complaint
from forum.complaints.service import existing, touch
from forum.log import service as log
from forum.log.words import reason_label
from forum.moderation.already import whose
from forum.moderation.models import Proposal, Statement
from forum.moderation.undoing import in_force, undo
from forum.tlog.decided import DECIDERS

# What came of it, in a word. Why not stands on the page of the statement, nowhere else: those words
# can be destroyed.
OUTCOMES = {"approved": _l("同意"), "rejected": _l("不同意"), "refused": _l("不予采纳"),
            "lapsed": _l("逾期未复核")}  # fmt: skip


def is_request(proposal: Proposal) -> bool:
    """Whether somebody only asked: the measure is not written out, and nobody can approve it."""
    return proposal.by not in DECIDERS


def is_past(proposal: Proposal) -> bool:
    """Whether the measure's own last day is over, so that there is nothing left to agree to."""
    return proposal.until is not None and proposal.until < clock.local_date()


def open_proposal(number: int) -> Proposal:
    """What waits under this number; NotFound, or Conflict that says who decided it, when and why."""
    proposal = db.session.get(Proposal, number)
    if proposal is None:
        raise NotFound(_l("没有等待复核的处理说明 %(number)d。", number=number), number=number)
    if proposal.state != "open":
        raise _decided_before(proposal)
    if proposal.lapses_at <= clock.now():
        raise Conflict(_l("期限已过，没有人复核，这件事已作废。"), state="lapsed")
    return proposal


def _decided_before(proposal: Proposal) -> Conflict:
    at = (proposal.decided_at or proposal.at).astimezone(clock.BOARD_ZONE)
    return Conflict(
        _l("已有结果（%(outcome)s），不能再决定：%(staff)s，%(at)s，理由：%(reason)s（处理说明 "
           "%(number)d）。", outcome=str(OUTCOMES[proposal.state]), at=f"{at:%Y-%m-%d %H:%M}",
           staff=proposal.decided_staff or "—", number=proposal.number,
           reason=str(reason_label(proposal.reason))),
        state=proposal.state, staff=proposal.decided_staff, number=proposal.number,
        statement=proposal.number,
    )  # fmt: skip


def require_whole(proposal: Proposal) -> None:
    """Conflict when what a decision needs is gone: of a proposal that came back from the log, or
    whose facts an erasure destroyed, nothing can be carried out."""
    if proposal.detection is None:
        raise Conflict(
            _l("理由在恢复备份时丢失，请重新提出（先对这一份点“不同意”）。"), state="lost"
        )
    if not proposal.facts:
        raise Conflict(
            _l("理由引用了依法清除的内容，已一并销毁，请重新提出（先对这一份点“不同意”）。"),
            state="lost",
        )


def require_days_left(proposal: Proposal) -> None:
    """Conflict when the last day of what was proposed, or done alone, is past."""
    if is_past(proposal):
        raise Conflict(
            _l("处理期限（到 %(until)s 为止）已过，不能再同意。还需要处理的，请重新提出。",
               until=str(proposal.until)),
            until=str(proposal.until),
        )  # fmt: skip


def require_second(person: Account, proposal: Proposal) -> None:
    """NotAllowed for whoever proposed it, or asked for what became this proposal."""
    asked = select(Proposal.number).where(
        Proposal.taken_up == proposal.number, Proposal.account_id == person.id
    )
    own = proposal.account_id == person.id or proposal.staff == person.staff_no
    if own or db.session.scalar(asked.limit(1)) is not None:
        raise NotAllowed(_l("提出的人不能自己复核。请由另一位处理。"), rule="own-approval")


def answer(
    person: Account, proposal: Proposal, state: str, kind: str, why: str | None = None
) -> None:
    """Write the entry of an answer; `why` is committed to and shown."""
    committed: dict[str, Any] = {} if why is None else {"texts": {"text": why}}
    entry = log.append(kind, complaint=proposal.complaint, of=proposal.entry, by=person.role,
                       staff=person.staff_no, statement=proposal.number, **committed)  # fmt: skip
    proposal.answer = why
    proposal.decided_by, proposal.decided_staff = person.role, person.staff_no
    _end(proposal, state, entry)


def refuse_repetition(person: Account, new: Proposal) -> None:
    """One proposal at a time for one target, and one request of each person; else Conflict."""
    first = same_waiting(person, new)
    if first is not None:
        raise Conflict(
            _l("同样的处理已在复核中（%(staff)s，%(at)s，理由：%(reason)s，处理说明 %(number)d）。",
               **whose(first), reason=str(reason_label(first.reason)), number=first.number),
            number=first.number, statement=first.number,
        )  # fmt: skip


def same_waiting(person: Account, new: Proposal) -> Proposal | None:
    """What waits already for the same act on the same target: of deciders anybody's, else one's own."""
    mine = Proposal.account_id == person.id
    if person.role in DECIDERS:
        mine = Proposal.by.in_(DECIDERS)
    return db.session.scalar(select(Proposal).where(_waits_for(new), mine).limit(1))


def take_up(person: Account, proposal: Proposal) -> None:
    """Requests for the same measure are answered by the proposal they led to."""
    waiting = _waits_for(proposal), Proposal.by.not_in(DECIDERS)
    asked = select(Proposal).where(*waiting).order_by(Proposal.number)
    for request in db.session.scalars(asked).all():
        answer(person, request, "approved", "statement.approved")
        request.taken_up = proposal.number


def lapse(proposal: Proposal) -> None:
    """Nobody answered: the proposal is over, and what one person did alone is undone."""
    if not proposal.alone:
        _lapse(proposal)
        return
    statement = db.session.get_one(Statement, proposal.number)
    if in_force(statement):
        _end(proposal, "lapsed", undo(statement, "lapsed", by="system", staff=None))
    else:
        _lapse(proposal)


def lapse_all(complaint: Complaint, item: int | None = None) -> None:
    """Nothing can be decided of the complaint, or of one item, any more: it is about to be erased."""
    waiting = select(Proposal).where(
        Proposal.complaint == complaint.number, Proposal.state == "open"
    )
    if item is not None:
        waiting = waiting.where(Proposal.item == item)
    for proposal in db.session.scalars(waiting.order_by(Proposal.number)).all():
        _lapse(proposal)


def lapse_refusals(complaint: Complaint) -> None:
    """What was to be decided before the first publication cannot be decided after it."""
    waiting = select(Proposal).where(
        Proposal.complaint == complaint.number, Proposal.state == "open", Proposal.act == "refuse"
    )
    for proposal in db.session.scalars(waiting.order_by(Proposal.number)).all():
        _lapse(proposal)


def _lapse(proposal: Proposal) -> None:
    entry = log.append("statement.lapsed", complaint=proposal.complaint, of=proposal.entry,
                       by="system", statement=proposal.number)  # fmt: skip
    _end(proposal, "lapsed", entry)


def _waits_for(new: Proposal) -> ColumnElement[bool]:
    """What waits for the same act on the same target; of a suspension that is an author."""
    same = (Proposal.act == new.act) & (Proposal.state == "open") & Proposal.alone.is_(None)
    for column, value in ((Proposal.complaint, new.complaint), (Proposal.item, new.item),
                          (Proposal.target_id, new.target_id)):  # fmt: skip
        same &= column.is_(None) if value is None else column == value
    return same


def _end(proposal: Proposal, state: str, entry: log.Appended) -> None:
    proposal.state, proposal.decided_at, proposal.decided_entry = state, entry.at, entry.index
    # What was, or was not, covered is kept nowhere but under seal.
    proposal.cuts = None
    if proposal.complaint is not None:
        touch(existing(proposal.complaint), entry)
