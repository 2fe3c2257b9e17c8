"""What was so once and is not any more, which rows cannot tell: types as posted, supporters then.

Both are told by entries, which are read along with others: each of the figures' statements counts.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Select, select

from forum.base.db import db
from forum.complaints.models import Complaint
from forum.log.models import LogEntry
from forum.tlog.recorded import Recorded
from forum.transparency.kept import Cases

# Entries that say how many supporters their complaint has.
SUPPORT = ("complaint.imported", "support.added", "support.withdrawn")
# In canonical bytes, which were checked when they were appended, nothing else looks like it.
_SUPPORTERS = re.compile(rb'"supporters":(\d+)')


def first_of_moved(*columns: Any) -> Select[Any]:
    """The first entries, which say the type as posted, of the complaints that were ever moved."""
    moved = select(LogEntry.complaint).where(LogEntry.kind == "complaint.moved")
    # By their own index: by kind they would be looked for among all.
    first = Complaint.entry == LogEntry.index
    return select(*columns).join(Complaint, first).where(Complaint.number.in_(moved))


def as_posted(cases: Cases, posted: dict[int, str]) -> Cases:
    """A row knows the type it has now: of those that were moved, put in the one they had."""
    moved = {
        number: cases[number]._replace(posted_type=kind)
        for number, kind in posted.items()
        if number in cases and cases[number].posted_type != kind
    }
    return cases | moved if moved else cases


def newest_support(statement: Any) -> Any:
    """Index of the newest entry before a removal that says how many supporters there were."""
    entry = LogEntry.__table__.alias()
    return (
        select(db.func.max(entry.c.idx))
        .where(entry.c.complaint == statement.complaint, entry.c.idx < statement.entry,
               entry.c.kind.in_(SUPPORT), statement.act == "remove", statement.item.is_(None))
        .scalar_subquery()
    )  # fmt: skip


def supporters_at(
    found: Recorded, complaint: int, entry: int, index: int | None, said: bytes | None
) -> int:
    """Supporters of a complaint at its removal by `entry`: what the entry `index` said last, unless
    people came, or went, with another complaint after it."""
    found_in = None if said is None else _SUPPORTERS.search(said)
    own = (-1, 0) if index is None or found_in is None else (index, int(found_in[1]))
    return max(own, found.reordered.supporters_before(complaint, entry))[1]
