"""The desk of flags and notices: one thing with all that is needed to decide it, and keeping it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base import clock
from forum.base.refusal import NotAllowed, NotFound, Refusal
from forum.base.rights import may, route_acts
from forum.base.web.errors import status_of
from forum.base.web.forms import BoardForm, blame, posted
from forum.complaints.models import SHOWN
from forum.log.words import ACT_LABELS, COUNT_LABELS, reason_label, role_label
from forum.moderation import desk, flags, notices
from forum.moderation.desk import Earlier, Flagged
from forum.moderation.flag_forms import KeepForm
from forum.moderation.flag_models import FlagDecision, PartyNotice
from forum.moderation.models import Statement
from forum.moderation.views.acts import wanted_item
from forum.moderation.views.answers import blueprint, left_of
from forum.moderation.views.shown import can_be_read
from forum.moderation.views.shown import thing as shown

route_acts(
    {
        "moderation.flagged": "moderation.queue",
        "moderation.open_flagged": "moderation.queue",
        "moderation.keep": "flag.decide",
    }
)
# Of what another answered meanwhile, so that the refusal says who it was.
ANY_REASON = (*flags.FLAG_REASONS, notices.DEFAMATION, *notices.ORDERS)
# Act → its first step; each answers what waits about its target.
STEPS = {"redact": "moderation.redact_form", "remove": "moderation.remove_form",
         "delist": "moderation.delist_form", "erase": "moderation.erase_form"}  # fmt: skip
RIGHTS = {"redact": "complaint.redact", "remove": "complaint.remove", "delist": "complaint.delist",
          "erase": "complaint.erase"}  # fmt: skip


@blueprint.get("/moderation/flagged/<int:number>")
def flagged(number: int) -> str:
    """One thing: what it says, who asks what, what the author wrote before, how others decided."""
    thing = desk.flagged(current_user, number, wanted_item())
    return _page(thing, _blank(thing))


@blueprint.post("/moderation/flagged/<int:number>/open")
def open_flagged(number: int) -> Response:
    """Open it, and let the others see that one did."""
    item = wanted_item()
    desk.open_thing(current_user, number, item)
    return redirect(url_for("moderation.flagged", number=number, item=item), 303)


@blueprint.post("/complaints/<int:number>/keep")
def keep(number: int) -> tuple[str, int] | Response:
    """It stays, and everybody reads why."""
    form = posted(KeepForm)
    item = form.item.data
    thing = desk.flagged(current_user, number, item)
    form.offer_reasons(thing.waiting.reasons or ANY_REASON)
    if not form.validate():
        return _page(thing, form), 400
    seen, words = form.seen.data or None, form.words.data or ""
    try:
        flags.keep(current_user, number, item, form.reason.data, words, seen)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refused:
        return _again(number, form, refused), status_of(refused)
    flash(
        _("已决定保留 #%(number)s，理由已公开，举报和投诉的人已得到答复。", number=number),
        "success",
    )
    return redirect(url_for("moderation.desk"), 303)


def _again(number: int, form: KeepForm, refused: Refusal) -> str:
    """The words that were typed beside what waits by now, to be looked at before the next try; where
    another was first, or a measure waits, there is none."""
    thing = desk.flagged(current_user, number, form.item.data)
    form.offer_reasons(thing.waiting.reasons or ANY_REASON)
    form.seen.data = thing.waiting.seen
    blame(form, refused)
    if _blank(thing) is None:
        return _page(thing, None, typed=form)
    return _page(thing, form)


def queue_rows() -> list[dict[str, Any]]:
    """What waits, for the first page of the desk."""
    return [_row(thing) for thing in desk.queue(current_user)]


def _blank(thing: Flagged) -> KeepForm | None:
    if not thing.waiting or thing.measure is not None:
        return None
    form = KeepForm(item=thing.reply.id if thing.reply else None, seen=thing.waiting.seen)
    form.offer_reasons(thing.waiting.reasons)
    return form


def _row(thing: Flagged) -> dict[str, Any]:
    number, item = thing.complaint.number, thing.reply.id if thing.reply else None
    due = thing.due_at
    reasons = [str(reason_label(reason)) for reason in thing.waiting.reasons]
    return {
        "number": number,
        "item": item,
        "title": thing.complaint.title if _can_be_read(thing) else str(COUNT_LABELS[_state(thing)]),
        "flags": len(thing.waiting.flags),
        "verified": thing.verified,
        "notices": len(thing.waiting.notices),
        "reasons": _("、").join(reasons),
        "since": thing.since,
        "due_at": due,
        "overdue": due is not None and due <= clock.now(),
        "looking": _looking(thing),
        "proposed": [_statement_link(number) for number in thing.proposed],
        "measure": _statement_link(thing.measure) if thing.waiting and thing.measure else None,
        "href": url_for("moderation.flagged", number=number, item=item),
        "open": url_for("moderation.open_flagged", number=number, item=item),
    }


def _page(thing: Flagged, form: BoardForm | None, typed: BoardForm | None = None) -> str:
    g.personal = True
    number, said = thing.complaint.number, thing.reply or thing.complaint
    acted, kept = desk.similar(thing.waiting.reasons) if thing.waiting else ((), ())
    earlier = desk.earlier_of(said.account_id, number)
    return render_template(
        "moderation/flagged.html",
        t=_row(thing) | {
            "complaint_href": url_for("pages.complaint", number=number),
            "said": shown(thing.complaint, thing.reply), "photos": _photos(thing),
        },
        flags=[{"reason": str(reason_label(f.reason)), "words": f.words, "at": f.at}
               for f in thing.waiting.flags],
        notices=[_notice(notice) for notice in thing.waiting.notices],
        earlier=_earlier(earlier) if earlier else None,
        similar=[_acted(row) for row in acted] + [_kept(row) for row in kept],
        acts=_acts(thing), form=form, typed=typed, keep=url_for("moderation.keep", number=number),
        staff=current_user.staff_no,
    )  # fmt: skip


def _photos(thing: Flagged) -> list[dict[str, Any]]:
    if _state(thing) not in SHOWN:  # no address serves the photos of what is held
        return []
    item = thing.reply.id if thing.reply else None
    return [
        {"url": url_for("complaints.photo", sha256=photo.sha256), "alt": photo.alt,
         "thumb_url": url_for("complaints.photo", sha256=photo.thumb),
         "width": photo.width, "height": photo.height}
        for photo in desk.photos_of(thing.complaint.number, item)
    ]  # fmt: skip


def _state(thing: Flagged) -> str:
    hidden = thing.complaint.state not in SHOWN or thing.reply is None
    return thing.complaint.state if hidden or thing.reply is None else thing.reply.state


def _can_be_read(thing: Flagged) -> bool:
    """What is gone is sealed, for moderators too."""
    return can_be_read(thing.complaint, thing.reply)


def _looking(thing: Flagged) -> list[str]:
    now = clock.now()
    return [
        _("%(staff)s 正在看（%(minutes)d 分钟前打开）", staff=staff,
          minutes=int((now - at).total_seconds() // 60))
        for staff, at in thing.looking
    ]  # fmt: skip


def _statement_link(number: int) -> dict[str, Any]:
    return {"number": number, "href": url_for("moderation.statement", number=number)}


def _notice(row: PartyNotice) -> dict[str, Any]:
    who = str(role_label(row.by))
    return {
        "number": row.number, "who": f"{who}：{row.sender}", "reason": str(reason_label(row.reason)),
        "contact": row.contact, "claim": row.claim, "evidence": row.evidence,
        "file_number": row.file_number, "staff": row.staff, "at": row.at, "counter": row.counter,
    }  # fmt: skip


def _earlier(found: Earlier) -> dict[str, Any]:
    return {
        "complaints": _counts(found.states),
        "items": _counts(found.items),
        "newest": [
            {"number": row.number, "href": url_for("pages.complaint", number=row.number),
             "title": row.title if row.state in SHOWN else None,
             "state": str(COUNT_LABELS[row.state]),
             "statement": _statement_link(row.statement) if row.statement else None}
            for row in found.complaints
        ],
    }  # fmt: skip


def _counts(counted: Mapping[str, int]) -> str:
    parts = [f"{COUNT_LABELS[state]} {count}" for state, count in sorted(counted.items())]
    return _("，").join(parts) or "0"


def _acted(row: Statement) -> dict[str, Any]:
    return {"what": str(ACT_LABELS[row.act]), "why": left_of(row.facts), "reason": str(reason_label(row.reason)),
            "staff": row.staff, "at": row.at, "clause": row.clause,
            "href": url_for("moderation.statement", number=row.number)}  # fmt: skip


def _kept(row: FlagDecision) -> dict[str, Any]:
    return {"what": _("保留"), "why": left_of(row.text), "reason": str(reason_label(row.reason)),
            "staff": row.staff, "at": row.at, "clause": None,
            "href": url_for("log.entry", index=row.entry)}  # fmt: skip


def _acts(thing: Flagged) -> list[dict[str, Any]]:
    """The first steps of measures, while there is something to act on."""
    if not thing.waiting or not _can_be_read(thing):
        return []
    item = thing.reply.id if thing.reply else None
    return [
        {"label": str(ACT_LABELS[act]),
         "href": url_for(endpoint, number=thing.complaint.number, item=item)}
        for act, endpoint in STEPS.items()
        if may(current_user.role, RIGHTS[act]) and not (act == "delist" and item)
    ]  # fmt: skip
