"""Places whose rows were lost and whose entries came back."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from forum.base.db import db
from forum.base.ids import continue_after
from forum.log.recover import entries_since
from forum.places.models import Category, City, Department, Project

_MODELS: dict[str, type[Any]] = {
    "city": City,
    "project": Project,
    "category": Category,
    "department": Department,
}
_NUMBERED = re.compile(r"[a-z]-([1-9]\d{0,8})\Z")


def recover_rows(first: int) -> None:
    """Make places agree with the entries from index `first` on; a lost name is its slug."""
    for index, entry in entries_since(first, "place.changed"):
        model = _MODELS[entry["place"]]
        place = _by_slug(model, entry["slug"]) or _new(model, entry["slug"])
        place.entry = index
        if model is Project:
            place.households, place.phase = entry["households"], entry["phase"]
            city = _by_slug(City, entry["within"]) if entry["within"] else None
            place.city_id = city.id if city else None
        db.session.flush()
    continue_after(*_MODELS.values())


def _by_slug(model: type[Any], slug: str) -> Any:
    return db.session.scalar(select(model).where(model.slug == slug))


def _new(model: type[Any], slug: str) -> Any:
    place = model(slug=slug, name=slug, entry=0)
    # Slugs of Chinese names hold the row's id, which must not be given to another row.
    numbered = _NUMBERED.match(slug)
    if numbered and db.session.get(model, int(numbered[1])) is None:
        place.id = int(numbered[1])
    if model is Category:
        place.position = (db.session.scalar(select(db.func.max(Category.position))) or 0) + 1
    db.session.add(place)
    return place
