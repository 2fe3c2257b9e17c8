"""Whether a first step can still be taken: what was decided, or waits, is shown before any form."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_login import current_user

from forum.base.refusal import Conflict
from forum.moderation import two_people
from forum.moderation.forms import MeasureForm
from forum.moderation.measures import target_of
from forum.moderation.models import Proposal
from forum.moderation.waiting import same_waiting


def require_possible(number: int, form: MeasureForm, way: str) -> None:
    """Conflict when what the form is about cannot be acted upon so; of an ask, in no way at all."""
    complaint, reply = target_of(number, form.item.data)
    wanted = [two_people.ACTS[act] for act in (form.acts if way == "ask" else (way,))]
    refusals: list[Conflict] = []
    for act in (act for act in wanted if act.on_items or reply is None):
        try:
            act.check(complaint, reply)
        except Conflict as refused:
            refusals.append(refused)
        else:
            return
    if refusals:
        raise refusals[0]


def standing_in_the_way(number: int, form: MeasureForm, way: str) -> dict[str, Any]:
    """`waits` (number, href): the same measure in review, or none; `over`: nothing is left to decide.

    What one person may do alone goes on beside what waits for two: then only that is offered.
    """
    try:
        require_possible(number, form, way)
    except Conflict:
        return {"waits": None, "over": True}
    waits = None if way == "ask" else _same(number, form, way)
    if waits is None:
        return {"waits": None, "over": False}
    href = url_for("moderation.statement", number=waits.number)
    return {"waits": {"number": waits.number, "href": href}, "over": not form.leave_alone_ways()}


def _same(number: int, form: MeasureForm, way: str) -> Proposal | None:
    """The measure of this kind about the same thing, or author, that waits for a second person."""
    item, act = form.item.data, two_people.ACTS[way]
    if not act.of_person:
        return same_waiting(current_user, Proposal(act=way, complaint=number, item=item))
    person = two_people.author_of(*target_of(number, item))
    return same_waiting(current_user, Proposal(act=way, target_id=person))
