"""Rows of what others ask moderators to look at: readers' flags, notices of parties, decisions.

`item` is the id of one reply or comment under the complaint; 0 means the complaint itself, so that
"once for each thing and person" can be a constraint of the database.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.models import Account
from forum.base.db import Base, UtcDateTime


class Flag(Base):
    """One reader's flag of one thing: private, only totals are public. decided: the entry by which."""

    __tablename__ = "flag"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"))
    item: Mapped[int] = mapped_column(default=0)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(24))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided: Mapped[int | None]

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        UniqueConstraint("complaint", "item", "account_id"),
        Index("ix_flag_account", "account_id", "at"),
        Index("ix_flag_open", "decided", "at"),
    )


class PartyNotice(Base):
    """What a party named in a complaint, or an authority, asks for; no words of it are public.

    sender, contact: who asks and where they can be reached; claim: what is false, or what is
    ordered; evidence: why; file_number: the authority's. staff: who entered an order. decided:
    the entry that answered it; countered, counter: the author's answer, which is public.
    """

    __tablename__ = "party_notice"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    item: Mapped[int] = mapped_column(default=0)
    entry: Mapped[int]
    by: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(24))
    staff: Mapped[str | None] = mapped_column(String(8))
    sender: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(Text)
    claim: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    file_number: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided: Mapped[int | None] = mapped_column(index=True)
    countered: Mapped[int | None]
    counter: Mapped[str | None] = mapped_column(Text)


class FlagDecision(Base):
    """The answer to all flags and notices that waited about one thing.

    decision: kept (text says why), or acted (statement says why, text repeats its facts). flags,
    notices: how many were answered.
    """

    __tablename__ = "flag_decision"

    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), index=True)
    item: Mapped[int] = mapped_column(default=0)
    decision: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(24), index=True)
    text: Mapped[str] = mapped_column(Text)
    statement: Mapped[int | None]
    flags: Mapped[int]
    notices: Mapped[int]
    by: Mapped[str] = mapped_column(String(12))
    staff: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeskView(Base):
    """That somebody opened a thing at the desk, so that another does not begin the same work."""

    __tablename__ = "desk_view"

    complaint: Mapped[int] = mapped_column(ForeignKey("complaint.number"), primary_key=True)
    item: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)
    staff: Mapped[str] = mapped_column(String(8), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
