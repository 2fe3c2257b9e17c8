"""What /transparency shows, ready for its template, which decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.log.words import COUNT_LABELS, reason_label
from forum.moderation.desk import Undecided
from forum.tlog.facts import Measure
from forum.tlog.measures import Rate
from forum.transparency import queries
from forum.transparency.audit_pages import signed_rows
from forum.transparency.cells import Cell
from forum.transparency.figures import Counted
from forum.transparency.queries import LEAST_FOR_RATE, STATES, Balance
from forum.transparency.words import STATES as STATE_DEFINITIONS

RECEIVED = _l("开板以来编了号的每一条。编号从 1 起不跳号，少一条就对不上。")
WITHIN: dict[str, Any] = {
    "delisted": _l("移出列表"),
    "redacted": _l("部分遮盖"),
    "waiting": _l("撤回未经本人验证，正在等满 7 天"),
}
# What stands behind a figure: a list, or entries of the readable log.
_BEHIND = {
    "visible": "/complaints",
    "removed": "/log?kind=complaint.removed",
    "withdrawn": "/log?kind=complaint.withdrawn",
}
BAR = 1000
OPINIONS_SHOWN = 3


@dataclass(frozen=True)
class Part:
    """One state of the balance: its share of the bar in thousandths, its rate per 1,000; here: the
    rate of what was posted here alone, empty below ten."""

    code: str
    label: str
    definition: str
    number: int
    per_thousand: str | None
    here: str
    href: str | None
    permille_x: int
    permille_width: int


@dataclass(frozen=True)
class Removal:
    """One statement of reasons in the list."""

    number: int
    at: datetime
    ground_label: str
    by: str
    second: str | None
    restored_at: datetime | None
    href: str
    statement_href: str
    entry: int
    entry_href: str


def balance_page(counted: Balance, found: Counted, waiting: Undecided) -> dict[str, Any]:
    """The context of transparency/balance.html, but for what `report.figures_page` gives."""
    removed = found.standing.removals
    return {
        "balance": counted,
        "sentence": _sentence(counted),
        "received_definition": RECEIVED,
        "parts": _parts(counted, found.standing.here),
        "rates": counted.received >= LEAST_FOR_RATE,
        "beside": counted.imported and counted.received - counted.imported >= LEAST_FOR_RATE,
        "least": LEAST_FOR_RATE,
        "within": [
            {"name": name, "label": label, "number": number, "href": _listed(name, number)}
            for name, label in WITHIN.items()
            for number in (_within(counted, name),)
        ],
        "grounds": [
            {
                "name": reason,
                "label": reason_label(reason),
                "number": number,
                "href": _listed(f"standing-{reason}", number),
            }
            for reason, number in found.standing.grounds.items()
        ],  # fmt: skip
        "single_handed": _standing(found, "single-handed"),
        "removals": [_removal(measure) for measure in removed],
        "removals_href": _public(_BEHIND["removed"]) if removed else None,
        "withdrawals": {made: _standing(found, made) for made in ("device", "server", "unproven")},
        "withdrawn_href": _listed("withdrawn", counted.withdrawn),
        "history": _history(queries.history()),
        "json_href": url_for("transparency.balance_json"),
        "undecided": waiting,
        "opinions": signed_rows(found.opinions[:OPINIONS_SHOWN]),
    }


def _standing(found: Counted, name: str) -> Cell:
    """One of the numbers of what holds now, with its entries."""
    number = len(found.standing.lists.get(f"standing-{name}", ()))
    return Cell(number, _listed(f"standing-{name}", number))


def _within(counted: Balance, name: str) -> int:
    """How many of those that can be read: what is merged can be read as well, on its own page."""
    number: int = getattr(counted, name)
    return number + int(getattr(counted, f"{name}_merged", 0))


def _listed(name: str, number: int) -> str | None:
    """The entries behind a number of the balance, which is of all time."""
    return url_for("transparency.behind", name=name, window="all") if number else None


def _sentence(counted: Balance) -> str:
    return _(
        "收到 %(received)s 条，看得见 %(visible)s 条，已下架 %(removed)s 条。",
        received=f"{counted.received:,}",
        visible=f"{counted.visible:,}",
        removed=f"{counted.removed:,}",
    )


def _parts(counted: Balance, here: Mapping[str, int]) -> list[Part]:
    """The states in order; the bar's thousandths are cut so that they fill it exactly. here: state
    → how many that did not come from an archive."""
    parts, before, posted = [], 0, counted.received - counted.imported
    for code in STATES:
        number = getattr(counted, code)
        x, end = (edge * BAR // max(counted.received, 1) for edge in (before, before + number))
        rate = counted.per_thousand(number)
        href = _public(_BEHIND[code]) if code in _BEHIND and number else None
        parts.append(
            Part(code, str(COUNT_LABELS[code]), str(STATE_DEFINITIONS[code]), number,
                 None if rate is None else f"{rate:.1f}",
                 _said(Rate(here.get(code, 0), posted)), href, x, end - x)
        )  # fmt: skip
        before += number
    return parts


def _said(rate: Rate) -> str:
    return "" if rate.per_thousand is None else f"{rate.per_thousand:.1f}"


def _removal(measure: Measure) -> Removal:
    return Removal(
        number=measure.complaint or 0,
        at=_moment(measure.at),
        ground_label=str(reason_label(measure.reason)),
        by=measure.staff,
        second=measure.second,
        restored_at=None if measure.undone_at is None else _moment(measure.undone_at),
        href=_public(f"/complaints/{measure.complaint}"),
        statement_href=_public(f"/statements/{measure.statement}"),
        entry=measure.index,
        entry_href=url_for("log.entry", index=measure.index),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _history(days: Sequence[queries.Day]) -> list[dict[str, Any]]:
    return [
        {"date": day.date, "entry_href": url_for("log.entry", index=day.entry), **day.counts}
        for day in days
    ]


def _public(path: str) -> str:
    return request.script_root + path
