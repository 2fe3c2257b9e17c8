"""The measures of hiding: the formulas, for whoever has the facts, from a log or from a board.

>>> from forum.tlog.facts import Facts
>>> figures(Facts(), "all").number("received")
0

Every count is the list of the entries behind it, and its number is the length of that list.
Counts of complaints are of those **received** in the window, as they stand now; counts of acts are
of those **done** in the window. Whatever was hidden stays among the received ones, unanswered:
hiding never improves a figure. Below ten there is no rate, no median and no score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from forum.tlog import tables
from forum.tlog.behind import acts, cohorts
from forum.tlog.entry import COUNTS
from forum.tlog.facts import Case, Facts
from forum.tlog.tables import LEAST, Spread
from forum.tlog.window import Window, window_of

STATES = COUNTS[1:]
# Counts that stand against others as a rate: name → (part, whole).
RATES = {
    **{name: (name, "received") for name in (
        *STATES, "hidden", "delisted", "redacted", "waiting", "withdrawn-proven",
        "withdrawn-unproven", "held-first")},
    "answered": ("answered", "answerable"),
    "unproven-of-withdrawn": ("withdrawn-unproven", "withdrawn"),
    "single-handed": ("single-handed", "measures"),
    "complete": ("complete", "stated"),
    "before-reply": ("before-reply", "act-removed"),
    "many-supporters": ("many-supporters", "act-removed"),
    "undone": ("undone", "measures"),
    "appealed": ("appealed", "measures"),
    "overturned": ("overturned", "appeals-decided"),
    "challenges-overturned": ("challenges-overturned", "challenges-decided"),
    "requests-refused": ("requests-refused", "requests"),
    "proposals-lapsed": ("proposals-lapsed", "proposals"),
    "flags-acted": ("flags-acted", "flags-decided"),
    "published-by-itself": ("published-system", "held-first"),
    "author-proven": ("author-proven", "author-acts"),
    "reviewed": ("reviewed", "hiding"),
    "questioned": ("questioned", "reviewed"),
}  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """`part` of `whole`; per_thousand is None while there are too few to say."""

    part: int
    whole: int

    @property
    def per_thousand(self) -> float | None:
        """Rounded to one place, so that everybody gets the same digits."""
        return round(self.part * 1000 / self.whole, 1) if self.whole >= LEAST else None


@dataclass(frozen=True)
class Figures:
    """All figures of one window over the first `size` entries, the newest of which is of `at`.

    lists: name → indexes of the entries behind. sums: numbers that no list stands behind.
    groups: (project, city, category or type) → its name → counts. staff: number → counts of
    hiding acts. months: as YYYY-MM → counts, oldest first.
    """

    size: int
    at: int
    window: Window
    lists: Mapping[str, Sequence[int]]
    sums: Mapping[str, int]
    times: Mapping[str, Spread]
    groups: Mapping[str, Mapping[str, Mapping[str, int]]]
    staff: Mapping[str, Mapping[str, int]]
    months: Mapping[str, Mapping[str, int]]

    def number(self, name: str) -> int:
        """How many; 0 for what never happened."""
        return len(self.lists.get(name, ()))

    def rate(self, name: str) -> Rate:
        """One of `RATES`, with what it is a part of."""
        part, whole = RATES[name]
        return Rate(self.number(part), self.number(whole))

    def fields(self) -> dict[str, Any]:
        """The same as plain values, as /transparency.json holds them."""
        return {
            "window": {"code": self.window.code, "from": _iso(self.window.first),
                       "to": _iso(self.window.last)},
            "counts": {name: len(found) for name, found in sorted(self.lists.items()) if found},
            "sums": dict(self.sums),
            "rates": {name: {"part": rate.part, "n": rate.whole,
                             "per_thousand": rate.per_thousand}
                      for name in RATES for rate in (self.rate(name),)},
            "times": {name: {"n": took.n, "median": took.median, "p90": took.p90}
                      for name, took in self.times.items()},
            "groups": {kind: dict(sorted(of.items())) for kind, of in self.groups.items()},
            "staff": dict(sorted(self.staff.items())),
            "months": dict(self.months),
        }  # fmt: skip


def figures(facts: Facts, code: str, now: int | None = None) -> Figures:
    """The figures of the window `code`, seen from `now` (default: the newest entry).

    Seen from the newest entry they depend on the log alone. ValueError: no such window.
    """
    window = window_of(code, facts.at if now is None else now)
    if window is None:
        raise ValueError(f"{code}: not a window")
    cases = received_in(facts, window)
    flags = [each for each in facts.recorded.flags if each.at in window]
    sums = {"flags": sum(each.flags for each in flags),
            "notices-decided": sum(each.notices for each in flags)}  # fmt: skip
    return Figures(facts.size, facts.at, window, lists_of(facts, window, cases), sums,
                   tables.times(facts, cases, window), tables.groups(facts, cases),
                   tables.staff(facts, window), tables.months(facts, window))  # fmt: skip


def counts_only(facts: Facts, code: str) -> Figures:
    """The same without sums and tables, for figures that stand beside others."""
    window = window_of(code, facts.at)
    if window is None:
        raise ValueError(f"{code}: not a window")
    lists = lists_of(facts, window, received_in(facts, window))
    return Figures(facts.size, facts.at, window, lists, {}, {}, {}, {}, {})


def received_in(facts: Facts, window: Window) -> list[Case]:
    """The complaints received in the window."""
    if window.code == "all":
        return facts.cases
    return [case for case in facts.cases if window.since <= case.at < window.until]


def lists_of(facts: Facts, window: Window, cases: Sequence[Case]) -> dict[str, list[int]]:
    """Name of a count → indexes of the entries behind it; no name without any."""
    lists: defaultdict[str, list[int]] = defaultdict(list)
    for name, entries in cohorts(facts, cases):
        if entries:
            lists[name] += entries
    for name, index in acts(facts, window):
        lists[name].append(index)
    return dict(lists)


def part_of(facts: Facts, **wanted: Any) -> Facts:
    """Only what is about complaints with these values (project, city, category, type, verified).

    staff: only the acts of this staff number, and no complaints.
    """
    staff = wanted.pop("staff", None)
    city = wanted.pop("city", None)
    keep = [
        case for case in facts.cases
        if staff is None
        and (city is None or facts.cities.get(case.project) == city)
        and all(getattr(case, name) == value for name, value in wanted.items())
    ]  # fmt: skip
    numbers = {case.number for case in keep}

    def is_meant(act: Any) -> bool:
        return act.staff == staff if staff is not None else act.complaint in numbers

    known = facts.recorded
    recorded = replace(
        known,
        holdings={n: held for n, held in known.holdings.items() if n in numbers},
        withdrawn={n: act for n, act in known.withdrawn.items() if n in numbers},
        author_acts=[act for act in known.author_acts if act.complaint in numbers],
        redress={key: case for key, case in known.redress.items() if is_meant(case)},
        flags=[act for act in known.flags if is_meant(act)],
        notices={n: each for n, each in known.notices.items() if each.complaint in numbers},
        reorderings=[act for act in known.reorderings if is_meant(act)],
        hiding=[act for act in known.hiding if is_meant(act)],
        # Opinions are about a stretch of the log, never about some of its complaints.
        opinions=[each for each in known.opinions if each.staff == staff],
    )
    return Facts(facts.size, facts.at, keep, [m for m in facts.measures if is_meant(m)],
                 [ask for ask in facts.asks if is_meant(ask)], facts.cities, recorded)  # fmt: skip


def _iso(day: Any) -> str | None:
    return None if day is None else day.isoformat()
