"""Merging: proposing it, deciding on it, undoing it as a moderator or auditor."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base.rights import may, route_acts
from forum.base.web.forms import posted
from forum.complaints.service import existing
from forum.log.words import role_label
from forum.moderation import merging
from forum.moderation.models import MergeProposal
from forum.moderation.ruling_forms import MergeForm
from forum.moderation.views.answers import blueprint
from forum.moderation.views.rulings import Answer, carry_out, ruling_page

route_acts(
    {
        "moderation.merge_form": "merge.propose",
        "moderation.merge": "merge.propose",
        "moderation.merges": "complaint.merge",
        "moderation.decline": "complaint.merge",
        "moderation.part": "complaint.unmerge",
    }
)


@blueprint.get("/complaints/<int:number>/merge")
def merge_form(number: int) -> str:
    """Which older complaint is about the same matter."""
    into = request.args.get("into", "")
    known = into.isascii() and into.isdigit() and len(into) < 9
    return _page(number, MergeForm(into=int(into) if known else None))


@blueprint.post("/complaints/<int:number>/merge")
def merge(number: int) -> Answer:
    """Propose it; a moderator decides at once."""
    form = posted(MergeForm)
    verb: Any = merging.merge if _decides() else merging.propose
    return carry_out(number, form, _page, lambda: verb(current_user, number, form.into.data))


@blueprint.get("/moderation/merges")
def merges() -> str:
    """What was proposed and waits."""
    g.personal = True
    return render_template("moderation/merges.html", rows=[_row(m) for m in merging.waiting()])


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


def _decides() -> bool:
    return may(current_user.role, "complaint.merge")


def _page(number: int, form: MergeForm) -> str:
    sentences = [_("两条的原文都留着，各自的页面都能打开；列表里只显示较早的那一条。"),
                 _("“我也遇到”算到较早的那一条，同一户不重复计算；作者随时可以拆开。")]  # fmt: skip
    words = (_("同类合并"), _("合并"))
    also = None
    if not _decides():
        words = (_("提议合并"), _("提议合并"))
        sentences.append(_("提议会公开，由管理人员决定。"))
    elif merging.open_proposal(number) is not None:
        also = (url_for("moderation.decline", number=number), _("不合并"))
    return ruling_page(number, form, words, sentences, also=also,
                       action=url_for("moderation.merge", number=number))  # fmt: skip


def _row(proposal: MergeProposal) -> dict[str, Any]:
    one, other = existing(proposal.complaint), existing(proposal.into)
    who = str(role_label(proposal.by))
    return {
        "number": one.number, "href": url_for("pages.complaint", number=one.number),
        "title": one.title, "body_html": one.body_html,
        "into": other.number, "into_href": url_for("pages.complaint", number=other.number),
        "into_title": other.title, "into_body_html": other.body_html,
        "who_label": f"{who} {proposal.staff}" if proposal.staff else who, "at": proposal.at,
        "merge": url_for("moderation.merge_form", number=one.number, into=other.number),
        "decline": url_for("moderation.decline", number=one.number),
    }  # fmt: skip
