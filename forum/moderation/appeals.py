"""Appeals: whoever a decision concerns asks for another look, an auditor without part in it decides.

    appeal = file(author, 40, "我写的是物业的回复原话，不是辱骂。")
    decide(auditor, appeal.number, "upheld", "原话出自物业公告，不构成辱骂。")

Upheld, what was done is undone in the same transaction. Filing costs nothing, is open for six
months, and once for each person and decision. Words and photos stay between the person and the auditors;
that there is an appeal, how long it takes and what came of it, with reasons, is public.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound
from forum.complaints.drafts import a_text
from forum.complaints.photos import PreparedPhoto
from forum.complaints.service import existing, touch
from forum.log import service as log
from forum.log.queries import MOST
from forum.log.words import REDRESS_LABELS
from forum.moderation import evidence
from forum.moderation.decisions import (
    Decided,
    can_be_undone,
    concerned_as,
    decision_at,
    is_over,
    replaced_by,
)
from forum.moderation.part_taken import had_part
from forum.moderation.redress import appeal_until
from forum.moderation.redress_models import Appeal, Challenge
from forum.moderation.righting import put_right
from forum.tlog.kinds import REDRESS

DEADLINE = timedelta(days=14)
MIN_WORDS, MAX_WORDS = 10, 5_000
MAX_REASONS = 5_000


def file(person: Account, index: int, words: str, photos: Collection[PreparedPhoto] = ()) -> Appeal:
    """Appeal against the decision at this index of the log.

    photos: at most `evidence.MOST`; they stay as private as the words.
    NotFound when it is no decision; NotAllowed (rule ``concerned``) for whom it does not concern;
    Conflict after six months, a second time, or when it was undone, or replaced, already.
    """
    rights.require(person.role, "appeal.file")
    words = clean("words", words, MAX_WORDS)
    if len(photos) > evidence.MOST:
        raise Invalid(_l("最多附 %(most)d 张照片。", most=evidence.MOST), "photos")
    evidence.store(photos)
    with transaction():
        decided = decision_at(index)
        by = require_concerned(person, decided)
        require_appealable(person, decided)
        entry = log.append(
            "appeal.filed", complaint=decided.complaint, item=decided.item, of=index, by=by,
            appeal=next_number(Appeal), statement=decided.statement, texts={},
        )  # fmt: skip
        appeal = Appeal(
            number=next_number(Appeal), of=index, statement=decided.statement,
            complaint=decided.complaint, item=decided.item, by=by, account_id=person.id,
            words=words, entry=entry.index, at=entry.at, due_at=entry.at + DEADLINE,
        )  # fmt: skip
        db.session.add(appeal)
        evidence.keep(appeal, photos)
        _touch(appeal, entry)
        _tell(appeal, "appeal.filed")
        return appeal


def require_concerned(person: Account, decided: Decided) -> str:
    """As what it concerns the person; NotAllowed (rule ``concerned``) when it does not."""
    by = concerned_as(person, decided)
    if by is None:
        raise NotAllowed(
            _l("只有这项处理涉及的本人可以申诉。其他人可以对这条记录提出异议。"), rule="concerned",
            challengeable=decided.index,
        )  # fmt: skip
    return by


def require_appealable(person: Account, decided: Decided) -> None:
    """Conflict when it is too late, was done already, or there is nothing left to put right."""
    until = appeal_until(decided.at)
    if clock.local_date() > until:
        raise Conflict(
            _l("申诉期已过：通知之日起六个月，到 %(until)s 为止。", until=until.isoformat())
        )
    earlier = appeal_of(person, decided.index)
    if earlier is not None:
        raise Conflict(
            _l(
                "您已对这项决定提出过申诉（第 %(number)d 号），每项决定一次。",
                number=earlier.number,
            ),
            number=earlier.number,
            appeal=earlier.number,
        )
    later = replaced_by(decided)
    if later is not None:
        raise Conflict(
            _l("后来又有同样的处理（记录 %(index)d），这一项已被它取代。请对那一项申诉。", index=later),
            index=later, appealable=later,
        )  # fmt: skip
    if is_over(decided):
        raise Conflict(_l("这项处理已经撤销，恢复了原样，不用再申诉。"))


def decide(auditor: Account, number: int, outcome: str, reasons: str) -> Appeal:
    """Decide an appeal; upheld, what was decided is undone in the same transaction.

    outcome: of the closed list; reasons: public. NotAllowed (rule ``own-part``) for whoever had a
    part in what was decided; Conflict, saying who and when, once it is decided.
    """
    rights.require(auditor.role, "appeal.decide")
    reasons = require_answer(outcome, reasons)
    with transaction():
        appeal = open_appeal(number)
        decided = decision_at(appeal.of)
        require_no_part(auditor, decided, appeal)
        entry = log.append(
            "appeal.decided", complaint=appeal.complaint, item=appeal.item, of=appeal.entry,
            by="auditor", staff=auditor.staff_no, appeal=number, outcome=outcome,
            texts={"text": reasons},
        )  # fmt: skip
        settle(appeal, outcome, reasons, entry, auditor)
        _touch(appeal, entry)
        if outcome == "upheld" and can_be_undone(decided):
            put_right(auditor, decided, reasons)
        _tell(appeal, "appeal.decided")
        return appeal


def require_no_part(auditor: Account, decided: Decided, appeal: Appeal) -> None:
    """NotAllowed (rule ``own-part``) unless the auditor had no part in it, on either side."""
    own = appeal.account_id == auditor.id
    if own or had_part(auditor.staff_no, decided.index, decided.entry):
        raise NotAllowed(
            _l("您参与过原来的处理，或申诉人就是您。请由另一位独立监督员决定。"), rule="own-part"
        )


def require_answer(outcome: str, reasons: str) -> str:
    """The reasons as they are published; Invalid without an outcome of the list, or too short."""
    if outcome not in REDRESS:
        raise Invalid(_l("请选择结果。"), "outcome")
    return clean("reasons", reasons, MAX_REASONS)


def clean(field: str, words: str, most: int) -> str:
    """Words that somebody can judge by; Invalid otherwise."""
    found = a_text(field, words, most, _l("请写明理由。"))
    if len(found) < MIN_WORDS:
        raise Invalid(_l("写得太短，别人无法判断。请至少写 %(n)d 个字。", n=MIN_WORDS), field)
    return found


def open_appeal(number: int) -> Appeal:
    """The appeal that waits; NotFound, or Conflict that says who decided it and when."""
    found = db.session.get(Appeal, number) if 0 < number <= MOST else None
    if found is None:
        raise NotFound(_l("没有第 %(number)d 号申诉。", number=number), number=number)
    require_open(found)
    return found


def require_open(row: Appeal | Challenge) -> None:
    """Conflict, saying who decided it and when, unless it waits."""
    if row.outcome is None:
        return
    at = (row.decided_at or row.at).astimezone(clock.BOARD_ZONE)
    raise Conflict(
        _l("已有结果（%(outcome)s），不能再决定：%(staff)s，%(at)s。",
           outcome=REDRESS_LABELS[row.outcome], staff=row.decided_staff or "",
           at=f"{at:%Y-%m-%d %H:%M}"),
        staff=row.decided_staff, outcome=row.outcome,
    )  # fmt: skip


def settle(
    row: Appeal | Challenge, outcome: str, reasons: str, entry: log.Appended, auditor: Account
) -> None:
    """Write down what came of it, under its entry."""
    row.outcome, row.reasons = outcome, reasons
    row.decided_entry, row.decided_at = entry.index, entry.at
    row.decided_staff = auditor.staff_no


def next_number(model: type[Appeal | Challenge]) -> int:
    """The number after the last one; only true under the write lock."""
    return (db.session.scalar(select(db.func.max(model.number))) or 0) + 1


def appeal_of(person: Account, index: int) -> Appeal | None:
    """What this person appealed against the decision at `index`."""
    own = (Appeal.of == index) & (Appeal.account_id == person.id)
    return db.session.scalar(select(Appeal).where(own))


def _touch(appeal: Appeal, entry: log.Appended) -> None:
    if appeal.complaint is not None:
        touch(existing(appeal.complaint), entry)


def _tell(appeal: Appeal, what: str) -> None:
    if appeal.account_id is not None:
        emit("author.told", account=appeal.account_id, complaint=appeal.complaint or 0, what=what,
             appeal=appeal.number, at=clock.format_utc(clock.now()))  # fmt: skip
