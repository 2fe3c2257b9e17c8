"""下一步: who must act, and by when. One sentence for each status of the state machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask_babel import gettext as _

from forum.base import clock
from forum.base.web.cache import true_until
from forum.base.web.filters import localday, localtime
from forum.complaints.clocks import SILENCE
from forum.pages.rows import Line, Rows


@dataclass(frozen=True)
class NextAct:
    """The bar: its sentence, the status that gives its colour, and, once late, since when."""

    sentence: str
    status: str
    due_at: datetime | None = None
    overdue: bool = False
    hint: str | None = None


def next_act(facts: Line, replies: Rows) -> NextAct:
    """What has to happen next with a complaint that can be read."""
    if facts.state == "merged":
        return NextAct(_("已并入 #%(number)s，进展看那一条", number=facts.merged_into), "gone")
    return _OF_STATUS[facts.status](facts, replies)


def is_overdue(due_at: datetime | None) -> bool:
    """Whether a due time has passed; while it has not, the page is true until then."""
    true_until(due_at)
    return due_at is not None and due_at <= clock.now()


def _waiting(facts: Line, _replies: Rows) -> NextAct:
    if facts.due_at is None:
        hint = _("从旧档案导入，不计时限。") if facts.imported else None
        return NextAct(_("公司还没有答复"), "open", hint=hint)
    if is_overdue(facts.due_at):
        return NextAct(_("公司须马上答复"), "open", facts.due_at, True)
    return NextAct(_("公司须在 %(due)s 前答复", due=localtime(facts.due_at)), "open")


def _disputed(facts: Line, _replies: Rows) -> NextAct:
    hint = _("业主认为没有解决，这件事没有完。")
    if facts.due_at is None:
        return NextAct(_("公司须重新答复"), "disputed", hint=hint)
    if is_overdue(facts.due_at):
        return NextAct(_("公司须马上重新答复"), "disputed", facts.due_at, True, hint)
    sentence = _("公司须在 %(due)s 前重新答复", due=localtime(facts.due_at))
    return NextAct(sentence, "disputed", hint=hint)


def _answered(_facts: Line, _replies: Rows) -> NextAct:
    hint = _("答复不等于解决。解决没有，只有提意见的业主能确认。")
    return NextAct(_("公司已答复，等公司处理到解决"), "answered", hint=hint)


def _promised(_facts: Line, replies: Rows) -> NextAct:
    days = [r.promised for r in replies if r.promise_state == "open"]
    if not days:
        return NextAct(_("公司已承诺，等公司做到"), "promised")
    day = min(days)
    end = end_of(day)
    if is_overdue(end):
        return NextAct(_("公司承诺的日子已过，须马上说明"), "promised", end, True)
    return NextAct(_("公司承诺 %(day)s 前办好", day=day.isoformat()), "promised")


def _resolved(facts: Line, _replies: Rows) -> NextAct:
    closes = facts.status_at + SILENCE
    true_until(closes)
    hint = _("到 %(day)s 没有回应，会记为“未获业主确认”，另行计数。", day=localday(closes))
    return NextAct(_("等提意见的业主确认"), "resolved", hint=hint)


def _confirmed(_facts: Line, _replies: Rows) -> NextAct:
    hint = _("问题又出现，业主随时可以重新提出。")
    return NextAct(_("业主确认已解决，不用再做什么"), "confirmed", hint=hint)


def _unconfirmed(_facts: Line, _replies: Rows) -> NextAct:
    hint = _("没有算作解决。业主随时可以重新提出。")
    return NextAct(_("14 天没有等到业主确认"), "closed_unconfirmed", hint=hint)


_OF_STATUS: dict[str, Callable[[Line, Rows], NextAct]] = {
    "open": _waiting,
    "disputed": _disputed,
    "answered": _answered,
    "promised": _promised,
    "resolved": _resolved,
    "confirmed": _confirmed,
    "closed_unconfirmed": _unconfirmed,
}


def end_of(day: date) -> datetime:
    """The end of a calendar day where the board lives, in UTC."""
    following = datetime.combine(day + timedelta(days=1), time(), clock.BOARD_ZONE)
    return following.astimezone(UTC)
