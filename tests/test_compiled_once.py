"""What the boards of a test process share is the compiled form, and nothing that was read with it."""

from __future__ import annotations

from flask import Flask

from forum.base.db import db
from forum.complaints.models import Complaint
from tests import compiled_once
from tests.factories import a_complaint


def test_what_was_compiled_for_one_kind_of_database_is_used_for_it_alone(app: Flask) -> None:
    a_complaint()
    dialect = db.engine.dialect
    used = compiled_once._statements[type(dialect)]
    assert db.engine._compiled_cache is used and len(used) > 0
    assert {type(one.dialect) for one in used.values()} == {type(dialect)}


def test_what_one_board_holds_is_not_on_the_next(app: Flask) -> None:
    assert db.session.query(Complaint).count() == 0
    a_complaint()
    assert db.session.query(Complaint).count() == 1
