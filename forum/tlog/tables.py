"""Figures as tables: how long things took, and counts by place, type, staff number and month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from operator import itemgetter
from typing import Any

from forum.tlog.behind import HIDDEN, UNANSWERED
from forum.tlog.case import SHOWN
from forum.tlog.facts import Case, Facts
from forum.tlog.reordered import PRAISE
from forum.tlog.window import ALL, END, Window, day_of

# Below this many a figure says more about chance than about the board.
LEAST = 10
SECONDS = 24 * 3600
AHEAD = 8 * 3600  # of the place where the board lives, see `window.BOARD`
GROUPS = ("project", "city", "category", "type")
BY_STAFF = ("measures", "single-handed", "act-locked", "act-moved", "act-merged", "seconded",
            "undone", "ended", "undone-appeal-upheld")  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """Seconds that `n` of something took: median and 90th percentile by nearest rank."""

    n: int
    median: int | None
    p90: int | None


def times(facts: Facts, cases: Sequence[Case], window: Window) -> dict[str, Spread]:
    """Seconds: in view before a removal, waiting when held, from an appeal to its decision."""
    held = facts.recorded.holdings
    decided = (each for each in facts.recorded.redress.values()
               if each.kind == "appeal" and each.decided_at is not None
               and each.decided_at in window)  # fmt: skip
    return {
        "in-view": spread(_in_view(facts, window)),
        "held": spread(facts.at - held[case.number].at for case in cases
                        if case.state == "held" and case.number in held),
        "appeal": spread(each.decided_at - each.at for each in decided if each.decided_at),
    }  # fmt: skip


def _in_view(facts: Facts, window: Window) -> Iterator[int]:
    """How long each complaint that was removed had been readable before: the stretches in which it
    was not are left out, so that who removes again what came back late does not look slow."""
    taken = [m for m in facts.measures if m.act == "removed" and m.item is None and m.at in window]
    if not taken:
        return
    posted_at, away = {case.number: case.at for case in facts.cases}, _away(facts)
    for m in taken:
        if m.complaint in posted_at:
            hidden = (min(end, m.at) - begin for begin, end in away.get(m.complaint, ())
                      if begin < m.at)  # fmt: skip
            yield m.at - posted_at[m.complaint] - sum(hidden)


def _away(facts: Facts) -> dict[int, list[tuple[int, int]]]:
    """Complaint → stretches (begin, end) in which nobody could read it: held, refused or removed,
    taken back by its author. No two of them overlap: in each it is in another state."""
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    refused = {m.complaint: m.at for m in facts.measures if m.act == "refused"}
    for number, held in facts.recorded.holdings.items():
        found[number].append((held.at, held.published_at or refused.get(number, END)))
    for m in facts.measures:
        if m.complaint and m.item is None and m.act in ("removed", "refused"):
            found[m.complaint].append((m.at, m.undone_at or END))
    left: dict[int, int] = {}
    for act in facts.recorded.author_acts:
        if act.kind == "withdrawn":
            left[act.complaint] = act.at
        elif act.kind == "restored" and act.complaint in left:
            found[act.complaint].append((left.pop(act.complaint), act.at))
    return found


def spread(durations: Iterable[int]) -> Spread:
    """The spread of these seconds."""
    found = sorted(durations)
    if len(found) < LEAST:
        return Spread(len(found), None, None)
    return Spread(len(found), *(found[ceil(len(found) * share) - 1] for share in (0.5, 0.9)))


_KEY = itemgetter(
    *(Case._fields.index(name)
      for name in ("project", "category", "type", "state", "status", "listed", "redacted",
                   "posted_type"))
)  # fmt: skip


def groups(
    facts: Facts, cases: Sequence[Case], here: Sequence[Case] | None
) -> dict[str, dict[str, dict[str, int]]]:  # fmt: skip
    """Counts by place and type, from the few combinations that there are. here: the ones that did
    not come from an archive, where that is not all: of these ``answered-here``."""
    found: dict[str, dict[str, Counter[str]]] = {kind: {} for kind in GROUPS}
    combinations = [(key, n, _names_of(key)) for key, n in Counter(map(_KEY, cases)).items()]
    for key, n in Counter(map(_KEY, here or ())).items():
        names = [f"{name}-here" for name in _names_of(key) if name in ("answerable", "answered")]
        combinations.append((key, n, names))
    for key, n, names in combinations:
        project, category, kind = key[:3]
        of = (project, facts.cities.get(project), category, kind)
        for group, slug in zip(GROUPS, of, strict=True):
            if slug is not None:
                counted = found[group].setdefault(slug, Counter())
                for name in names:
                    counted[name] += n
    return {kind: {slug: dict(counts) for slug, counts in of.items()} for kind, of in found.items()}


def _names_of(key: tuple[Any, ...]) -> list[str]:
    """Under which names complaints with these values of `_KEY` are counted."""
    _project, _category, _type, state, status, listed, redacted, posted_type = key
    names = ["received", state]
    names += ["hidden"] * (state in HIDDEN)
    names += ["delisted"] * (state in SHOWN and not listed)
    names += ["redacted"] * (state in SHOWN and bool(redacted))
    if posted_type != PRAISE:
        names.append("answerable")
        names += ["answered"] * (state in SHOWN and status not in UNANSWERED)
    return names


def staff(done: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """Staff number → hiding acts and acts that reorder, how many alone, how many were brought back
    and why, and how often they were the second person; done: what `behind.by_person` says."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for person, name, _index in done:
        found[person][name] += 1
    return {person: {name: counts[name] for name in BY_STAFF} for person, counts in found.items()}


def months(facts: Facts, window: Window) -> dict[str, dict[str, int]]:
    """YYYY-MM → what came in (what came from an archive apart) and what was done in that month:
    every month of the window's year, or all months, always whole ones."""
    within = window if window.is_calendar else ALL
    days = Counter(
        (_day(case.at), "imported" if case.imported else "received")
        for case in facts.cases
        if within.since <= case.at < within.until
    )
    moments: list[tuple[int, str]] = []
    for m in (m for m in facts.measures if facts.staff in (None, m.staff)):
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
