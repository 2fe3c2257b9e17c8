"""Appeals and challenges for everybody to read: the list, and one with its outcome and reasons."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from flask import Response, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict, NotAllowed, NotFound, Refusal
from forum.base.rights import may, route_acts
from forum.base.web import paging
from forum.base.web.cache import public_page, true_until
from forum.base.web.errors import status_of
from forum.base.web.forms import blame, posted
from forum.base.web.guard import role
from forum.log import queries as log
from forum.log import stamp
from forum.log.queries import MOST
from forum.log.words import REDRESS_LABELS, role_label
from forum.moderation import appeals, challenges, evidence, sealed
from forum.moderation import redress_queries as queries
from forum.moderation.decisions import Decided, can_be_undone, decision_at
from forum.moderation.erasing_appealed import erased_by
from forum.moderation.models import Statement
from forum.moderation.redress_forms import RedressForm
from forum.moderation.redress_models import Appeal, Challenge
from forum.moderation.sealed_end import SEALS
from forum.moderation.views.answers import blueprint, left_of, salt_of

PAGE = 30
MOST_WAITING = 200
Answer = tuple[str, int] | BaseResponse
Row = Appeal | Challenge
route_acts(
    {
        "moderation.appeals": "read",
        "moderation.own_appeals": "own-account",
        "moderation.appeal_page": "read",
        "moderation.challenge_page": "read",
        "moderation.decide_appeal": "appeal.decide",
        "moderation.decide_challenge": "appeal.decide",
    }
)
# By which entries an upheld appeal against what one person decided is put right.
PUT_RIGHT = ("complaint.unlocked", "complaint.moved", "complaint.unmerged")


@blueprint.get("/appeals", endpoint="appeals")
def list_redress() -> Response:
    """How many, how fast, what came of them; with ``?show=challenges`` readers' challenges."""
    show = "challenges" if request.args.get("show") == "challenges" else "appeals"
    tip = stamp.tip_for_request()
    return public_page(("redress", tip and tip.size), stamp.words(tip), lambda: _list(show))


def _list(show: str) -> str:
    model, now = queries.MODELS[show], clock.now()
    older = queries.decided(model, PAGE + 1, paging.after())
    return render_template(
        "moderation/redress.html",
        show=show,
        tabs=[{"label": label, "href": url_for("moderation.appeals", show=key or None),
               "current": show == (key or "appeals")}
              for key, label in (("", _("申诉")), ("challenges", _("异议")))],
        counts=queries.counts(model, now),
        outcomes=REDRESS_LABELS,
        waiting=[_line(row) for row in queries.waiting(model, MOST_WAITING)],
        decided=[_line(row) for row in older[:PAGE]],
        next_href=paging.next_link(older, PAGE, older[PAGE - 1].number if len(older) > PAGE else 0),
        first_href=paging.first_link(),
        decides=may(role(), "appeal.decide"),
    )  # fmt: skip


@blueprint.get("/account/appeals")
def own_appeals() -> str:
    """What whoever is signed in appealed against, and how it stands."""
    g.personal = True
    rows = [_line(row) for row in queries.own_appeals(current_user.id)]
    return render_template("moderation/own_appeals.html", rows=rows)


@blueprint.get("/appeals/<int:number>")
def appeal_page(number: int) -> Response:
    """One appeal: what it is about, by when, and what came of it. Its words are not public."""
    return _one(_found(Appeal, number, _("没有这一号申诉。")))


@blueprint.get("/challenges/<int:number>")
def challenge_page(number: int) -> Response:
    """One reader's challenge of an entry."""
    return _one(_found(Challenge, number, _("没有这一号异议。")))


@blueprint.post("/appeals/<int:number>/decide")
def decide_appeal(number: int) -> Answer:
    """An auditor's answer; upheld, what was done is undone at once."""
    row = _found(Appeal, number, _("没有这一号申诉。"))
    return _decide(row, appeals.decide)


@blueprint.post("/challenges/<int:number>/decide")
def decide_challenge(number: int) -> Answer:
    """An auditor's answer to a challenge."""
    row = _found(Challenge, number, _("没有这一号异议。"))
    return _decide(row, challenges.decide)


def _decide(row: Row, verb: Any) -> Answer:
    g.personal = True
    form, number = posted(RedressForm), row.number
    if not form.validate():
        return _one_page(row, form), 400
    try:
        verb(current_user, number, form.outcome.data, form.reasons.data)
    except (Conflict, NotAllowed, NotFound):
        raise
    except Refusal as refused:
        blame(form, refused)
        return _one_page(row, form), status_of(refused)
    return redirect(_href(row), 303)


def _found(model: Any, number: int, sentence: str) -> Row:
    found: Row | None = db.session.get(model, number) if 0 < number <= MOST else None
    if found is None:
        raise NotFound(sentence)
    return found


def _one(row: Row) -> Response:
    tip = stamp.tip_for_request()
    return public_page(("redress", tip and tip.size), stamp.words(tip), lambda: _one_page(row))


