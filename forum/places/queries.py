"""Reading places."""

from __future__ import annotations

from sqlalchemy import select

from forum.base.db import db
from forum.places.models import Category, City, Department, Project


def cities() -> list[City]:
    """All cities, oldest first."""
    return list(db.session.scalars(select(City).order_by(City.id)))


def projects(city: City | None = None) -> list[Project]:
    """All projects, by city and name."""
    query = select(Project).order_by(Project.city_id, Project.name)
    if city is not None:
        query = query.where(Project.city_id == city.id)
    return list(db.session.scalars(query).unique())


def categories() -> list[Category]:
    """All categories in the order of the form."""
    return list(db.session.scalars(select(Category).order_by(Category.position, Category.id)))


def project_choices() -> list[tuple[str, str, str | None]]:
    """Slug, name and name of the city of all projects, by city and name."""
    query = select(Project.slug, Project.name, City.name).outerjoin(
        City, City.id == Project.city_id
    )
    rows = db.session.execute(query.order_by(Project.city_id, Project.name))
    return [(slug, name, city) for slug, name, city in rows]


def category_choices() -> list[tuple[str, str]]:
    """Slug and name of all categories in the order of the form."""
    query = select(Category.slug, Category.name).order_by(Category.position, Category.id)
    return [(slug, name) for slug, name in db.session.execute(query)]


def city(slug: str) -> City | None:
    """The city at this address."""
    return db.session.scalar(select(City).where(City.slug == slug))


def project(slug: str) -> Project | None:
    """The project at this address."""
    return db.session.scalar(select(Project).where(Project.slug == slug))


def category(slug: str) -> Category | None:
    """The category at this address."""
    return db.session.scalar(select(Category).where(Category.slug == slug))


def departments() -> dict[str, str]:
    """Slug → name of every department."""
    return {
        row.slug: row.name for row in db.session.execute(select(Department.slug, Department.name))
    }
