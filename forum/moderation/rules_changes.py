"""Two versions of the rules side by side: clauses that came, went, or read differently now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forum.base.differences import Part, differences
from forum.moderation.models import Rules
from forum.moderation.rules import RulesText

Clause = dict[str, str | None]


@dataclass(frozen=True)
class Change:
    """What became of one clause (number), or of title and preamble (number None).

    what: added, gone or changed; title, text: the parts from which both versions can be read;
    reason: what the clause may be cited for, before and after.
    """

    number: str | None
    what: str
    title: list[Part]
    text: list[Part]
    reason: tuple[str | None, str | None]


def changes(before: Rules | RulesText, after: Rules | RulesText) -> list[Change]:
    """Every difference, in the order of the later version; what went stands at its old place."""
    found = list(_frame(before, after))
    old = {str(clause["number"]): clause for clause in before.clauses}
    new = {str(clause["number"]): clause for clause in after.clauses}
    for number in sorted(old.keys() | new.keys(), key=_place):
        if old.get(number) != new.get(number):
            found.append(_change(number, old.get(number), new.get(number)))
    return found


def _frame(before: Rules | RulesText, after: Rules | RulesText) -> Iterator[Change]:
    if (before.title, before.preamble) != (after.title, after.preamble):
        yield Change(None, "changed", differences(before.title, after.title),
                     differences(before.preamble, after.preamble), (None, None))  # fmt: skip


def _change(number: str, old: Clause | None, new: Clause | None) -> Change:
    what = "added" if old is None else "gone" if new is None else "changed"
    before, after = old or {}, new or {}
    title, text = (
        differences(str(before.get(name) or ""), str(after.get(name) or ""))
        for name in ("title", "text")
    )
    return Change(number, what, title, text, (before.get("reason"), after.get("reason")))


def _place(number: str) -> tuple[int, ...]:
    """Clauses of a version whose words were lost may have any number."""
    parts = number.split(".")
    return tuple(int(part) if part.isdigit() else 0 for part in parts)
