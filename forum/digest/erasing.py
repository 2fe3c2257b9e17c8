"""Cutting out of sent digests what was erased since.

An issue stays, with what it counted and whom it named by number. Its text is no longer what the
log's entry committed to, so the opening is destroyed as well: the page then says that it was cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from forum.base.db import db, transaction
from forum.base.outbox import Payload
from forum.digest.models import DigestIssue
from forum.digest.render import render_text
from forum.digest.value import from_payload
from forum.log.models import Opening

# What stands in the place of words that were erased, by law or when their time was over. Content, not interface: one language.
ERASED = "（已销毁）"
QUOTED = ("title", "body", "remedy", "author")


def forget(payloads: Sequence[Payload]) -> None:
    """Receiver of content.erased ({"number", "whole"}): no issue quotes the complaint any more.

    Nor where what a cut had taken from it ended ("sealed"): older issues quote it uncut.
    """
    for payload in payloads:
        if payload["whole"] or payload.get("sealed"):
            for day in db.session.scalars(select(DigestIssue.date)).all():
                with transaction():
                    _cut(db.session.get_one(DigestIssue, day), payload["number"])


def _cut(issue: DigestIssue, number: int) -> None:
    left = _without(issue.payload, number)
    if left == issue.payload:
        return
    issue.payload, issue.text = left, render_text(from_payload(left))
    db.session.execute(delete(Opening).where(Opening.entry == issue.entry))


def _without(value: Any, number: int) -> Any:
    """The payload without the words of one complaint, wherever it quotes them."""
    if isinstance(value, list):
        return [_without(item, number) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _without(item, number) for name, item in value.items()}
    if kept.get("number") == number:
        kept |= {name: ERASED for name in QUOTED if kept.get(name)}
    return kept
