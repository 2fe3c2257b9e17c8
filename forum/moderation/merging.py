"""The same matter twice: somebody proposes to merge, a moderator decides, the author may undo it.

The later complaint is merged into the older one, which must be open to everybody and not merged
itself. Both pages stay readable; lists show the older one, as long as that one can be seen: when it
is taken down, what was merged into it stands in the lists again by itself.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select

from forum.accounts.models import Account
from forum.base import rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints import merging
from forum.complaints.models import Complaint
from forum.complaints.service import existing, tell, touch
from forum.log import service as log
from forum.moderation.already import too_late
from forum.moderation.models import MergeProposal


def propose(person: Account, number: int, into: int) -> MergeProposal:
    """Say that a complaint is the same matter as an older one: its author, staff, a moderator."""
    rights.require(person.role, "merge.propose")
    with transaction():
        complaint, target = check_pair(number, into)
        by = _as(person, complaint)
        if open_proposal(number) is not None:
            raise Conflict(_l("已有人提议合并这条意见，等管理人员决定。"))
        entry = log.append("merge.proposed", complaint=number, of=complaint.act_entry, by=by,
                           staff=person.staff_no, into=into)  # fmt: skip
        proposal = MergeProposal(entry=entry.index, complaint=number, into=into, by=by,
                                 staff=person.staff_no, account_id=person.id, at=entry.at,
                                 state="open")  # fmt: skip
        db.session.add(proposal)
        touch(complaint, entry)
        touch(target, entry)
        if by != "author":
            tell(complaint, "merge.proposed")
        return proposal


def merge(moderator: Account, number: int, into: int) -> Complaint:
    """Merge, whether it was proposed or not; who proposed it is named as the second person."""
    rights.require(moderator.role, "complaint.merge")
    with transaction():
        complaint, target = check_pair(number, into)
        waiting = open_proposal(number)
        if waiting is not None and waiting.into != into:
            _decline(moderator, waiting)
            waiting = None
        second = waiting.staff if waiting and waiting.staff != moderator.staff_no else None
        supporters = merging.carry_over(complaint, target)
        entry = log.append("complaint.merged", complaint=number, of=complaint.act_entry,
                           by=moderator.role, staff=moderator.staff_no, second=second,
                           reason="duplicate", into=into, supporters=supporters)  # fmt: skip
        merging.join(complaint, target, entry)
        if waiting is not None:
            _end(waiting, "merged", entry, moderator)
        tell(complaint, "merged")
        tell(target, "merged.here")
        return complaint


def decline(moderator: Account, number: int) -> MergeProposal:
    """They are not the same matter."""
    rights.require(moderator.role, "complaint.merge")
    with transaction():
        complaint, waiting = existing(number), open_proposal(number)
        if waiting is None:
            raise too_late(complaint, _l("没有等待决定的合并提议。"))
        if complaint.state == "erased":
            raise Conflict(_l("内容已依法清除。"), state="erased")
        _decline(moderator, waiting)
        tell(complaint, "merge.declined")
        return waiting


def unmerge(person: Account, number: int) -> Complaint:
    """A moderator or auditor undoes a merging; the author does it by `author_acts.unmerge`."""
    rights.require(person.role, "complaint.unmerge")
    with transaction():
        complaint = existing(number)
        if complaint.state != "merged" or complaint.merged_into is None:
            raise too_late(complaint, _l("这条意见没有合并。"))
        target = existing(complaint.merged_into)
        supporters = merging.take_back(complaint, target)
        entry = log.append("complaint.unmerged", complaint=number, of=complaint.act_entry,
                           by=person.role, staff=person.staff_no, into=target.number,
                           supporters=supporters)  # fmt: skip
        merging.part(complaint, target, entry)
        tell(complaint, "unmerged")
        return complaint


def check_pair(number: int, into: int) -> tuple[Complaint, Complaint]:
    """Both complaints, if the one may be merged into the other; else the rule that forbids it."""
    if into >= number:
        raise Invalid(_l("只能并入更早的意见，请填写较小的编号。"), "into")
    complaint, target = existing(number), existing(into)
    _require_open(complaint)
    if target.state == "merged":
        raise Invalid(_l("#%(into)d 已并入 #%(other)d，请并入那一条。", into=into,
                         other=target.merged_into), "into")  # fmt: skip
    if target.state != "visible" or not target.listed:
        raise Invalid(_l("#%(into)d 不在展示，不能并入。", into=into), "into")
    if merging.merged_into(number):
        raise Conflict(_l("已有别的意见并入这一条，不能再把它并走。"))
    return complaint, target


def require_mergeable(person: Account, number: int) -> Complaint:
    """The complaint, if this person may merge it, or propose that, into some other one."""
    rights.require(person.role, "merge.propose")
    complaint = existing(number)
    _as(person, complaint)
    _require_open(complaint)
    return complaint


def open_proposal(number: int) -> MergeProposal | None:
    """The proposal about this complaint that waits for a decision."""
    waits = (MergeProposal.complaint == number) & (MergeProposal.state == "open")
    return db.session.scalar(select(MergeProposal).where(waits).limit(1))


def proposals_about(number: int) -> list[MergeProposal]:
    """What waits about this complaint, on either side, oldest first."""
    side = or_(MergeProposal.complaint == number, MergeProposal.into == number)
    return list(db.session.scalars(_open().where(side)))


def waiting() -> list[MergeProposal]:
    """All that wait for a decision, oldest first."""
    return list(db.session.scalars(_open()))


def _open() -> Select[Any]:
    return (
        select(MergeProposal)
        .join(Complaint, Complaint.number == MergeProposal.complaint)
        .where(MergeProposal.state == "open", Complaint.state != "erased")
        .order_by(MergeProposal.entry)
    )


def _require_open(complaint: Complaint) -> None:
    if complaint.state != "visible":
        raise too_late(complaint, _l("这条意见已不在展示，或已合并。"))


def _as(person: Account, complaint: Complaint) -> str:
    """What the entry calls whoever proposes; members may only speak for their own complaint."""
    if person.role != "member":
        return person.role
    if complaint.account_id != person.id:
        raise NotAllowed(_l("只有提意见的本人可以这样做。"))
    return "author"


def _decline(moderator: Account, waiting: MergeProposal) -> None:
    complaint, target = existing(waiting.complaint), existing(waiting.into)
    entry = log.append("merge.declined", complaint=complaint.number, of=waiting.entry,
                       by=moderator.role, staff=moderator.staff_no, into=target.number)  # fmt: skip
    touch(complaint, entry)
    touch(target, entry)
    _end(waiting, "declined", entry, moderator)


def _end(waiting: MergeProposal, state: str, entry: log.Appended, moderator: Account) -> None:
    waiting.state, waiting.decided_entry, waiting.decided_at = state, entry.index, entry.at
    waiting.decided_staff = moderator.staff_no
