"""Reading an archive of complaints: files in, checked records out. No database is asked.

    for found in read_records(Path("votes.jsonl.gz")):
        if isinstance(found, BadRecord): ...   # the line is left out, the rest is not lost

Fields: ``id author created_at title body category city area type votes_for reply_body reply_at``;
``id``, ``created_at`` and ``body`` are required, a reply needs its time, others are ignored. Times
without a zone are those of the place where the board lives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forum.base import clock
from forum.base.text import is_readable, normalise, normalise_line
from forum.complaints.archive_files import Row, rows_of
from forum.tlog.entry import MAX_INTEGER, TYPES

NAMELESS = "匿名"
TITLE_FROM_BODY = 20
MAX_ID = 100
MAX_NAME = 80  # characters of an author, a city, an estate, a category
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
# Half a surrogate pair is what JSON can spell and UTF-8 cannot.
_HALF_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class ImportedReply:
    """An official reply of the archive; its time (UTC) is only claimed."""

    source_id: str
    body: str
    claimed_at: datetime


@dataclass(frozen=True)
class ImportedComplaint:
    """One record of the archive, normalised: it can be committed to as it stands."""

    line: int
    source_id: str
    author: str
    claimed_at: datetime
    title: str
    body: str
    type: str
    category: str | None
    city: str | None
    area: str | None
    supporters: int
    reply: ImportedReply | None


@dataclass(frozen=True)
class BadRecord:
    """A line of the file that cannot be taken over, and why."""

    line: int
    why: str


class _Bad(ValueError):
    """Why a record cannot be taken over."""


def read_records(path: Path) -> Iterator[ImportedComplaint | BadRecord]:
    """The records of the file in its order; UnreadableArchive when it is not such a file."""
    for row in rows_of(path):
        yield _record(row)


def count_records(path: Path) -> int:
    """How many records the file has, good or bad; UnreadableArchive as `read_records`."""
    return sum(1 for _ in rows_of(path))


def _record(row: Row) -> ImportedComplaint | BadRecord:
    if row.fields is None:
        return BadRecord(row.line, row.why)
    try:
        return _parse(row.line, row.fields)
    except _Bad as error:
        return BadRecord(row.line, str(error))


def _parse(line: int, fields: Mapping[str, Any]) -> ImportedComplaint:
    source_id = _identity(fields)
    body = normalise(_required(fields, "body")).lstrip("\n")
    claimed_at = _moment(fields, "created_at")
    if claimed_at is None:
        raise _Bad("created_at is missing")
    return ImportedComplaint(
        line=line,
        source_id=source_id,
        author=_name(fields, "author") or NAMELESS,
        claimed_at=claimed_at,
        title=normalise_line(_text(fields, "title") or "") or _beginning(body),
        body=body,
        type=_type(fields),
        category=_name(fields, "category"),
        city=_name(fields, "city"),
        area=_name(fields, "area"),
        supporters=_count(fields, "votes_for"),
        reply=_reply(fields, source_id),
    )


def _beginning(body: str) -> str:
    return normalise_line(body)[:TITLE_FROM_BODY].strip()


def _reply(fields: Mapping[str, Any], source_id: str) -> ImportedReply | None:
    text, moment = _text(fields, "reply_body"), _moment(fields, "reply_at")
    if text is None:
        return None
    if moment is None:
        raise _Bad("reply_at is missing although there is a reply_body")
    return ImportedReply(f"{source_id}/reply", normalise(text).lstrip("\n"), moment)


def _identity(fields: Mapping[str, Any]) -> str:
    value = fields.get("id")
    if type(value) is int or (isinstance(value, float) and value.is_integer()):
        value = str(int(value))
    if not isinstance(value, str) or not value.strip():
        raise _Bad("id is missing" if value in (None, "") else "id must be a text or a number")
    if len(value) > MAX_ID or not value.isprintable():
        raise _Bad(f"id must be at most {MAX_ID} printable characters")
    return value.strip()


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    """The field as readable text; None when it is absent or blank."""
    value = fields.get(name)
    if value is None:
        return None
    if type(value) in (int, float):  # a cell of a table that looks like a number
        value = str(int(value)) if value == int(value) else str(value)
    if not isinstance(value, str):
        raise _Bad(f"{name} must be a text")
    if not _is_clean(value):
        raise _Bad(f"{name} holds characters that are not text; is the file in UTF-8?")
    return value if value.strip() else None


def _is_clean(text: str) -> bool:
    return is_readable(text.replace("\r", "")) and _HALF_PAIR.search(text) is None


def _required(fields: Mapping[str, Any], name: str) -> str:
    text = _text(fields, name)
    if text is None:
        raise _Bad(f"{name} is missing")
    return text


def _name(fields: Mapping[str, Any], name: str) -> str | None:
    text = normalise_line(_text(fields, name) or "")
    if len(text) > MAX_NAME:
        raise _Bad(f"{name} is longer than {MAX_NAME} characters")
    return text or None


def _type(fields: Mapping[str, Any]) -> str:
    value = _text(fields, "type")
    if value is None:
        return "criticism"
    if value not in TYPES:
        raise _Bad("type must be one of " + " ".join(TYPES))
    return value


def _count(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    if value is None or value == "":
        return 0
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value) if len(value) < 20 else -1
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise _Bad(f"{name} must be a whole number, 0 or more")
    return value


def _moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(str(value))  # a workbook's cell is a date already
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=clock.BOARD_ZONE)
        moment = moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise _Bad(f"{name} is not a date and time such as 2020-01-31T09:30:00+08:00") from None
    if not EARLIEST <= moment <= clock.now() + timedelta(days=1):
        raise _Bad(f"{name} lies before 1900 or in the future")
    return moment
