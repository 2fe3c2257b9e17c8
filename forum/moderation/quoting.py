"""Reasons given earlier that quote what the law wants erased: their words go with it.

Nobody chooses which reasons vanish: a text quotes when a run of `RUN` of its letters and digits,
without spaces and marks between them, also stands in what is erased, or when a whole shorter text
or name does. Ground, clause, time and deciders of such a reason stay; only its words do not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import select

from forum.base.db import db
from forum.complaints.models import Complaint, Photo, Reply, Sealed, Version
from forum.moderation.models import Proposal, Ruling, Statement

RUN = 6
SHORTEST = 2
# Where words about a complaint stand: the row, the column of its entry, the column of the words.
WORDS: tuple[tuple[Any, str, str], ...] = (
    (Statement, "entry", "facts"),
    (Proposal, "entry", "facts"),
    (Proposal, "decided_entry", "answer"),
    (Ruling, "entry", "facts"),
)


def quoted(text: str, erased: Iterable[str]) -> str | None:
    """The first part of one of the texts that are erased which `text` repeats."""
    said = _letters(text)
    return next(filter(None, (_repeated(said, _letters(one)) for one in erased)), None)


def _repeated(said: str, erased: str) -> str | None:
    if len(erased) <= RUN:
        return erased if len(erased) >= SHORTEST and erased in said else None
    runs = {erased[k : k + RUN] for k in range(len(erased) - RUN + 1)}
    parts = (said[k : k + RUN] for k in range(len(said) - RUN + 1))
    return next((part for part in parts if part in runs), None)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def words_of(complaint: Complaint, reply: Reply | None, said: Sequence[Reply]) -> list[str]:
    """What is erased: of one reply or comment its own; of a complaint the texts of all versions,
    names, photos' words, cut parts, and all that was `said` under it."""
    if reply is not None:
        return _of_item(reply)
    number = complaint.number
    found = [complaint.title, complaint.body, complaint.author, complaint.remedy or ""]
    for version in db.session.scalars(select(Version).where(Version.complaint == number)):
        found += [version.title, version.body]
    found += db.session.scalars(select(Photo.alt).where(Photo.complaint == number))
    found += db.session.scalars(select(Sealed.value).where(Sealed.complaint == number))
    return found + [word for reply in said for word in (reply.body, reply.by)]


def _of_item(reply: Reply) -> list[str]:
    photos = select(Photo.alt).where(Photo.complaint == reply.complaint, Photo.reply_id == reply.id)
    sealed = select(Sealed.value).where(
        Sealed.complaint == reply.complaint, Sealed.item == reply.id
    )
    return [reply.body, reply.by, *db.session.scalars(photos), *db.session.scalars(sealed)]


def quoting_entries(number: int, erased: Sequence[str], *, but: int) -> set[int]:
    """Indexes of the entries that commit to words about the complaint which quote.

    but: the number of the erasure's own statement, whose facts were looked at when it was proposed.
    """
    found = set()
    for table, entry, words in WORDS:
        index, text = getattr(table, entry), getattr(table, words)
        rows = select(index, text).where(table.complaint == number, index.is_not(None))
        if hasattr(table, "number"):
            rows = rows.where(table.number != but)
        found |= {
            index for index, said in db.session.execute(rows) if said and quoted(said, erased)
        }
    return found


def forget_quotes(closes: Collection[int]) -> None:
    """Destroy the words that the entries `closes` commit to, wherever they stand."""
    for table, entry, words in WORDS:
        rows = select(table).where(getattr(table, entry).in_(closes))
        for row in db.session.scalars(rows):
            setattr(row, words, "")
