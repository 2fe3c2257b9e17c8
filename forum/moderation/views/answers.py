"""What the views of moderation share: the blueprint, words for acts and states, opening salts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from forum.base.rights import may
from forum.log import queries as log
from forum.log.words import ACT_LABELS, reason_label, role_label
from forum.moderation import rules as published
from forum.moderation.models import Proposal, Rules, Statement
from forum.moderation.queries import ends_at
from forum.moderation.views.standing import end_label, was_published
from forum.moderation.waiting import is_request

blueprint = Blueprint("moderation", __name__)

ALONE_LABELS: dict[str, Any] = {
    "spam": _l("广告先行下架"),
    "emergency": _l("紧急下架"),
    "cover": _l("一人先行遮盖"),
}
STATE_LABELS: dict[str, Any] = {
    "open": _l("复核中"),
    "approved": _l("复核同意"),
    "rejected": _l("复核不同意"),
    "refused": _l("申请不予采纳"),
    "lapsed": _l("逾期未复核，作废"),
}
SCOPE_LABELS = {
    "remove": lambda: _("全网不可见，原处留有说明"),
    "redact": lambda: _("只遮盖一部分，其余照常显示，遮盖处有标记"),
    "delist": lambda: _("列表、搜索和订阅里没有，那一页还在"),
    "suspend": lambda: _("这位作者不能发表新内容，已发表的照常显示"),
    "refuse": lambda: _("没有发布过，原处留有说明"),
    "erase": lambda: _("内容已销毁，不能恢复，原处留有说明"),
}


def salt_of(entry: int, field: str) -> str | None:
    """What opens the commitment to a public text, in base64, so that anyone can compare."""
    salt = log.opening(entry, field)
    return b64encode(salt).decode("ascii") if salt else None


def clause_of(
    row: Statement | Proposal, known: Mapping[int, Rules] | None = None
) -> dict[str, Any]:
    """The clause that a statement or proposal cites: number, title and address; or Nones.

    known: versions of the rules read before (`rules.of_entries`), where there are many rows.
    """
    rules = (known or published.of_entries({row.rules})).get(row.rules) if row.rules else None
    clause = published.clause(rules, row.clause) if rules and row.clause else None
    href = None
    if rules is not None:
        href = url_for("moderation.rules_version", version=rules.version, _anchor=f"c{row.clause}")
    return {"clause": row.clause, "clause_title": (clause or {}).get("title", ""),
            "clause_href": href}  # fmt: skip


def what(row: Statement | Proposal, known: Mapping[int, Rules] | None = None) -> dict[str, Any]:
    """Which act, on what, and why: the facts every page of a measure begins with."""
    return {
        "number": row.number,
        "complaint": row.complaint,
        "complaint_href": url_for("pages.complaint", number=row.complaint)
        if row.complaint is not None
        else None,
        "item": row.item,
        "act_label": ACT_LABELS[row.act],
        "at": row.at,
        "ground_label": reason_label(row.reason),
        "facts": left_of(row.facts),
        "entry": row.entry,
        "entry_href": url_for("log.entry", index=row.entry),
        **clause_of(row, known),
    }


def left_of(words: str) -> str:
    """Words of a reason; where they quoted what was erased, what became of them."""
    return words or _("（这段话引用了依法清除的内容，已一并销毁。理由、条款和时间不变。）")


def waiting(row: Proposal) -> dict[str, Any]:
    """How a request, a proposal or an act done alone stands, and who answered it how."""
    return {
        "asked": is_request(row),
        "alone_label": ALONE_LABELS[row.alone] if row.alone else None,
        "who_label": _("%(role)s %(staff)s", role=str(role_label(row.by)), staff=row.staff),
        "state": row.state,
        "state_label": _state_label(row),
        "lapses_at": ends_at(row),
        "end_label": end_label(row),
        "taken_up": row.taken_up,
        "taken_up_href": url_for("moderation.statement", number=row.taken_up)
        if row.taken_up
        else None,
        "decided_label": _("%(role)s %(staff)s", role=str(role_label(row.decided_by)),
                           staff=row.decided_staff) if row.decided_staff and row.decided_by else None,
        "decided_at": row.decided_at,
        "decided_href": url_for("log.entry", index=row.decided_entry)
        if row.decided_entry is not None
        else None,
        "decided_entry": row.decided_entry,
        "answer": None if row.answer is None else left_of(row.answer),
    }  # fmt: skip


def _state_label(row: Proposal) -> Any:
    if row.taken_up:
        return _("已由管理人员提出")
    return _("意见已发布，提议失效") if was_published(row) else STATE_LABELS[row.state]


def is_mine(row: Proposal) -> bool:
    """Whether whoever is signed in began it, and so cannot answer it."""
    return bool(row.account_id == current_user.id or row.staff == current_user.staff_no)


ROOMS: tuple[tuple[str, Any, str], ...] = (
    ("moderation.desk", _l("待处理"), "moderation.queue"),
    ("moderation.held", _l("待发布"), "moderation.queue"),
    ("moderation.merges", _l("提议合并"), "complaint.merge"),
    ("moderation.bulk", _l("一次处理多条"), "moderation.bulk"),
    ("moderation.new_rules", _l("规则"), "rules.publish"),
    ("moderation.closing_desk", _l("关闭公告"), "closing.desk"),
)


def rooms() -> list[tuple[str, str]]:
    """Label and address of the rooms that whoever is signed in may open."""
    return [(str(label), url_for(endpoint)) for endpoint, label, act in ROOMS
            if may(current_user.role, act)]  # fmt: skip


@blueprint.context_processor
def _rooms() -> dict[str, Any]:
    # Only the pages of the desk show them; others are the same for every reader.
    at_desk = request.path.startswith("/moderation") and current_user.is_authenticated
    return {"rooms": rooms() if at_desk else []}
