"""What was asked about a complaint and how it was answered, as its page says it to everybody."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from forum.moderation.answering import answers_about
from forum.moderation.notices import notices_about
from forum.pages.rows import Rows
from forum.tlog.entry import parse_entry


def words_of(number: int, entries: Rows) -> dict[int, str]:
    """Entry → the public words of it: why something was kept, what an author answered."""
    kinds = {row.kind for row in entries}
    found: dict[int, str] = {}
    if "flag.decided" in kinds:
        found |= {a.entry: a.text for a in answers_about(number) if a.decision == "kept" and a.text}
    if "notice.countered" in kinds:
        found |= {
            n.countered: n.counter for n in notices_about(number) if n.countered and n.counter
        }
    return found


def claims(entries: Rows) -> list[dict[str, Any]]:
    """The notices that wait, each with a sentence: an answer decides all about the same thing."""
    waiting: dict[int | None, list[dict[str, Any]]] = {}
    for row in entries:
        if row.kind == "notice.received":
            entry = parse_entry(row.bytes)
            waiting.setdefault(entry["item"], []).append(entry)
        elif row.kind == "flag.decided":
            waiting.pop(parse_entry(row.bytes)["item"], None)
    return [_claim(entry) for notices in waiting.values() for entry in notices]


def _claim(entry: dict[str, Any]) -> dict[str, Any]:
    number, item = entry["complaint"], entry["item"]
    return {
        "sentence": _sentence(entry["by"], item),
        "href": url_for("moderation.counter_form", number=number, notice=entry["notice"]),
    }


def _sentence(by: str, item: int | None) -> str:
    if by == "party" and item is None:
        return _("有人对这条意见提出名誉投诉，正在处理，内容照常显示。")
    if by == "party":
        return _("有人对下面第 %(item)d 条回复提出名誉投诉，正在处理，内容照常显示。", item=item)
    if item is None:
        return _("主管部门要求处理这条意见，还没有决定，内容照常显示。")
    return _("主管部门要求处理下面第 %(item)d 条回复，还没有决定，内容照常显示。", item=item)
