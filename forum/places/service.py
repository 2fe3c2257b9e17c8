"""Adding and changing places; each change is a `place.changed` entry with the name committed."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid
from forum.base.text import normalise_line
from forum.log import service as log
from forum.places.models import Category, City, Department, Project

UNASSIGNED = "unassigned"
OTHER = "other"
DEFAULT_CATEGORIES = (
    ("quality", "质量"),
    ("property", "物业"),
    ("delivery", "交付"),
    ("sales-promise", "销售承诺"),
    ("repair", "维修"),
    ("parking", "停车"),
    ("fees", "收费"),
    ("safety", "安全"),
    (OTHER, "其他"),
)
Place = TypeVar("Place", City, Project, Category, Department)
_SLUG = re.compile(r"[a-z0-9-]{1,64}\Z")


def add_city(name: str, slug: str | None = None, *, by: str = "admin") -> City:
    """A new city; Invalid or Conflict when its slug cannot be taken."""
    return _add(City, name, slug, by, {}, {})


def add_project(
    name: str,
    slug: str | None = None,
    *,
    city: City | None,
    households: int | None = None,
    phase: str | None = None,
    by: str = "admin",
) -> Project:
    """A new estate in `city` (None: nobody knows yet)."""
    row = {"city_id": city.id if city else None, "households": households, "phase": phase}
    entry = {"within": city.slug if city else None, "households": households, "phase": phase}
    return _add(Project, name, slug, by, row, entry)


def add_category(name: str, slug: str | None = None, *, position: int, by: str) -> Category:
    """A new category, shown at `position` in the form."""
    return _add(Category, name, slug, by, {"position": position}, {})


def add_department(name: str, slug: str | None = None, *, by: str = "admin") -> Department:
    """A new department of the company."""
    return _add(Department, name, slug, by, {}, {})


def add_default_categories() -> None:
    """The nine categories a board begins with."""
    for position, (slug, name) in enumerate(DEFAULT_CATEGORIES):
        add_category(name, slug, position=position, by="system")


def unassigned_project(by: str = "import") -> Project:
    """The project of complaints that name none; made on first use."""
    found = db.session.scalar(select(Project).where(Project.slug == UNASSIGNED))
    return found or add_project("未注明小区", UNASSIGNED, city=None, by=by)


def revise_project(project: Project, *, households: int | None, phase: str | None, by: str) -> None:
    """Change what the figures divide by; the slug and the name stay."""
    with transaction():
        project.households, project.phase = households, phase
        within = project.city.slug if project.city else None
        project.entry = _log("project", project.slug, project.name, by, within, households, phase)


def _add(
    model: type[Place],
    name: str,
    slug: str | None,
    by: str,
    row: dict[str, Any],
    entry: dict[str, Any],
) -> Place:
    name = normalise_line(name)
    if not 1 <= len(name) <= 80:
        raise Invalid(_l("名称须为 1 到 80 个字。"), "name")
    if slug is not None and not _SLUG.match(slug):
        raise Invalid(_l("网址名只能用小写字母、数字和连字符。"), "slug")
    with transaction():
        if slug is not None and db.session.scalar(select(model.id).where(model.slug == slug)):
            raise Conflict(_l("这个网址名已被使用。"), "slug")
        # Chinese names have no slug of their own; the id is only known after the first flush.
        place = model(name=name, slug=slug or "", entry=0, **row)
        db.session.add(place)
        db.session.flush()
        place.slug = slug or f"{'p' if model is Project else model.__tablename__[0]}-{place.id}"
        kind = model.__tablename__
        place.entry = _log(kind, place.slug, name, by, entry.get("within"),
                           entry.get("households"), entry.get("phase"))  # fmt: skip
    return place


def _log(
    place: str, slug: str, name: str, by: str, within: str | None,
    households: int | None, phase: str | None,
) -> int:  # fmt: skip
    return log.append(
        "place.changed", by=by, staff=None, open=True, place=place, slug=slug, within=within,
        households=households, phase=phase, texts={"text": name},
    ).index  # fmt: skip
