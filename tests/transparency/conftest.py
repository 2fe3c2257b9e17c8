"""Counting what a page asks of the database."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from forum.base.db import db


@pytest.fixture
def asked(app):
    """A block whose statements to the database are collected."""

    @contextmanager
    def collect():
        statements: list[str] = []

        def note(connection, cursor, statement, *rest):
            statements.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        yield statements
        event.remove(db.engine, "before_cursor_execute", note)

    return collect
