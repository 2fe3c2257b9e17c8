"""A list as its template shows it: heading, figures, filters, orders, rows, the way on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base.db import db
from forum.base.refusal import NotFound
from forum.base.web import paging
from forum.base.web.cache import true_until
from forum.log.words import STATUS_LABELS, TYPE_LABELS
from forum.pages import figures, lists
from forum.pages.cards import items_of
from forum.pages.figures import Counts
from forum.pages.lists import PLACES, SORTS, Wanted
from forum.pages.rows import Line, Rows
from forum.places.models import Category, City, Project

FILTERS = (*PLACES, "type", "status")
# With more estates than this the choice opens once a city is chosen: a page stays light.
MANY_PROJECTS = 60
SORT_LABELS: dict[str, Any] = {
    "newest": _l("最新"),
    "unanswered": _l("待答复"),
    "overdue": _l("已超时"),
    "due": _l("快到期"),
    "supported": _l("我也遇到最多"),
    "solved": _l("业主确认已解决"),
}
ORDER_SENTENCES: dict[str, Any] = {
    "newest": _l("按编号排，新的在前。下架的留在原处。"),
    "unanswered": _l("公司还没有答复的，按编号排，新的在前。"),
    "overdue": _l("过了答复期限的，按期限排，拖得最久的在前。"),
    "due": _l("时限在走的，按期限排，先到期的在前。"),
    "supported": _l("按“我也遇到”的户数排，多的在前。"),
    "solved": _l("业主本人确认解决的，按编号排，新的在前。"),
}
EMPTY_SENTENCES: dict[str, Any] = {
    "newest": _l("这里还没有意见。"),
    "unanswered": _l("这里没有等着答复的意见。"),
    "overdue": _l("这里没有超时的意见。"),
    "due": _l("这里没有时限在走的意见。"),
    "supported": _l("这里还没有意见。"),
    "solved": _l("这里还没有业主确认已解决的意见。"),
}


@dataclass(frozen=True)
class Places:
    """What there is to choose from: rows of (slug, name, …), estates with their city's slug."""

    cities: Rows
    projects: Rows
    categories: Rows


def places() -> Places:
    """All cities, estates and categories; three short queries."""
    p = Project
    return Places(
        db.session.execute(select(City.slug, City.name).order_by(City.id)).all(),
        db.session.execute(
            select(p.slug, p.name, City.slug.label("city"), p.households)
            .outerjoin(City, City.id == p.city_id)
            .order_by(p.city_id, p.name)
        ).all(),
        db.session.execute(
            select(Category.slug, Category.name).order_by(Category.position, Category.id)
        ).all(),
    )


def list_page(wanted: Wanted, at: str | None = None) -> dict[str, Any]:
    """The context of pages/_list.html. at: the place (city, project, category) the page is of.

    NotFound when a place that is asked for does not exist.
    """
    choices = places()
    named = names_of(wanted, choices)
    counted = figures.count(*lists.within(wanted))
    rows, key = lists.page_of(wanted)
    true_until(counted.next_due)
    return {
        "heading": named[at] if at else _("全部意见"),
        "intro": str(ORDER_SENTENCES[wanted.sort]),
        "figures": _figures(counted, wanted, choices, at) if at else None,
        "filters": _filters(wanted, choices, at),
        "tabs": _tabs(wanted, at),
        "items": items_of(rows),
        "next_href": _address(wanted, at, after=key) if key else None,
        "first_href": paging.first_link(),
        "removed_note": _removed_note(counted),
        **_empty(wanted, at),
    }


def names_of(wanted: Wanted, choices: Places) -> dict[str, str]:
    """Kind of place → the name of the one that is asked for."""
    known = {"city": choices.cities, "project": choices.projects, "category": choices.categories}
    named = {}
    for kind, rows in known.items():
        slug = getattr(wanted, kind)
        name = next((row.name for row in rows if row.slug == slug), None)
        if slug is not None and name is None:
            raise NotFound(_("没有这个城市、小区或类别。请回到全部意见重新选择。"), kind)
        named[kind] = name or ""
    return named


def _figures(
    counted: Counts, wanted: Wanted, choices: Places, at: str
) -> list[dict[str, Any]]:  # fmt: skip
    of_all = _("共 %(n)s 条中", n=f"{counted.received:,}")
    rows: list[tuple[str, str, int | str, str | None, str | None]] = [
        ("received", _("收到"), counted.received, None, None),
        ("visible", _("看得见"), counted.visible, _address(wanted, at, sort="newest"), of_all),
        ("removed", _("已下架"), counted.removed, _log_of(wanted), of_all),
        (
            "unanswered",
            _("待答复"),
            counted.unanswered,
            _address(wanted, at, sort="unanswered"),
            of_all,
        ),
        ("overdue", _("已超时"), counted.overdue, _address(wanted, at, sort="overdue"), of_all),
        (
            "confirmed",
            _("业主确认已解决"),
            counted.confirmed,
            _address(wanted, at, sort="solved"),
            of_all,
        ),
    ]
    homes = _households(wanted, choices)
    if at != "category":
        none = None if homes else _("没有登记")
        rows.append(("households", _("户数"), homes if homes else "—", None, none))
    return [_figure(*row) for row in rows]


