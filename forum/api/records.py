"""Public records beside the complaints: which tables, which columns, and what opens their words.

What is public of a table is said in one place, `forum/log/public.py`. Complaints and what hangs on
them are read as their pages show them (`forum.pages.machine`), never table by table: rows also
hold what is hidden.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from forum.base import clock
from forum.base.db import Base, db
from forum.log.models import LogEntry, Opening
from forum.log.public import PUBLIC

Record = dict[str, Any]
# Table → the columns that hold an entry's index, and the field whose words are public with the row.
# Salts are given only for those: of words that stay private, a salt would help to guess them.
OPENED: dict[str, dict[str, str]] = {
    "statement": {"entry": "facts"},
    "proposal": {"entry": "facts", "decided_entry": "text"},
    "ruling": {"entry": "facts"},
    "merge_proposal": {},
    "flag_decision": {"entry": "text"},
    "party_notice": {"countered": "text"},
    "appeal": {"decided_entry": "text"},
    "challenge": {"decided_entry": "text"},
    "audit_report": {"entry": "text"},
    "rules": {"entry": "text"},
    "closing": {"entry": "text"},
    "promise": {},
    "city": {"entry": "text"},
    "project": {"entry": "text"},
    "category": {"entry": "text"},
    "department": {"entry": "text"},
}
BATCH = 1_000


def records(table: str) -> Iterator[Record]:
    """The rows of a table of `OPENED`, with their public columns, in the order of their keys."""
    rows = Base.metadata.tables[table]
    columns = [column for column in rows.columns if column.name not in PUBLIC[table]]
    found = db.session.execute(select(*columns).order_by(*rows.primary_key.columns))
    for row in found.yield_per(BATCH):
        yield {name: _plain(value) for name, value in row._mapping.items()}


def openings_of(table: str, record: Record) -> Iterator[Record]:
    """What opens the public words of one record; nothing where the salt is gone."""
    for column, field in OPENED[table].items():
        index = record.get(column)
        salt = None if index is None else db.session.scalar(_salt(index, field))
        if salt is not None:
            yield {"entry": index, "field": field, "salt": b64encode(salt).decode("ascii")}


def entries(size: int) -> Iterator[str]:
    """The log's entries below `size`, decoded, a JSON object with its index each."""
    for first in range(0, size, BATCH):
        wanted = (LogEntry.index >= first) & (LogEntry.index < min(first + BATCH, size))
        query = select(LogEntry.index, LogEntry.bytes).where(wanted).order_by(LogEntry.index)
        for index, data in db.session.execute(query):
            # As it was hashed, byte for byte: an entry is JSON already.
            yield f'{{"index":{index},"entry":{bytes(data).decode("utf-8")}}}'


def _salt(index: int, field: str) -> Any:
    return select(Opening.salt).where(Opening.entry == index, Opening.field == field)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.format_utc(value)
    return value.isoformat() if isinstance(value, date) else value
