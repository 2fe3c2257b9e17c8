"""A board with an opened log, on each of the two databases."""

import pytest

from forum.base.db import db
from tests.log.board import new_board

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def url(request):
    """The address of an empty database; None stands for SQLite in the instance folder."""
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else None


@pytest.fixture
def board(tmp_path, url):
    """The application itself, for tests that need no open context."""
    app = new_board(tmp_path / "instance", url)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(board):
    """The application within its context, as services see it."""
    with board.app_context():
        yield board
        db.session.remove()


@pytest.fixture
def client(board):
    return board.test_client()