def _one_page(row: Row, form: RedressForm | None = None) -> str:
    private = _private(row)
    return render_template(
        "moderation/redress_one.html",
        r={**_line(row), **private, "reasons": None if row.reasons is None else left_of(row.reasons),
           "undone": _undone(row),
           "erased": _erased(row),
           "salt": salt_of(row.decided_entry, "text") if row.decided_entry is not None else None},
        form=form or (RedressForm() if private["may_decide"] else None),
        action=url_for("moderation.decide_appeal" if isinstance(row, Appeal)
                       else "moderation.decide_challenge", number=row.number),
    )  # fmt: skip


def _private(row: Row) -> dict[str, Any]:
    """What only an auditor, or whoever wrote it, may see, and why an auditor may not decide it."""
    decides = may(role(), "appeal.decide")
    own = current_user.is_authenticated and row.account_id == current_user.id
    waits = decides and row.outcome is None
    decided = _decided(row) if waits else None
    barred = _barred(row, decided) if waits else None
    return {
        "words": row.words if decides or own else None,
        "photos": _photos(row) if decides or own else [],
        "own": own,
        "barred": barred,
        "may_decide": waits and barred is None,
        "undoes": decided is not None and can_be_undone(decided),
        "sealed_href": _sealed(row) if decides else None,
    }  # fmt: skip


def _decided(row: Row) -> Decided | None:
    """The decision it is about; a challenge may be about any entry."""
    return decision_at(row.of) if isinstance(row, Appeal) else challenges.decided_by(row)


def _photos(row: Row) -> list[dict[str, Any]]:
    """What goes with an appeal, inside the page itself: these files have no address."""
    found = evidence.photos_of(row.number) if isinstance(row, Appeal) else []
    return [
        {"alt": photo.alt, "width": photo.width, "height": photo.height,
         "src": f"data:image/jpeg;base64,{b64encode(photo.data).decode('ascii')}"
         if photo.data else None}
        for photo in found
    ]  # fmt: skip


def _sealed(row: Row) -> str | None:
    """The page of what the decision took from view, where it may have taken anything."""
    number = row.statement if isinstance(row, Appeal) else None
    statement = db.session.get(Statement, number) if number is not None else None
    if statement is None or statement.act not in SEALS:
        return None
    if not sealed.may_look(current_user, statement.number):
        return None
    return url_for("moderation.sealed", number=number)


def _barred(row: Row, decided: Decided | None) -> str | None:
    try:
        if isinstance(row, Appeal) and decided is not None:
            appeals.require_no_part(current_user, decided, row)
        elif isinstance(row, Challenge):
            challenges.require_no_part(current_user, row)
    except NotAllowed as refused:
        return str(refused.sentence)
    return None


def _erased(row: Row) -> dict[str, Any] | None:
    """The entry by which what it is about was erased, where it was: nobody can read it any more."""
    entry = log.entry(row.of) or {}
    index = erased_by(entry.get("complaint"), entry.get("item"))
    return None if index is None else {"entry": index, "href": url_for("log.entry", index=index)}


def _undone(row: Row) -> str | None:
    """The entry by which what was upheld was put right, if that could be done at once."""
    if row.outcome != "upheld" or row.decided_entry is None:
        return None
    decided = _decided(row)
    statement = db.session.get(Statement, decided.statement or 0) if decided else None
    if statement is not None:
        by_it = statement.restored_reason == "appeal-upheld"
        # An appeal and a challenge may have been upheld: the first of them put it right.
        by_it = by_it and (statement.restored_entry or 0) > row.decided_entry
        return url_for("log.entry", index=statement.restored_entry) if by_it else None
    # Unlocking, moving back and parting follow the decision in its transaction.
    after = log.entry(row.decided_entry + 1) or {}
    put_right = after.get("kind") in PUT_RIGHT
    right = put_right and after.get("complaint") == row.complaint
    return url_for("log.entry", index=row.decided_entry + 1) if right else None


def _line(row: Row) -> dict[str, Any]:
    """What everybody may know of one."""
    statement = row.statement if isinstance(row, Appeal) else None
    if row.outcome is None:
        true_until(row.due_at)
    return {
        "kind": "appeal" if isinstance(row, Appeal) else "challenge",
        "number": row.number,
        "href": _href(row),
        "by_label": role_label(row.by),
        "complaint": row.complaint,
        "complaint_href": url_for("pages.complaint", number=row.complaint)
        if row.complaint is not None else None,
        "item": row.item if isinstance(row, Appeal) else None,
        "statement": statement,
        "statement_href": url_for("moderation.statement", number=statement) if statement else None,
        "of": row.of,
        "of_href": url_for("log.entry", index=row.of),
        "entry": row.entry,
        "entry_href": url_for("log.entry", index=row.entry),
        "at": row.at,
        "due_at": row.due_at,
        "overdue": row.outcome is None and row.due_at < clock.now(),
        "late": row.decided_at is not None and row.decided_at > row.due_at,
        "outcome": row.outcome,
        "outcome_label": REDRESS_LABELS[row.outcome] if row.outcome else None,
        "decided_at": row.decided_at,
        "decided_staff": row.decided_staff,
        "decided_entry": row.decided_entry,
        "decided_href": url_for("log.entry", index=row.decided_entry)
        if row.decided_entry is not None else None,
    }  # fmt: skip


def _href(row: Row) -> str:
    page = "moderation.appeal_page" if isinstance(row, Appeal) else "moderation.challenge_page"
    return url_for(page, number=row.number)
