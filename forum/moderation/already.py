"""Two at once: the second is told what the first did, who it was, and when."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from forum.base import clock
from forum.base.refusal import Conflict
from forum.complaints.models import Complaint
from forum.log.queries import entries_of
from forum.log.words import sentence


def too_late(complaint: Complaint, said: Any) -> Conflict:
    """The refusal of an act that does not fit (any more): `said`, and the newest act with its time."""
    acts = (e for _index, e in reversed(entries_of(complaint.number)) if _is_act(e))
    newest = next(acts, None)
    if newest is None or newest["kind"] in ("complaint.posted", "complaint.imported"):
        return Conflict(said, state=complaint.state)
    at = clock.parse_utc(newest["at"]).astimezone(clock.BOARD_ZONE)
    return Conflict(
        _l("%(said)s（%(what)s，%(at)s）", said=str(said), what=sentence(newest),
           at=f"{at:%Y-%m-%d %H:%M}"),
        state=complaint.state, staff=newest.get("staff"),
    )  # fmt: skip


def _is_act(entry: Any) -> bool:
    return str(entry["kind"]).startswith(("complaint.", "merge."))
