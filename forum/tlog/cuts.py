"""Cuts: entries whose openings vanish, and what is shown instead of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from forum.tlog.case import (
    NOTHING,
    SHOWN,
    DeclaredComplaint,
    DeclaredRedaction,
    require,
    require_state,
)
from forum.tlog.proposals import measure

if TYPE_CHECKING:
    from forum.tlog.declared import Declared

Entry = Mapping[str, Any]


def redacted(board: Declared, complaint: DeclaredComplaint, index: int, entry: Entry) -> None:
    """A part of the complaint, or of something said under it, is shown in other words."""
    require_state(complaint, index, *SHOWN)
    require(entry["closes"][-1] < index, index, "closes what is not there yet")
    measure(board, index, entry, "redact")
    again = {name: value for name, value in entry["commitments"].items() if name != "facts"}
    cut = DeclaredRedaction(
        index, entry["statement"], entry.get("item"), tuple(entry["closes"]), again
    )
    _show_cuts(complaint, (*complaint.redactions, cut))


def reopen(complaint: DeclaredComplaint, index: int, statement: int, item: int | None) -> None:
    """The cut of this statement is undone; what it had closed is as the cuts before it left it."""
    left = tuple(
        cut for cut in complaint.redactions if (cut.statement, cut.item) != (statement, item)
    )
    require(len(left) < len(complaint.redactions), index,
             f"statement {statement} holds nothing back here")  # fmt: skip
    _show_cuts(complaint, left)


def _show_cuts(complaint: DeclaredComplaint, cuts: tuple[DeclaredRedaction, ...]) -> None:
    """Of several cuts in the same entry the newest is shown, whole."""
    gone = {
        index: by for index, by in complaint.closed.items()
        if not any(cut.entry == by for cut in complaint.redactions)
    }  # fmt: skip
    closed = dict(gone)
    recommitted: dict[int, dict[str, tuple[int, str]]] = {}
    for cut in cuts:
        left = [entry for entry in cut.closes if entry not in gone]
        closed |= dict.fromkeys(left, cut.entry)
        recommitted |= {entry: _shown_instead(cut, entry) for entry in left}
    complaint.redactions = cuts
    complaint.closed, complaint.recommitted = closed or NOTHING, recommitted or NOTHING


def _shown_instead(cut: DeclaredRedaction, entry: int) -> dict[str, tuple[int, str]]:
    end = f".{entry}"
    return {
        name.removesuffix(end): (cut.entry, commitment)
        for name, commitment in cut.commitments.items()
        if name.endswith(end)
    }


def close(complaint: DeclaredComplaint, index: int, closes: list[int]) -> None:
    """Erased: neither they nor what was shown instead of them can ever be opened."""
    complaint.closed = {**complaint.closed, **dict.fromkeys(closes, index)}
    complaint.recommitted = {
        entry: fields for entry, fields in complaint.recommitted.items() if entry not in closes
    } or NOTHING
    left = (cut for cut in complaint.redactions if not set(cut.closes) <= set(closes))
    complaint.redactions = tuple(left)
