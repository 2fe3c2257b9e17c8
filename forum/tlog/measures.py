"""The measures of hiding: the formulas, for whoever has the facts, from a log or from a board.

>>> from forum.tlog.facts import Facts
>>> figures(Facts(), "all").number("received")
0

Every count is the list of the entries behind it, and its number is the length of that list.
Counts of complaints are of those **received** in the window, as they stand now; counts of acts are
of those **done** in the window. Whatever was hidden stays among the received ones, unanswered:
hiding never improves a figure. Below ten there is no rate, no median and no score.

What came from an archive is counted apart, so that importing one improves no figure either; only
of all that ever was it is among the received ones, which must add up: there the rates of what was
posted here stand beside (`Figures.here`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from forum.tlog import tables
from forum.tlog.behind import acts, by_person, cohorts
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
    "now-praise": ("now-praise", "answerable"),
    "unproven-of-withdrawn": ("withdrawn-unproven", "withdrawn"),
    "single-handed": ("single-handed", "measures"),
    "complete": ("complete", "stated"),
    "before-reply": ("before-reply", "act-removed"),
    "many-supporters": ("many-supporters", "act-removed"),
    "undone": ("undone", "measures"),
    "ended": ("ended", "measures"),
    "appealed": ("appealed", "measures"),
    "overturned": ("overturned", "appeals-hidden-decided"),
    "kept-overturned": ("kept-overturned", "appeals-kept-decided"),
    "challenges-overturned": ("challenges-overturned", "challenges-decided"),
    "requests-refused": ("requests-refused", "requests"),
    "proposals-lapsed": ("proposals-lapsed", "proposals"),
    "flags-acted": ("flags-acted", "flags-decided"),
    "published-by-itself": ("published-system", "held-first"),
    "author-proven": ("author-proven", "author-acts"),
    "reviewed": ("reviewed", "hiding"),
    "questioned": ("questioned", "reviewed"),
}  # fmt: skip

# What counts complaints, and not acts: what came from an archive makes these rates smaller.
OF_COMPLAINTS = ("received", "answerable", "withdrawn", "held-first")


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
    hiding acts. months: as YYYY-MM → counts, oldest first. here: name → how many complaints that
    did not come from an archive; None where no other is among them.
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
    here: Mapping[str, int] | None = None

    def number(self, name: str) -> int:
        """How many; 0 for what never happened."""
        return len(self.lists.get(name, ()))

    def rate(self, name: str) -> Rate:
        """One of `RATES`, with what it is a part of."""
        part, whole = RATES[name]
        return Rate(self.number(part), self.number(whole))

    def rate_here(self, part: str, whole: str) -> Rate | None:
        """The same of what was posted here alone; None where it is no other."""
        if self.here is None or whole not in OF_COMPLAINTS:
            return None
        rate = Rate(self.here.get(part, 0), self.here.get(whole, 0))
        return None if rate == Rate(self.number(part), self.number(whole)) else rate

    def fields(self) -> dict[str, Any]:
        """The same as plain values, as /transparency.json holds them."""
        return {
            "window": {"code": self.window.code, "from": _iso(self.window.first),
                       "to": _iso(self.window.last)},
            "counts": {name: len(found) for name, found in sorted(self.lists.items()) if found},
            "sums": dict(self.sums),
            "rates": {name: _said(self.rate(name)) for name in RATES},
            "rates_here": {name: _said(rate) for name, of in RATES.items()
                           if (rate := self.rate_here(*of)) is not None},
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
    received = received_in(facts, window)
    cases, done = judged(received, window), list(by_person(facts, window))
    here = _posted_here(cases)
    flags = [each for each in facts.recorded.flags if each.at in window]
    sums = {"flags": sum(each.flags for each in flags),
            "notices-decided": sum(each.notices for each in flags)}  # fmt: skip
    return Figures(facts.size, facts.at, window, lists_of(facts, window, received, done), sums,
                   tables.times(facts, cases, window), tables.groups(facts, cases, here),
                   tables.staff(done), tables.months(facts, window),
                   None if here is None else _numbers(facts, here))  # fmt: skip


def counts_only(facts: Facts, code: str) -> Figures:
    """The same without sums and tables, for figures that stand beside others."""
    window = window_of(code, facts.at)
    if window is None:
        raise ValueError(f"{code}: not a window")
    lists = lists_of(facts, window, received_in(facts, window), by_person(facts, window))
    return Figures(facts.size, facts.at, window, lists, {}, {}, {}, {}, {})


def _posted_here(cases: Sequence[Case]) -> list[Case] | None:
    """Those that did not come from an archive; None where that is all of them."""
    posted = [case for case in cases if not case.imported]
    return None if len(posted) == len(cases) else posted


def _numbers(facts: Facts, cases: Sequence[Case]) -> dict[str, int]:
    """How many there are of each name."""
    found: Counter[str] = Counter()
    for name, entries in cohorts(facts, cases):
        found[name] += len(entries)
    return dict(found)


def judged(received: Sequence[Case], window: Window) -> Sequence[Case]:
    """Those that counts and rates are of: an archive belongs to no window, whenever it came."""
    if window.code == "all":
        return received
    return [case for case in received if not case.imported]


def received_in(facts: Facts, window: Window) -> list[Case]:
    """The complaints received in the window."""
    if window.code == "all":
        return facts.cases
    return [case for case in facts.cases if window.since <= case.at < window.until]


def lists_of(
    facts: Facts, window: Window, received: Sequence[Case], done: Iterable[tuple[str, str, int]]
) -> dict[str, list[int]]:
    """Name of a count → indexes of the entries behind it; no name without any. done: what
    `behind.by_person` says."""
    lists: defaultdict[str, list[int]] = defaultdict(list)
    lists["imported"] = [case.entry for case in received if case.imported]
    for name, entries in cohorts(facts, judged(received, window)):
        if entries:
            lists[name] += entries
    for _person, name, index in done:
        lists[name].append(index)
    for name, index in acts(facts, window):
        lists[name].append(index)
    return {name: found for name, found in lists.items() if found}


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

    def has_part(act: Any) -> bool:
        people = (act.staff, act.second, getattr(act, "confirmed_by", None))
        return staff in people if staff is not None else act.complaint in numbers

    known = facts.recorded
    recorded = replace(
        known,
        holdings={n: held for n, held in known.holdings.items() if n in numbers},
        withdrawn={n: act for n, act in known.withdrawn.items() if n in numbers},
        author_acts=[act for act in known.author_acts if act.complaint in numbers],
        redress={key: case for key, case in known.redress.items() if is_meant(case)},
        flags=[act for act in known.flags if is_meant(act)],
        notices={n: each for n, each in known.notices.items() if each.complaint in numbers},
        reordered=replace(
            known.reordered, acts=[act for act in known.reordered.acts if has_part(act)]
        ),
        hiding=[act for act in known.hiding if is_meant(act)],
        # Opinions are about a stretch of the log, never about some of its complaints.
        opinions=[each for each in known.opinions if each.staff == staff],
    )
    return Facts(facts.size, facts.at, keep, [m for m in facts.measures if has_part(m)],
                 [ask for ask in facts.asks if is_meant(ask)], facts.cities, recorded,
                 facts.posted, staff)  # fmt: skip


def _said(rate: Rate) -> dict[str, Any]:
    return {"part": rate.part, "n": rate.whole, "per_thousand": rate.per_thousand}


def _iso(day: Any) -> str | None:
    return None if day is None else day.isoformat()
