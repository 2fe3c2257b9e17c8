"""Words written about something that quote what the law wants erased: they go with it.

Nobody chooses which reasons vanish: a text quotes when a run of `RUN` of its letters and digits,
without spaces and marks between them, also stands in what is erased, or when a whole shorter text
or name does. Ground, clause, time and deciders of such a reason stay; only its words do not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from forum.accounts.models import Suspension
from forum.base.db import db
from forum.complaints.models import Complaint, Photo, Reply, Sealed, Version
from forum.moderation.flag_models import Flag, FlagDecision, PartyNotice
from forum.moderation.models import Proposal, Ruling, Statement
from forum.moderation.redress_models import Appeal, Challenge

RUN = 6
SHORTEST = 2
# Where public words about a complaint stand: the row, the column of its entry, that of the words.
WORDS: tuple[tuple[Any, str, str], ...] = (
    (Statement, "entry", "facts"),
    (Proposal, "entry", "facts"),
    (Proposal, "decided_entry", "answer"),
    (Ruling, "entry", "facts"),
    (FlagDecision, "entry", "text"),
    (PartyNotice, "countered", "counter"),
    (Appeal, "decided_entry", "reasons"),
    (Challenge, "decided_entry", "reasons"),
)
# What only some may read; no entry commits to it.
PRIVATE: tuple[tuple[Any, str], ...] = (
    (Flag, "words"), (PartyNotice, "claim"), (PartyNotice, "evidence"),
    (Appeal, "words"), (Challenge, "words"),
)  # fmt: skip


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


def quoting_entries(complaint: Complaint, erased: Sequence[str], *, but: int) -> set[int]:
    """Indexes of the entries that commit to words about the complaint which quote.

    but: the number of the erasure's own statement, whose facts were looked at when it was proposed.
    """
    found, about = set(), _About(complaint)
    for table, entry, words in WORDS:
        index, text = getattr(table, entry), getattr(table, words)
        rows = select(index, text).where(about.rows(table), index.is_not(None))
        own = {Statement: "number", Proposal: "number", FlagDecision: "statement"}.get(table)
        if own is not None:
            rows = rows.where(getattr(table, own).is_distinct_from(but))
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


def forget_private_quotes(complaint: Complaint, erased: Sequence[str]) -> None:
    """Destroy what was written in confidence about the complaint and quotes."""
    about = _About(complaint)
    for table, words in PRIVATE:
        for row in db.session.scalars(select(table).where(about.rows(table))):
            if quoted(getattr(row, words), erased):
                setattr(row, words, "")


def suspensions_in(closes: Collection[int]) -> list[int]:
    """Numbers of the statements among the entries `closes` that name no complaint: what their
    authors were told repeats them."""
    rows = select(Statement.number).where(
        Statement.entry.in_(closes), Statement.complaint.is_(None)
    )
    return sorted(db.session.scalars(rows))


class _About:
    """Which rows are about a complaint, or about a suspension of somebody who wrote there: of a
    suspension no row names the complaint that it was for."""

    def __init__(self, complaint: Complaint) -> None:
        said = select(Reply.account_id).where(Reply.complaint == complaint.number)
        people = {complaint.account_id, *db.session.scalars(said)} - {None}
        suspended = select(Suspension.statement).where(Suspension.account_id.in_(people))
        asked = select(Proposal.number).where(Proposal.target_id.in_(people))
        self._complaint = complaint.number
        self._numbers = {*db.session.scalars(suspended), *db.session.scalars(asked)}
        self._entries = {
            index for table in (Statement, Proposal)
            for index in db.session.scalars(select(table.entry).where(self._of(table.number)))
        }  # fmt: skip

    def _of(self, number: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = number.in_(self._numbers)
        return found

    def rows(self, table: Any) -> ColumnElement[bool]:
        """Those of `table`."""
        about: ColumnElement[bool] = table.complaint == self._complaint
        if table in (Statement, Proposal):
            return about | self._of(table.number)
        if table in (Appeal, Challenge):
            return about | table.of.in_(self._entries)
        return about
