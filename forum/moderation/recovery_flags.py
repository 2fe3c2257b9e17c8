"""Answers to flags, and notices, whose rows were lost and whose entries came back.

Flags themselves stand in no entry: those that were lost are gone, and only their number is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update

from forum.base.db import db
from forum.log.recover import entries_since
from forum.moderation.flag_models import Flag, FlagDecision, PartyNotice
from forum.moderation.recovery_rulings import LOST_TEXT

Entry = Mapping[str, Any]
DECIDED = ("complaint", "decision", "reason", "statement", "flags", "notices", "by", "staff")
RECEIVED = ("complaint", "by", "reason", "staff")


def recover_flags(first: int) -> None:
    """Make answers and notices agree with the entries from index `first` on."""
    for index, entry in entries_since(first):
        if entry["kind"] == "flag.decided":
            _answer(index, entry)
        elif entry["kind"] == "notice.received":
            _receive(index, entry)
        elif entry["kind"] == "notice.countered":
            row = db.session.get(PartyNotice, entry["notice"])
            if row is not None and row.countered is None:
                row.countered, row.counter = index, LOST_TEXT
        db.session.flush()


def _answer(index: int, entry: Entry) -> None:
    item = entry["item"] or 0
    if db.session.get(FlagDecision, index) is None:
        own = {name: entry[name] for name in DECIDED}
        db.session.add(FlagDecision(entry=index, item=item, text=LOST_TEXT, at=_at(entry), **own))
    for model in (Flag, PartyNotice):
        waits = (model.complaint == entry["complaint"], model.item == item,
                 model.decided.is_(None), model.at <= _at(entry))  # fmt: skip
        db.session.execute(update(model).where(*waits).values(decided=index))


def _receive(index: int, entry: Entry) -> None:
    if db.session.get(PartyNotice, entry["notice"]) is not None:
        return
    lost = dict.fromkeys(("sender", "claim"), LOST_TEXT)
    own = {name: entry[name] for name in RECEIVED}
    db.session.add(
        PartyNotice(number=entry["notice"], item=entry["item"] or 0, entry=index, at=_at(entry),
                    contact="", evidence="", file_number="", **lost, **own)
    )  # fmt: skip


def _at(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry["at"])
