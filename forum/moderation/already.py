"""Two at once: the second is told what the first did, who it was, when, why, and by which statement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.base import clock
from forum.base.refusal import Conflict
from forum.complaints.models import SHOWN, Complaint, Reply
from forum.log.queries import entries_of
from forum.log.words import sentence
from forum.moderation.models import Proposal


def too_late(
    complaint: Complaint, said: Any, reply: Reply | None = None, kinds: Collection[str] = ()
) -> Conflict:
    """The refusal of an act that does not fit (any more): `said`, and the newest act with its time.

    reply: what it would have been done to; of a complaint that is not shown, the whole is why.
    kinds: which acts may be the cause, where not every one may.
    """
    item = reply.id if reply is not None and complaint.state in SHOWN else None
    found = (e for _index, e in reversed(entries_of(complaint.number)) if _is_act(e, item))
    newest = next((e for e in found if not kinds or e["kind"] in kinds), None)
    state = complaint.state if item is None or reply is None else reply.state
    if newest is None or str(newest["kind"]).endswith((".posted", ".imported")):
        return Conflict(said, state=state)
    at = f"{clock.parse_utc(newest['at']).astimezone(clock.BOARD_ZONE):%Y-%m-%d %H:%M}"
    return Conflict(
        _l("%(said)s（%(what)s，%(at)s）", said=str(said), what=_in_words(newest), at=at),
        state=state, staff=newest.get("staff"), number=newest.get("statement"),
        statement=newest.get("statement"),
    )  # fmt: skip


def whose(proposal: Proposal) -> dict[str, str]:
    """Who began what waits, or waited, and when, as refusals name them."""
    at = proposal.at.astimezone(clock.BOARD_ZONE)
    return {"staff": proposal.staff, "at": f"{at:%Y-%m-%d %H:%M}"}


def _in_words(entry: Any) -> str:
    number = entry.get("statement")
    said = sentence(entry)
    return _("%(said)s，处理说明 %(number)d", said=said, number=number) if number else said


def _is_act(entry: Any, item: int | None) -> bool:
    if item is not None:
        return entry.get("item") == item and entry["kind"].startswith(("reply.", "comment."))
    return str(entry["kind"]).startswith(("complaint.", "merge."))
