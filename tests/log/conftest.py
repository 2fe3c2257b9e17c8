"""A board with an opened log and nothing above it, on each of the two databases.

It is made once for each database and copied for each test.
"""

import shutil

import pytest

from forum.base.db import db
from tests.log.board import new_board, open_board

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory):
    """An instance folder with its database in it."""
    folder = tmp_path_factory.mktemp("log") / "instance"
    _close(new_board(folder, None))
    return folder


@pytest.fixture(scope="session")
def prepared_postgres(tmp_path_factory, postgres_cluster):
    """An instance folder and the name of its database."""
    folder = tmp_path_factory.mktemp("log-pg") / "instance"
    name = postgres_cluster.new_database()
    _close(new_board(folder, postgres_cluster.url(name)))
    return folder, name


def _close(app):
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=ENGINES)
def empty_url(request):
    """The address of an empty database; None stands for SQLite in the instance folder."""
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else None


@pytest.fixture(params=ENGINES)
def url(request, tmp_path):
    """The address of the board's database (None: SQLite), beside its instance in `tmp_path`."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("prepared_sqlite"), tmp_path / "instance")
        yield None
        return
    folder, template = request.getfixturevalue("prepared_postgres")
    shutil.copytree(folder, tmp_path / "instance")
    cluster = request.getfixturevalue("postgres_cluster")
    name = cluster.new_database(template)
    yield cluster.url(name)
    cluster.drop_database(name)


@pytest.fixture
def board(tmp_path, url):
    """The application itself, for tests that need no open context."""
    app = open_board(tmp_path / "instance", url)
    yield app
    _close(app)


@pytest.fixture
def app(board):
    """The application within its context, as services see it."""
    with board.app_context():
        yield board
