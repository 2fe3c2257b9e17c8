"""What one person decided about a complaint, in words: reasons of locks and moves, merging."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import literal, select, union_all

from forum.base.db import db
from forum.complaints.models import Complaint
from forum.log.words import type_label
from forum.moderation.models import MergeProposal, Ruling
from forum.moderation.rulings import rulings_of
from forum.pages.rows import Rows

RULED = ("complaint.locked", "complaint.moved")


def reasons(number: int, entries: Rows) -> dict[int, str]:
    """Entry → the facts of the locking or moving it is, and where a move took it from."""
    if not any(row.kind in RULED for row in entries):
        return {}
    return {ruling.entry: _in_words(ruling) for ruling in rulings_of(number)}


def _in_words(ruling: Ruling) -> str:
    if ruling.act != "move":
        return ruling.facts
    was = _("原为 %(type)s，小区 %(project)s，类别 %(category)s", project=ruling.was_project,
            type=str(type_label(ruling.was_type or "")), category=ruling.was_category)  # fmt: skip
    return was + _("。") + ruling.facts


def likened(number: int) -> list[dict[str, Any]]:
    """The complaints that are merged into this one, or that somebody proposed to merge with it."""
    c, m = Complaint, MergeProposal
    merged = select(literal("merged").label("how"), c.number.label("number")).where(
        c.merged_into == number, c.state == "merged"
    )
    waits = m.state == "open"
    from_here = select(literal("from"), m.into).where(m.complaint == number, waits)
    to_here = select(literal("to"), m.complaint).where(m.into == number, waits)
    found = db.session.execute(union_all(merged, from_here, to_here)).all()
    return [
        {"sentence": _sentence(row.how), "number": row.number,
         "href": url_for("pages.complaint", number=row.number)}
        for row in sorted(found, key=lambda row: (row.how, row.number))
    ]  # fmt: skip


def _sentence(how: str) -> str:
    if how == "merged":
        return _("同一件事的另一条已并入这里：")
    if how == "from":
        return _("有人提议合并：与较早的这一条是同一件事：")
    return _("有人提议合并：后来的这一条是同一件事：")
