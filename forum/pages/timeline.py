"""What happened to a complaint, in the order of the log: what was said, and what was done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.base.cuts import marked_html
from forum.log.words import (
    CAUSE_LABELS,
    OUTCOME_LABELS,
    act_label,
    details,
    kind_label,
    role_label,
    status_label,
)
from forum.pages.cuts import cut_items
from forum.pages.notices import ground_of, who_decided
from forum.pages.rows import Line, Rows
from forum.tlog.entry import parse_entry

Event = dict[str, Any]
# A promise is said with the reply that made it.
TOLD = ("complaint.edited", "complaint.status", "complaint.withdrawn", "complaint.removed",
        "complaint.restored", "withdrawal.requested", "withdrawal.stopped", "promise.kept",
        "promise.broken", "statement.proposed", "statement.approved", "statement.rejected",
        "statement.refused", "statement.lapsed", "complaint.redacted", "complaint.delisted",
        "complaint.relisted", "reply.redacted", "comment.redacted", "reply.restored",
        "comment.restored", "complaint.held", "complaint.published", "complaint.locked",
        "complaint.unlocked", "complaint.moved", "complaint.merged", "complaint.unmerged",
        "merge.proposed", "merge.declined", "flag.decided", "notice.received",
        "notice.countered", "appeal.filed", "appeal.decided")  # fmt: skip
# What was said stands no more; the notice stands where it was said.
TAKEN_DOWN = ("reply.erased", "comment.erased", "reply.removed", "comment.removed")
# By these nothing is hidden any more, so that nobody appeals against them.
BACK = ("complaint.restored", "complaint.relisted", "reply.restored", "comment.restored")
NO_REASONS: Mapping[int, str] = {}
PROMISE_SHAPES = {"open": "promised", "kept": "kept", "broken": "broken"}
PROMISE_LABELS = {
    "open": _l("已承诺"),
    "kept": _l("承诺已兑现"),
    "broken": _l("承诺未兑现"),
}
SHAPES = {"promise.kept": "kept", "promise.broken": "broken", "complaint.withdrawn": "withdrawn",
          "withdrawal.requested": "pending"}  # fmt: skip


def timeline(
    replies: Rows, photos: Rows, entries: Rows, reasons: Mapping[int, str] = NO_REASONS
) -> list[Event]:
    """The events of macros/timeline.html, oldest first. reasons: what further stands at a line."""
    told = {row.entry: parse_entry(row.bytes) for row in entries if row.kind in TOLD}
    times = {row.entry: row.at for row in entries}
    outcomes = _outcomes(replies, told)
    pictures: dict[int | None, list[Line]] = defaultdict(list)
    for photo in photos:
        pictures[photo.reply_id].append(photo)
    cut = cut_items(entries)
    events = {row.entry: _said(row, pictures[row.id], outcomes.get(row.entry), row.id in cut)
              for row in replies}  # fmt: skip
    for index, entry in _taken_down(entries):
        said = next((row for row in replies if row.id == entry["item"]), None)
        if said is not None and said.state != "visible":
            stands = {"at": times[index], "id": said.id, "state": said.state}
            events[said.entry] = _moderated(index, entry) | stands
    undone = _undone(entries)
    for index, entry in told.items():
        events[index] = _done(index, entry) | {"at": times[index]}
        if entry.get("statement") in undone:
            events[index].pop("appeal_href", None)
        if index in reasons:
            events[index]["note"] += _("。") + reasons[index]
    return [events[index] for index in sorted(events)]


def _taken_down(entries: Rows) -> list[tuple[int, dict[str, Any]]]:
    return [(row.entry, parse_entry(row.bytes)) for row in entries if row.kind in TAKEN_DOWN]


def _undone(entries: Rows) -> set[int]:
    """Statements whose act was taken back: there is nothing to appeal against any more."""
    back = (row for row in entries if row.kind in BACK)
    return {parse_entry(row.bytes)["statement"] for row in back} - {None}


def photo_events(photos: Iterable[Line]) -> list[dict[str, Any]]:
    """Photos as the `photos` macro shows them."""
    return [
        {
            "url": url_for("complaints.photo", sha256=photo.sha256),
            "thumb_url": url_for("complaints.photo", sha256=photo.thumb),
            "alt": photo.alt, "width": photo.width, "height": photo.height,
        }
        for photo in photos
    ]  # fmt: skip


def _outcomes(replies: Rows, told: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Entry of a reply → how it settled the case: a resolution is a reply and then a status."""
    found = {}
    for index, entry in told.items():
        before = [r.entry for r in replies if r.kind == "reply" and r.entry < index]
        if entry["kind"] == "complaint.status" and entry["outcome"] and before:
            words = [str(OUTCOME_LABELS[entry["outcome"]])]
            words += [str(CAUSE_LABELS[entry["cause"]])] if entry.get("cause") else []
            found[before[-1]] = _("，").join(words)
    return found


