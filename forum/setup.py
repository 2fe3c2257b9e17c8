"""Opening a board: everything a new instance has before its first visitor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from flask import Flask

from forum.accounts import service as accounts
from forum.base.db import transaction
from forum.base.refusal import Conflict
from forum.base.resources import resource
from forum.log import keys
from forum.log import service as log
from forum.moderation import rules
from forum.places.service import add_default_categories
from forum.startup import has_log, log_settings


@dataclass(frozen=True)
class Administrator:
    """Who gets the first link; without an e-mail, whoever runs the command hands it on."""

    name: str = "管理员"
    email: str | None = None


def open_board(app: Flask, administrator: Administrator | None = None) -> str | None:
    """Make keys, database and the first entries; the administrator's one-time token.

    The entries are one transaction: a set-up that was killed can be run again. Conflict when
    the instance has a log already.
    """
    Path(app.config["FORUM_INSTANCE"]).mkdir(parents=True, exist_ok=True, mode=0o700)
    with app.app_context(), _private_files():
        if has_log():
            raise Conflict(f"{app.config['FORUM_INSTANCE']} has a log already")
        if not keys.key_path(app).exists():
            keys.make(app)
        flask_migrate.upgrade()
        return _write_first_entries(administrator)


def _write_first_entries(administrator: Administrator | None) -> str | None:
    with transaction():
        log.append("log.opened", origin=resource("log").origin, previous=None)
        log_settings()
        add_default_categories()
        rules.publish_first()
        if administrator is None:
            return None
        person = accounts.create_person(
            administrator.name, "admin", by="system", email=administrator.email
        )
        return accounts.invite(person)


@contextmanager
def _private_files() -> Iterator[None]:
    """Within the block, new files belong to the owner alone: the database holds addresses."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
