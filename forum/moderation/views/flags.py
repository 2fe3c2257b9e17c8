"""Flagging, sending a notice, answering one: what people outside ask of moderators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.accounts import limits
from forum.base import rights
from forum.base.refusal import Conflict, NotAllowed, NotFound, Refusal
from forum.base.rights import route_acts
from forum.base.web.errors import status_of
from forum.base.web.filters import localtime
from forum.base.web.forms import BoardForm, blame, posted, refused_page
from forum.base.web.guard import role
from forum.complaints.models import SHOWN
from forum.log.words import reason_label
from forum.moderation import flags, notices
from forum.moderation.answering import answer_at
from forum.moderation.flag_erasing import CONTACTS_KEPT
from forum.moderation.flag_forms import CounterForm, FlagForm, NoticeForm, OrderForm
from forum.moderation.flag_models import Flag, PartyNotice
from forum.moderation.measures import target_of
from forum.moderation.views.acts import shown_thing, wanted_item
from forum.moderation.views.answers import blueprint, left_of

Answer = str | tuple[str, int] | Response
Words = tuple[Any, Any]
# The heading of each form, and its button.
FLAG = (_l("举报"), _l("举报"))
NOTICE = (_l("名誉投诉"), _l("提交投诉"))
ORDER = (_l("登记主管部门要求"), _l("登记"))
COUNTER = (_l("公开回应"), _l("公开回应"))
route_acts(
    {
        "moderation.flag_form": "own-account",
        "moderation.flag": "flag.post",
        "moderation.notice_form": "notice.send",
        "moderation.notice": "notice.send",
        "moderation.notice_page": "read",
        "moderation.order_form": "notice.enter",
        "moderation.order": "notice.enter",
        "moderation.counter_form": "notice.counter",
        "moderation.counter": "notice.counter",
    }
)


@blueprint.get("/complaints/<int:number>/flag")
def flag_form(number: int) -> Answer:
    """What is wrong with it; with ``?item=`` with one reply or comment. Whoever is inside is led to
    where they say so."""
    if not rights.may(role(), "flag.post"):
        decides = rights.may(role(), "moderation.queue")
        page = "moderation.flagged" if decides else "moderation.ask_form"
        return redirect(url_for(page, number=number, item=wanted_item()), 303)
    form = FlagForm(item=wanted_item())
    form.offer_reasons()
    before = flags.flag_of(current_user, number, form.item.data)
    return _flag_page(number, form) if before is None else _flagged_page(before)


@blueprint.post("/complaints/<int:number>/flag")
def flag(number: int) -> Answer:
    """Ask moderators to look at it."""
    form = posted(FlagForm)
    form.offer_reasons()
    after = url_for("moderation.flag_form", number=number, item=form.item.data)
    return _ask(number, form, FLAG, _flag_page, lambda: flags.flag(
        current_user, number, form.item.data, form.reason.data, form.words.data or ""), after)  # fmt: skip


@blueprint.get("/complaints/<int:number>/notice")
def notice_form(number: int) -> str:
    """What is false about somebody; no account is needed."""
    return _notice_page(number, NoticeForm(item=wanted_item()))


@blueprint.post("/complaints/<int:number>/notice")
def notice(number: int) -> Answer:
    """Keep it, and mark the page; nothing is hidden by that."""
    form = posted(NoticeForm)
    return _ask(number, form, NOTICE, _notice_page, lambda: _send(number, form))


def _send(number: int, form: NoticeForm) -> str:
    notices.require_sound(form.given())
    limits.count("notice")
    return _received(notices.send(number, form.item.data, form.given()))


def _received(row: PartyNotice) -> str:
    """Where whoever sent it finds its number, its date, and what comes of it."""
    return url_for("moderation.notice_page", number=row.complaint, notice=row.number)


@blueprint.get("/complaints/<int:number>/notices/<int:notice>")
def notice_page(number: int, notice: int) -> str:
    """That it was received, and what came of it: what the log says of it, and not its words."""
    row = notices.notice_of(number, notice)
    words = NOTICE if row.by == "party" else ORDER
    at = localtime(row.at)
    sentences = [
        _("已收到：第 %(number)s 号，%(at)s。请记下编号和这一页的地址。", number=row.number, at=at)
    ]
    if row.decided is None:
        sentences.append(_("还没有结果。七天内由管理人员决定，理由公开，这一页会写明。"))
        also = (url_for("log.entry", index=row.entry), _("看公开记录"))
    else:
        sentences.append(_("已有结果，理由写在公开记录里。"))
        also = (url_for("log.entry", index=row.decided), _("看结果"))
    return _page(number, None, words, sentences, "", item=row.item or None, also=also)


@blueprint.get("/complaints/<int:number>/order")
def order_form(number: int) -> str:
    """What an authority or a court demands."""
    form = OrderForm(item=wanted_item())
    form.offer_reasons()
    return _order_page(number, form)


@blueprint.post("/complaints/<int:number>/order")
def order(number: int) -> Answer:
    """Enter it."""
    form = posted(OrderForm)
    form.offer_reasons()
    return _ask(number, form, ORDER, _order_page, lambda: _received(notices.enter_order(
        current_user, number, form.item.data, form.reason.data, form.given())))  # fmt: skip


@blueprint.get("/complaints/<int:number>/notices/<int:notice>/counter")
def counter_form(number: int, notice: int) -> str:
    """What the notice says is false, and the answer to be written."""
    return _counter_page(notice)(number, CounterForm())


@blueprint.post("/complaints/<int:number>/notices/<int:notice>/counter")
def counter(number: int, notice: int) -> Answer:
    """Answer it, in public."""
    form = posted(CounterForm)
    return _ask(number, form, COUNTER, _counter_page(notice), lambda: _answered(
        notices.counter(current_user, number, notice, form.text.data or "")))  # fmt: skip


def _answered(row: PartyNotice) -> None:
    flash(_("您的回应已公开，写在下面的经过里。"), "success")


def _ask(
    number: int, form: Any, words: Words, page: Callable[[int, Any], str],
    verb: Callable[[], Any], after: str | None = None,
) -> Answer:  # fmt: skip
    """Parse, call, and lead on: to the address that `verb` answers with, `after`, or the complaint's
    page; what is wrong stands at its field.

    What it is about may be hidden by now: who comes too late keeps their own words, and sees no other.
    """
    back = url_for("pages.complaint", number=number)
    try:
        if not form.validate():
            return page(number, form), 400
        done = verb()
    except (Conflict, NotAllowed) as refused:
        heading, label = words
        return refused_page(form, refused, label=label, heading=heading, back=back)
    except NotFound:
        raise
    except Refusal as refused:
        blame(form, refused)
        return page(number, form), status_of(refused)
    return redirect(after or (done if isinstance(done, str) else back), 303)


def _flag_page(number: int, form: FlagForm) -> str:
    sentences = [
        _("谁举报的不公开；有几次举报、结果和理由都公开。"),
        _("七天内有结果。难听、不实、影响销售，都不是下架的理由。"),
    ]
    href = url_for("moderation.notice_form", number=number, item=form.item.data)
    return _page(number, form, FLAG, sentences,
                 url_for("moderation.flag", number=number),
                 also=(href, _("文中说的是您，而且不实？请提出名誉投诉")))  # fmt: skip


def _flagged_page(row: Flag) -> str:
    """What became of one's own flag."""
    sentences = [_("已收到您的举报（%(reason)s）。", reason=reason_label(row.reason))]
    if row.decided is None:
        sentences.append(_("七天内有结果，会写在“给我的通知”里。"))
        return _page(row.complaint, None, FLAG, sentences, "", item=row.item or None)
    decision = answer_at(row.decided)
    if decision is None or decision.decision == "acted":
        sentences.append(_("已有结果：已处理，理由写在公开记录里。"))
        also = (url_for("log.entry", index=row.decided), _("看公开记录"))
    else:
        sentences += [_("已有结果：保留。"), left_of(decision.text)]
        also = (url_for("moderation.appeal_form", index=row.decided), _("不同意？可以申诉"))
    return _page(row.complaint, None, FLAG, sentences, "", item=row.item or None, also=also)


