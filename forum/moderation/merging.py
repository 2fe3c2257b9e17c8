"""The same matter twice: somebody proposes to merge, another one decides, the author may undo it.

A moderator decides, never upon their own proposal. The later complaint is merged into the older
one, which must be of the same estate and type, open to everybody and not merged itself. Both pages
stay readable; lists show the older one, as long as that one can be seen: when it is taken down,
what was merged into it stands in the lists again by itself. What the author took apart, or an
auditor, is not put together again.
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
from forum.log.queries import entries_of
from forum.moderation.already import too_late
from forum.moderation.appealed import require_none_waits, require_not_upheld
from forum.moderation.models import MergeProposal


def propose(person: Account, number: int, into: int) -> MergeProposal:
    """Say that a complaint is the same matter as an older one: its author, staff, a moderator."""
    rights.require(person.role, "merge.propose")
    with transaction():
        by = _as(person, existing(number))
        complaint, target = check_proposal(number, into, by)
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
    """Agree to what somebody else proposed, who is named as the second person if they are inside.

    Conflict without such a proposal; NotAllowed (rule ``own-approval``) for whoever made it.
    """
    rights.require(moderator.role, "complaint.merge")
    with transaction():
        found = open_proposal(number)
        complaint, target = check_pair(number, into, found.by if found else moderator.role)
        waiting = _require_proposed(moderator, found, into)
        supporters = merging.carry_over(complaint, target)
        entry = log.append("complaint.merged", complaint=number, of=complaint.act_entry,
                           by=moderator.role, staff=moderator.staff_no, second=waiting.staff,
                           reason="duplicate", into=into, supporters=supporters)  # fmt: skip
        merging.join(complaint, target, entry)
        _end(waiting, "merged", entry, moderator)
        tell(complaint, "merged")
        tell(target, "merged.here")
        return complaint


def decides(person: Account, number: int, into: int) -> bool:
    """Whether it is for this person to agree: a moderator, and just this was somebody else's idea."""
    waiting = open_proposal(number) if rights.may(person.role, "complaint.merge") else None
    return waiting is not None and waiting.into == into and not is_own(person, waiting)


def is_own(person: Account, waiting: MergeProposal) -> bool:
    """Whether this person proposed it, so that somebody else has to decide."""
    same = waiting.staff is not None and waiting.staff == person.staff_no
    return same or waiting.account_id == person.id


def _require_proposed(
    moderator: Account, waiting: MergeProposal | None, into: int
) -> MergeProposal:
    if waiting is None:
        raise Conflict(_l("合并要由两个人决定：请先提议，再由另一位管理人员同意。"))
    if waiting.into != into:
        raise Conflict(
            _l("等待决定的提议是并入 #%(into)d。请先决定那一个。", into=waiting.into), into=waiting.into
        )  # fmt: skip
    if is_own(moderator, waiting):
        raise NotAllowed(_l("提出的人不能自己复核。请由另一位处理。"), rule="own-approval")
    return waiting


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


def check_proposal(number: int, into: int, by: str) -> tuple[Complaint, Complaint]:
    """`check_pair`, and nothing waits about the one yet."""
    pair = check_pair(number, into, by)
    if open_proposal(number) is not None:
        raise Conflict(_l("已有人提议合并这条意见，等管理人员决定。"))
    return pair


def check_pair(number: int, into: int, by: str) -> tuple[Complaint, Complaint]:
    """Both complaints, if the one may be merged into the other; else the rule that forbids it.

    by: who proposes it; only the author may propose what the author took apart.
    """
    if into >= number:
        raise Invalid(_l("只能并入更早的意见，请填写较小的编号。"), "into")
    complaint, target = existing(number), existing(into)
    _require_open(complaint)
    _require_target(complaint, target)
    if merging.merged_into(number):
        raise Conflict(_l("已有别的意见并入这一条，不能再把它并走。"))
    require_none_waits(number)
    if by != "author":
        _require_not_parted(number, into)
    return complaint, target


def _require_target(complaint: Complaint, target: Complaint) -> None:
    into = target.number
    if target.state == "merged":
        raise Invalid(_l("#%(into)d 已并入 #%(other)d，请并入那一条。", into=into,
                         other=target.merged_into), "into")  # fmt: skip
    if target.state != "visible" or not target.listed:
        raise Invalid(_l("#%(into)d 不在展示，不能并入。", into=into), "into")
    if target.project_id != complaint.project_id:
        raise Invalid(_l("#%(into)d 是别的小区的意见，不能并入。", into=into), "into")
    if target.type != complaint.type:
        raise Invalid(
            _l("#%(into)d 的类型不同（批评、建议、表扬等），不能并入。", into=into), "into"
        )


def _require_not_parted(number: int, into: int) -> None:
    for _index, entry in entries_of(number):
        parted = entry["kind"] == "complaint.unmerged" and entry["into"] == into
        if parted and entry["by"] == "author":
            raise Conflict(_l("作者已把这两条拆开，不能再合并。"), into=into)
    require_not_upheld(number, "complaint.merged")


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
