"""What tests of holding, locking, moving and merging share: a clean log, what it says, grounds."""

from __future__ import annotations

from forum.app import ROW_CHECKS
from forum.complaints.models import Complaint
from forum.log import queries as log
from forum.log.check import Difference, check_log
from forum.moderation.rulings import Grounds

LOCK = Grounds("abuse", "3.4", "第二段以后，几位住户在下面互相辱骂。")
MOVE = Grounds("misfiled", "2.3", "说的是停车，选成了维修。")


def differences() -> list[Difference]:
    """What `forum log check` finds."""
    return list(check_log(ROW_CHECKS))


def kinds_of(complaint: Complaint | int) -> list[str]:
    """What the log says of it, in order, after the posting."""
    number = complaint if isinstance(complaint, int) else complaint.number
    return [entry["kind"] for _index, entry in log.entries_of(number)][1:]


def newest(number: int) -> dict[str, object]:
    """The newest entry about a complaint."""
    return log.entries_of(number)[-1][1]
