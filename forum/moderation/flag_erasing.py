"""What an erasure takes of flags and notices: every word about what is erased, private or public.

That there were flags, how many, and how they were answered stays; so does whom a notice came from,
for whoever has to answer to them.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, select, update

from forum.base import clock
from forum.base.db import db, transaction
from forum.log.models import Opening
from forum.moderation.flag_models import Flag, FlagDecision, PartyNotice

# So long a party can be reached about a notice after it was decided.
CONTACTS_KEPT = timedelta(days=365)


def openings_of_answers(number: int, item: int | None = None) -> list[int]:
    """Entries, rising, of public words about the thing that can still be opened: why something was
    kept, and what an author answered. Without `item`: about the complaint and all under it.

    What a statement of reasons says stays, as the statement does.
    """
    kept = select(FlagDecision.entry).where(_about(FlagDecision, number, item),
                                            FlagDecision.decision == "kept")  # fmt: skip
    answered = select(PartyNotice.countered).where(_about(PartyNotice, number, item))
    said = {*db.session.scalars(kept), *db.session.scalars(answered)}
    held = db.session.scalars(select(Opening.entry).where(Opening.complaint == number))
    return sorted(said.intersection(held) - {None})


def forget_words(number: int, item: int | None = None) -> None:
    """Empty the words of flags, notices and answers about the thing, in the open transaction."""
    forget_asked(number, item)
    emptied = (
        (PartyNotice, {"counter": ""}, PartyNotice.counter.is_not(None)),
        (FlagDecision, {"text": ""}, FlagDecision.decision == "kept"),
    )
    for model, values, only in emptied:
        db.session.execute(update(model).where(_about(model, number, item), only).values(values))


def forget_asked(number: int, item: int | None = None) -> None:
    """Empty what was asked about the thing in confidence; the public answers stay."""
    for model, values in ((Flag, {"words": ""}), (PartyNotice, {"claim": "", "evidence": ""})):
        db.session.execute(update(model).where(_about(model, number, item)).values(values))


def forget_contacts() -> None:
    """Where parties could be reached, once their notices were decided `CONTACTS_KEPT` ago."""
    old = select(FlagDecision.entry).where(FlagDecision.at <= clock.now() - CONTACTS_KEPT)
    over = PartyNotice.decided.in_(old), PartyNotice.contact != ""
    with transaction():
        db.session.execute(update(PartyNotice).where(*over).values(contact=""))


def _about(
    model: type[Flag | PartyNotice | FlagDecision], number: int, item: int | None
) -> ColumnElement[bool]:
    about = model.complaint == number
    return about if item is None else about & (model.item == item)
