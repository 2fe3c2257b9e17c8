"""Atom feeds (RFC 4287): what is new, what was hidden or changed, what happened to one complaint.

A feed is the same for every reader and is kept by the size of the tree. One that is gone appears
as the notice that stands in its place; its text is in no feed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.base.resources import setting
from forum.complaints.models import Complaint
from forum.log import queries as log_queries
from forum.log.models import LogEntry
from forum.log.queries import LogFilter
from forum.log.words import role_label, sentence
from forum.pages import lists, rows
from forum.pages.cards import items_of
from forum.pages.head import Head
from forum.pages.list_page import names_of, places
from forum.pages.lists import Wanted
from forum.tlog.entry import parse_entry

LENGTH = 50
# XML 1.0 has no way to write these characters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What people said has an event of its own in the feed of a complaint.
SAID = ("reply.posted", "reply.imported", "comment.posted")


@dataclass(frozen=True)
class FeedEntry:
    """One entry of a feed. `author` and `text` are None where only a notice or an act stands."""

    href: str
    title: str
    published: datetime
    updated: datetime
    author: str | None = None
    text: str | None = None


def newest_feed() -> dict[str, Any]:
    """The newest complaints of the board."""
    return _feed(_("最新意见"), url_for("pages.complaints"), _complaints(Wanted()))


def place_feed(kind: str, slug: str) -> dict[str, Any]:
    """The newest complaints of a city, project or category; NotFound when there is none."""
    at: dict[str, Any] = {kind: slug}
    wanted = replace(Wanted(), **at)
    name = names_of(wanted, places())[kind]
    page = url_for(f"pages.{kind}", slug=slug)
    return _feed(_("%(place)s的最新意见", place=name), page, _complaints(wanted))


def hiding_feed() -> dict[str, Any]:
    """The newest acts that hide or change something."""
    acts = [_act(index, entry) for index, entry in log_queries.readable(LogFilter(), LENGTH)]
    return _feed(_("删改记录"), url_for("log.readable"), acts)


def complaint_feed(head: Head) -> dict[str, Any]:
    """What happened to one complaint, newest first; of one that is gone, the acts alone."""
    page = url_for("pages.complaint", number=head.number)
    found = rows.entries_of(head.number, without=rows.SUPPORT_KINDS)
    said = _said(head, page) if head.is_shown else {}
    entries = [
        said.get(row.entry) or _act(row.entry, parse_entry(row.bytes))
        for row in reversed(found)
        if head.is_shown or row.kind not in SAID
    ]
    return _feed(_("意见 #%(number)s", number=head.number), page, entries[:LENGTH])


def absolute(path: str) -> str:
    """`path` of ours as an address that also works away from our pages."""
    base = urlsplit(setting("FORUM_BASE_URL"))
    return f"{base.scheme}://{base.netloc}{path}"


def _feed(title: str, page: str, entries: list[FeedEntry]) -> dict[str, Any]:
    return {
        "title": f"{title} · {setting('FORUM_BOARD_NAME')}",
        "self_href": absolute(request.path),
        "page_href": absolute(page),
        # A feed must have been changed at some time, even one without entries.
        "updated": max((entry.updated for entry in entries), default=clock.now()),
        "entries": entries,
    }


def _complaints(wanted: Wanted) -> list[FeedEntry]:
    found, _more = lists.page_of(wanted, LENGTH)
    texts = _texts([row.number for row in found])
    return [_complaint(item, texts[item.number]) for item in items_of(found)]


def _texts(numbers: list[int]) -> dict[int, Any]:
    c = Complaint
    read = (
        select(c.number, c.body, c.author, LogEntry.at)
        .join(LogEntry, LogEntry.index == c.last_entry)
        .where(c.number.in_(numbers))
    )
    return {row.number: row for row in db.session.execute(read)}


def _complaint(item: Any, row: Any) -> FeedEntry:
    href = absolute(item.href)
    if item.is_notice:
        title = _("#%(number)s：此处原有一条意见（%(state)s）", number=item.number,
                  state=item.act_label)  # fmt: skip
        return FeedEntry(href, title, item.posted_at, row.at)
    title = f"#{item.number} {item.title}"
    return _in_words(href, title, item.posted_at, row.at, row.author, row.body)


def _act(index: int, entry: dict[str, Any]) -> FeedEntry:
    at = clock.parse_utc(entry["at"])
    return FeedEntry(absolute(url_for("log.entry", index=index)), sentence(entry), at, at)


def _said(head: Head, page: str) -> dict[int, FeedEntry]:
    """Entry → what was said by it: the complaint itself, replies, comments."""
    facts = rows.facts_of(head.number)
    said = {
        row.entry: _in_words(
            absolute(f"{page}#reply-{row.id}"), f"{role_label(row.role)} {row.by}",
            row.posted_at, row.posted_at, row.by, row.body,
        )
        for row in rows.replies_of(head.number)
        if row.state == "visible"
    }  # fmt: skip
    said[facts.entry] = _in_words(
        absolute(page), f"#{head.number} {facts.title}", facts.posted_at, facts.posted_at,
        facts.author, facts.body,
    )  # fmt: skip
    return said


def _in_words(
    href: str, title: str, published: datetime, updated: datetime, author: str, text: str
) -> FeedEntry:
    """An entry with what somebody wrote, without what would break the feed for its readers."""
    plain = (_NOT_XML.sub("", words) for words in (title, author, text))
    title, author, text = plain
    return FeedEntry(href, title, published, updated, author, text)
