"""Charts as pictures: drawn here, shown by an `img`, said in words by title, description and table.

Presentation attributes only, since the content policy allows no style inside a picture either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from flask_babel import gettext as _

from forum.log.labels import REASON_LABELS
from forum.tlog.measures import STATES, Figures
from forum.transparency import sentences
from forum.transparency.words import label_of

# Narrow: on a phone the words of a picture shrink with it.
WIDTH, EDGE = 480, 12
BAR, ROW = 22, 34
PAPER, INK, SOFT, LINE = "#ffffff", "#1c2423", "#55605d", "#d9ddd7"
GREEN, AMBER, INDIGO, BLUE, RED, GREY = (
    "#1f6b38", "#855500", "#4a499f", "#1c5a97", "#ad241c", "#5a625f"
)  # fmt: skip
COLOURS = {"visible": GREEN, "held": AMBER, "merged": INDIGO, "withdrawn": BLUE, "refused": RED,
           "removed": RED, "erased": GREY}  # fmt: skip
MONTHS = 24


@dataclass(frozen=True)
class Bar:
    """A label, a length, its colour; beside: a second length on the same line, if any."""

    label: str
    number: int
    colour: str
    beside: int | None = None


def draw(name: str, found: Figures) -> str | None:
    """The picture of this name as SVG; None when there is no such picture."""
    chart = CHARTS.get(name)
    return chart(found) if chart else None


def _states(found: Figures) -> str:
    bars = [Bar(label_of(state), found.number(state), COLOURS[state]) for state in STATES]
    return _picture(_("收到的意见现在怎样"), sentences.cohort_said(found), bars)


def _grounds(found: Figures) -> str:
    counted = [(reason, found.number(f"reason-{reason}")) for reason in REASON_LABELS]
    bars = [Bar(str(REASON_LABELS[reason]), n, RED) for reason, n in
            sorted(counted, key=lambda each: -each[1]) if n]  # fmt: skip
    return _picture(_("为什么处理"), sentences.acted(found), bars)


def _months(found: Figures) -> str:
    hidden = ("act-removed", "act-refused", "act-erased")
    bars = [Bar(month, counts.get("received", 0), GREEN, sum(counts.get(n, 0) for n in hidden))
            for month, counts in list(found.months.items())[-MONTHS:]]  # fmt: skip
    said = _("每月收到多少条（绿），未予发布、下架、清除多少条（红）。")
    return _picture(_("按月"), said, bars)


CHARTS: dict[str, Callable[[Figures], str]] = {
    "states": _states,
    "grounds": _grounds,
    "months": _months,
}


def _picture(title: str, said: str, bars: Sequence[Bar]) -> str:
    height = EDGE * 2 + 28 + max(len(bars), 1) * ROW
    most = max((bar.number for bar in bars), default=0) or 1
    lines = [_bar(bar, most, EDGE + 28 + k * ROW) for k, bar in enumerate(bars)]
    if not bars:
        lines = [_text(EDGE, EDGE + 48, _("这段时间没有。"), SOFT)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-labelledby="t d" font-family="sans-serif"'
        f' font-size="14"><title id="t">{escape(title)}</title><desc id="d">{escape(said)}</desc>'
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>'
        f"{_text(EDGE, EDGE + 12, title, INK)}{''.join(lines)}</svg>\n"
    )


def _bar(bar: Bar, most: int, y: int) -> str:
    left, room = 190, WIDTH - 190 - 110
    length = round(bar.number / most * room)
    drawn = (
        f'<rect x="{left}" y="{y}" width="{max(length, 1)}" height="{BAR}" fill="{bar.colour}"/>'
    )
    said = f"{bar.number:,}"
    if bar.beside is not None:
        beside = round(bar.beside / most * room)
        drawn += f'<rect x="{left}" y="{y + BAR - 6}" width="{beside}" height="6" fill="{RED}"/>'
        said += f" / {bar.beside:,}"
    line = f'<line x1="{left}" y1="{y + BAR}" x2="{left + room}" y2="{y + BAR}" stroke="{LINE}"/>'
    words = _text(EDGE, y + 16, bar.label, INK) + _text(left + length + 8, y + 16, said, SOFT)
    return line + drawn + words


def _text(x: int, y: int, words: str, colour: str) -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}">{escape(words)}</text>'