def _notice_page(number: int, form: NoticeForm) -> str:
    sentences = [
        _("这一页会标明有人提出名誉投诉，内容照常显示，什么都不会因此隐藏。"),
        _("写下它的人会看到您说哪一句不实，可以公开回应；您的名字和联系方式不给他看。"),
        _("七天内由管理人员决定，理由公开。"),
        _(
            "有结果满 %(days)d 天，您的联系方式从这里删去；原文销毁时，您写的内容一并销毁。",
            days=CONTACTS_KEPT.days,
        ),
    ]
    return _page(number, form, NOTICE, sentences,
                 url_for("moderation.notice", number=number))  # fmt: skip


def _order_page(number: int, form: OrderForm) -> str:
    sentences = [
        _("全网可见：这一页会标明主管部门或法院要求处理，附您的工号 %(staff)s；文号不公开。",
          staff=current_user.staff_no),
        _("登记并不隐藏任何内容：照办须另提处理，不照办须写明理由。"),
    ]  # fmt: skip
    return _page(number, form, ORDER, sentences,
                 url_for("moderation.order", number=number), grave=True)  # fmt: skip


def _counter_page(notice: int) -> Callable[[int, CounterForm], str]:
    def page(number: int, form: CounterForm) -> str:
        row = notices.notice_of(number, notice)
        complaint, reply = target_of(number, row.item or None)
        notices.require_own(current_user, complaint, reply)
        sentences = [_("回应会公开，只能写一次，写了不能改。不回应也不会因此被处理。")]
        return _page(number, form, COUNTER, sentences,
                     url_for("moderation.counter", number=number, notice=notice),
                     item=row.item or None, claim=row.claim)  # fmt: skip

    return page


def _page(
    number: int, form: BoardForm | None, words: Words, sentences: Sequence[str], action: str, *, item: int | None = None, **more: Any,
) -> str:  # fmt: skip
    """moderation/asking.html of a complaint, or of what the form says stands under it."""
    g.personal = True
    heading, label = words
    asked = form["item"].data if form is not None and "item" in form else item
    complaint, reply = target_of(number, asked)
    if form is not None:
        flags.require_shown(complaint, reply)
    # Whoever flagged what is gone by now reads what became of it, and not the thing.
    shown = form is not None or reply is None and complaint.state in SHOWN
    return render_template("moderation/asking.html", form=form, heading=heading, label=label,
                           sentences=sentences, action=action,
                           complaint=shown_thing(complaint, reply), shown=shown, **more)  # fmt: skip
