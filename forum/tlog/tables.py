"""Figures as tables: how long things took, and counts by place, type, staff number and month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from operator import itemgetter

from forum.tlog.behind import HIDDEN, UNANSWERED
from forum.tlog.case import SHOWN
from forum.tlog.facts import Case, Facts
from forum.tlog.window import ALL, Window, day_of

# Below this many a figure says more about chance than about the board.
LEAST = 10
SECONDS = 24 * 3600
AHEAD = 8 * 3600  # of the place where the board lives, see `window.BOARD`
GROUPS = ("project", "city", "category", "type")


@dataclass(frozen=True)
class Spread:
    """Seconds that `n` of something took: median and 90th percentile by nearest rank."""

    n: int
    median: int | None
    p90: int | None


def times(facts: Facts, cases: Sequence[Case], window: Window) -> dict[str, Spread]:
    """Seconds: in view before a removal, waiting when held, from an appeal to its decision."""
    shown_at = {case.number: case.at for case in facts.cases}
    shown_at |= {n: held.published_at for n, held in facts.recorded.holdings.items()
                 if held.published_at is not None}  # fmt: skip
    held = facts.recorded.holdings
    taken = (m for m in facts.measures if m.act == "removed" and m.item is None and m.at in window)
    decided = (each for each in facts.recorded.redress.values()
               if each.kind == "appeal" and each.decided_at is not None
               and each.decided_at in window)  # fmt: skip
    return {
        "in-view": spread(m.at - shown_at[m.complaint] for m in taken if m.complaint in shown_at),
        "held": spread(facts.at - held[case.number].at for case in cases
                        if case.state == "held" and case.number in held),
        "appeal": spread(each.decided_at - each.at for each in decided if each.decided_at),
    }  # fmt: skip


def spread(durations: Iterable[int]) -> Spread:
    """The spread of these seconds."""
    found = sorted(durations)
    if len(found) < LEAST:
        return Spread(len(found), None, None)
    return Spread(len(found), *(found[ceil(len(found) * share) - 1] for share in (0.5, 0.9)))


_KEY = itemgetter(
    *(Case._fields.index(name)
      for name in ("project", "category", "type", "state", "status", "listed", "redacted"))
)  # fmt: skip


def groups(facts: Facts, cases: Sequence[Case]) -> dict[str, dict[str, dict[str, int]]]:
    """Counts by place and type, from the few combinations that there are."""
    found: dict[str, dict[str, Counter[str]]] = {kind: {} for kind in GROUPS}
    for key, n in Counter(map(_KEY, cases)).items():
        project, category, kind, state, status, listed, redacted = key
        names = ["received", state]
        names += ["hidden"] * (state in HIDDEN)
        names += ["delisted"] * (state == "visible" and not listed)
        names += ["redacted"] * (state == "visible" and bool(redacted))
        names += ["answerable"] * (kind != "praise")
        if state in SHOWN and status not in UNANSWERED and kind != "praise":
            names.append("answered")
        of = (project, facts.cities.get(project), category, kind)
        for group, slug in zip(GROUPS, of, strict=True):
            if slug is not None:
                counted = found[group].setdefault(slug, Counter())
                for name in names:
                    counted[name] += n
    return {kind: {slug: dict(counts) for slug, counts in of.items()} for kind, of in found.items()}


def staff(facts: Facts, window: Window) -> dict[str, dict[str, int]]:
    """Staff number → hiding acts, how many alone, how many were brought back, and why."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for m in facts.measures:
        if m.at in window:
            counted = found[m.staff]
            counted["measures"] += 1
            counted["single-handed"] += m.second is None
            counted["undone"] += m.undone_at is not None
            counted["undone-appeal-upheld"] += m.undone_reason == "appeal-upheld"
    return {number: dict(counted) for number, counted in found.items()}


def months(facts: Facts, window: Window) -> dict[str, dict[str, int]]:
    """YYYY-MM → what came in and what was done in that month: every month of the window's year,
    or all months, always whole ones."""
    within = window if window.is_calendar else ALL
    days = Counter(
        (_day(case.at), "received")
        for case in facts.cases
        if within.since <= case.at < within.until
    )
    moments: list[tuple[int, str]] = []
    for m in facts.measures:
        if m.item is None:
            moments.append((m.at, f"act-{m.act}"))
        if m.undone_at is not None:
            moments.append((m.undone_at, "brought-back"))
    moments += [(act.at, "author-withdrawn") for act in facts.recorded.author_acts
                if act.kind == "withdrawn"]  # fmt: skip
    reviews = facts.recorded.reviews
    moments += [(act.at, name) for act in facts.recorded.hiding
                for name in ("hiding", "reviewed") if name == "hiding" or act.index in reviews]  # fmt: skip
    days.update((_day(at), name) for at, name in moments if within.since <= at < within.until)
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (day, name), n in days.items():
        found[f"{day_of(day * SECONDS):%Y-%m}"][name] += n
    return {month: dict(found[month]) for month in sorted(found)}


def _day(moment: int) -> int:
    """The number of a moment's day where the board lives, since 1970."""
    return (moment + AHEAD) // SECONDS
