"""What every test has at hand: an opened board on either database, and people to act on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.accounts import passwords
from forum.app import create_app
from forum.base.db import db
from forum.setup import open_board
from tests import compiled_once, in_memory

if TYPE_CHECKING:
    from tests.postgres import Cluster

compiled_once.use()
in_memory.use()
pytest_plugins = [
    "tests.plugin",
    "tests.sharing",
    "tests.postgres",
    "tests.strangers",
    "tests.scenes",
]

SITE = "http://board.test"
# Thousands of people are made and sign in: only where passwords are tested (`real_passwords`), and
# in servers that run as processes of their own, does a password cost what it costs in life.
_REAL_HASHER = passwords._HASHER
passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def settings(instance: Path, **more: str) -> dict[str, str]:
    """The environment of a test's board."""
    return {"FORUM_INSTANCE": str(instance), "FORUM_BASE_URL": SITE} | more


@pytest.fixture
def real_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed and verified as in life."""
    monkeypatch.setattr(passwords, "_HASHER", _REAL_HASHER)


class Browser(FlaskClient):
    """A test client whose requests have an application context of their own.

    A test keeps one pushed; shared with its requests, `g` would carry one visitor into the next.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request; what the test read before is read anew after it."""
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        if has_app_context():
            db.session.rollback()
        return answer


def _a_board(environ: dict[str, str]) -> Flask:
    app = create_app(environ)
    app.test_client_class = Browser
    return app


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def opened_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with an opened board on SQLite; copied, never used itself."""
    instance = tmp_path_factory.mktemp("opened") / "instance"
    app = _a_board(settings(instance))
    open_board(app)
    _close(app)
    return instance


@pytest.fixture(scope="session")
def opened_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_cluster: Cluster
) -> tuple[Path, str]:
    """The same on PostgreSQL: instance folder and the database to clone."""
    instance = tmp_path_factory.mktemp("opened-pg") / "instance"
    name = postgres_cluster.new_database()
    app = _a_board(settings(instance, FORUM_DATABASE_URL=postgres_cluster.url(name)))
    open_board(app)
    _close(app)
    return instance, name


@pytest.fixture
def sqlite_app(opened_sqlite: Path, tmp_path: Path) -> Iterator[Flask]:
    """An opened board on SQLite, its context pushed."""
    instance = Path(shutil.copytree(opened_sqlite, tmp_path / "instance"))
    app = _a_board(settings(instance))
    with app.app_context():
        yield app
    _close(app)


@pytest.fixture
def postgres_app(
    opened_postgres: tuple[Path, str], postgres_cluster: Cluster, tmp_path: Path
) -> Iterator[Flask]:
    """An opened board on PostgreSQL, its context pushed."""
    folder, template = opened_postgres
    instance = Path(shutil.copytree(folder, tmp_path / "instance"))
    name = postgres_cluster.new_database(template=template)
    app = _a_board(settings(instance, FORUM_DATABASE_URL=postgres_cluster.url(name)))
    with app.app_context():
        yield app
    _close(app)
    postgres_cluster.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Flask:
    """An opened board, once on each database."""
    wanted = "sqlite_app" if request.param == "sqlite" else "postgres_app"
    return request.getfixturevalue(wanted)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser, on each database."""
    return app.test_client()
