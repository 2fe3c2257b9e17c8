"""Who holds which role inside: since when, appointed by whom, until when; from the entries alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forum.base.clock import parse_utc
from forum.log.held import entries

# Roles with power over what can be seen, or over those who have it.
SHOWN = ("auditor", "moderator", "admin", "executive")
KINDS = ("role.granted", "role.revoked")


@dataclass(frozen=True)
class Appointment:
    """One role of one person, by staff number. entry: that granted it; by: the granting person's
    number, None where it was a command on the machine; second: who agreed, None where nobody had
    to; until: the day it was given for, if any; ended_at, ended_entry: when it was taken back, or
    replaced by another role."""

    staff: str
    role: str
    entry: int
    since: datetime
    by: str | None
    second: str | None
    until: date | None
    ended_at: datetime | None = None
    ended_entry: int | None = None


def appointments() -> list[Appointment]:
    """Every appointment there ever was, in the order of the log."""
    return appointments_of(entries(*KINDS))


def appointments_of(found: Iterable[tuple[int, Mapping[str, Any]]]) -> list[Appointment]:
    """The same from (index, entry) of `KINDS`, in the order of the log."""
    known: dict[tuple[str, str, int], Appointment] = {}
    standing: dict[str, tuple[str, str, int]] = {}
    for index, entry in found:
        key = standing.pop(entry["staff"], None)
        if key is not None:
            known[key] = _ended(known[key], index, entry)
        if entry["kind"] == "role.granted":
            made = _granted(index, entry)
            standing[made.staff] = (made.staff, made.role, index)
            known[standing[made.staff]] = made
    return list(known.values())


def holders(found: Sequence[Appointment], today: date) -> list[Appointment]:
    """Those who hold one of `SHOWN` on this day: auditors first, then by staff number."""
    here = [each for each in found if each.role in SHOWN and each.ended_at is None
            and (each.until is None or each.until >= today)]  # fmt: skip
    return sorted(here, key=lambda each: (SHOWN.index(each.role), each.staff))


def of_staff(found: Sequence[Appointment], staff: str | None) -> Appointment | None:
    """The newest appointment of this staff number; None when there is none."""
    return next((each for each in reversed(found) if each.staff == staff), None)


def _granted(index: int, entry: Mapping[str, Any]) -> Appointment:
    until = entry["until"]
    return Appointment(
        entry["staff"], entry["role"], index, parse_utc(entry["at"]), entry["granted_by"],
        entry["second"], date.fromisoformat(until) if until else None,
    )  # fmt: skip


def _ended(was: Appointment, index: int, entry: Mapping[str, Any]) -> Appointment:
    return Appointment(was.staff, was.role, was.entry, was.since, was.by, was.second, was.until,
                       parse_utc(entry["at"]), index)  # fmt: skip
