"""Opening a board: everything a new instance has before its first visitor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask

from forum.accounts import service as accounts
from forum.accounts.models import Account
from forum.base.db import transaction
from forum.base.refusal import Conflict, Invalid
from forum.base.resources import resource, setting
from forum.log import keys
from forum.log import service as log
from forum.moderation import rules
from forum.places.queries import departments
from forum.places.service import add_default_categories, add_department
from forum.startup import has_log, log_settings
from forum.upkeep.upgrade import know_migrations, upgrade


@dataclass(frozen=True)
class Administrator:
    """Who gets the first link; without an e-mail, whoever runs the command hands it on."""

    name: str = "管理员"
    email: str | None = None


def open_board(
    app: Flask, administrator: Administrator | None = None, *, previous: str | None = None
) -> str | None:
    """Make keys, database and the first entries; the administrator's one-time link.

    previous: the origin of a log that is lost for good and that this board continues; the first
    entry names it. The entries are one transaction: a set-up that was killed can be run again.
    Conflict when the instance has a log already.
    """
    Path(app.config["FORUM_INSTANCE"]).mkdir(parents=True, exist_ok=True, mode=0o700)
    with app.app_context(), private_files():
        if has_log():
            raise Conflict(f"{app.config['FORUM_INSTANCE']} has a log already")
        if previous == keys.origin_of(app.config["FORUM_BASE_URL"]):
            # Two histories under one name are what a log must never show.
            raise Invalid(f"{previous} is lost: a new log needs another FORUM_BASE_URL")
        if not keys.key_path(app).exists():
            keys.make(app)
        upgrade(app)
        return _write_first_entries(administrator, previous)


def migrating() -> Flask:
    """The application as ``flask --app forum.setup:migrating db …`` needs it."""
    from forum.app import create_app

    app = create_app()
    know_migrations(app)
    return app


def _write_first_entries(administrator: Administrator | None, previous: str | None) -> str | None:
    with transaction():
        log.append("log.opened", origin=resource("log").origin, previous=previous)
        log_settings()
        add_default_categories()
        rules.publish_first()
        if administrator is None:
            return None
        person = accounts.create_person(
            administrator.name, "admin", by="system", email=administrator.email
        )
        return invitation(accounts.invite(person))


@contextmanager
def private_files() -> Iterator[None]:
    """Within the block, new files belong to the owner alone: the database holds addresses."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def add_person(
    name: str,
    role: str,
    *,
    department: str | None,
    email: str | None,
    phone: str | None,
    until: date | None = None,
) -> tuple[Account, str]:
    """A person made by the administrator of the machine, and the address of their first sign-in.

    department: its name; a department that the board does not know yet is added. until: the last
    day of the role, if it ends by itself.
    """
    with transaction():
        slug = _department(department) if department else None
        person = accounts.create_person(
            name, role, by="admin", department=slug, email=email, phone=phone, until=until
        )
        token = accounts.invite(person)
    return person, invitation(token)


def invitation(token: str) -> str:
    """The address under which a one-time token sets the first password."""
    return f"{setting('FORUM_BASE_URL').rstrip('/')}/invite/{token}"


def _department(name: str) -> str:
    known = {shown: slug for slug, shown in departments().items()}
    return known.get(name) or add_department(name).slug
