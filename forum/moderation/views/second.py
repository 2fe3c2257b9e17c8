"""What whoever is asked to be the second reads before answering: that they may, and what follows."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from forum.log.words import ACT_LABELS
from forum.moderation import two_people
from forum.moderation.forms import AnswerForm
from forum.moderation.models import Proposal
from forum.moderation.views.answers import SCOPE_LABELS, is_mine
from forum.moderation.waiting import is_past, is_request


def answering(proposal: Proposal) -> dict[str, Any]:
    """What moderation/_answer.html takes, for a moderator or an auditor."""
    asked, mine = is_request(proposal), is_mine(proposal)
    return {
        "asked": asked,
        "past": is_past(proposal),
        "mine": mine,
        "missing_auditor": _lacks_auditor(proposal),
        "consequences": [] if asked or mine else _consequences(proposal),
        "form": None if mine else AnswerForm(tag=f"-{proposal.number}"),
        "approve": url_for("moderation.approve", number=proposal.number),
        "reject": url_for("moderation.reject", number=proposal.number),
        "propose": _propose_href(proposal) if asked else None,
    }


def _consequences(proposal: Proposal) -> list[str]:
    """What happens at the moment somebody agrees, in words."""
    said = [_("全网可见：您同意了这项处理，附您的工号 %(staff)s。", staff=current_user.staff_no)]
    act, scope = str(ACT_LABELS[proposal.act]), SCOPE_LABELS[proposal.act]()
    if proposal.alone:
        return [*said, _("已由一人先处理（%(act)s）：同意后不再到期恢复。", act=act)]
    said.append(_("同意后立刻生效。%(act)s：%(scope)s。", act=act, scope=scope))
    if proposal.act == "erase":
        said.append(_("清除以后谁也找不回来，不能恢复。请先看清是不是这一条。"))
    return [*said, _("作者立刻收到理由和申诉办法。")]


def _lacks_auditor(proposal: Proposal) -> bool:
    needs = two_people.ACTS[proposal.act].needs_auditor
    return needs and "auditor" not in (proposal.by, current_user.role)


def _propose_href(proposal: Proposal) -> str | None:
    if proposal.complaint is None:
        return None
    return url_for(f"moderation.{proposal.act}_form", number=proposal.complaint,
                   item=proposal.item)  # fmt: skip
