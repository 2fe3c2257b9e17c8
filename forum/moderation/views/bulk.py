"""Acting on many: choose, see what would happen to each, say why once."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, Refusal
from forum.base.rights import route_acts
from forum.base.web import paging
from forum.base.web.errors import status_of
from forum.base.web.forms import BoardForm, blame, posted
from forum.complaints.models import Complaint
from forum.moderation import bulk as many
from forum.moderation import rules as published
from forum.moderation.bulk import BULK_ACTS, PROPOSED, Wish
from forum.moderation.forms import DelistForm, RemoveForm, StatementForm
from forum.moderation.ruling_forms import (
    LockForm,
    MergeForm,
    MoveForm,
    RefuseForm,
    RulingForm,
    numbers_of,
)
from forum.moderation.views.acts import statement_of
from forum.moderation.views.answers import blueprint

route_acts({"moderation.bulk": "moderation.bulk", "moderation.bulk_preview": "moderation.bulk",
            "moderation.bulk_act": "moderation.bulk"})  # fmt: skip
PAGE = 40
FORMS: dict[str, type[BoardForm]] = {"remove": RemoveForm, "refuse": RefuseForm,
                                     "delist": DelistForm, "lock": LockForm, "move": MoveForm,
                                     "merge": MergeForm, "publish": BoardForm}  # fmt: skip
LABELS: dict[str, Any] = {
    "remove": _l("提出下架"),
    "refuse": _l("提出不予发布"),
    "delist": _l("提出移出列表"),
    "lock": _l("停止评论"),
    "move": _l("改归类"),
    "merge": _l("提议合并"),
    "publish": _l("发布"),
}


@blueprint.get("/moderation/bulk")
def bulk() -> str:
    """What can be chosen, newest first; what was chosen before is chosen again."""
    g.personal = True
    chosen = numbers_of(request.args.getlist("numbers"))
    c, after = Complaint, paging.after()
    query = select(c).where(c.state.in_(("visible", "held")))
    if after is not None:
        query = query.where(c.number < after)
    found = list(db.session.scalars(query.order_by(c.number.desc()).limit(PAGE + 1)))
    shown = found[:PAGE]
    return render_template(
        "moderation/bulk.html",
        rows=[{"number": row.number, "href": url_for("pages.complaint", number=row.number),
               "title": row.title, "author": row.author, "project": row.project.name,
               "held": row.state == "held", "posted_at": row.posted_at,
               "chosen": row.number in chosen} for row in shown],
        others=" ".join(str(n) for n in chosen if n not in {row.number for row in shown}),
        chosen_act=request.args.get("act", ""),
        acts=[(act, str(LABELS[act])) for act in BULK_ACTS],
        next_href=paging.next_link(found, PAGE, shown[-1].number) if shown else None,
        first_href=paging.first_link(),
    )  # fmt: skip


@blueprint.get("/moderation/bulk/preview")
def bulk_preview() -> str:
    """What would happen to each; nothing happens yet."""
    act = request.args.get("act", "")
    numbers = tuple(numbers_of(request.args.getlist("numbers")))
    if act not in BULK_ACTS or not numbers:
        return _page(None, Wish(act, numbers), problem=_("请先选择意见和怎样处理。"))
    return _page(_offered(FORMS[act](), act), Wish(act, numbers))


@blueprint.post("/moderation/bulk")
def bulk_act() -> str | tuple[str, int] | Response:
    """Do it to all of them, or to none."""
    act = request.form.get("act", "")
    numbers = tuple(numbers_of(request.form.getlist("numbers")))
    if act not in BULK_ACTS or not numbers:
        raise Invalid(_("请先选择意见和怎样处理。"), "numbers")
    form = _offered(posted(FORMS[act]), act)
    if not form.validate():
        return _page(form, Wish(act, numbers)), 400
    wish = _wish(form, act, numbers)
    try:
        done = many.carry_out(current_user, wish)
    except Conflict as refused:
        return _page(form, wish, problem=str(refused.sentence)), status_of(refused)
    except Refusal as refused:
        blame(form, refused)
        return _page(form, wish), status_of(refused)
    flash(_done(act, done), "success")
    return redirect(url_for("moderation.desk"), 303)


def _done(act: str, count: int) -> str:
    if act in PROPOSED:
        return _("已提出 %(n)s 条（%(act)s），等另一位逐条复核。", n=count, act=str(LABELS[act]))
    return _("已处理 %(n)s 条（%(act)s），每一条都有公开记录。", n=count, act=str(LABELS[act]))


def _offered(form: Any, act: str) -> Any:
    rules = published.current()
    if isinstance(form, StatementForm):
        form.offer(rules, alone=False)
    elif isinstance(form, RulingForm):
        form.offer(rules)
    if act == "move":
        form.offer_places()
    return form


def _wish(form: Any, act: str, numbers: tuple[int, ...]) -> Wish:
    return Wish(
        act, numbers,
        statement=statement_of(form) if isinstance(form, StatementForm) else None,
        grounds=form.given() if isinstance(form, RulingForm) else None,
        place=form.place() if isinstance(form, MoveForm) else None,
        into=form.into.data if isinstance(form, MergeForm) else None,
    )  # fmt: skip


def _page(form: Any, wish: Wish, problem: str | None = None) -> str:
    g.personal = True
    items = many.preview(current_user, wish) if form is not None else []
    possible = [item.number for item in items if item.problem is None]
    heading = str(LABELS.get(wish.act, _("一次处理多条")))
    return render_template(
        "moderation/bulk_preview.html",
        form=form, problem=problem, act=wish.act,
        heading=heading,
        label=heading if len(possible) == len(items)
        else _("只处理其余 %(n)s 条：%(act)s", n=len(possible), act=heading),
        again=url_for("moderation.bulk", act=wish.act or None,
                      numbers=" ".join(map(str, wish.numbers)) or None),
        rows=[{"number": item.number, "title": item.title, "problem": item.problem,
               "href": url_for("pages.complaint", number=item.number)} for item in items],
        possible=possible,
        two_people=wish.act in PROPOSED, staff=current_user.staff_no,
    )  # fmt: skip
