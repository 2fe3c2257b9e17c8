"""Cities, projects, categories and departments against the newest entry about each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from forum.base.db import db
from forum.log.check import Difference
from forum.log.held import Lost, differing, entries, lost_ranges, opening
from forum.places.models import Category, City, Department, Project

MODELS: dict[str, type[Any]] = {
    "city": City,
    "project": Project,
    "category": Category,
    "department": Department,
}


def check_rows() -> Iterator[Difference]:
    """Names, the city, households and phase: figures divide by them, lists are made of them."""
    newest: dict[tuple[str, str], tuple[int, Mapping[str, Any]]] = {}
    for index, entry in entries("place.changed"):
        newest[entry["place"], entry["slug"]] = (index, entry)
    lost = lost_ranges()
    for kind, model in MODELS.items():
        rows = {row.slug: row for row in db.session.scalars(select(model))}
        slugs = {slug for place, slug in newest if place == kind}
        for slug in sorted(slugs - rows.keys()):
            yield Difference("row-missing", newest[kind, slug][0], f"{kind} {slug}")
        for slug, row in sorted(rows.items()):
            yield from _check_place(kind, row, newest.get((kind, slug)), lost)


def _check_place(
    kind: str, row: Any, found: tuple[int, Mapping[str, Any]] | None, lost: Lost
) -> Iterator[Difference]:
    what = f"{kind} {row.slug}"
    if found is None:
        yield Difference("row-unlogged", row.entry, what)
        return
    index, entry = found
    pairs: dict[str, tuple[Any, Any]] = {"entry": (row.entry, index)}
    if isinstance(row, Project):
        pairs |= {
            "city": (row.city.slug if row.city else None, entry["within"]),
            "households": (row.households, entry["households"]),
            "phase": (row.phase, entry["phase"]),
        }
    yield from differing(index, what, pairs)
    yield from opening(index, "text", row.name, entry, what, lost)
