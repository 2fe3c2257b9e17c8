"""A complaint for machines: what an outsider compares with the log, field by field."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from flask import url_for

from forum.base.clock import format_utc
from forum.moderation.queries import under_review
from forum.pages import rows
from forum.pages.head import SHOWN
from forum.pages.rows import Line


def machine_form(number: int) -> dict[str, Any]:
    """The object of ``/complaints/<n>.json``, with exactly the contract's keys."""
    facts = rows.facts_of(number)
    if facts.state not in SHOWN:
        return {
            "number": facts.number,
            "state": facts.state,
            "posted_at": format_utc(facts.posted_at),
            "statement": facts.statement,
            "entries": rows.indexes_of(number),
        }
    replies = rows.replies_of(number)
    taken_down = {row.entry for row in replies if row.state != "visible"}
    return {
        **_facts(facts),
        "photos": [
            {"url": url_for("complaints.photo", sha256=photo.sha256), "sha256": photo.sha256,
             "alt": photo.alt}
            for photo in rows.photos_of(number)
            if photo.entry == facts.entry
        ],
        "replies": [_reply(row) for row in replies if row.state == "visible"],
        "openings": [
            {"entry": row.entry, "field": row.field, "salt": b64encode(row.salt).decode("ascii")}
            for row in rows.salts_of(number)
            if row.entry not in taken_down
        ],
        "entries": rows.indexes_of(number),
    }  # fmt: skip


def _facts(facts: Line) -> dict[str, Any]:
    return {
        "number": facts.number,
        # The log says otherwise, and so does every monitor: lost words are not shown either.
        "state": "lost" if facts.lost else facts.state,
        "listed": facts.listed,
        "locked": facts.locked,
        "status": facts.status,
        "type": facts.type,
        "city": facts.city,
        "project": facts.project,
        "category": facts.category,
        "title": facts.title,
        "body": facts.body,
        "author": facts.author,
        "verified": facts.verified,
        "posted_at": format_utc(facts.posted_at),
        "claimed_at": format_utc(facts.claimed_at) if facts.claimed_at else None,
        "remedy": facts.remedy,
        "wanted_by": facts.wanted_by.isoformat() if facts.wanted_by else None,
        "pending": _pending(facts),
        "supporters": facts.supporters,
        "merged_into": facts.merged_into,
        "statement": facts.statement,
    }


def _pending(facts: Line) -> str | None:
    if facts.withdrawal_due is not None:
        return "withdrawal"
    return "review" if under_review(facts.number) else None


def _reply(row: Line) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "entry": row.entry,
        "role": row.role,
        "by": row.by,
        "body": row.body,
        "posted_at": format_utc(row.posted_at),
        "template": row.template,
    }
