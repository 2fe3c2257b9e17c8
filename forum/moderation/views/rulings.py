"""What one person decides with a reason: locking, opening again, moving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base.refusal import Conflict, NotAllowed, NotFound, Refusal
from forum.base.rights import route_acts
from forum.base.web.errors import status_of
from forum.base.web.forms import BoardForm, act_again, blame, posted, refused_page
from forum.complaints.service import existing
from forum.moderation import locking, moving
from forum.moderation.measures import rules_for
from forum.moderation.ruling_forms import LockForm, MoveForm, UnlockForm
from forum.moderation.views.answers import blueprint
from forum.moderation.views.shown import thing

Answer = str | tuple[str, int] | Response
route_acts(
    {
        "moderation.lock_form": "complaint.lock",
        "moderation.lock": "complaint.lock",
        "moderation.unlock": "complaint.unlock",
        "moderation.move_form": "complaint.move",
        "moderation.move": "complaint.move",
    }
)


@blueprint.get("/complaints/<int:number>/lock")
def lock_form(number: int) -> str:
    """Why nobody may comment any more."""
    complaint = existing(number)
    locking.check_lock(complaint)
    form = LockForm()
    form.offer(rules_for(complaint, None))
    return _lock_page(number, form)


@blueprint.post("/complaints/<int:number>/lock")
def lock(number: int) -> Answer:
    """Close the comments."""
    form = posted(LockForm)
    form.offer(rules_for(existing(number), None))
    return carry_out(number, form, _lock_page,
                     lambda: locking.lock(current_user, number, form.given()))  # fmt: skip


@blueprint.post("/complaints/<int:number>/unlock")
def unlock(number: int) -> Answer:
    """Open the comments again."""
    form = posted(UnlockForm)
    form.offer_reasons()
    back = url_for("pages.complaint", number=number)
    page = {"label": _("恢复评论"), "heading": _("恢复评论"), "back": back}
    if not form.validate():
        return act_again(form, **page)
    try:
        locking.unlock(current_user, number, form.reason.data)
    except Refusal as refused:
        return refused_page(form, refused, **page)
    return redirect(back, 303)


@blueprint.get("/complaints/<int:number>/move")
def move_form(number: int) -> str:
    """Where it belongs."""
    complaint = existing(number)
    moving.require_movable(complaint)
    form = MoveForm(project=complaint.project.slug, category=complaint.category.slug,
                    type=complaint.type)  # fmt: skip
    form.offer(rules_for(complaint, None))
    form.offer_places()
    return _move_page(number, form)


@blueprint.post("/complaints/<int:number>/move")
def move(number: int) -> Answer:
    """Put it there."""
    form = posted(MoveForm)
    form.offer(rules_for(existing(number), None))
    form.offer_places()
    return carry_out(number, form, _move_page,
                     lambda: moving.move(current_user, number, form.place(), form.given()))  # fmt: skip


def carry_out(
    number: int, form: Any, page: Callable[[int, Any], str], verb: Callable[[], object]
) -> Answer:
    """Parse, call, and lead to the complaint's page; what is wrong stands at its field."""
    if not form.validate():
        return page(number, form), 400
    try:
        verb()
    except (NotAllowed, NotFound):
        raise
    except Refusal as refused:
        blame(form, refused)
        return page(number, form), status_of(refused)
    return redirect(url_for("pages.complaint", number=number), 303)


def _is_over(check: Callable[[], object]) -> bool:
    """Whether nothing can be decided any more: what was typed is shown without a form then."""
    try:
        check()
    except Conflict:
        return True
    return False


def ruling_page(
    number: int, form: BoardForm, words: tuple[str, str], sentences: Sequence[str], **more: Any
) -> str:
    """moderation/ruling.html of one complaint; words: heading, and label of the button."""
    g.personal = True
    heading, label = words
    return render_template("moderation/ruling.html", form=form, heading=heading, label=label,
                           sentences=sentences, complaint=thing(existing(number)), **more)  # fmt: skip


def _lock_page(number: int, form: LockForm) -> str:
    sentences = [
        _("全网可见：理由和事实会公开，附您的工号 %(staff)s。", staff=current_user.staff_no),
        _("已有的回复和评论都留着；公司仍须答复，业主仍可表示“我也遇到”。"),
    ]
    over = _is_over(lambda: locking.check_lock(existing(number)))
    return ruling_page(number, form, (_("停止评论"), _("停止评论")), sentences, grave=True, over=over,
                       action=url_for("moderation.lock", number=number))  # fmt: skip


def _move_page(number: int, form: MoveForm) -> str:
    sentences = [
        _("全网可见：理由和事实会公开，附您的工号 %(staff)s。", staff=current_user.staff_no),
        _("原来的列表里不再有它，经过里写明从哪里改到哪里；作者立刻收到通知，可以不同意。"),
    ]
    over = _is_over(lambda: moving.require_movable(existing(number)))
    return ruling_page(number, form, (_("改归类"), _("改归类")), sentences, over=over,
                       action=url_for("moderation.move", number=number))  # fmt: skip
