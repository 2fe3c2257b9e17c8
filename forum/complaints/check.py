"""Every row of a complaint against its entries: what `forum log check` adds to the log's own check.

The entries are replayed (`forum.tlog.declared`); what rows say beside them is a difference. What
people wrote is held against its commitments in `check_texts.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select

from forum.base import clock
from forum.base.db import db
from forum.base.resources import resource
from forum.complaints.check_texts import Salts, check_photos, check_replies, check_texts, left_open
from forum.complaints.clocks import due_of
from forum.complaints.models import Complaint, Photo, Promise, Reply, Support, Version
from forum.log.check import Difference
from forum.log.held import lost_ranges
from forum.log.models import LogEntry, Opening
from forum.places.models import Category, Project
from forum.tlog.authorkey import act_message, check_act
from forum.tlog.declared import Declared, DeclaredComplaint
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError

BATCH = 1000
# Entries of measures that may be about nobody's complaint, and have a place in the replay all the same.
WITHOUT_COMPLAINT = ("statement.proposed", "statement.approved", "statement.rejected",
                     "statement.refused", "statement.lapsed", "member.suspended",
                     "member.reinstated")  # fmt: skip
# In the row and in what is declared under the same name.
SAME = ("entry", "act_entry", "last_entry", "type", "verified", "imported", "state", "status",
        "supporters", "statement", "author_key", "made", "listed", "locked", "redacted",
        "merged_into")  # fmt: skip


@dataclass
class _Replayed:
    """The log replayed; times of the last change of state and status; what contradicts itself."""

    declared: Declared = field(default_factory=Declared)
    state_at: dict[int, str] = field(default_factory=dict)
    status_at: dict[int, str] = field(default_factory=dict)
    broken: list[Difference] = field(default_factory=list)

    def apply(self, index: int, entry: dict[str, Any]) -> None:
        """As `Declared.apply`, noting when state and status changed."""
        number = entry.get("complaint")
        known = self.declared.complaints.get(number or 0)
        was = known.state if known else None
        self.declared.apply(index, entry)
        if number is None:
            return
        if known is None or entry["kind"] == "complaint.status":
            self.status_at[number] = entry["at"]
        if self.declared.complaints[number].state != was:
            self.state_at[number] = entry["at"]


def check_rows() -> Iterator[Difference]:
    """Differences between the rows and what the log declares; texts and photos through their salts."""
    replayed, lost = _replay(), lost_ranges()
    yield from replayed.broken
    declared = replayed.declared
    numbers = list(db.session.scalars(select(Complaint.number).order_by(Complaint.number)))
    for number in declared.complaints.keys() - set(numbers):
        entry = declared.complaints[number].entry
        yield Difference("row-missing", entry, f"complaint {number} is in the log, not in the rows")
    for start in range(0, len(numbers), BATCH):
        yield from _check_batch(numbers[start : start + BATCH], replayed, lost)
        db.session.rollback()


def _replay() -> _Replayed:
    replayed = _Replayed()
    of_rows = or_(LogEntry.complaint.is_not(None), LogEntry.kind.in_(WITHOUT_COMPLAINT))
    query = select(LogEntry.index, LogEntry.bytes).where(of_rows)
    rows = db.session.execute(query.order_by(LogEntry.index).execution_options(yield_per=BATCH))
    origin = resource("log").origin
    for index, data in rows:
        try:
            entry = parse_entry(data)
            replayed.apply(index, entry)
            _require_signature(origin, entry, replayed.declared)
        except TlogError as error:
            replayed.broken.append(Difference("entry-contradicts", index, str(error)))
    return replayed


def _require_signature(origin: str, entry: dict[str, Any], declared: Declared) -> None:
    """AuthorKeyError when an act that calls itself proven is not signed by the author's key."""
    if entry.get("proven") is not True:
        return
    number = entry["complaint"]
    message = act_message(origin, number, entry["kind"], entry.get("status"), entry["of"],
                          entry.get("commitments", {}).get("text"))  # fmt: skip
    check_act(declared.complaints[number].author_key or "", message, entry["sig"])


def _check_batch(
    numbers: Sequence[int], replayed: _Replayed, lost: tuple[range, ...]
) -> Iterator[Difference]:
    within = (numbers[0], numbers[-1])
    salts = _salts(within, lost)
    rows = db.session.execute(
        select(Complaint, Project.slug, Category.slug)
        .join(Project, Project.id == Complaint.project_id)
        .join(Category, Category.id == Complaint.category_id)
        .where(Complaint.number.between(*within))
    )
    versions = _grouped(Version, within, Version.entry)
    replies = _grouped(Reply, within, Reply.id)
    photos = _grouped(Photo, within, Photo.id)
    promises = _grouped(Promise, within, Promise.id)
    supports = _supports(within)
    for row, project, category in rows:
        said = replayed.declared.complaints.get(row.number)
        if said is None:
            yield Difference("row-unlogged", None, f"complaint {row.number} is not in the log")
            continue
        yield from _check_fields(row, project, category, said)
        yield from _check_times(row, said, replayed)
        yield from _check_counts(row, said, supports.get(row.number, 0), bool(lost))
        yield from check_texts(row, versions.get(row.number, []), said, salts)
        yield from check_replies(row.number, replies.get(row.number, []), said, salts)
        yield from _check_promises(promises.get(row.number, []), said)
        yield from check_photos(photos.get(row.number, []), said, salts)
        yield from left_open(said, salts)


