"""The page of hits as its template shows it: box, filters, what was found, cards, the way on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import func, select

from forum.base.db import db
from forum.base.refusal import Invalid
from forum.base.web import paging
from forum.complaints.models import Complaint
from forum.log.words import STATUS_LABELS, TYPE_LABELS
from forum.pages.cards import Card, cards_for
from forum.pages.head import SHOWN
from forum.pages.list_page import FILTERS, estates_of, names_of, pairs_of, places, select_of
from forum.pages.lists import wanted_from
from forum.pages.search import Asked, Found, find
from forum.search.document import Document
from forum.search.highlight import excerpt, hits, mark
from forum.search.query import MAX_TEXT, Query
from forum.search.words import fold

BEST, NEWEST = "best", "newest"


def asked_from(args: Mapping[str, str]) -> Asked:
    """`q city project category type status from to sort after` of an address.

    Invalid for a filter that cannot be read: dropping it silently would show something else than
    was asked for.
    """
    sort = args.get("sort") or BEST
    if sort not in (BEST, NEWEST):
        raise Invalid(_("没有这种筛选条件。请回到全部意见重新选择。"), "sort")
    given = {name: args.get(name, "") for name in FILTERS}
    return Asked(
        text=args.get("q", ""),
        wanted=wanted_from(given),
        newest=sort == NEWEST,
        since=_day(args, "from"),
        until=_day(args, "to"),
        start=paging.after() or 0,
    )


def _day(args: Mapping[str, str], name: str) -> date | None:
    text = args.get(name, "").strip()
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    # A day has a midnight before it and after it that can be compared with.
    if day is not None and not 2000 <= day.year <= 9000:
        raise Invalid(_("日期请写成 2026-11-22 这样。"), name)
    return day


def search_page(asked: Asked) -> dict[str, Any]:
    """The context of search/_search.html; NotFound when a place that is asked for does not exist."""
    choices = places()
    names_of(asked.wanted, choices)
    found = find(asked)
    removed, gone = _not_shown(asked, found.query)
    cards = {card.number: card for card in cards_for(_numbers(found.full + found.partial))}
    return {
        "typed": found.query.text,
        "filters": _filters(asked, choices),
        "tabs": [] if found.query.is_empty else _tabs(asked),
        "notes": _notes(found),
        "gone": gone and {"number": gone, "href": url_for("pages.complaint", number=gone)},
        "said": _count(found),
        "full": _shown(found.full, cards, found.query),
        "partial": _shown(found.partial, cards, found.query),
        "next_href": None if found.next is None else _address(asked, after=found.next),
        "first_href": paging.first_link(),
        "removed": f"{removed:,}" if removed else None,
        "removed_href": url_for(
            "log.readable", kind="complaint.removed", project=asked.wanted.project
        ),
        **_empty(asked, found),
    }


def _numbers(rows: Sequence[Document]) -> list[int]:
    return [row.number for row in rows]


def _shown(rows: Sequence[Document], cards: Mapping[int, Card], query: Query) -> list[Card]:
    """The cards with what was asked for marked in title and excerpt."""
    return [
        replace(cards[row.number], title=mark(row.title, query), excerpt=_excerpt(row, query))
        for row in rows
        if row.number in cards
    ]


def _excerpt(row: Document, query: Query) -> Markup:
    for reply in () if hits(fold(row.body), query) else row.replies:
        if hits(fold(reply), query):
            return Markup("%s%s") % (_("回复："), excerpt(reply, query))
    return excerpt(row.body, query)


def _not_shown(asked: Asked, query: Query) -> tuple[int, int | None]:
    """How many were removed within the filters, never by words; and the number typed, if gone."""
    c = Complaint
    removed = select(func.count()).where(c.state == "removed", *asked.area()).scalar_subquery()
    typed = select(c.number).where(c.number == (query.number or 0), c.state.not_in(SHOWN))
    row = db.session.execute(select(removed, typed.scalar_subquery())).one()
    return row[0], row[1]


def _count(found: Found) -> str | None:
    """How many were found, in words."""
    number = f"{found.total:,}"
    if not found.full and not found.partial:
        return None
    if found.partial:
        if not found.total:
            return _("没有一条写到您要找的全部词，下面是写到其中一部分的。")
        return _("%(n)s 条写到全部的词，其余写到一部分。", n=number)
    if found.at_least:
        return _("至少 %(n)s 条。", n=number)
    return _("共 %(n)s 条。", n=number)


def _notes(found: Found) -> list[str]:
    notes = []
    if found.broken:
        notes.append(_("搜索正在重建：眼下只查标题和正文，只写在回复里的词暂时找不到。"))
    if found.query.is_cut:
        notes.append(_("您写的内容较长，只按开头 %(n)s 个字搜索。", n=MAX_TEXT))
    return notes


def _empty(asked: Asked, found: Found) -> dict[str, Any]:
    """What a page without hits says, and the next step from it."""
    if found.query.is_empty:
        sentence = _("写上小区、问题或编号，例如：漏水。")
        return _step(sentence, url_for("pages.complaints"), _("看全部意见"))
    if asked.start:
        return _step(_("后面没有了。"), _address(asked), _("回到第一页"))
    if _active(asked):
        sentence = _("在这些条件下没有找到。可以去掉条件再找。")
        return _step(sentence, url_for("search.search", q=asked.text), _("去掉条件"))
    sentence = _("没有找到。可以换个说法，或少写几个字；还没有人提过的，您可以提。")
    return _step(sentence, url_for("complaints.new"), _("提意见"))


def _step(sentence: str, href: str, label: str) -> dict[str, Any]:
    return {"empty_sentence": sentence, "empty_href": href, "empty_label": label}


def _filters(asked: Asked, choices: Any) -> dict[str, Any]:
    wanted = asked.wanted
    selects = [
        select_of("city", _("城市"), pairs_of(choices.cities), wanted.city),
        select_of("project", _("小区"), estates_of(wanted, choices), wanted.project),
        select_of("category", _("类别"), pairs_of(choices.categories), wanted.category),
        select_of("type", _("类型"), TYPE_LABELS.items(), wanted.type),
        select_of("status", _("进展"), STATUS_LABELS.items(), wanted.status),
    ]
    return {
        "action": url_for("search.search"),
        "q": asked.text[:MAX_TEXT],
        "q_label": _("搜索意见"),
        "hidden": [{"name": "sort", "value": NEWEST}] if asked.newest else [],
        "selects": [one for one in selects if len(one["options"]) > 1],
        "dates": [
            {"name": "from", "label": _("发表于此日起"), "value": asked.since},
            {"name": "to", "label": _("至此日止"), "value": asked.until},
        ],
        "active": len(_active(asked)),
        "clear_href": url_for("search.search", q=asked.text[:MAX_TEXT]),
    }


def _active(asked: Asked) -> dict[str, Any]:
    """The filters that are set, as parts of an address."""
    given = {name: getattr(asked.wanted, name) for name in FILTERS}
    given |= {"from": asked.since, "to": asked.until}
    return {name: value for name, value in given.items() if value}


def _tabs(asked: Asked) -> list[dict[str, Any]]:
    return [
        {"label": label, "current": asked.newest == newest,
         "href": _address(replace(asked, newest=newest))}
        for newest, label in ((False, _("最相关")), (True, _("最新")))
    ]  # fmt: skip


def _address(asked: Asked, **more: Any) -> str:
    """The address of what is asked for, from its beginning."""
    sort = NEWEST if asked.newest else None
    text = asked.text[:MAX_TEXT]
    return url_for(str(request.endpoint), q=text, sort=sort, **_active(asked), **more)
