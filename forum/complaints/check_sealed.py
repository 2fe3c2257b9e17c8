"""What cuts sealed against what was committed to: an appeal must be decided about the true words."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from forum.base.db import db
from forum.complaints.models import Sealed
from forum.log.check import Difference
from forum.log.queries import entry as entry_at
from forum.tlog.commitment import commit


def check_sealed() -> Iterator[Difference]:
    """Sealed words that are not what their entry committed to."""
    for row in db.session.scalars(select(Sealed).order_by(Sealed.id)).all():
        committed = (entry_at(row.entry) or {}).get("commitments", {}).get(row.field)
        if commit(row.field, row.salt, row.value) != committed:
            yield Difference("commitment-differs", row.entry, f"{row.field}, which is sealed")
