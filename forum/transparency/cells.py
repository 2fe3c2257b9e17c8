"""A number as the page shows it: with the entries behind it and what it is a part of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from forum.tlog.behind import HIDDEN
from forum.tlog.measures import RATES, Figures, Rate
from forum.transparency.sentences import in_cell, per_thousand, percent


@dataclass(frozen=True)
class Cell:
    """A number with the address of the entries behind it, and the rate it makes, if any; here: the
    rate without what came from an archive, where that is another."""

    number: int
    href: str | None = None
    rate: str | None = None
    here: str | None = None


@dataclass(frozen=True)
class Row:
    """A figure, or a place, person or month: its name, its words, its cells."""

    name: str
    label: str
    definition: str | None
    cells: Sequence[Cell]


def behind(found: Figures, name: str, **of: Any) -> str:
    """The address of the entries behind a number: hundreds of them stand on a page."""
    asked = {"window": found.window.code} | of
    # Codes, slugs and staff numbers: there is nothing in them to escape.
    words = "&".join(f"{key}={value}" for key, value in asked.items())
    return f"{request.script_root}/transparency/behind/{name}?{words}"


def _whole_of(name: str) -> str | None:
    """What a number is a part of; None when it is a part of nothing."""
    if name.partition("-")[0] in HIDDEN:
        return "received"
    return RATES[name][1] if name in RATES else None


def rate_of(found: Figures, name: str) -> str | None:
    """What the number is of, if it is a part of something: per 1,000 received, or in percent."""
    whole = _whole_of(name)
    if whole == "received":
        return per_thousand(Rate(found.number(name), found.number(whole)))
    return in_cell(found.rate(name)) if whole else None


def here_of(found: Figures, name: str) -> str | None:
    """The same without what came from an archive, where that is another rate."""
    whole = _whole_of(name)
    if whole is None:
        return None
    part = name if whole == "received" else RATES[name][0]
    rate, of_all = found.rate_here(part, whole), Rate(found.number(part), found.number(whole))
    if rate is None or rate.per_thousand in (None, of_all.per_thousand):
        return None
    # The line above it says of how many; in a narrow column there is no room to say it again.
    shown = f"{rate.per_thousand:.1f}" if whole == "received" else percent(rate)
    return _("不含转入 %(rate)s", rate=shown)


def cell(found: Figures, name: str, rate: str | None = None, **of: Any) -> Cell:
    """The number of this name, with the entries behind it."""
    number = found.number(name)
    return Cell(number, behind(found, name, **of) if number else None, rate)
