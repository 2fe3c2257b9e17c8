"""What each kind of entry does to the complaint it is about, and when it may not.

A step looks first and changes after: an entry that is refused (DeclaredError) has changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from sys import intern
from typing import TYPE_CHECKING, Any

from forum.tlog.case import (
    SHOWN,
    DeclaredComplaint,
    DeclaredError,
    DeclaredVersion,
    require,
    require_state,
)
from forum.tlog.cuts import close, redacted, reopen
from forum.tlog.proposals import decided, measure, proposed, reinstated, suspended
from forum.tlog.thread import (
    item_erased,
    item_redacted,
    item_removed,
    item_restored,
    promise_ended,
    promised,
    said,
    support,
)

if TYPE_CHECKING:
    from forum.tlog.declared import Declared

Entry = Mapping[str, Any]
Step = Callable[["Declared", Any, int, Entry], None]

UNSOLVED = ("open", "answered", "promised", "disputed")
# The state machine of the contract: status → what it may come from.
COMES_FROM = {
    "answered": ("open", "disputed", "promised"),
    "promised": ("open", "disputed", "answered"),
    "resolved": UNSOLVED,
    "confirmed": ("resolved",),
    "disputed": ("resolved",),
    "closed_unconfirmed": ("resolved",),
    "open": ("confirmed", "closed_unconfirmed"),
}
# Nothing of these follows an erasure, but the erasure of what stood under the complaint.
ENDS_WITH_ERASURE = (
    "complaint.", "reply.", "comment.", "support.", "promise.", "withdrawal.", "merge."
)  # fmt: skip


def require_open(complaint: DeclaredComplaint, index: int, kind: str) -> None:
    """DeclaredError when an entry of this kind comes after the complaint was erased."""
    if complaint.state != "erased":
        return
    under_it = kind in ("reply.erased", "comment.erased")
    if kind.startswith(ENDS_WITH_ERASURE) and not under_it:
        raise DeclaredError(f"entry {index} is about complaint {complaint.number}, which is erased")


def _edited(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require_state(complaint, index, "visible")
    text = entry["commitments"]["text"]
    complaint.versions.append(DeclaredVersion(index, entry["proven"], text))


def _status(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    status = entry["status"]
    if entry["by"] == "author":
        require_state(complaint, index, "visible")
    elif entry["by"] != "system":
        require_state(complaint, index, *SHOWN, "held")
    require(complaint.status in COMES_FROM[status], index,
             f"{complaint.status} does not become {status}")  # fmt: skip
    complaint.status = intern(status)


def _withdrawn(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require_state(complaint, index, "visible")
    asked = complaint.withdrawal_due is not None
    require(entry["proven"] or asked, index, "nobody asked for this withdrawal")
    complaint.state, complaint.withdrawal_due = "withdrawn", None


def _held(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require_state(complaint, index, "visible")
    first = complaint.last_entry == complaint.entry and not complaint.imported
    require(first, index, "holding exists only before the first publication")
    complaint.state, complaint.held_until = "held", entry["due"]


def _published(_board: Declared, complaint: DeclaredComplaint, index: int, _entry: Entry) -> None:
    require_state(complaint, index, "held")
    complaint.state, complaint.held_until = "visible", None


def _refused(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require_state(complaint, index, "held")
    measure(board, index, entry, "refuse")
    complaint.state, complaint.statement = "refused", entry["statement"]
    complaint.held_until = None


def _removed(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require_state(complaint, index, "visible")
    measure(board, index, entry, "remove")
    complaint.state, complaint.statement = "removed", entry["statement"]


def _delisted(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require_state(complaint, index, *SHOWN)
    require(complaint.listed, index, "it is in no list already")
    measure(board, index, entry, "delist")
    complaint.listed, complaint.delisted_by = False, entry["statement"]


def _relisted(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    by_author = entry["by"] == "author"
    require(not complaint.listed, index, "it is in lists already")
    require(by_author or entry["statement"] == complaint.delisted_by, index,
             f"statement {entry['statement']} did not take it out of lists")  # fmt: skip
    board.proposals.pop(complaint.delisted_by or 0, None)
    complaint.listed, complaint.delisted_by = True, None


def _restored(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    statement = entry["statement"]
    if entry["by"] == "author":
        require_state(complaint, index, "withdrawn")
        complaint.state = "visible"
        return
    if complaint.state in ("removed", "refused") and complaint.statement == statement:
        complaint.state, complaint.statement = "visible", None
    else:
        reopen(complaint, index, statement, None)
    board.proposals.pop(statement, None)


def _erased(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require(entry["closes"][-1] < index, index, "closes what is not there yet")
    measure(board, index, entry, "erase")
    close(complaint, index, entry["closes"])
    for number, waiting in list(board.proposals.items()):
        if waiting.alone and waiting.complaint == complaint.number:
            del board.proposals[number]  # nobody can confirm or undo it any more
    complaint.state, complaint.statement = "erased", entry["statement"]
    complaint.withdrawal_due = complaint.held_until = complaint.merged_into = None


def _destroyed(_board: Declared, complaint: Any, index: int, entry: Entry) -> None:
    """The original of what was taken from view is gone too; a cut goes on showing what it did."""
    if complaint is None:
        return
    require(entry["closes"][-1] < index, index, "closes what is not there yet")
    if any(cut.statement == entry["statement"] for cut in complaint.redactions):
        new = (closed for closed in entry["closes"] if closed not in complaint.closed)
        complaint.closed = {**complaint.closed, **dict.fromkeys(new, index)}
    else:
        close(complaint, index, entry["closes"])


def _locked(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    locks = entry["kind"] == "complaint.locked"
    require_state(complaint, index, *SHOWN)
    require(complaint.locked != locks, index, "comments are so already")
    complaint.locked = locks


def _moved(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require_state(complaint, index, *SHOWN, "held")
    complaint.type, complaint.project = intern(entry["type"]), intern(entry["project"])
    complaint.category = intern(entry["category"])


def _merged(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require_state(complaint, index, "visible")
    target = board.complaint(entry["into"], index)
    require_state(target, index, "visible")
    complaint.state, complaint.merged_into = "merged", target.number
    target.supporters, target.last_entry = entry["supporters"], index


def _unmerged(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    require_state(complaint, index, "merged")
    require(entry["into"] == complaint.merged_into, index,
             f"it was merged into {complaint.merged_into}")  # fmt: skip
    target = board.complaint(entry["into"], index)
    complaint.state, complaint.merged_into = "visible", None
    target.supporters, target.last_entry = entry["supporters"], index


def _likened(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """Somebody thinks two are the same matter, or that they are not: both pages say so."""
    target = board.complaint(entry["into"], index)
    if entry["kind"] == "merge.proposed":
        require_state(complaint, index, "visible")
        require_state(target, index, "visible")
    target.last_entry = index


def _withdrawal(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    asks = entry["kind"] == "withdrawal.requested"
    if asks:
        require_state(complaint, index, "visible")
    require(asks == (complaint.withdrawal_due is None), index, "this withdrawal does not wait so")
    require(entry["of"] == complaint.act_entry, index, f"is not of {complaint.act_entry}")
    complaint.withdrawal_due = entry.get("due")


_ITEM_STEPS: dict[str, Step] = {
    "removed": item_removed,
    "restored": item_restored,
    "redacted": item_redacted,
    "erased": item_erased,
}
STEPS: dict[str, Step] = {
    "complaint.edited": _edited,
    "complaint.status": _status,
    "complaint.withdrawn": _withdrawn,
    "complaint.held": _held,
    "complaint.published": _published,
    "complaint.refused": _refused,
    "complaint.removed": _removed,
    "complaint.delisted": _delisted,
    "complaint.relisted": _relisted,
    "complaint.redacted": redacted,
    "complaint.restored": _restored,
    "complaint.erased": _erased,
    "complaint.locked": _locked,
    "complaint.unlocked": _locked,
    "complaint.moved": _moved,
    "complaint.merged": _merged,
    "complaint.unmerged": _unmerged,
    "merge.proposed": _likened,
    "merge.declined": _likened,
    "withdrawal.requested": _withdrawal,
    "withdrawal.stopped": _withdrawal,
    "support.added": support,
    "support.withdrawn": support,
    "reply.posted": said,
    "reply.imported": said,
    "comment.posted": said,
    "promise.made": promised,
    "promise.kept": promise_ended,
    "promise.broken": promise_ended,
    "statement.proposed": proposed,
    "statement.approved": decided,
    "statement.rejected": decided,
    "statement.refused": decided,
    "statement.lapsed": decided,
    "sealed.destroyed": _destroyed,
    "member.suspended": suspended,
    "member.reinstated": reinstated,
} | {
    f"{kind}.{act}": step for kind in ("reply", "comment") for act, step in _ITEM_STEPS.items()
}  # fmt: skip