def _figure(
    name: str, label: str, number: int | str, href: str | None, note: str | None
) -> dict[str, Any]:
    return {"name": name, "label": label, "number": number, "href": href, "note": note}


def _households(wanted: Wanted, choices: Places) -> int:
    slugs = {p.slug for p in choices.projects if wanted.project in (None, p.slug)}
    return sum(
        p.households or 0
        for p in choices.projects
        if p.slug in slugs and wanted.city in (None, p.city)
    )


def _log_of(wanted: Wanted) -> str:
    """The removals of the estate in the readable log; of the whole board for other places."""
    return url_for("log.readable", kind="complaint.removed", project=wanted.project)


def _removed_note(counted: Counts) -> str | None:
    if not counted.removed:
        return None
    return _("这个范围内已下架 %(n)s 条。", n=f"{counted.removed:,}")


def _tabs(wanted: Wanted, at: str | None) -> list[dict[str, Any]]:
    return [
        {"label": str(label), "current": sort == wanted.sort,
         "href": _address(replace(wanted, sort=sort), at)}
        for sort, label in SORT_LABELS.items()
    ]  # fmt: skip


def _address(wanted: Wanted, at: str | None, **changed: Any) -> str:
    """The address of the list that is asked for, with some parts changed."""
    given = {name: getattr(wanted, name) for name in FILTERS if name != at}
    sort = changed.pop("sort", wanted.sort)
    given |= {"sort": None if sort == "newest" else sort, **changed}
    return url_for(str(request.endpoint), **(request.view_args or {}), **given)


def _filters(wanted: Wanted, choices: Places, at: str | None) -> dict[str, Any]:
    selects = [
        select_of("city", _("城市"), pairs_of(choices.cities), wanted.city),
        select_of("project", _("小区"), estates_of(wanted, choices), wanted.project),
        select_of("category", _("类别"), pairs_of(choices.categories), wanted.category),
        select_of("type", _("类型"), TYPE_LABELS.items(), wanted.type),
        select_of("status", _("进展"), STATUS_LABELS.items(), wanted.status),
    ]
    # A project's page needs no choice of city either: it lies in one.
    fixed = {"project": ("project", "city")}.get(str(at), (at,))
    active = [name for name in FILTERS if name not in fixed and getattr(wanted, name)]
    return {
        "action": url_for(str(request.endpoint), **(request.view_args or {})),
        "q": "",
        "q_label": _("搜索意见"),
        "hidden": [{"name": "sort", "value": wanted.sort}] if wanted.sort in _KEPT else [],
        "selects": [s for s in selects if s["name"] not in fixed and len(s["options"]) > 1],
        "active": len(active),
        "clear_href": url_for(str(request.endpoint), **(request.view_args or {})),
    }


_KEPT = tuple(sort for sort in SORTS if sort != "newest")


def estates_of(wanted: Wanted, choices: Places) -> list[tuple[str, str]]:
    within = [p for p in choices.projects if wanted.city in (None, p.city)]
    if len(within) > MANY_PROJECTS and not wanted.city:
        within = [p for p in within if p.slug == wanted.project]
    return pairs_of(within)


def pairs_of(rows: Iterable[Line]) -> list[tuple[str, str]]:
    return [(row.slug, row.name) for row in rows]


def select_of(
    name: str, label: str, choices: Iterable[tuple[str, Any]], chosen: str | None
) -> dict[str, Any]:
    options = [{"value": "", "label": _("不限"), "selected": not chosen}]
    options += [
        {"value": value, "label": str(word), "selected": value == chosen} for value, word in choices
    ]
    return {"name": name, "label": label, "options": options}


def _empty(wanted: Wanted, at: str | None) -> dict[str, Any]:
    """What an empty list says, and the next step from it."""
    narrowed = any(getattr(wanted, name) for name in FILTERS if name != at)
    if narrowed or wanted.sort != "newest" or wanted.after:
        href, label = url_for(str(request.endpoint), **(request.view_args or {})), _("看全部意见")
    else:
        project = wanted.project if at == "project" else None
        href, label = url_for("complaints.new", project=project), _("提意见")
    sentence = str(EMPTY_SENTENCES[wanted.sort])
    if narrowed:
        sentence = _("没有符合这些条件的意见。")
    return {"empty_sentence": sentence, "empty_href": href, "empty_label": label}
