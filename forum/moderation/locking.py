"""Closing comments under a complaint, and opening them again. The text, replies and me-toos stay."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.accounts.models import Account
from forum.base import rights
from forum.base.db import transaction
from forum.base.refusal import Invalid
from forum.complaints.models import SHOWN, Complaint
from forum.complaints.service import existing, tell, touch
from forum.log import service as log
from forum.moderation.already import too_late
from forum.moderation.appealed import require_none_waits, require_not_upheld
from forum.moderation.models import Ruling
from forum.moderation.rulings import Grounds, keep_ruling, ruling_fields

GROUNDS = ("abuse", "spam", "personal-data", "illegal", "off-topic", "impersonation", "policy")
# A person opens them again because closing them was wrong; an upheld appeal does it by `reopen`.
UNLOCK_REASONS = ("mistake",)


def lock(moderator: Account, number: int, given: Grounds) -> Ruling:
    """Let nobody comment any more; what is there stays, and the page says why."""
    rights.require(moderator.role, "complaint.lock")
    with transaction():
        complaint = existing(number)
        said = ruling_fields(complaint, given, GROUNDS, moderator.staff_no)
        check_lock(complaint)
        entry = log.append("complaint.locked", complaint=number, of=complaint.act_entry,
                           by=moderator.role, **said)  # fmt: skip
        _set(complaint, entry, locked=True)
        tell(complaint, "locked", ruling=entry.index)
        return keep_ruling(complaint, "lock", entry, said)


def unlock(person: Account, number: int, reason: str) -> Complaint:
    """Let people comment again, as a mistake is corrected; Invalid for any other reason."""
    rights.require(person.role, "complaint.unlock")
    if reason not in UNLOCK_REASONS:
        raise Invalid(
            _l("这里只能以“处理有误”恢复评论：申诉成立由独立监督员在申诉里决定。"), "reason"
        )
    with transaction():
        return reopen(person, existing(number), reason)


def reopen(person: Account, complaint: Complaint, reason: str) -> Complaint:
    """Let people comment again, in the open transaction; Conflict unless they were stopped."""
    if complaint.state not in SHOWN or not complaint.locked:
        raise too_late(complaint, _l("这条意见没有停止评论。"))
    entry = log.append("complaint.unlocked", complaint=complaint.number, of=complaint.act_entry,
                       by=person.role, staff=person.staff_no, reason=reason)  # fmt: skip
    _set(complaint, entry, locked=False)
    tell(complaint, "unlocked")
    return complaint


def check_lock(complaint: Complaint) -> None:
    """Conflict unless it can be read and commented on, and no appeal stands in the way."""
    if complaint.state not in SHOWN:
        raise too_late(complaint, _l("这条意见已不在展示，不能再操作。"))
    if complaint.locked:
        raise too_late(complaint, _l("这条意见已停止评论。"))
    require_none_waits(complaint.number)
    require_not_upheld(complaint.number, "complaint.locked")


def _set(complaint: Complaint, entry: log.Appended, *, locked: bool) -> None:
    complaint.locked, complaint.act_entry = locked, entry.index
    touch(complaint, entry)
