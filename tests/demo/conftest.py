"""One sample board for all tests of this folder: making it takes most of a minute."""

import pytest

from forum.app import create_app
from forum.base.db import db
from forum.demo import stage


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The environment of a finished sample board."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    environ = stage.environment({"FORUM_INSTANCE": str(instance)}, 8000)
    stage.build(environ, lambda _line: None)
    return environ


@pytest.fixture
def app(built):
    app = create_app(built)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
