"""What is appended is stored, sealed and provable, and what was not committed never was."""

from datetime import timedelta

import pytest

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.refusal import Unavailable
from forum.base.resources import resource
from forum.log import queries, service
from forum.log.last_signed import Signed
from forum.log.models import LogCheckpoint, Opening
from forum.tlog.entry import EntryError
from forum.tlog.note import Verifier
from forum.tlog.proof import check_proof, parse_proof
from tests.log.board import SUPPORT, support

pytestmark = pytest.mark.usefixtures("app")
PLACE = {"by": "system", "staff": None, "open": True, "place": "city", "slug": "shenzhen", "within": None,
         "households": None, "phase": None}  # fmt: skip


def _last_signed():
    return resource("log").last_signed


def _verifier():
    return Verifier(resource("log").signer.vkey)


def test_an_entry_is_proven_by_the_checkpoint_of_its_own_commit():
    appended = [support(n) for n in range(1, 9)]
    for one in appended:
        proof = parse_proof(queries.prove(one.index))
        signed = check_proof(proof, one.bytes, _verifier())
        assert signed.checkpoint.size == 9
    assert [one.index for one in appended] == list(range(1, 9))


def test_one_commit_makes_one_checkpoint_whatever_it_appends():
    with transaction():
        indexes = [
            service.append("support.added", supporters=n, **SUPPORT).index for n in (1, 2, 3)
        ]
    sizes = list(db.session.scalars(db.select(LogCheckpoint.size).order_by(LogCheckpoint.size)))
    assert (indexes, sizes) == ([1, 2, 3], [1, 4])
    assert queries.tip().root == queries.root_at(4)


def test_every_earlier_checkpoint_is_a_beginning_of_the_log():
    for n in range(1, 30):
        support(n)
    checkpoints = db.session.execute(db.select(LogCheckpoint.size, LogCheckpoint.root)).all()
    assert [(size, queries.root_at(size)) for size, _root in checkpoints] == checkpoints


def test_what_is_rolled_back_leaves_no_entry_no_checkpoint_and_no_gap():
    before = queries.tip()
    with pytest.raises(ZeroDivisionError), transaction():
        service.append("support.added", supporters=1, **SUPPORT)
        raise ZeroDivisionError
    assert (queries.tip(), _last_signed().read().size) == (before, 1)
    assert support().index == 1


def test_an_entry_that_breaks_a_rule_stops_the_whole_change():
    with pytest.raises(EntryError, match="supporters"), transaction():
        service.append("support.added", supporters=-1, **SUPPORT)
    assert queries.tip().size == 1


def test_there_is_no_appending_outside_of_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"):
        service.append("support.added", supporters=1, **SUPPORT)


def test_salts_are_kept_apart_and_open_the_commitment():
    with transaction():
        index = service.append("place.changed", texts={"text": "深圳"}, **PLACE).index
    found = queries.entry(index)
    assert queries.opens(index, "text", "深圳", found)
    assert not queries.opens(index, "text", "东莞", found)
    with transaction():
        db.session.execute(db.delete(Opening))
    assert not queries.opens(index, "text", "深圳", found)


def test_a_given_salt_is_the_one_committed_with():
    with transaction():
        index = service.append(
            "place.changed", texts={"text": "深圳"}, salts={"text": bytes(32)}, **PLACE
        ).index
    assert queries.opening(index, "text") == bytes(32)


def test_the_readable_log_knows_the_project_of_a_later_act():
    with transaction():
        _imported(complaint=17, project="garden")
        service.append("support.added", supporters=1, **SUPPORT)
    support(2)
    found = queries.readable(queries.LogFilter(hiding=False, project="garden"), 10)
    assert [index for index, _entry in found] == [3, 2, 1]


def _imported(**fields):
    texts = {"text": "车位\n满了", "author": "三号楼"}
    return service.append(
        "complaint.imported", texts=texts, by="import", type="criticism", category="parking",
        claimed_at="2020-01-02T03:04:05Z", supporters=0, **fields,
    )  # fmt: skip


def test_last_signed_follows_every_commit():
    support()
    tip = queries.tip()
    assert _last_signed().read() == Signed(tip.size, tip.root) == Signed(2, queries.root_at(2))


def test_a_smaller_database_than_was_signed_is_not_signed_over():
    tip = support() and queries.tip()
    _last_signed().raise_to(Signed(tip.size + 3, tip.root))
    with pytest.raises(Unavailable) as refused:
        support()
    assert refused.value.evidence["size"] == 2
    assert queries.tip() == tip


@pytest.mark.parametrize("grown", [0, 2])
def test_a_database_with_another_history_than_was_signed_is_not_signed_over(grown):
    file = _last_signed()
    signed = file.read()
    for n in range(grown):
        support(n + 1)
    file.path.write_text(f"{signed.size} {'A' * 43}=\n")
    with pytest.raises(Unavailable):
        support(9)
    assert queries.tip().size == 1 + grown


def test_a_damaged_last_signed_stops_the_signing():
    _last_signed().path.write_text("12\n")
    with pytest.raises(ValueError, match="damaged"):
        support()


def test_a_last_signed_that_is_behind_is_raised_again():
    before = _last_signed().path.read_text()
    support()
    _last_signed().path.write_text(before)
    support(2)
    assert _last_signed().read().size == 3


def test_last_signed_never_goes_down():
    file = _last_signed()
    file.raise_to(Signed(7, "seven"))
    file.raise_to(Signed(5, "five"))
    assert file.read() == Signed(7, "seven")


def test_time_never_falls_even_when_the_clock_does():
    first = support()
    with clock.set_to(first.at - timedelta(seconds=45)):
        assert support(2).at == first.at


def test_a_clock_far_behind_the_log_is_refused_until_it_is_accepted():
    first = support()
    with clock.set_to(first.at - timedelta(seconds=61)):
        with pytest.raises(Unavailable):
            support(2)
        with transaction():
            accepted = service.accept_clock()
        assert (accepted.at, support(3).at) == (first.at, first.at)
    assert queries.entry(accepted.index)["setting"] == "clock"


def test_a_clock_that_stepped_is_refused_until_it_is_accepted(monkeypatch):
    monkeypatch.setattr(clock, "_started_wall", clock._started_wall - 61)
    with pytest.raises(Unavailable):
        support()
    with transaction():
        service.accept_clock()
    assert support().index == 2
