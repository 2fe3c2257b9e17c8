"""The figures for machines: one JSON object, or one CSV with a line for every number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from forum.base import clock
from forum.moderation.desk import Undecided
from forum.tlog.measures import Figures
from forum.transparency.figures import Counted
from forum.transparency.words import FIGURES, STATES, TIME_NOTES, TIMES, definition_of, label_of

HEAD = ("section", "of", "name", "number", "n", "per_thousand")


def as_json(counted: Counted, waiting: Undecided) -> dict[str, Any]:
    """Every figure of the window, verified owners' beside them, and what the names mean.

    Times are in seconds; at: the time of the entry up to which was counted. waiting: the flags
    that nobody has decided, which make no entry.
    """
    found = counted.everybody
    verified = counted.verified.fields()
    return {
        "checkpoint": {"size": found.size, "root": counted.root},
        "at": clock.format_utc(datetime.fromtimestamp(found.at, UTC)) if found.size else None,
        **found.fields(),
        "verified": {name: verified[name] for name in ("counts", "rates")},
        "withdrawn_after_contact": counted.after_contact,
        "flags_undecided": {"things": waiting.things, "overdue": waiting.overdue},
        "definitions": _definitions(),
    }


def as_csv(counted: Counted) -> str:
    """The same as lines of `HEAD`; empty cells where something has no such value."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(HEAD)
    lines.writerows(_lines(counted.everybody, "everybody"))
    lines.writerows(_lines(counted.verified, "verified"))
    lines.writerow(("private", "everybody", "withdrawn-after-contact", counted.after_contact, "", ""))  # fmt: skip
    for kind, groups in counted.everybody.groups.items():
        lines.writerows(_parts(kind, groups))
    lines.writerows(_parts("staff", counted.everybody.staff))
    lines.writerows(_parts("month", counted.everybody.months))
    return out.getvalue()


def _lines(found: Figures, whose: str) -> Iterator[tuple[Any, ...]]:
    fields = found.fields()
    for name, number in (fields["counts"] | fields["sums"]).items():
        yield "count", whose, name, number, "", ""
    for name, rate in fields["rates"].items():
        share = rate["per_thousand"]
        yield "rate", whose, name, rate["part"], rate["n"], "" if share is None else share
    for name, took in fields["times"].items():
        for which in ("median", "p90"):
            yield "seconds", whose, f"{name}-{which}", took[which], took["n"], ""


def _parts(section: str, parts: Any) -> Iterator[tuple[Any, ...]]:
    for of, counts in sorted(parts.items()):
        for name, number in sorted(counts.items()):
            yield section, of, name, number, "", ""


def _definitions() -> dict[str, str]:
    names = (*FIGURES, *(state for state in STATES if state not in FIGURES))
    known = {name: (label_of(name), definition_of(name)) for name in names}
    said = {name: "：".join(filter(None, words)) for name, words in known.items()}
    notes = {name: str(note) for name, note in TIME_NOTES.items()}
    return said | {name: "：".join(filter(None, (str(label), notes.get(name))))
                   for name, label in TIMES.items()}  # fmt: skip
