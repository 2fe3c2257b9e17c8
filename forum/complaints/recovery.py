"""Complaints whose rows were lost and whose entries came back: the rows the log can tell of.

What people wrote is not in the log. It stays lost, and the page says so; number, times, state,
status, what was promised and by when are all there, and whoever kept a receipt can still prove
what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update

from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import db
from forum.base.ids import continue_after
from forum.base.outbox import emit
from forum.base.text import to_html
from forum.complaints.models import Complaint, Photo, Promise, Reply, Support, Version
from forum.complaints.service import start_clock
from forum.log.models import LogEntry, Opening
from forum.places.models import Category, Project
from forum.tlog.declared import Declared, DeclaredComplaint, DeclaredReply
from forum.tlog.entry import parse_entry

# What stands in the place of words that nobody has any more. Content, not interface: one language.
LOST_TEXT = "内容在恢复备份时丢失，凭回执仍可核验"
LOST_NAME = "署名已丢失"
LOST = (None, LOST_TEXT, f"{LOST_TEXT}\n", LOST_NAME)
_STAFF = re.compile(r"S-\d{3,6}")
# Declared and stored under the same name.
SAME = ("act_entry", "last_entry", "type", "state", "status", "supporters", "statement", "listed",
        "locked", "redacted", "merged_into")  # fmt: skip
BATCH = 1000


@dataclass
class _Told:
    """What the entries tell of one complaint beyond what is declared: when, and themselves.

    entries: those that came back, by index; the times are those of the last change, if any.
    """

    state_at: str | None = None
    status_at: str | None = None
    entries: dict[int, Mapping[str, Any]] = field(default_factory=dict)


def recover_rows(first: int) -> None:
    """Make complaints and what hangs on them agree with the entries from index `first` on."""
    declared, told = _replay(first)
    for number in sorted(told):
        said, what = declared.complaints[number], told[number]
        row = db.session.get(Complaint, number) or _new(said, what)
        _take_texts(row, said, what)
        _add_replies(row, said, what)
        _cut(row, said, what)
        _add_promises(said, what)
        _take_state(row, said, what)
        emit("complaint.changed", number=number)
    continue_after(Reply, Promise)


def stands_for_lost(value: str | None) -> bool:
    """Whether this is what may stand in the place of lost words: nothing, or that they are lost.

    A staff number is known without the words: it is in the entry.
    """
    return value in LOST or bool(_STAFF.fullmatch(value or ""))


def _replay(first: int) -> tuple[Declared, dict[int, _Told]]:
    declared: Declared = Declared()
    told: dict[int, _Told] = {}
    for index, entry in _entries():
        number = entry.get("complaint")
        before = declared.complaints.get(number or 0)
        was = before.state if before else None
        declared.apply(index, entry)
        if index >= first and number is not None:
            if entry.get("into"):
                told.setdefault(entry["into"], _Told())  # its supporters change with a merge
            now, what = declared.complaints[number], told.setdefault(number, _Told())
            what.entries[index] = entry
            what.state_at = entry["at"] if now.state != was else what.state_at
            if entry["kind"] == "complaint.status":
                what.status_at = entry["at"]
    return declared, told


def _entries() -> Iterator[tuple[int, dict[str, Any]]]:
    # What two people decide has its place in the replay, also where it is about no complaint.
    of_rows = LogEntry.complaint.is_not(None) | LogEntry.kind.startswith("statement.")
    query = select(LogEntry.index, LogEntry.bytes).where(of_rows)
    rows = db.session.execute(query.order_by(LogEntry.index).execution_options(yield_per=BATCH))
    for index, data in rows:
        yield index, parse_entry(data)


def _new(said: DeclaredComplaint, what: _Told) -> Complaint:
    """A complaint of which only the posting entry is left."""
    posting, at = what.entries[said.entry], _moment(said.posted_at)
    row = Complaint(
        number=said.number, entry=said.entry, act_entry=said.entry, last_entry=said.entry,
        type=said.type, project_id=_id_of(Project, said.project),
        category_id=_id_of(Category, said.category), author=LOST_NAME, verified=said.verified,
        title="", body="", body_html="", author_key=said.author_key, made=posting.get("made"),
        wanted_by=said.wanted_by and date.fromisoformat(said.wanted_by), imported=said.imported,
        remedy=LOST_TEXT if "remedy" in said.commitments else None, posted_at=at,
        claimed_at=said.claimed_at and _moment(said.claimed_at), state_at=at, status_at=at,
        imported_supporters=posting.get("supporters", 0),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _take_texts(row: Complaint, said: DeclaredComplaint, what: _Told) -> None:
    """A version for each text that came back without its words; the newest proven one is shown."""
    for version in said.versions:
        if version.entry in what.entries:
            at = _moment(what.entries[version.entry]["at"])
            db.session.add(
                Version(entry=version.entry, complaint=row.number, title=LOST_TEXT, body="",
                        body_html="", at=at, proven=version.proven)
            )  # fmt: skip
    shown = next(version.entry for version in reversed(said.versions) if version.proven)
    if shown in what.entries:
        row.title, row.body, row.body_html, row.lost = LOST_TEXT, "", "", True


def _add_replies(row: Complaint, said: DeclaredComplaint, what: _Told) -> None:
    for item, reply in said.replies.items():
        if reply.entry in what.entries and db.session.get(Reply, item) is None:
            db.session.add(_reply(item, row.number, reply, what.entries[reply.entry]))
    db.session.flush()
    for item, reply in said.replies.items():
        answer = db.session.get_one(Reply, item)
        answer.state, answer.statement = reply.state, reply.statement
    answers = [r.at for r in said.replies.values() if r.kind == "reply" and r.by != "import"]
    row.replies = len(said.replies)
    row.answered_at = row.answered_at or (_moment(min(answers)) if answers else None)


def _reply(item: int, number: int, said: DeclaredReply, entry: Mapping[str, Any]) -> Reply:
    staff, claimed, until = entry.get("staff"), entry.get("claimed_at"), entry.get("until")
    account = db.session.scalar(select(Account).where(Account.staff_no == staff)) if staff else None
    return Reply(
        id=item, complaint=number, entry=said.entry, kind=said.kind, role=said.by,
        by=staff or LOST_NAME, department=entry.get("department"),
        account_id=account.id if account else None, verified=entry.get("verified", False),
        body=LOST_TEXT, body_html=to_html(LOST_TEXT), until=until and date.fromisoformat(until),
        posted_at=_moment(said.at), claimed_at=claimed and _moment(claimed),
    )  # fmt: skip


def _cut(row: Complaint, said: DeclaredComplaint, what: _Told) -> None:
    """What was cut out after the backup was made goes again, with its salts.

    The words shown instead were lost; showing the uncut ones would undo the cut. What was erased
    is destroyed by the feature that erases.
    """
    cuts = {n for n, entry in what.entries.items() if entry["kind"].endswith(".redacted")}
    closed = [entry for entry, by in said.closed.items() if by in cuts]
    if not closed:
        return
    db.session.execute(delete(Opening).where(Opening.entry.in_(closed)))
    gone = {"title": LOST_TEXT, "body": "", "body_html": ""}
    db.session.execute(update(Version).where(Version.entry.in_(closed)).values(gone))
    gone = {"body": LOST_TEXT, "body_html": to_html(LOST_TEXT)}
    said_again = Reply.entry.in_(closed)
    db.session.execute(update(Reply).where(said_again).values(gone))
    comments = update(Reply).where(said_again, Reply.kind == "comment")
    db.session.execute(comments.values(by=LOST_NAME))
    shown = next(version.entry for version in reversed(said.versions) if version.proven)
    if shown in closed:
        row.title, row.body, row.body_html, row.lost = LOST_TEXT, "", "", True
    if said.entry in closed:
        row.author, row.remedy = LOST_NAME, LOST_TEXT if row.remedy else None
        db.session.execute(delete(Photo).where(Photo.entry == said.entry))


def _add_promises(said: DeclaredComplaint, what: _Told) -> None:
    of = {reply.entry: item for item, reply in said.replies.items()}
    for item, promise in said.promises.items():
        row = db.session.get(Promise, item)
        if row is None:
            row = Promise(id=item, complaint=said.number, entry=promise.entry,
                          until=date.fromisoformat(promise.until),
                          reply_id=of[what.entries[promise.entry]["of"]])  # fmt: skip
            db.session.add(row)
        row.state = promise.state


def _take_state(row: Complaint, said: DeclaredComplaint, what: _Told) -> None:
    for name in SAME:
        if hasattr(said, name):
            setattr(row, name, getattr(said, name))
    row.project_id = _id_of(Project, said.project)
    row.category_id = _id_of(Category, said.category)
    due = said.withdrawal_due
    row.withdrawal_due = _moment(due) if due else None
    row.held_until = _moment(said.held_until) if said.held_until else None
    row.state_at = _moment(what.state_at) if what.state_at else row.state_at
    row.status_at = _moment(what.status_at) if what.status_at else row.status_at
    _take_back_support(row)
    start_clock(row)


def _take_back_support(row: Complaint) -> None:
    """Me-toos that were taken back since: the log tells how many, and never whose."""
    counted = row.supporters - row.imported_supporters
    mine = select(Support).where(Support.complaint == row.number).order_by(Support.at.desc())
    given = list(db.session.scalars(mine))
    for one in given[: max(0, len(given) - counted)]:
        db.session.delete(one)


def _id_of(model: type[Project] | type[Category], slug: str) -> int:
    return db.session.execute(select(model.id).where(model.slug == slug)).scalar_one()


def _moment(text: str) -> datetime:
    return clock.parse_utc(text)
