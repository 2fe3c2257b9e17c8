"""Merging: proposing it, deciding on it, undoing it as a moderator or auditor."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base.rights import may, route_acts
from forum.base.web.forms import posted
from forum.complaints.models import Complaint
from forum.complaints.queries import existing_all
from forum.log.words import role_label
from forum.moderation import merging
from forum.moderation.models import MergeProposal
from forum.moderation.ruling_forms import MergeForm
from forum.moderation.views.answers import blueprint
from forum.moderation.views.rulings import Answer, carry_out, ruling_page
from forum.moderation.views.shown import thing

route_acts(
    {
        "moderation.merge_form": "merge.propose",
        "moderation.merge": "merge.propose",
        "moderation.merges": "complaint.merge",
        "moderation.decline": "complaint.merge",
        "moderation.part": "complaint.unmerge",
    }
)

OWN = _l("这是您提议的，须由另一位管理人员决定。")


@blueprint.get("/complaints/<int:number>/merge")
def merge_form(number: int) -> str:
    """Which older complaint is about the same matter."""
    merging.require_mergeable(current_user, number)
    into = request.args.get("into", "")
    known = into.isascii() and into.isdigit() and len(into) < 9
    return _page(number, MergeForm(into=int(into) if known else None))


@blueprint.post("/complaints/<int:number>/merge")
def merge(number: int) -> Answer:
    """Propose it; a moderator agrees to what somebody else proposed."""
    form = posted(MergeForm)
    return carry_out(number, form, _page, lambda: _merge(number, form.into.data))


@blueprint.get("/moderation/merges")
def merges() -> str:
    """What was proposed and waits."""
    g.personal = True
    return render_template("moderation/merges.html", rows=_rows(merging.waiting()), own_words=OWN)


@blueprint.post("/complaints/<int:number>/merge/decline")
def decline(number: int) -> Response:
    """They are not the same matter."""
    merging.decline(current_user, number)
    return redirect(url_for("pages.complaint", number=number), 303)


@blueprint.post("/complaints/<int:number>/part")
def part(number: int) -> Response:
    """Undo a merging."""
    merging.unmerge(current_user, number)
    return redirect(url_for("pages.complaint", number=number), 303)


def _merge(number: int, into: int) -> None:
    agrees = merging.decides(current_user, number, into)
    verb: Any = merging.merge if agrees else merging.propose
    verb(current_user, number, into)


def _page(number: int, form: MergeForm) -> str:
    sentences = [_("两条的原文都留着，各自的页面都能打开；列表里只显示较早的那一条。"),
                 _("“我也遇到”算到较早的那一条，同一户不重复计算；作者随时可以拆开。")]  # fmt: skip
    waiting = merging.open_proposal(number) if may(current_user.role, "complaint.merge") else None
    also = (url_for("moderation.decline", number=number), _("不合并")) if waiting else None
    words = (_("提议合并"), _("提议合并"))
    if waiting is None:
        sentences.append(_("提议会公开，由另一位管理人员决定。"))
    elif merging.is_own(current_user, waiting):
        sentences.append(OWN)
    else:
        words = (_("同类合并"), _("合并"))
    return ruling_page(number, form, words, sentences, also=also,
                       action=url_for("moderation.merge", number=number))  # fmt: skip


def _rows(proposals: list[MergeProposal]) -> list[dict[str, Any]]:
    found = existing_all({number for row in proposals for number in (row.complaint, row.into)})
    return [_row(row, found[row.complaint], found[row.into]) for row in proposals]


def _row(proposal: MergeProposal, one: Complaint, other: Complaint) -> dict[str, Any]:
    who = str(role_label(proposal.by))
    return {
        "one": thing(one), "other": thing(other), "own": merging.is_own(current_user, proposal),
        "who_label": f"{who} {proposal.staff}" if proposal.staff else who, "at": proposal.at,
        "merge": url_for("moderation.merge_form", number=one.number, into=other.number),
        "decline": url_for("moderation.decline", number=one.number),
    }  # fmt: skip
