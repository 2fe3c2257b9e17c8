"""Whoever gets past the triggers is found: every stored byte is recomputed."""

import pytest
from sqlalchemy import text

from forum.base.db import db, transaction
from forum.base.resources import resource
from forum.log import queries, service
from forum.log.check import Difference, check_log
from forum.log.last_signed import Signed
from forum.log.triggers import APPEND_ONLY
from forum.tlog.checkpoint import Checkpoint, sign_checkpoint
from forum.tlog.encoding import decode_base64
from forum.tlog.entry import format_entry, parse_entry
from forum.tlog.note import Signer
from tests.log.board import SUPPORT, support

PLACE = {"by": "system", "staff": None, "open": True, "place": "city", "slug": "shenzhen", "within": None,
         "households": None, "phase": None}  # fmt: skip


@pytest.fixture(autouse=True)
def log(app):
    """Twelve entries in five commits."""
    for n in (1, 2):
        support(n)
    with transaction():
        for n in range(8):
            service.append("support.added", supporters=n, **SUPPORT)
    with transaction():
        service.append("place.changed", texts={"text": "深圳"}, **PLACE)


@pytest.fixture
def unguarded(url):
    """The database without its triggers, as its owner could have it."""
    with transaction():
        for table in APPEND_ONLY:
            for act in ("insert", "update", "delete"):
                on_table = f" ON {table}" if url else ""
                db.session.execute(text(f"DROP TRIGGER {table}_refuses_{act}{on_table}"))


def _run(statement, **values):
    with transaction():
        db.session.execute(text(statement), values)


def _found():
    """Codes and places, without the triggers that the fixture took away."""
    return {(d.code, d.index) for d in check_log() if d.code != "trigger-missing"}


def test_a_sound_log_has_no_difference():
    assert check_log() == []


def test_missing_triggers_are_named(unguarded):
    assert {d.code for d in check_log()} == {"trigger-missing"}
    assert len(check_log()) == 3 * len(APPEND_ONLY)


def test_another_entry_in_the_place_of_one_is_found(unguarded):
    entry = parse_entry(queries.entry_bytes(1)[0]) | {"supporters": 99}
    _run("UPDATE log_entry SET bytes = :b WHERE idx = 1", b=format_entry(entry))
    found = _found()
    assert ("node-differs", 1) in found and ("log-fork", 2) in found and ("log-fork", 12) in found


def test_bytes_that_are_no_entry_are_found(unguarded):
    _run("UPDATE log_entry SET bytes = :b WHERE idx = 4", b=b"{}")
    assert ("entry-invalid", 4) in _found()


@pytest.mark.parametrize(
    "change",
    ["kind = 'support.withdrawn'", "at = '2020-01-02 03:04:05+00:00'", "hides = true",
     "\"by\" = 'staff'", "complaint = 18"],
)  # fmt: skip
def test_a_column_that_disagrees_with_its_entry_is_found(unguarded, change, url):
    if not url:
        change = change.replace("+00:00", ".000000")
    _run(f"UPDATE log_entry SET {change} WHERE idx = 3")
    assert _found() == {("entry-invalid", 3)}


def test_time_that_falls_is_found(unguarded):
    entry = parse_entry(queries.entry_bytes(5)[0]) | {"at": "2020-01-02T03:04:05Z"}
    _run("UPDATE log_entry SET bytes = :b WHERE idx = 5", b=format_entry(entry))
    assert any(d.index == 5 and d.found.startswith("at: earlier") for d in check_log())


def test_an_entry_that_is_gone_is_found(unguarded):
    _run("DELETE FROM log_entry WHERE idx = 6")
    assert ("entry-missing", 6) in _found()


@pytest.mark.parametrize(("level", "number"), [(0, 3), (1, 1), (3, 0)])
def test_a_node_that_was_changed_or_is_gone_is_found(unguarded, level, number):
    where = f"WHERE level = {level} AND number = {number}"
    _run(f"UPDATE log_node SET hash = :h {where}", h=bytes(32))
    assert _found() == {("node-differs", number << level)}
    _run(f"DELETE FROM log_node {where}")
    assert _found() == {("node-differs", number << level), ("node-count", None)}


def test_a_node_too_many_is_found(unguarded):
    _run("INSERT INTO log_node (level, number, hash) VALUES (7, 0, :h)", h=bytes(32))
    assert _found() == {("node-count", None)}


def test_a_log_cut_at_its_end_is_found_by_last_signed(unguarded):
    for table, key in (("log_entry", "idx"), ("log_checkpoint", "size - 1")):
        _run(f"DELETE FROM {table} WHERE {key} = 11")
    _run("DELETE FROM log_node WHERE (number + 1) * (CASE level WHEN 0 THEN 1 WHEN 1 THEN 2"
         " WHEN 2 THEN 4 ELSE 8 END) > 11")  # fmt: skip
    assert _found() == {("log-rollback", 11)}


def test_a_checkpoint_of_another_root_is_found_though_it_is_well_signed(unguarded):
    keys = resource("log")
    note = sign_checkpoint(Checkpoint(keys.origin, 3, bytes(32)), keys.signer)
    _run("UPDATE log_checkpoint SET note = :n WHERE size = 3", n=note)
    assert _found() == {("log-fork", 3)}


def test_a_checkpoint_by_another_key_is_found(unguarded):
    keys, root = resource("log"), decode_base64(queries.root_at(3))
    note = sign_checkpoint(Checkpoint(keys.origin, 3, root), Signer(keys.origin, bytes(32)))
    _run("UPDATE log_checkpoint SET note = :n WHERE size = 3", n=note)
    assert _found() == {("bad-signature", 3)}


def test_entries_that_nobody_signed_are_found(unguarded):
    _run("DELETE FROM log_checkpoint WHERE size = 12")
    assert _found() == {("checkpoint-size", None)}


def test_another_root_than_this_node_signed_is_found():
    keys = resource("log")
    keys.last_signed.path.write_text(f"7 {'A' * 43}=\n")
    assert _found() == {("log-fork", 7)}
    keys.last_signed.path.unlink()
    keys.last_signed.raise_to(Signed(7, queries.root_at(7)))
    assert _found() == set()


def test_a_salt_without_a_commitment_is_found():
    salt = bytes(32)
    _run("INSERT INTO opening (entry, field, salt) VALUES (2, 'text', :s)", s=salt)
    assert _found() == {("opening-unknown", 2)}


def test_the_checks_of_other_features_are_asked_too():
    lost = Difference("row-differs", 3, "complaint 17: title")
    assert check_log([lambda: [lost], lambda: ()]) == [lost]


def test_a_log_longer_than_a_batch_is_checked_across_it(monkeypatch):
    monkeypatch.setattr("forum.log.check.BATCH", 5)
    assert check_log() == []
