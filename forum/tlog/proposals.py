"""Measures and who decides them: proposals, the second person's word, acts of one alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from forum.tlog.case import DeclaredComplaint, DeclaredError, DeclaredProposal, require

if TYPE_CHECKING:
    from forum.tlog.declared import Declared

Entry = Mapping[str, Any]


def measure(board: Declared, index: int, entry: Entry, act: str) -> None:
    """A measure needs a statement that nobody waits for; one taken alone waits itself."""
    number, lapses = entry["statement"], entry.get("lapses")
    waiting = board.proposals.get(number)
    require(waiting is None, index, f"statement {number} is not decided yet")
    if lapses is not None:
        board.proposals[number] = DeclaredProposal(
            index, entry.get("complaint"), entry.get("item"), act, entry["staff"], lapses,
            alone=True,
        )  # fmt: skip


def proposed(
    board: Declared, complaint: DeclaredComplaint | None, index: int, entry: Entry
) -> None:
    """Somebody inside asks for a measure, or proposes one: it waits."""
    number = entry["statement"]
    require(number not in board.proposals, index, f"statement {number} is proposed already")
    require(complaint is None or complaint.state != "erased", index, "it is erased")
    board.proposals[number] = DeclaredProposal(
        index, entry["complaint"], entry["item"], entry["act"], entry["staff"], entry["lapses"],
        alone=False,
    )  # fmt: skip
    if complaint is not None:
        complaint.under_review |= {number}


def decided(board: Declared, complaint: DeclaredComplaint | None, index: int, entry: Entry) -> None:
    """A second person's word, or nobody's in time, ends the waiting."""
    number = entry["statement"]
    waiting = board.proposals.get(number)
    if waiting is None or waiting.complaint != entry["complaint"]:
        raise DeclaredError(f"entry {index}: statement {number} does not wait for anybody")
    require(entry["of"] == waiting.entry, index, f"is of {entry['of']}, not {waiting.entry}")
    own = entry["kind"] == "statement.approved" and entry["staff"] == waiting.staff
    require(not own, index, f"{waiting.staff} approved what {waiting.staff} had proposed")
    del board.proposals[number]
    if complaint is not None:
        complaint.under_review -= {number}


def suspended(board: Declared, _complaint: Any, index: int, entry: Entry) -> None:
    """An author may not write; which one the log does not say."""
    measure(board, index, entry, "suspend")


def reinstated(board: Declared, _complaint: Any, _index: int, entry: Entry) -> None:
    """A suspended author may write again."""
    board.proposals.pop(entry["statement"], None)
