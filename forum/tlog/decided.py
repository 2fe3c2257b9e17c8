"""Decisions by which something can be seen less, and the steps to them that another had to answer."""

from __future__ import annotations

from dataclasses import dataclass

from forum.tlog.window import day_of

DECIDERS = ("moderator", "auditor")


@dataclass(slots=True)
class Measure:
    """One decision by which something can be seen less: act is one of `facts.ACTS`.

    item: a reply or comment under the complaint; complaint is None where an author was suspended.
    second: None when one person decided alone; lapses: until when another had to agree then;
    confirmed_by: who agreed afterwards. until: its own last day. complete: whether its statement
    says all that one must; automated: whether a machine found it or had a part in deciding;
    replied: whether the company had answered before (a holding reply is no answer). supporters:
    of a complaint, when it was removed. undone_*: of the entry that brought it back.
    """

    act: str
    statement: int
    index: int
    at: int
    complaint: int | None
    item: int | None
    reason: str
    staff: str
    second: str | None
    complete: bool
    automated: bool
    replied: bool
    supporters: int = 0
    until: str | None = None
    lapses: int | None = None
    confirmed_by: str | None = None
    undone_at: int | None = None
    undone_reason: str | None = None
    undone_index: int | None = None

    @property
    def ended(self) -> bool:
        """Whether it came back because its own last day was over, as was said from the first.

        What one person did alone and nobody confirmed in time did not end: it lapsed.
        """
        if self.undone_at is None or self.undone_reason != "lapsed" or self.until is None:
            return False
        alone = self.second is None and self.confirmed_by is None and self.lapses is not None
        lapsed = alone and day_of(self.lapses or 0).isoformat() <= self.until
        return not lapsed and day_of(self.undone_at).isoformat() > self.until

    @property
    def is_undone(self) -> bool:
        """Whether it was taken back: it came back otherwise than by its own last day."""
        return self.undone_at is not None and not self.ended


@dataclass(slots=True)
class Ask:
    """A step to a measure that another person had to answer: by the role of whoever took it.

    Of moderators and auditors it is a proposal, of others a request. outcome: open, approved,
    rejected, refused, lapsed; of a request that became a proposal it is that of the proposal.
    """

    statement: int
    index: int
    at: int
    act: str
    complaint: int | None
    by: str
    staff: str
    reason: str
    outcome: str = "open"
