"""Rows of cities, projects and categories. Slugs are public addresses and never change."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.base.db import Base


class City(Base):
    """A city in which the company has projects."""

    __tablename__ = "city"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    entry: Mapped[int]


class Project(Base):
    """An estate; `households` is the number the figures per 1,000 divide by."""

    __tablename__ = "project"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"), index=True)
    households: Mapped[int | None]
    phase: Mapped[str | None] = mapped_column(String(24))
    entry: Mapped[int]

    city: Mapped[City | None] = relationship(lazy="joined")


class Category(Base):
    """What a complaint is about; `position` orders the choices of the form."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)
    entry: Mapped[int]


class Department(Base):
    """A department of the company; replies are signed by it."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    entry: Mapped[int]
