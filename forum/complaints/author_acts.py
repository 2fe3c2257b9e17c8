"""Acts of the author alone: edit, confirm, dispute, reopen, withdraw.

Each is proven by the key that only the author holds, or recorded as unproven and counted apart:
nobody loses a right by losing a code, and nobody inside can act in the author's name unseen. An
unproven edit replaces nothing; an unproven withdrawal waits seven days in the open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from forum.accounts.models import Account
from forum.accounts.suspended import require_may_write
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.base.resources import resource
from forum.base.text import to_html
from forum.complaints import merging
from forum.complaints.clocks import WITHDRAWAL_UNDO, WITHDRAWAL_WAIT
from forum.complaints.drafts import MAX_BODY, MAX_TITLE, a_line, a_text
from forum.complaints.models import Complaint, Version, WithdrawalReason
from forum.complaints.service import existing, start_clock, tell, touch
from forum.log import service as log
from forum.log.queries import entries_of
from forum.log.words import sentence
from forum.tlog.authorkey import (
    AuthorKeyError,
    act_message,
    author_key,
    check_act,
    parse_code,
    sign_act,
)
from forum.tlog.commitment import commit, new_salt

MOST_EDITS = 100
MAY_BECOME = {
    "confirmed": ("resolved",),
    "disputed": ("resolved",),
    "open": ("confirmed", "closed_unconfirmed"),
}

# What an author may say of why they withdraw: read by auditors, published nowhere.
WITHDRAWAL_REASONS = ("solved", "mistake", "asked", "other")


@dataclass(frozen=True)
class Proof:
    """How the author proves an act: by typing the code, or by a signature made on the device.

    of: the index of the complaint's newest `complaint.*` entry that the author saw.
    salt: for a signed edit, the 32 bytes the browser committed the new text with.
    """

    of: int
    code: str | None = None
    sig: str | None = None
    salt: bytes | None = None


def change_status(author: Account, number: int, status: str, proof: Proof) -> None:
    """Confirm (confirmed), dispute (disputed) or reopen (open)."""
    with transaction():
        complaint = _own(author, number, proof)
        if complaint.status not in MAY_BECOME[status]:
            raise Conflict(_l("这件事的状态已经变了，请刷新后再看。"), status=complaint.status)
        entry = _append(complaint, proof, "complaint.status", status=status,
                        staff=None, outcome=None, cause=None)  # fmt: skip
        complaint.status, complaint.status_at = status, entry.at
        start_clock(complaint)


def edit(author: Account, number: int, title: str, body: str, proof: Proof) -> Version:
    """A new text. Proven, it becomes the one shown; unproven, it stands below the earlier one."""
    require_may_write(author)
    title = a_line("title", title, MAX_TITLE, _l("请写一个标题。"))
    body = a_text("body", body, MAX_BODY, _l("请写下您的意见。"))
    with transaction():
        complaint = _own(author, number, proof)
        if (title, body) == (complaint.title, complaint.body):
            raise Invalid(_l("文字没有变化。"), "body")
        _require_few(number)
        salt = proof.salt or new_salt()
        entry = _append(complaint, proof, "complaint.edited", text=f"{title}\n{body}", salt=salt)
        proven = _is_proven(proof)
        version = Version(entry=entry.index, complaint=number, title=title, body=body,
                          body_html=to_html(body), at=entry.at, proven=proven)  # fmt: skip
        db.session.add(version)
        if proven:
            complaint.title, complaint.body = title, body
            complaint.body_html = version.body_html
        return version


def _require_few(number: int) -> None:
    """An entry of 4 KiB must be able to name all versions of a text that is lawfully erased."""
    kept = select(func.count()).select_from(Version).where(Version.complaint == number)
    if (db.session.scalar(kept) or 0) > MOST_EDITS:
        raise Conflict(
            _l("一条意见最多修改 %(most)d 次。要补充，请在下面“说两句”。", most=MOST_EDITS)
        )


def withdraw(author: Account, number: int, proof: Proof, reason: str | None = None) -> None:
    """Take the complaint back: at once when proven, after seven open days when not.

    reason: of `WITHDRAWAL_REASONS`, for auditors alone; nobody has to give one.
    """
    if reason is not None and reason not in WITHDRAWAL_REASONS:
        raise Invalid(_l("请选择一项。"), "reason")
    with transaction():
        complaint = _own(author, number, proof)
        if _is_proven(proof):
            entry = _append(complaint, proof, "complaint.withdrawn")
            _take_back(complaint, entry)
            _keep_reason(number, entry, reason)
            return
        if complaint.withdrawal_due is not None:
            raise Conflict(_l("撤回申请已在等待期，到期自动生效。"))
        due = (clock.now() + WITHDRAWAL_WAIT).replace(microsecond=0)
        entry = log.append("withdrawal.requested", complaint=number, of=complaint.act_entry,
                           by="author", due=clock.format_utc(due))  # fmt: skip
        complaint.withdrawal_due = due
        touch(complaint, entry)
        _keep_reason(number, entry, reason)
        tell(complaint, "withdrawal.requested", due=clock.format_utc(due))


def _keep_reason(number: int, entry: log.Appended, reason: str | None) -> None:
    if reason is not None:
        db.session.add(
            WithdrawalReason(entry=entry.index, complaint=number, reason=reason, at=entry.at)
        )


def stop_withdrawal(author: Account, number: int) -> None:
    """One tap: the waiting withdrawal does not happen."""
    with transaction():
        complaint = existing(number)
        _require_author(author, complaint)
        if complaint.withdrawal_due is None:
            raise Conflict(_l("没有等待中的撤回。"))
        complaint.withdrawal_due = None
        touch(complaint, log.append("withdrawal.stopped", complaint=number,
                                    of=complaint.act_entry, by="author"))  # fmt: skip


def undo_withdrawal(author: Account, number: int, proof: Proof) -> None:
    """Within seven days of a withdrawal, show the complaint again."""
    with transaction():
        complaint = existing(number)
        _require_author(author, complaint)
        _require_fresh(complaint, proof)
        if complaint.state != "withdrawn":
            raise Conflict(_l("这条意见没有撤回。"), state=complaint.state)
        if clock.now() > complaint.state_at + WITHDRAWAL_UNDO:
            raise Conflict(_l("撤回已超过 7 天，不能恢复。您可以重新提一条。"))
        entry = _append(complaint, proof, "complaint.restored", staff=None, second=None,
                        reason=None, statement=None)  # fmt: skip
        complaint.state, complaint.state_at = "visible", entry.at
        start_clock(complaint)


def unmerge(author: Account, number: int, proof: Proof) -> None:
    """Undo at any time that the complaint was merged into another."""
    with transaction():
        complaint = existing(number)
        _require_author(author, complaint)
        _require_fresh(complaint, proof)
        if complaint.state != "merged" or complaint.merged_into is None:
            raise Conflict(_l("这条意见没有合并。"), state=complaint.state)
        target = existing(complaint.merged_into)
        supporters = merging.take_back(complaint, target)
        entry = _append(complaint, proof, "complaint.unmerged", staff=None, into=target.number,
                        supporters=supporters)  # fmt: skip
        merging.part(complaint, target, entry)


def withdraw_due() -> int:
    """The worker: unproven withdrawals whose seven days are over take effect. How many did."""
    now = clock.now()
    waiting = list(
        db.session.scalars(select(Complaint.number).where(Complaint.withdrawal_due <= now))
    )
    for number in waiting:
        with transaction():
            complaint = existing(number)
            if complaint.withdrawal_due is None or complaint.withdrawal_due > now:
                continue  # stopped meanwhile
            if complaint.state != "visible":
                complaint.withdrawal_due = None
                touch(complaint, log.append("withdrawal.stopped", complaint=number,
                                            of=complaint.act_entry, by="system"))  # fmt: skip
                continue
            entry = log.append("complaint.withdrawn", complaint=number, of=complaint.act_entry,
                               by="author", proven=False)  # fmt: skip
            _touch_act(complaint, entry)
            _take_back(complaint, entry)
    return len(waiting)


def _take_back(complaint: Complaint, entry: log.Appended) -> None:
    complaint.state, complaint.state_at = "withdrawn", entry.at
    complaint.withdrawal_due = None
    start_clock(complaint)
    tell(complaint, "withdrawn")


def _own(author: Account, number: int, proof: Proof) -> Complaint:
    complaint = existing(number)
    _require_author(author, complaint)
    if complaint.state != "visible":
        raise Conflict(_l("这条意见已不在展示，不能再操作。"), state=complaint.state)
    _require_fresh(complaint, proof)
    return complaint


def _require_author(author: Account, complaint: Complaint) -> None:
    rights.require(author.role, "complaint.author-act")
    if complaint.account_id is None or complaint.account_id != author.id:
        raise NotAllowed(_l("只有提意见的本人可以这样做。"))


def _require_fresh(complaint: Complaint, proof: Proof) -> None:
    if proof.of != complaint.act_entry:
        newer = [
            sentence(entry)
            for index, entry in entries_of(complaint.number)
            if index > proof.of and entry["kind"].startswith("complaint.")
        ]
        what = _("；").join(newer[-3:]) or f"#{complaint.number}"
        raise Conflict(
            _l("这条意见刚刚有了变化（%(what)s）。请看过再操作一次。", what=what),
            newest=complaint.act_entry,
        )


def _is_proven(proof: Proof) -> bool:
    return bool(proof.code or proof.sig)


def _append(
    complaint: Complaint,
    proof: Proof,
    kind: str,
    *,
    text: str | None = None,
    salt: bytes | None = None,
    **fields: Any,
) -> log.Appended:
    """Write the act's entry, signed when there is a code or a signature, and touch the page."""
    texts = None if text is None else {"text": text}
    committed = None if text is None or salt is None else commit("text", salt, text)
    signed = _signed(complaint, proof, kind, fields.get("status"), committed)
    entry = log.append(
        kind, complaint=complaint.number, of=complaint.act_entry, by="author",
        texts=texts, salts=None if salt is None else {"text": salt}, **fields, **signed,
    )  # fmt: skip
    _touch_act(complaint, entry)
    return entry


