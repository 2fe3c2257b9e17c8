"""The entries of the log: every kind with exactly its fields, and the canonical bytes.

An entry is one JSON object in the form of RFC 8785: keys sorted, no white space, strings of
``[A-Za-z0-9._:/+=-]``, integers below 2**53, no floats, at most 4 KiB. It never holds free text,
a person or an account: what people wrote is present as salted commitments (`commitment.py`).

>>> line = format_entry({"v": 1, "kind": "support.added", "at": "2026-11-22T03:04:05Z",
...                      "complaint": 17, "by": "member", "verified": True, "supporters": 3})
>>> parse_entry(line)["supporters"]
3

`KINDS` is the table (`kinds.py`); docs/entries.md is generated from it. Anything else is refused on
writing (`EntryError` from `format_entry`) and a finding on reading (`EntryError` from `parse_entry`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from forum.tlog.field import MAX_INTEGER, EntryError, Field, is_time
from forum.tlog.kinds import (
    CAUSES,
    COUNTS,
    DECISIONS,
    DETECTIONS,
    HIDING,
    KINDS,
    MADE_WHERE,
    OUTCOMES,
    PHOTOS,
    PROVEN,
    REASONS,
    SIG,
    SLUG,
    STATUSES,
    TYPES,
    Kind,
)

__all__ = [
    "CAUSES",
    "COUNTS",
    "DECISIONS",
    "DETECTIONS",
    "EntryError",
    "Field",
    "HIDING",
    "KINDS",
    "Kind",
    "MADE_WHERE",
    "MAX_ENTRY",
    "MAX_INTEGER",
    "OUTCOMES",
    "PHOTOS",
    "PROVEN",
    "REASONS",
    "SIG",
    "SLUG",
    "STATUSES",
    "TYPES",
    "check_entry",
    "fields_of",
    "format_entry",
    "is_time",
    "parse_entry",
]

MAX_ENTRY = 4096

_FIELDS = {name: {field.name: field for field in kind.fields} for name, kind in KINDS.items()}
_RULES = {name: kind.rules for name, kind in KINDS.items()}


def fields_of(entry: Mapping[str, Any]) -> Mapping[str, Field]:
    """The fields this entry must have beyond ``v kind at``; EntryError: unknown kind."""
    name = entry.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise EntryError("kind: not a kind of this log")
    act = KINDS[name].act
    if not act or (act == "by-author" and entry.get("by") != "author"):
        return _FIELDS[name]
    found = _FIELDS[name] | {"proven": PROVEN}
    if entry.get("proven") is True:
        found |= {"sig": SIG, "made": MADE_WHERE}
    return found


def check_entry(entry: Mapping[str, Any]) -> None:
    """Raise EntryError, naming field and rule, unless `entry` is exactly what its kind says."""
    if type(entry.get("v")) is not int or entry["v"] != 1:
        raise EntryError("v: must be 1")
    if not is_time(entry.get("at")):
        raise EntryError("at: must be a time, YYYY-MM-DDThh:mm:ssZ")
    fields = fields_of(entry)
    for name in entry:
        if name not in fields and name not in ("v", "kind", "at"):
            raise EntryError(f"{name}: not a field of {entry['kind']}")
    for name, field in fields.items():
        if name not in entry:
            raise EntryError(f"{name}: missing from {entry['kind']}")
        field.check(entry[name])
    for rule in _RULES[entry["kind"]]:
        if not rule.holds(entry):
            raise EntryError(f"{rule.field}: {rule.rule}")


def format_entry(entry: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a valid entry; EntryError names what is wrong with it."""
    check_entry(entry)
    data = _canonical(entry)
    if len(data) > MAX_ENTRY:
        raise EntryError(f"{len(data)} bytes; an entry has at most {MAX_ENTRY}")
    return data


def parse_entry(data: bytes) -> dict[str, Any]:
    """The entry in `data`; EntryError unless it is valid and in exactly its canonical bytes."""
    if len(data) > MAX_ENTRY:
        raise EntryError(f"{len(data)} bytes; an entry has at most {MAX_ENTRY}")
    try:
        entry = _DECODER.decode(data.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise EntryError(f"not JSON in ASCII: {error}") from None
    if not isinstance(entry, dict):
        raise EntryError("not a JSON object")
    check_entry(entry)
    if _canonical(entry) != data:
        raise EntryError("not in canonical form")
    return entry


# Made once: json.dumps would make one for every entry, which is a third of its time.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def _canonical(entry: Mapping[str, Any]) -> bytes:
    # RFC 8785 sorts keys by UTF-16 units; with ASCII keys that is the order of Python's strings.
    return _ENCODER.encode(entry).encode("ascii")


def _no_float(text: str) -> Any:
    raise ValueError(f"{text}: numbers are integers")


# Made once as well: whoever reads a whole log has a million entries to read.
_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)
