"""What stands behind every count: the entries that are counted, name by name.

Complaints are counted by their first entry, among those received in the window; acts by their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from forum.tlog.case import SHOWN
from forum.tlog.facts import DECIDERS, Ask, Case, Facts, Measure
from forum.tlog.recorded import AuthorAct, Redress
from forum.tlog.reordered import PRAISE, Reordering
from forum.tlog.window import Window

MANY_SUPPORTERS = 10
HIDDEN = ("refused", "removed", "erased")
UNANSWERED = ("open", "disputed")
OVERTURNED = ("upheld", "partly-upheld")
Behind = Iterator[tuple[str, int]]


def acts(facts: Facts, window: Window) -> Behind:
    """(name of a count, index of an entry behind it), of everything done in the window but what
    `by_person` tells of."""
    for m in facts.measures:
        if facts.staff not in (None, m.staff):
            continue
        if m.undone_index is not None and m.undone_at in window:
            yield "brought-back", m.undone_index
    yield from _of_asks(ask for ask in facts.asks if ask.at in window)
    yield from _of_redress(facts, window)
    yield from _of_others(facts, window)
    yield from _of_audit(facts, window)


def cohorts(facts: Facts, cases: Sequence[Case]) -> Iterator[tuple[str, list[int]]]:
    """(name of a count, the complaints it counts by their first entries), one list at a time:
    of tens of thousands of complaints that is several times faster than one by one."""
    yield "received", [case.entry for case in cases]
    by_state: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_state[case.state].append(case)
    for state, there in by_state.items():
        yield state, [case.entry for case in there]
    # By the type as posted: nobody makes an answer unnecessary by calling it praise afterwards.
    answerable = [case for case in cases if case.posted_type != PRAISE]
    yield "answerable", [case.entry for case in answerable]
    yield "answered", [case.entry for case in answerable if is_answered(case)]
    moved = (case for case in answerable if case.number in facts.posted) if facts.posted else ()
    yield "now-praise", [case.entry for case in moved if case.type == PRAISE]
    yield from _within(by_state["visible"] + by_state["merged"])
    for name, entry in _hidden(facts, [c for state in HIDDEN for c in by_state[state]]):
        yield name, [entry]
    for name, entry in _of_first_and_last(facts, cases):
        yield name, [entry]


def _within(shown: Sequence[Case]) -> Iterator[tuple[str, list[int]]]:
    yield "delisted", [case.entry for case in shown if not case.listed]
    yield "redacted", [case.entry for case in shown if case.redacted]
    yield "waiting", [case.entry for case in shown if case.waiting]


def _hidden(facts: Facts, cases: Sequence[Case]) -> Behind:
    reasons = {m.statement: m.reason for m in facts.measures}
    for case in cases:
        yield "hidden", case.entry
        yield f"{case.state}-{reasons.get(case.statement or 0)}", case.entry


def _of_first_and_last(facts: Facts, cases: Sequence[Case]) -> Behind:
    """Of those that were held before their publication, and of those that were withdrawn."""
    holdings, withdrawn = facts.recorded.holdings, facts.recorded.withdrawn
    if not holdings and not withdrawn:
        return
    for case in cases:
        held = holdings.get(case.number)
        if held is not None:
            yield "held-first", case.entry
            if held.by is not None:
                yield f"published-{held.by}", case.entry
        if case.state == "withdrawn":
            act = withdrawn.get(case.number)
            yield f"withdrawn-{'proven' if act and act.made else 'unproven'}", case.entry


def is_answered(case: Case) -> bool:
    """Whether it can be read and the company has answered."""
    return case.state in SHOWN and case.status not in UNANSWERED


def by_person(facts: Facts, window: Window) -> Iterator[tuple[str, str, int]]:
    """(staff number, name of a count, index of the entry behind it) of every measure, every act
    that reorders, and every second person, done in the window."""
    appeals = [each for each in facts.recorded.redress.values() if each.kind == "appeal"]
    statements, entries = {each.statement for each in appeals}, {each.of for each in appeals}
    done = [
        (m.staff, name, m.index)
        for m in facts.measures if m.at in window
        for name in _of_measure(m, m.statement in statements)
    ]  # fmt: skip
    for act in facts.recorded.reordered.acts:
        if act.at in window:
            posted = facts.posted.get(act.complaint, "")
            names = _of_reordering(act, posted, act.index in entries)
            done += [(act.staff, name, act.index) for name in names]
    done += [(person, "seconded", index) for index, at, person in _seconds(facts) if at in window]
    for person, name, index in done:
        if facts.staff in (None, person):
            yield person, name, index


def _of_measure(m: Measure, appealed: bool) -> list[str]:
    names = ["measures", f"{'act' if m.item is None else 'item'}-{m.act}", f"reason-{m.reason}"]
    if m.act != "erased":
        names.append("stated")
        names += ["complete"] * m.complete
    names += ["automated"] * m.automated
    if m.second is None:
        names += ["single-handed", "confirmed" if m.confirmed_by else "unconfirmed"]
    if m.is_undone:
        names += ["undone", f"undone-{m.undone_reason}"]
    names += ["ended"] * m.ended + ["appealed"] * appealed
    if m.act == "removed" and m.item is None:
        names += ["before-reply"] * (not m.replied)
        names += ["many-supporters"] * (m.supporters >= MANY_SUPPORTERS)
    return names


def _of_reordering(act: Reordering, posted: str, appealed: bool) -> list[str]:
    """A merging takes a complaint out of every list: it is a measure like the others."""
    names = [f"act-{act.kind}"] + ["moved-to-praise"] * act.praises(posted)
    if act.kind != "merged":
        return names
    names += ["measures", "reason-duplicate"] + ["appealed"] * appealed
    names += ["single-handed", "unconfirmed"] * act.alone
    if act.undone_at is not None:
        names += ["undone", f"undone-{act.undone_reason}"]
    return names


def _seconds(facts: Facts) -> Iterator[tuple[int, int, str]]:
    """(entry, time, staff number) of every measure and merging that has a second person."""
    for m in facts.measures:
        person = m.second or m.confirmed_by
        if person is not None:
            yield m.index, m.at, person
    for act in facts.recorded.reordered.mergings:
        if act.second is not None:
            yield act.index, act.at, act.second


def _of_asks(asks: Iterable[Ask]) -> Behind:
    for ask in asks:
        of = "proposals" if ask.by in DECIDERS else "requests"
        for name in (of, f"{of}-{ask.outcome}", f"{of}-{ask.by}", f"{of}-{ask.by}-{ask.outcome}"):
            yield name, ask.index


def _of_redress(facts: Facts, window: Window) -> Behind:
    for case in facts.recorded.redress.values():
        of = f"{case.kind}s"
        if case.at in window:
            yield of, case.index
            if case.kind == "appeal":
                yield f"appeals-{'kept' if case.kept else 'hidden'}", case.index
            if case.decided_index is None:
                yield f"{of}-open", case.index
        if case.decided_index is not None and case.decided_at in window:
            for name in _of_decided(case):
                yield name, case.decided_index


def _of_decided(case: Redress) -> list[str]:
    """Appeals against what took something from view are judged apart from those of readers whose
    flags led to nothing: many of these, rejected, would hide how often a removal was wrong."""
    of, right = f"{case.kind}s", case.outcome in OVERTURNED
    names = [f"{of}-decided", f"{of}-{case.outcome}"]
    if case.kind == "challenge":
        return names + ["challenges-overturned"] * right
    if case.kept:
        return [*names, "appeals-kept-decided", *["kept-overturned"] * right]
    return [*names, "appeals-hidden-decided", *["overturned"] * right]


def _of_others(facts: Facts, window: Window) -> Behind:
    known = facts.recorded
    for flag in known.flags:
        if flag.at in window:
            yield "flags-decided", flag.index
            yield f"flags-{flag.decision}", flag.index
    for notice in known.notices.values():
        if notice.at in window:
            yield f"notices-{notice.by}", notice.index
            yield f"notices-{notice.reason}", notice.index
            if notice.countered is not None:
                yield "notices-countered", notice.index
    yield from _of_authors(act for act in known.author_acts if act.at in window)


def _of_audit(facts: Facts, window: Window) -> Behind:
    """What an auditor should look at, what one has looked at, and what one has said of it all."""
    reviews = facts.recorded.reviews
    for act in facts.recorded.hiding:
        if act.at in window:
            yield "hiding", act.index
            yield f"hiding-{act.kind}", act.index
            if act.index in reviews:
                yield "reviewed", act.index
                yield f"reviewed-{act.kind}", act.index
                if reviews[act.index].review == "questioned":
                    yield "questioned", act.index
    for said in facts.recorded.opinions:
        if said.at in window:
            yield "opinions", said.index
            yield f"opinion-{said.opinion}", said.index


def _of_authors(acts: Iterable[AuthorAct]) -> Behind:
    for act in acts:
        yield "author-acts", act.index
        yield f"author-{act.kind}", act.index
        if act.kind == "withdrawn" and not act.made:
            yield "author-withdrawn-unproven", act.index
        yield ("author-proven" if act.made else "author-unproven"), act.index
        if act.made:
            yield f"author-{act.made}", act.index
