"""Readers say that something breaks the rules; a moderator keeps it, with words, or acts.

Who flagged what is private, how many did is public. "Kept" is a decision like any other: it has a
ground, words that everybody reads, and those who flagged may appeal. Acting is done by the measures
there are, which answer what waits about their target (`answering.py`).
"""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed, TooMany
from forum.base.text import is_readable, normalise
from forum.complaints.drafts import a_text
from forum.complaints.models import SHOWN, Complaint, Reply
from forum.moderation.answering import (
    ANSWERS,
    WHOLE,
    Answer,
    Waiting,
    answer,
    newest_answer,
    waiting_about,
)
from forum.moderation.flag_models import Flag, FlagDecision
from forum.moderation.measures import MIN_FACTS, target_of
from forum.moderation.models import Proposal
from forum.tlog.decided import DECIDERS

FLAG_REASONS = ("illegal", "personal-data", "spam", "abuse", "off-topic", "impersonation",
                "copyright", "policy")  # fmt: skip
# A reason that says nothing by itself: which clause is meant has to be written.
NEEDS_WORDS = ("policy", "illegal", "impersonation", "copyright")
MAX_WORDS = 1_000
MAX_WHY = 2_000
A_DAY = 30
WAIT = timedelta(days=7)


def flag(person: Account, number: int, item: int | None, reason: str, words: str) -> Flag:
    """A reader asks moderators to look at a complaint, or at one reply or comment under it.

    Conflict when it is not shown, is one's own, or was flagged by the same person before.
    """
    rights.require(person.role, "flag.post")
    words = _clean_words(reason, words)
    with transaction():
        complaint, reply = target_of(number, item)
        require_shown(complaint, reply)
        said = complaint if reply is None else reply
        if said.account_id == person.id:
            raise Conflict(_l("这是您自己写的。不想要了可以撤回或修改，不用举报。"))
        _require_first(person, number, item)
        _require_few(person)
        row = Flag(complaint=number, item=item or 0, account_id=person.id, reason=reason,
                   words=words, at=clock.now().replace(microsecond=0))  # fmt: skip
        db.session.add(row)
        return row


def keep(
    person: Account, number: int, item: int | None, reason: str, words: str, seen: str | None = None
) -> FlagDecision:
    """It stays as it is: a moderator or auditor answers all flags and notices about it.

    seen: `Waiting.seen` of what the person looked at. Conflict when another answered first (it
    says who and why), something came in meanwhile, or a measure about it waits for its second
    person; NotAllowed about one's own words or flag.
    """
    rights.require(person.role, "flag.decide")
    words = _clean_why(words)
    with transaction():
        complaint, reply = target_of(number, item)
        _require_there(complaint, reply)
        waiting = waiting_about(number, item)
        if not waiting:
            raise _nothing_waits(number, item)
        _require_no_measure(number, item)
        if seen is not None and seen != waiting.seen:
            raise Conflict(_l("又有新的举报或投诉，请看过再决定。"), seen=waiting.seen)
        if reason not in waiting.reasons:
            raise Invalid(_l("请选择举报或投诉里提到的理由。"), "reason")
        _require_uninvolved(person, complaint, reply, waiting)
        return answer(person, complaint, reply, waiting, Answer("kept", reason, words))


def flag_of(person: Account, number: int, item: int | None) -> Flag | None:
    """The person's own flag of a thing."""
    mine = (Flag.complaint == number) & (Flag.item == (item or 0)) & (Flag.account_id == person.id)
    return db.session.scalar(select(Flag).where(mine))


def flags_of(person: Account, limit: int = 50) -> list[Flag]:
    """What the person flagged, newest first."""
    query = select(Flag).where(Flag.account_id == person.id)
    return list(db.session.scalars(query.order_by(Flag.id.desc()).limit(limit)))


def require_shown(complaint: Complaint, reply: Reply | None) -> None:
    """Conflict unless people can read it: what is gone needs nobody to look at it."""
    if complaint.state not in SHOWN:
        raise Conflict(_l("这条意见已不在展示。"), state=complaint.state)
    if reply is not None and reply.state != "visible":
        raise Conflict(_l("这一条已不在展示。"), state=reply.state)


