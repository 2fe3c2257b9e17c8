"""What stands behind every count: the entries that are counted, name by name.

Complaints are counted by their first entry, among those received in the window; acts by their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from forum.tlog.case import SHOWN
from forum.tlog.facts import Ask, Case, Facts, Measure
from forum.tlog.recorded import AuthorAct
from forum.tlog.window import Window

MANY_SUPPORTERS = 10
HIDDEN = ("refused", "removed", "erased")
UNANSWERED = ("open", "disputed")
DECIDERS = ("moderator", "auditor")
OVERTURNED = ("upheld", "partly-upheld")
Behind = Iterator[tuple[str, int]]


def acts(facts: Facts, window: Window) -> Behind:
    """(name of a count, index of an entry behind it), of everything done in the window."""
    yield from _of_measures(facts, [m for m in facts.measures if m.at in window])
    for m in facts.measures:
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
    answerable = [case for case in cases if case.type != "praise"]
    yield "answerable", [case.entry for case in answerable]
    yield "answered", [case.entry for case in answerable if is_answered(case)]
    yield "imported", [case.entry for case in cases if case.imported]
    yield from _within(by_state["visible"])
    for name, entry in _hidden(facts, [c for state in HIDDEN for c in by_state[state]]):
        yield name, [entry]
    for name, entry in _of_first_and_last(facts, cases):
        yield name, [entry]


def _within(visible: Sequence[Case]) -> Iterator[tuple[str, list[int]]]:
    yield "delisted", [case.entry for case in visible if not case.listed]
    yield "redacted", [case.entry for case in visible if case.redacted]
    yield "waiting", [case.entry for case in visible if case.waiting]


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


def _of_measures(facts: Facts, measures: Sequence[Measure]) -> Behind:
    supporters = {case.number: case.supporters for case in facts.cases}
    appealed = {each.statement for each in facts.recorded.redress.values() if each.kind == "appeal"}
    for m in measures:
        names = ["measures", f"{'act' if m.item is None else 'item'}-{m.act}", f"reason-{m.reason}"]
        if m.act != "erased":
            names.append("stated")
            names += ["complete"] * m.complete
        names += ["automated"] * m.automated
        if m.second is None:
            names += ["single-handed", "confirmed" if m.confirmed else "unconfirmed"]
        if m.undone_at is not None:
            names += ["undone", f"undone-{m.undone_reason}"]
        names += ["appealed"] * (m.statement in appealed)
        if m.act == "removed" and m.item is None:
            names += ["before-reply"] * (not m.replied)
            many = supporters.get(m.complaint or 0, 0) >= MANY_SUPPORTERS
            names += ["many-supporters"] * many
        for name in names:
            yield name, m.index


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
            if case.decided_index is None:
                yield f"{of}-open", case.index
        if case.decided_index is not None and case.decided_at in window:
            yield f"{of}-decided", case.decided_index
            yield f"{of}-{case.outcome}", case.decided_index
            if case.outcome in OVERTURNED:
                yield ("overturned" if of == "appeals" else f"{of}-overturned"), case.decided_index


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
    for act in known.reorderings:
        if act.at in window:
            yield f"act-{act.kind}", act.index
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
