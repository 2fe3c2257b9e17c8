"""The figures of one window as a page, a yearly report, and the lists behind their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask import request, url_for

from forum.base.web import paging
from forum.log import pages as log_pages
from forum.tlog.measures import Figures
from forum.tlog.window import CODES, day_of
from forum.transparency.cells import Cell, behind
from forum.transparency.figures import Counted
from forum.transparency.sections import sections, times
from forum.transparency.words import definition_of, label_of, window_label

PAGE = 50
# The numbers that the Santa Clara Principles ask for, under our names for them.
SANTA_CLARA = ("act-removed", "item-removed", "act-refused", "act-redacted", "act-delisted",
               "act-suspended", "appeals-hidden", "overturned", "appeals-kept", "kept-overturned",
               "undone-mistake", "notices-authority", "flags-decided", "automated")  # fmt: skip


def figures_page(counted: Counted) -> dict[str, Any]:
    """The context of transparency/_figures.html."""
    found = counted.everybody
    code = found.window.code
    return {
        "code": code,
        "window": window_label(code),
        "counted_at": datetime.fromtimestamp(found.at, UTC) if found.size else None,
        "first": found.window.first,
        "last": found.window.last,
        "tabs": _tabs(code),
        "sections": sections(counted),
        "times": times(found),
        "archive": found.number("imported") > 0,
        "santa_clara": _santa_clara(found),
        "years": _years(found),
        "json_figures_href": url_for("transparency.figures_json", window=code),
        "csv_href": url_for("transparency.figures_csv", window=code),
    }


def behind_page(found: Figures, name: str, entries: Sequence[int]) -> dict[str, Any]:
    """The context of transparency/behind.html: the entries behind one number, newest first."""
    newest_first = sorted(entries, reverse=True)
    below = paging.after()
    left = [index for index in newest_first if below is None or index < below]
    shown = left[:PAGE]
    return {
        "name": name,
        "label": label_of(name),
        "definition": definition_of(name),
        "window": window_label(found.window.code),
        "total": len(newest_first),
        "rows": log_pages.rows_at(shown),
        "back_href": url_for("transparency.balance_page", window=found.window.code),
        "next_href": paging.next_link(left, PAGE, shown[-1] if shown else None),
        "first_href": paging.first_link(),
    }


def _tabs(code: str) -> list[dict[str, Any]]:
    return [
        {"label": window_label(each), "current": each == code,
         "href": url_for("transparency.balance_page", window=each) + "#figures"}
        for each in CODES
    ]  # fmt: skip


def _santa_clara(found: Figures) -> list[dict[str, Any]]:
    return [
        {"name": name, "label": label_of(name), "cell": Cell(n, behind(found, name) if n else None)}
        for name in SANTA_CLARA
        for n in (found.number(name),)
    ]


def _years(found: Figures) -> list[dict[str, Any]]:
    """The years of which there is anything to report, newest first."""
    months = list(found.months)
    if not months:
        return []
    first, last = int(months[0][:4]), _year_of(found)
    return [{"year": year, "current": request.path.endswith(f"/{year}"),
             "href": url_for("transparency.year", year=year)}
            for year in range(last, first - 1, -1)]  # fmt: skip


def _year_of(found: Figures) -> int:
    newest: date = day_of(found.at)
    return newest.year