def _touch_act(complaint: Complaint, entry: log.Appended) -> None:
    complaint.act_entry = entry.index
    touch(complaint, entry)


def _signed(
    complaint: Complaint, proof: Proof, kind: str, status: str | None, committed: str | None
) -> dict[str, Any]:
    """`proven`, and when proven `sig` and `made`; Invalid when the proof does not hold."""
    if not _is_proven(proof):
        return {"proven": False}
    if complaint.author_key is None:
        raise Invalid(_l("这条意见没有本人码，请不填本人码再提交。"), "code")
    origin = resource("log").origin
    message = act_message(origin, complaint.number, kind, status, proof.of, committed)
    if proof.sig is not None:
        _check_device(complaint.author_key, message, proof.sig)
        return {"proven": True, "sig": proof.sig, "made": "device"}
    try:
        code = parse_code(proof.code or "")
        if author_key(code) != complaint.author_key:
            raise AuthorKeyError("another code")
    except AuthorKeyError:
        raise Invalid(
            _l("本人码不对。请核对 26 位字母和数字；找不到也可以留空，按“未验证”提交。"), "code"
        ) from None
    return {"proven": True, "sig": sign_act(code, message), "made": "server"}


def _check_device(public: str, message: bytes, sig: str) -> None:
    try:
        check_act(public, message, sig)
    except AuthorKeyError:
        raise Invalid(
            _l(
                "这台设备的签名与内容对不上，没有提交。您写的还在，请再试一次；也可以选“这次不用本人码”。"
            ),
            "code",
        ) from None