def _salts(within: tuple[int, int], lost: tuple[range, ...]) -> Salts:
    query = select(Opening.entry, Opening.field, Opening.salt)
    rows = db.session.execute(query.where(Opening.complaint.between(*within)))
    salts = Salts(((entry, name), salt) for entry, name, salt in rows)
    salts.lost = lost
    return salts


def _grouped(model: Any, within: tuple[int, int], order: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    query = select(model).where(model.complaint.between(*within)).order_by(order)
    for row in db.session.scalars(query):
        found.setdefault(row.complaint, []).append(row)
    return found


def _supports(within: tuple[int, int]) -> dict[int, int]:
    query = select(Support.complaint, func.count()).where(Support.complaint.between(*within))
    rows = db.session.execute(query.group_by(Support.complaint)).all()
    return {row[0]: row[1] for row in rows}


def _check_fields(
    row: Complaint, project: str, category: str, said: DeclaredComplaint
) -> Iterator[Difference]:
    pairs = {name: (getattr(row, name), getattr(said, name)) for name in SAME}
    pairs |= {
        "project": (project, said.project),
        "category": (category, said.category),
        "wanted_by": (row.wanted_by and row.wanted_by.isoformat(), said.wanted_by),
    }
    if said.state == "erased":
        del pairs["wanted_by"]  # it may be destroyed with the rest
    yield from _differing(pairs, said)


def _check_times(
    row: Complaint, said: DeclaredComplaint, replayed: _Replayed
) -> Iterator[Difference]:
    times = {
        "posted_at": said.posted_at,
        "claimed_at": said.claimed_at,
        "withdrawal_due": said.withdrawal_due,
        "held_until": said.held_until,
        "state_at": replayed.state_at[said.number],
        "status_at": replayed.status_at[said.number],
        "answered_at": _answered_at(said),
    }
    if said.imported:
        del times["answered_at"]  # an archive's answers do not say when they came
    pairs = {name: (_text(getattr(row, name)), there) for name, there in times.items()}
    yield from _differing(pairs | {"due_at": (_text(row.due_at), _due_at(row, said))}, said)


def _text(moment: Any) -> str | None:
    return moment and clock.format_utc(moment)


def _answered_at(said: DeclaredComplaint) -> str | None:
    """When the company first answered in substance."""
    answers = (r.at for r in said.replies.values() if r.kind == "reply" and r.by != "import")
    return min(answers, default=None)


def _due_at(row: Complaint, said: DeclaredComplaint) -> str | None:
    """When the next answer is due, by the clock that the log alone sets."""
    if said.imported or said.state != "visible":
        return None
    reopened = row.status_at != row.posted_at
    return _text(due_of(said.status, row.status_at, row.posted_at, reopened=reopened))


def _check_counts(
    row: Complaint, said: DeclaredComplaint, supports: int, lost: bool
) -> Iterator[Difference]:
    """What cards count: me-toos by their rows (but where rows were lost or merged), and replies."""
    first = row.imported_supporters
    missing = row.supporters - first - supports
    if missing < 0 or (missing > 0 and not lost and said.state != "erased" and not row.merged_into):
        yield Difference("row-differs", said.last_entry,
                         f"complaint {row.number}: {supports} me-toos, {row.supporters} counted")  # fmt: skip
    if said.state != "erased" and row.replies != len(said.replies):
        yield Difference("row-differs", said.last_entry,
                         f"complaint {row.number}: {row.replies} replies counted")  # fmt: skip


def _check_promises(promises: list[Promise], said: DeclaredComplaint) -> Iterator[Difference]:
    here = {row.id: (row.entry, row.until.isoformat(), row.state) for row in promises}
    there = {key: (p.entry, p.until, p.state) for key, p in said.promises.items()}
    for item in sorted(here.keys() | there.keys()):
        if here.get(item) != there.get(item):
            entry = said.promises[item].entry if item in said.promises else None
            yield Difference("row-differs", entry, f"promise {item} of complaint {said.number}")


def _differing(pairs: dict[str, tuple[Any, Any]], said: DeclaredComplaint) -> Iterator[Difference]:
    for name, (here, there) in pairs.items():
        if here != there:
            yield Difference("row-differs", said.last_entry,
                             f"complaint {said.number}: {name} is {here}, the log says {there}")  # fmt: skip