def _said(row: Line, photos: list[Line], outcome: str | None, cut: bool) -> Event:
    event = {
        "id": row.id,
        "at": row.posted_at,
        "body_html": marked_html(row.body_html) if cut else row.body_html,
        "photos": photo_events(photos),
        "flag_href": url_for("moderation.flag_form", number=row.complaint, item=row.id),
    }
    if row.kind == "comment":
        is_author = row.role == "author"
        return event | {"kind": "comment", "author": row.by, "is_author": is_author,
                        "verified": row.verified}  # fmt: skip
    return event | {
        "kind": "reply",
        "role_label": str(role_label(row.role)),
        "by": row.by,
        "department": row.signed_by or row.department,
        "holding": row.kind == "holding",
        "template": row.template,
        "promise": _promise(row),
        "outcome_label": outcome,
        "claimed_at": row.claimed_at,
    }


def _promise(row: Line) -> dict[str, Any] | None:
    if row.promised is None:
        if row.kind == "holding" and row.until:
            sentence = _("最迟 %(day)s 答复", day=row.until.isoformat())
            return {"sentence": sentence, "due_on": row.until, "state": "due",
                    "state_label": _("我查一查")}  # fmt: skip
        return None
    return {
        "sentence": _("%(day)s 前办好", day=row.promised.isoformat()),
        "due_on": row.promised,
        "state": PROMISE_SHAPES[row.promise_state],
        "state_label": str(PROMISE_LABELS[row.promise_state]),
    }


def _done(index: int, entry: Mapping[str, Any]) -> Event:
    if entry["kind"].startswith("statement."):
        return _reviewed(index, entry)
    if entry["kind"] == "flag.decided":
        return _answered(index, entry)
    if entry["kind"].startswith("appeal."):
        return _appealed(index, entry)
    if entry["kind"] == "complaint.removed" or entry.get("statement"):
        return _moderated(index, entry)
    if entry["kind"] == "complaint.status":
        # Outcome and cause stand with the reply that gave them.
        note = details({**entry, "outcome": None, "cause": None})[1:]
        sentence, shape = str(status_label(entry["status"])), entry["status"]
    else:
        note = details(entry)
        sentence, shape = str(act_label(entry)), SHAPES.get(entry["kind"])
    return {"kind": "line", "sentence": sentence, "status": shape, "note": _("，").join(note)}


def _reviewed(index: int, entry: Mapping[str, Any]) -> Event:
    """A step on the way to a measure, or the end of that way: a line that leads to its page."""
    return {
        "kind": "line",
        "sentence": str(act_label(entry)),
        "status": "pending" if entry["kind"] == "statement.proposed" else None,
        "note": _("，").join(details(entry)),
        "href": url_for("moderation.statement", number=entry["statement"]),
        "entry": index,
    }


def _appealed(index: int, entry: Mapping[str, Any]) -> Event:
    """An appeal, or what came of it: a line that leads to its page."""
    href = url_for("moderation.appeal_page", number=entry["appeal"])
    note = _("，").join(details(entry))
    return {"kind": "line", "sentence": str(act_label(entry)), "status": None,
            "note": note, "href": href, "href_label": _("看申诉"), "entry": index}  # fmt: skip


def _answered(index: int, entry: Mapping[str, Any]) -> Event:
    """How flags and notices were answered: the statement says why, or the words beside it."""
    line = {"kind": "line", "sentence": str(act_label(entry)), "status": None,
            "note": _("，").join(details(entry))}  # fmt: skip
    if entry["statement"]:
        return line | {"href": url_for("moderation.statement", number=entry["statement"]),
                       "entry": index}  # fmt: skip
    return line


SENTENCES = {
    "complaint.removed": _l("这条意见曾被下架"),
    "complaint.restored": _l("这条意见已恢复显示"),
    "complaint.redacted": _l("这条意见有一处被遮盖"),
    "complaint.delisted": _l("这条意见已移出列表，这一页还在"),
    "complaint.relisted": _l("这条意见已放回列表"),
    "reply.erased": _l("此处原有一条回复，已依法清除"),
    "comment.erased": _l("此处原有一条回复，已依法清除"),
    "reply.removed": _l("此处原有一条公司答复，已下架"),
    "comment.removed": _l("此处原有一条评论，已下架"),
    "reply.redacted": _l("有一条公司答复被遮盖了一处"),
    "comment.redacted": _l("有一条评论被遮盖了一处"),
    "reply.restored": _l("有一条公司答复已恢复显示"),
    "comment.restored": _l("有一条评论已恢复显示"),
}


def _sentence(kind: str) -> str:
    return str(SENTENCES.get(kind) or kind_label(kind))


def _moderated(index: int, entry: Mapping[str, Any]) -> Event:
    statement = entry["statement"]
    return {
        "kind": "notice",
        "sentence": _sentence(entry["kind"]),
        "act_label": str(act_label(entry)),
        "ground_label": ground_of(entry),
        "role_label": who_decided(entry),
        "statement_href": url_for("moderation.statement", number=statement) if statement else None,
        "appeal_href": url_for("moderation.appeal_form", index=index)
        if statement and entry["kind"] not in BACK else None,
        "entry": index,
        "entry_href": url_for("log.entry", index=index),
    }  # fmt: skip
