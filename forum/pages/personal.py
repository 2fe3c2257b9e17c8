"""What this reader may do with a complaint: flags, addresses and forms, by role, ownership and state."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_login import current_user
from sqlalchemy import select
from wtforms import Form

from forum.base import clock, rights
from forum.base.db import db
from forum.base.web.guard import role
from forum.complaints.author_acts import MAY_BECOME
from forum.complaints.clocks import WITHDRAWAL_UNDO
from forum.complaints.forms import ActForm, CommentForm, WithdrawForm
from forum.complaints.models import Reply
from forum.complaints.stopped import stopped as stopped_now
from forum.log.words import reason_label
from forum.moderation.forms import RestoreForm
from forum.moderation.ruling_forms import UnlockForm
from forum.moderation.rulings import lock_of
from forum.pages.head import Head
from forum.pages.own import Own, own_of
from forum.response.forms import ReplyForm, ResolveForm

RESOLVABLE = ("open", "disputed", "answered", "promised")
KIND_OF = {"withdraw": "complaint.withdrawn", "undo_withdrawal": "complaint.restored",
           "unmerge": "complaint.unmerged"}  # fmt: skip
STATUS_OF = {"confirm": "confirmed", "dispute": "disputed", "reopen": "open"}
ENDPOINTS = {
    "support": "complaints.support",
    "unsupport": "complaints.unsupport",
    "comment": "complaints.comment",
    "confirm": "complaints.status",
    "dispute": "complaints.status",
    "reopen": "complaints.status",
    "edit": "complaints.edit",
    "receipt": "complaints.receipt_page",
    "withdraw": "complaints.withdraw",
    "stop_withdrawal": "complaints.stop_withdrawal",
    "undo_withdrawal": "complaints.undo_withdrawal",
    "reply": "response.reply",
    "resolve": "response.resolve",
    "remove": "moderation.remove_form",
    "redact": "moderation.redact_form",
    "delist": "moderation.delist_form",
    "suspend": "moderation.suspend_form",
    "erase": "moderation.erase_form",
    "ask": "moderation.ask_form",
    "restore": "moderation.restore",
    "unmerge": "complaints.unmerge",
    "propose_merge": "moderation.merge_form",
    "part": "moderation.part",
    "publish": "moderation.publish",
    "refuse": "moderation.refuse_form",
    "lock": "moderation.lock_form",
    "unlock": "moderation.unlock",
    "flagged": "moderation.flagged",
    "order": "moderation.order_form",
    "move": "moderation.move_form",
}


def personal(head: Head) -> dict[str, Any]:
    """The context of complaints/_actions.html and of what may be done with one that is gone."""
    who = role()
    own = own_of(head)
    can = _reading(head, who, own) | _owning(head, who) | _working(head, who)
    stopped = stopped_now() if can["comment"] and own.suspended else None
    can["comment"] = can["comment"] and stopped is None
    return {
        "can": can,
        "act": {
            name: url_for(endpoint, number=head.number)
            for name, endpoint in ENDPOINTS.items()
            if can[name]
        },
        "forms": {name: form for name in can if can[name] and (form := _form(name, head))},
        "stopped": stopped,
        "locked_by": _lock(head) if head.locked and head.is_shown else None,
        "own_words": own.words,
        "items": _items(head) if can["redact"] else [],
        "login_href": url_for("accounts.login", next=request.full_path.rstrip("?")),
    }


def _lock(head: Head) -> dict[str, Any] | None:
    """Why nobody can comment: what stands in the place of the form."""
    ruling = lock_of(head.number)
    if ruling is None:
        return None
    return {"reason_label": str(reason_label(ruling.reason)), "facts": ruling.facts,
            "entry_href": url_for("log.entry", index=ruling.entry)}  # fmt: skip


def is_author(head: Head) -> bool:
    """Whether whoever reads this wrote the complaint."""
    return current_user.is_authenticated and head.account_id == current_user.id


def _reading(head: Head, who: str, own: Own) -> dict[str, bool]:
    may_support = (
        head.state == "visible" and not is_author(head) and rights.may(who, "complaint.support")
    )
    supports = may_support and own.supports
    return {
        "support": may_support and not supports,
        "unsupport": supports,
        "comment": head.is_shown and not head.locked and rights.may(who, "complaint.comment"),
    }


def _owning(head: Head, who: str) -> dict[str, bool]:
    own = is_author(head) and rights.may(who, "complaint.author-act")
    visible = own and head.state == "visible"
    undo = own and head.state == "withdrawn"
    return {
        **{
            name: visible and head.status in MAY_BECOME[status]
            for name, status in STATUS_OF.items()
        },
        "edit": visible,
        "withdraw": visible,
        "receipt": own,
        "stop_withdrawal": visible and head.withdrawal_due is not None,
        "unmerge": own and head.state == "merged",
        "undo_withdrawal": undo and clock.now() <= head.state_at + WITHDRAWAL_UNDO,
    }


def _working(head: Head, who: str) -> dict[str, bool]:
    return {
        "reply": head.is_shown and rights.may(who, "reply.post"),
        "resolve": head.is_shown
        and head.status in RESOLVABLE
        and rights.may(who, "complaint.resolve"),
        "remove": head.state == "visible" and rights.may(who, "complaint.remove"),
        "redact": head.is_shown and rights.may(who, "complaint.redact"),
        "delist": head.is_shown and rights.may(who, "complaint.delist"),
        "suspend": head.account_id is not None and rights.may(who, "member.suspend"),
        "erase": head.state != "erased" and rights.may(who, "complaint.erase"),
        "ask": head.state == "visible" and rights.may(who, "measure.ask"),
        **_ruling(head, who),
        "restore": head.state in ("removed", "refused") and rights.may(who, "complaint.restore"),
    }


def _ruling(head: Head, who: str) -> dict[str, bool]:
    """What one person may decide with a reason, and what waits for its first publication."""
    speaks = who != "member" or is_author(head)
    return {
        "propose_merge": head.state == "visible" and speaks and rights.may(who, "merge.propose"),
        "part": head.state == "merged" and rights.may(who, "complaint.unmerge"),
        "publish": head.state == "held" and rights.may(who, "complaint.publish"),
        "refuse": head.state == "held" and rights.may(who, "complaint.refuse"),
        "flagged": head.state != "erased" and rights.may(who, "moderation.queue"),
        "order": head.is_shown and rights.may(who, "notice.enter"),
        "lock": head.is_shown and not head.locked and rights.may(who, "complaint.lock"),
        "unlock": head.is_shown and head.locked and rights.may(who, "complaint.unlock"),
        "move": head.is_shown and rights.may(who, "complaint.move"),
    }


def _items(head: Head) -> list[dict[str, Any]]:
    """For moderators: what was said under it, with the addresses of what may be done with each."""
    acts = ("redact", "remove", "erase", "suspend")
    said = select(Reply.id, Reply.by).where(
        Reply.complaint == head.number, Reply.state == "visible"
    )
    return [
        {"id": item, "by": by}
        | {act: url_for(ENDPOINTS[act], number=head.number, item=item) for act in acts}
        for item, by in db.session.execute(said.order_by(Reply.id))
    ]


# Made once, for every page of a complaint that a member opens.
def _form(name: str, head: Head) -> Form | None:
    if name in STATUS_OF or name in KIND_OF:
        make = WithdrawForm if name == "withdraw" else ActForm
        form = make(tag=f"-{name}", of=head.act_entry, status=STATUS_OF.get(name))
        kind = KIND_OF.get(name, "complaint.status")
        return form.to_sign(kind, head.number, head.author_key)
    if name == "restore":
        form = RestoreForm()
        form.offer_reasons()
        return form
    if name == "unlock":
        opening = UnlockForm()
        opening.offer_reasons()
        return opening
    plain = {"comment": CommentForm, "reply": ReplyForm, "resolve": ResolveForm}
    return plain[name]() if name in plain else None
