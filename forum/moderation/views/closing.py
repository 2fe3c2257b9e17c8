"""The closing of the board: its announcement for everybody, and the desk where two people decide."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response as Answer
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired

from forum.base import rights
from forum.base.refusal import NotFound, Refusal
from forum.base.rights import may, route_acts
from forum.base.web.cache import public_page
from forum.base.web.errors import status_of
from forum.base.web.forms import BoardForm, blame, posted
from forum.base.web.guard import SAFE
from forum.log import closing_notice, stamp
from forum.log.closing import Closed, closed_sentence
from forum.log.words import role_label
from forum.moderation import closing
from forum.moderation.closing import MAX_TEXT, Announcement
from forum.moderation.closing_models import Closing, ClosingDraft
from forum.moderation.forms import FILL
from forum.moderation.views.answers import blueprint, salt_of

route_acts(
    {
        "moderation.closing": "read",
        "moderation.closing_desk": "closing.desk",
        "moderation.propose_closing": "closing.propose",
        "moderation.approve_closing": "closing.decide",
        "moderation.reject_closing": "closing.decide",
    }
)
# What goes on when the board is closed; whatever else such an act would write the log refuses.
GOES_ON = frozenset({"read", "sign-in", "own-account", "complaint.erase", "complaint.restore",
                     "complaint.unlock", "complaint.unmerge", "flag.decide", "measure.decide",
                     "admin"})  # fmt: skip
ALSO = ("appeal.", "challenge.", "audit.", "sealed.")
STOPS = frozenset({"accounts.signup_post", "accounts.signup_verify_post"})
STILL = frozenset({"complaints.stop_withdrawal", "complaints.unmerge"})
# It shows a form; there is no use in letting anybody fill it in.
FORMS = frozenset({"complaint.form"})
# What came of a proposal that was not announced.
OVER = {"rejected": _l("未获同意"), "withdrawn": _l("提出的人已收回")}


class ClosingForm(BoardForm):
    """From which day on, and why."""

    until = DateField(_l("从哪一天起关闭"), [InputRequired(FILL)])
    text = TextAreaField(
        _l("公告"), [InputRequired(FILL)], render_kw={"maxlength": MAX_TEXT, "rows": 8},
        description=_l("写明为什么关闭，以后到哪里找我们，还没解决的意见怎么办。"),
    )  # fmt: skip

    def given(self) -> Announcement:
        """What was filled in."""
        return Announcement(self.until.data, self.text.data or "")


@blueprint.before_app_request
def _refuse_when_closed() -> None:
    """Whoever wants to write hears at once that the board is closed."""
    endpoint = request.endpoint or ""
    act = rights.ROUTES.get(endpoint, "read")
    if act not in FORMS and (request.method in SAFE or _goes_on(endpoint, act)):
        return
    found = closing_notice.newest()
    if found is not None and found.is_closed():
        raise Closed(closed_sentence(found), rule="closed")


def _goes_on(endpoint: str, act: str) -> bool:
    known = act in GOES_ON or act.startswith(ALSO) or endpoint in STILL
    return known and endpoint not in STOPS


@blueprint.get("/closing", endpoint="closing")
def closing_page() -> Response:
    """The announcement, those before it, and proposals that nobody agreed to."""
    found, over = closing.history(), closing.not_agreed()
    if not found and not over:
        raise NotFound(_("没有关闭公告。"))
    tip = stamp.tip_for_request()
    version = ("closing", tip and tip.size, tuple((draft.id, draft.state) for draft in over))
    return public_page(version, stamp.words(tip), lambda: render_template(
        "moderation/closing.html", rows=[_row(row) for row in found],
        over=[_over(draft) for draft in over]))  # fmt: skip


@blueprint.get("/moderation/closing")
def closing_desk() -> str:
    """What waits, and the form of the first step."""
    return _desk(ClosingForm())


@blueprint.post("/moderation/closing")
def propose_closing() -> str | tuple[str, int] | Answer:
    """Take the first step."""
    form = posted(ClosingForm)
    if not form.validate():
        return _desk(form), 400
    try:
        closing.propose(current_user, form.given())
    except Refusal as refused:
        blame(form, refused)
        return _desk(form), status_of(refused)
    return redirect(url_for("moderation.closing_desk"), 303)


@blueprint.post("/moderation/closing/<int:number>/approve")
def approve_closing(number: int) -> Answer:
    """Announce it."""
    closing.approve(current_user, number)
    return redirect(url_for("moderation.closing"), 303)


@blueprint.post("/moderation/closing/<int:number>/reject")
def reject_closing(number: int) -> Answer:
    """Do not announce it."""
    closing.reject(current_user, number)
    return redirect(url_for("moderation.closing_desk"), 303)


def _desk(form: ClosingForm) -> str:
    g.personal = True
    draft = closing.waiting()
    mine = draft is not None and draft.account_id == current_user.id
    return render_template(
        "moderation/closing_desk.html",
        form=form if may(current_user.role, "closing.propose") else None,
        action=url_for("moderation.propose_closing"),
        draft=draft,
        mine=mine,
        decides=draft is not None and not mine and may(current_user.role, "closing.decide"),
        announced=[_row(row) for row in closing.history()],
        over=[_over(row) for row in closing.not_agreed()],
    )


def _over(draft: ClosingDraft) -> dict[str, Any]:
    """A proposal that came to nothing: who wanted it, and who did not agree. Its words say nothing
    that anybody else stood by, so they are not shown."""
    ended = OVER.get(draft.state, _l("72 小时内没有人复核，已作废"))
    return {
        "until": draft.until,
        "at": draft.at,
        "who": _who(draft.by, draft.staff),
        "outcome": str(ended),
        "ended_at": draft.decided_at or draft.at + closing.WAIT,
        "ended_who": _who(draft.decided_by, draft.decided_staff) if draft.decided_by else None,
    }


def _who(by: str, staff: str | None) -> str:
    return _("%(role)s %(staff)s", role=str(role_label(by)), staff=staff)


def _row(row: Closing) -> dict[str, Any]:
    who = _who(row.by, row.staff)
    return {
        "until": row.until,
        "text": row.text,
        "at": row.at,
        "who": _("%(who)s，复核人 %(second)s", who=who, second=row.second),
        "entry": row.entry,
        "entry_href": url_for("log.entry", index=row.entry),
        "salt": salt_of(row.entry, "text"),
    }
