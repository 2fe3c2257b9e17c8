"""What stands under a complaint: supporters, replies, comments, promises."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import TYPE_CHECKING, Any

from forum.tlog.case import (
    GONE,
    DeclaredComplaint,
    DeclaredError,
    DeclaredPromise,
    DeclaredReply,
    require,
)
from forum.tlog.cuts import close, redacted, reopen
from forum.tlog.proposals import measure

if TYPE_CHECKING:
    from forum.tlog.declared import Declared

Entry = Mapping[str, Any]


def support(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """One person more, or less, says "me too"."""
    one = 1 if entry["kind"] == "support.added" else -1
    require(complaint.state not in GONE, index, f"it is {complaint.state}")
    require(entry["supporters"] == complaint.supporters + one, index,
             f"{complaint.supporters} supporters do not become {entry['supporters']}")  # fmt: skip
    complaint.supporters = entry["supporters"]


def said(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """A reply, or a comment, under the complaint."""
    comment = entry["kind"] == "comment.posted"
    require(complaint.state not in GONE, index, f"it is {complaint.state}")
    require(not (comment and complaint.locked), index, "comments are locked")
    require(entry["item"] not in complaint.replies, index, f"item {entry['item']} is there already")
    kind = "comment" if comment else entry.get("reply", "reply")
    reply = DeclaredReply(
        index, intern(kind), intern(entry["by"]), entry["at"], entry["commitments"],
        _shared(entry.get("department")), entry.get("until"), entry.get("verified", False),
        last=index,
    )  # fmt: skip
    complaint.replies = _with(complaint.replies, entry["item"], reply)
    if entry["kind"] == "reply.imported" and complaint.status == "open":
        complaint.status = "answered"


def _shared(name: str | None) -> str | None:
    # Thousands of replies are signed by a handful of departments: one string each is enough.
    return None if name is None else intern(name)


def _with(rows: Mapping[int, Any], item: int, row: Any) -> Mapping[int, Any]:
    """`rows` and this one; the mapping that all share while it is empty is left alone."""
    if isinstance(rows, dict):
        rows[item] = row
        return rows
    return {item: row}


def _item(complaint: DeclaredComplaint, index: int, entry: Entry) -> DeclaredReply:
    """The reply or comment that an act is upon, in turn; it is the act's word that counts."""
    reply = complaint.replies.get(entry["item"])
    comment = entry["kind"].startswith("comment.")
    if reply is None or (reply.kind == "comment") != comment:
        raise DeclaredError(f"entry {index} is about item {entry['item']}, which is not there")
    require(entry["of"] == reply.last, index, f"is of {entry['of']}, not {reply.last}")
    return reply


def item_removed(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """A reply or comment is taken down."""
    reply = _item(complaint, index, entry)
    require(reply.state == "visible", index, f"item {entry['item']} is {reply.state}")
    measure(board, index, entry, "remove")
    reply.state, reply.statement, reply.last = "removed", entry["statement"], index


def item_restored(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """It is readable again, or a cut in it is undone."""
    reply = _item(complaint, index, entry)
    require(reply.state != "erased", index, f"item {entry['item']} is erased")
    if reply.state == "removed" and reply.statement == entry["statement"]:
        reply.state, reply.statement = "visible", None
    else:
        reopen(complaint, index, entry["statement"], entry["item"])
    board.proposals.pop(entry["statement"], None)
    reply.last = index


def item_redacted(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """A part of it is shown in other words."""
    reply = _item(complaint, index, entry)
    require(reply.state == "visible", index, f"item {entry['item']} is {reply.state}")
    redacted(board, complaint, index, entry)
    reply.last = index


def item_erased(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """Nothing of it can ever be opened again."""
    reply = _item(complaint, index, entry)
    require(reply.state != "erased", index, f"item {entry['item']} is erased")
    require(entry["closes"][-1] < index, index, "closes what is not there yet")
    measure(board, index, entry, "erase")
    close(complaint, index, entry["closes"])
    reply.state, reply.statement, reply.last = "erased", entry["statement"], index


def promised(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """A reply promises something by a day."""
    require(complaint.state not in GONE, index, f"it is {complaint.state}")
    require(entry["item"] not in complaint.promises, index,
             f"promise {entry['item']} is there already")  # fmt: skip
    promise = DeclaredPromise(index, entry["until"])
    complaint.promises = _with(complaint.promises, entry["item"], promise)


def promise_ended(_board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """What was promised is kept, or broken."""
    promise = complaint.promises.get(entry["item"])
    if promise is None or promise.state != "open" or promise.entry != entry["of"]:
        raise DeclaredError(f"entry {index} ends a promise that is not open")
    promise.state = intern(entry["kind"].removeprefix("promise."))