def _require_there(complaint: Complaint, reply: Reply | None) -> None:
    if "erased" in (complaint.state, reply.state if reply is not None else None):
        raise Conflict(_l("内容已依法清除。"), state="erased")


def _clean_words(reason: str, words: str) -> str:
    if reason not in FLAG_REASONS:
        raise Invalid(_l("请选择举报的理由。"), "reason")
    if reason in NEEDS_WORDS:
        return a_text("words", words, MAX_WORDS, _l("请写明违反了哪一条、是哪一句。"))
    clean = normalise(words or "")
    return a_text("words", words, MAX_WORDS, "") if clean or not is_readable(words) else ""


def _clean_why(words: str) -> str:
    clean = a_text("words", words, MAX_WHY, _l("请写明为什么保留：看了哪一句，为什么不违反规则。"))
    if len(clean) < MIN_FACTS:
        raise Invalid(_l("写得太短，举报的人看不明白。请写明为什么保留。"), "words")
    return clean


def _require_first(person: Account, number: int, item: int | None) -> None:
    before = flag_of(person, number, item)
    if before is not None and before.decided is None:
        raise Conflict(_l("您已举报过，正在等管理人员决定。"))
    if before is not None:
        raise Conflict(
            _l("您已举报过，结果在公开记录第 %(entry)d 条。", entry=before.decided),
            log_entry=before.decided,
        )


def _require_few(person: Account) -> None:
    since = clock.now() - timedelta(days=1)
    today = select(db.func.count(Flag.id)).where(Flag.account_id == person.id, Flag.at > since)
    if (db.session.scalar(today) or 0) >= A_DAY:
        raise TooMany(_l("您今天的举报太多了，请明天再来。"))


def bars_keeping(proposal: Proposal, item: int | None) -> bool:
    """Whether it waits for its second person and would hide this thing, a part of it, or the whole
    that it stands under."""
    about = proposal.item == item or (proposal.item is None and proposal.act in WHOLE)
    waits = proposal.state == "open" and proposal.lapses_at > clock.now()
    return about and waits and proposal.act in ANSWERS and proposal.by in DECIDERS


def _require_no_measure(number: int, item: int | None) -> None:
    """Conflict while it may still be hidden: nobody is told that it stays, and then it goes."""
    about = (Proposal.complaint == number) & (Proposal.state == "open")
    waiting = db.session.scalars(select(Proposal).where(about).order_by(Proposal.number))
    first = next((row for row in waiting if bars_keeping(row, item)), None)
    if first is not None:
        raise Conflict(
            _l("处理说明 %(number)d 正等第二个人复核，有了结果才能决定保留。不同意那样处理的，"
               "请先在那里不同意。", number=first.number),
            number=first.number, statement=first.number,
        )  # fmt: skip


def _nothing_waits(number: int, item: int | None) -> Conflict:
    before = newest_answer(number, item)
    if before is None:
        raise Conflict(_l("没有人举报或投诉它，没有要决定的。"))
    at = before.at.astimezone(clock.BOARD_ZONE)
    return Conflict(
        _l("已有结果，不能再决定：%(staff)s，%(at)s。%(why)s", staff=before.staff,
           at=f"{at:%Y-%m-%d %H:%M}", why=before.text),
        staff=before.staff, entry=before.entry, log_entry=before.entry,
    )  # fmt: skip


def _require_uninvolved(
    person: Account, complaint: Complaint, reply: Reply | None, waiting: Waiting
) -> None:
    said = complaint if reply is None else reply
    wrote = said.account_id == person.id or (reply is not None and reply.by == person.staff_no)
    if wrote:
        raise NotAllowed(_l("这是您自己写的，须由另一位决定。"), rule="own-words")
    if any(flag.account_id == person.id for flag in waiting.flags):
        raise NotAllowed(_l("您自己举报过它，须由另一位决定。"), rule="own-flag")
