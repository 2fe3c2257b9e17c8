"""What one field of an entry may hold: a rule in words and as a check.

Each function makes a `Field`; the table that uses them is in `entry.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forum.tlog.encoding import decode_base64
from forum.tlog.errors import TlogError

MAX_INTEGER = 2**53 - 1


class EntryError(TlogError):
    """The entry breaks a rule of the table; the message names the field and the rule."""


@dataclass(frozen=True)
class Field:
    """One field of a kind: what it may hold, in words and as a check."""

    name: str
    rule: str
    holds: Callable[[Any], bool]
    nullable: bool = False

    def check(self, value: Any) -> None:
        """Raise EntryError unless `value` may stand in this field."""
        if value is None and self.nullable:
            return
        if value is None or not self.holds(value):
            raise EntryError(f"{self.name}: must be {self.rule}")


def integer(name: str, least: int, rule: str) -> Field:
    """A whole number, `least` or more and below 2**53."""
    return Field(name, rule, lambda value: type(value) is int and least <= value <= MAX_INTEGER)


def pattern(name: str, pattern: str, rule: str) -> Field:
    """A string that matches `pattern` from end to end; `rule` says it in words."""
    compiled = re.compile(rf"(?:{pattern})\Z", re.ASCII)
    return Field(name, rule, lambda value: isinstance(value, str) and bool(compiled.match(value)))


def one_of(name: str, *values: str) -> Field:
    """One of these strings."""
    allowed = frozenset(values)
    return Field(
        name,
        "one of " + " ".join(values),
        lambda value: isinstance(value, str) and value in allowed,
    )


def boolean(name: str) -> Field:
    """true or false."""
    return Field(name, "true or false", lambda value: type(value) is bool)


def base64_of(name: str, length: int) -> Field:
    """`length` bytes in standard base64, in its one canonical spelling."""

    def holds(value: Any) -> bool:
        # The one canonical spelling: padding bits that say nothing could otherwise say anything.
        try:
            return isinstance(value, str) and len(decode_base64(value)) == length
        except TlogError:
            return False

    return Field(name, f"standard base64 of {length} bytes", holds)


def date_of(name: str) -> Field:
    """A calendar day."""

    def holds(value: Any) -> bool:
        try:
            return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False

    return Field(name, "a date, YYYY-MM-DD", holds)


# Newer Pythons read hour 24 as the next day's hour 0, which would be a second spelling.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\dZ\Z", re.ASCII)


def is_time(value: Any) -> bool:
    """Whether `value` is RFC 3339 in UTC to the second, as ``2026-11-22T03:04:05Z``."""
    if not isinstance(value, str) or not _TIME.match(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def time_of(name: str) -> Field:
    """A moment, UTC, to the second."""
    return Field(name, "a time, YYYY-MM-DDThh:mm:ssZ", is_time)


def indexes(name: str, rule: str) -> Field:
    """Entries of the log by index, each once, rising; at least one."""

    def holds(value: Any) -> bool:
        return (
            isinstance(value, list)
            and bool(value)
            and all(type(index) is int and 0 <= index <= MAX_INTEGER for index in value)
            and all(a < b for a, b in zip(value, value[1:], strict=False))
        )

    return Field(name, rule, holds)


def or_null(field: Field) -> Field:
    """What `field` allows, or null."""
    return Field(field.name, field.rule + ", or null", field.holds, nullable=True)


def commitments(required: tuple[str, ...], optional: str = "") -> Field:
    """Commitments by field: all of `required`, and any that match the pattern `optional`."""
    allowed = re.compile(rf"(?:{optional})\Z") if optional else None
    digest = re.compile(r"[0-9a-f]{64}\Z")

    def holds(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(name in value for name in required)
            and all(name in required or (allowed and allowed.match(name)) for name in value)
            and all(isinstance(v, str) and digest.match(v) for v in value.values())
        )

    words = ", and ".join(filter(None, (" ".join(required), optional and f"any of {optional}")))
    return Field("commitments", f"an object, field to 64 lowercase hex digits: {words}", holds)
