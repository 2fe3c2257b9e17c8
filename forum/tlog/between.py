"""What must hold between the fields of one entry, beyond what each field may hold by itself.

Each `Also` is a rule in words, which docs/entries.md quotes, and as a check; the table in `entry.py`
says which kinds have which. They are refused on writing and on reading like any other rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from forum.tlog.field import Field

Entry = Mapping[str, Any]

INSIDE = frozenset({"staff", "moderator", "executive", "auditor"})
# Whoever runs commands on the machine is `admin` without a number; parties and authorities may
# have somebody inside who entered what they sent.
NUMBERED_OR_NOT = frozenset({"admin", "party", "authority"})
# A calendar day is one of the place where the board lives: up to a day off the UTC of `at`.
SLACK = timedelta(days=1)
STATUS_BY = {
    "author": frozenset({"confirmed", "disputed", "open"}),
    "staff": frozenset({"answered", "promised", "resolved"}),
    "executive": frozenset({"answered", "promised", "resolved"}),
    "system": frozenset({"answered", "closed_unconfirmed"}),
}


@dataclass(frozen=True)
class Also:
    """A rule between fields: the field it is filed under, its words, its check."""

    field: str
    rule: str
    holds: Callable[[Entry], bool]


def _number_of_staff(entry: Entry) -> bool:
    by = entry["by"]
    return by in NUMBERED_OR_NOT or (entry["staff"] is None) != (by in INSIDE)


def _two_people(entry: Entry) -> bool:
    second, first = entry["second"], entry["staff"]
    return second is None or (first is not None and second not in (first, entry.get("granted_by")))


def _settled(entry: Entry) -> bool:
    there = (entry["outcome"] is not None, entry["cause"] is not None)
    return there == (entry["status"] == "resolved",) * 2


def _known_day(entry: Entry) -> bool:
    if entry["until"] is None:
        return True
    return date.fromisoformat(entry["until"]) + SLACK >= date.fromisoformat(entry["at"][:10])


def _brought_back(entry: Entry) -> bool:
    names = ("staff", "second", "reason", "statement")
    if entry["by"] == "author":
        return all(entry[name] is None for name in names)
    return entry["reason"] is not None and entry["statement"] is not None


def _recommitted(entry: Entry) -> bool:
    closes = {str(index) for index in entry["closes"]}
    again = {name.rpartition(".")[2] for name in entry["commitments"] if name != "facts"}
    return closes == again


def _proposed_of(entry: Entry) -> bool:
    if entry["complaint"] is None:
        return entry["act"] == "suspend" and entry["item"] is None and entry["of"] is None
    on_item = entry["act"] in ("remove", "redact", "erase")
    return entry["of"] is not None and (entry["item"] is None or on_item)


def _place(entry: Entry) -> bool:
    return entry["place"] == "project" or (
        entry["within"] is entry["households"] is entry["phase"] is None
    )


def _scope(scope: str) -> Also:
    return Also("scope", f"must be {scope} for this kind", lambda entry: entry["scope"] == scope)


STAFF_ACTED = Also(
    "staff",
    "a number exactly when somebody inside acted (admin may have none: a command on the machine)",
    _number_of_staff,
)
TWO_PEOPLE = Also("second", "must be another person's number than the first", _two_people)
KEY_AND_MADE = Also(
    "made",
    "there exactly when author_key is",
    lambda entry: (entry["made"] is None) == (entry["author_key"] is None),
)
NO_KEY_ON_BEHALF = Also(
    "author_key",
    "must be null when somebody else entered it",
    lambda entry: entry["by"] == "author" or entry["author_key"] is None,
)
HOLDING_UNTIL = Also(
    "until",
    "must be there in a holding reply",
    lambda entry: entry["reply"] != "holding" or entry["until"] is not None,
)
SETTLED = Also("outcome", "outcome and cause are there exactly when the status is resolved", _settled)  # fmt: skip
WHOSE_STATUS = Also(
    "status",
    "confirmed, disputed and open are the author's; answered, promised and resolved the company's;"
    " answered and closed_unconfirmed the clock's",
    lambda entry: entry["status"] in STATUS_BY[entry["by"]],
)
KNOWN_DAY = Also("until", "must not be before the day of the entry", _known_day)
LATER_DUE = Also("due", "must not be before at", lambda entry: entry["due"] >= entry["at"])
LATER_LAPSE = Also(
    "lapses",
    "must not be before at",
    lambda entry: entry["lapses"] is None or entry["lapses"] >= entry["at"],
)
LAPSES_ALONE = Also(
    "lapses",
    "must be null when two people decided",
    lambda entry: entry["second"] is None or entry["lapses"] is None,
)
BROUGHT_BACK = Also(
    "statement",
    "by the author: no staff, second, reason, statement; by others: reason and statement",
    _brought_back,
)
RECOMMITTED = Also(
    "commitments",
    "their names must end in the indexes that closes lists, each of them at least once",
    _recommitted,
)
PROPOSED_OF = Also(
    "complaint",
    "null, with item and of, only for suspend; an item only for remove, redact and erase",
    _proposed_of,
)
CLAUSE_OF_RULES = Also(
    "clause",
    "there exactly when rules is",
    lambda entry: (entry["clause"] is None) == (entry["rules"] is None),
)
ITEM_OF_COMPLAINT = Also(
    "item",
    "must be null when complaint is",
    lambda entry: entry["complaint"] is not None or entry["item"] is None,
)
INTO_ANOTHER = Also("into", "must be another complaint", lambda entry: entry["into"] != entry["complaint"])  # fmt: skip
# Numbers are given in the order of posting.
INTO_OLDER = Also("into", "must be an older complaint", lambda entry: entry["into"] < entry["complaint"])  # fmt: skip
DUPLICATE = Also("reason", "must be duplicate", lambda entry: entry["reason"] == "duplicate")
NO_DUPLICATE = Also(
    "reason", "duplicate is for merging only", lambda entry: entry["reason"] != "duplicate"
)
EVERYWHERE, LISTS, PART = _scope("everywhere"), _scope("lists"), _scope("part")
SYSTEM_GRANTS = Also(
    "granted_by",
    "must be null when the system did it",
    lambda entry: entry["by"] != "system" or entry["granted_by"] is None,
)
PROJECT_FIELDS = Also("within", "within, households and phase are a project's", _place)
FROM_TO = Also("to", "must not be before from", lambda entry: entry["from"] <= entry["to"])
ACTED_BY_STATEMENT = Also(
    "statement",
    "must be there when the flags were acted upon, and null when not",
    lambda entry: (entry["decision"] == "acted") == (entry["statement"] is not None),
)


def by_fields(fields: Sequence[Field]) -> tuple[Also, ...]:
    """The rules that a kind has simply because it has these fields."""
    have = {field.name: field for field in fields}
    return tuple(
        rule
        for rule, applies in (
            (STAFF_ACTED, "by" in have and "staff" in have and have["staff"].nullable),
            (TWO_PEOPLE, "second" in have),
            (LAPSES_ALONE, "lapses" in have and "second" in have),
            (LATER_LAPSE, "lapses" in have),
            (LATER_DUE, "due" in have),
            (KNOWN_DAY, "until" in have),
            (INTO_ANOTHER, "into" in have),
            (NO_DUPLICATE, "scope" in have),
            (ITEM_OF_COMPLAINT, "item" in have and have["complaint"].nullable),
        )
        if applies
    )
