"""The receipt: everything a stranger needs, and each step that can fail by itself."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.checkpoint import Checkpoint, sign_checkpoint
from forum.tlog.commitment import commit
from forum.tlog.entry import format_entry
from forum.tlog.merkle import Tree, prove_inclusion
from forum.tlog.note import CosignatureVerifier, Signer, Verifier
from forum.tlog.proof import format_proof
from forum.tlog.receipt import (
    STEPS,
    Opening,
    ReceiptError,
    check_receipt,
    format_receipt,
    parse_receipt,
)

OPENINGS = {
    "text": Opening(bytes([1]) * 32, "花园\n成了停车场，能停 90 辆车。"),
    "author": Opening(bytes([2]) * 32, "三号楼的业主"),
}


def an_entry(number=17, **changed):
    facts = {
        "v": 1, "kind": "complaint.posted", "at": "2026-11-22T03:04:05Z", "complaint": number,
        "by": "author", "staff": None, "type": "criticism", "project": "garden",
        "category": "parking", "verified": True, "wanted_by": None, "author_key": None,
        "made": None,
        "commitments": {field: commit(field, *opening) for field, opening in OPENINGS.items()},
    }  # fmt: skip
    return format_entry(facts | changed)


def a_receipt(log, entry=None, number=17, openings=OPENINGS, lines=()):
    """The receipt of an entry that is the third in a log of five; `lines` are cosignatures."""
    tree, entry = Tree(), entry or an_entry()
    tree.append([b"one", b"two", entry, b"four", b"five"])
    checkpoint = Checkpoint(log.name, tree.size, tree.root)
    signed = sign_checkpoint(checkpoint, log)
    signed += "".join(line(signed.split("\n\n")[0] + "\n") for line in lines)
    proof = format_proof(2, prove_inclusion(2, 5, tree.read), signed)
    return format_receipt("https://zhiyan.example", log.name, number, entry, proof, openings)


def failed(text, log, *witnesses, quorum=0):
    steps = check_receipt(parse_receipt(text), Verifier(log.vkey), witnesses, quorum)
    assert tuple(step.name for step in steps) == STEPS
    assert all(step.detail for step in steps)
    return [step.name for step in steps if not step.ok]


def test_a_receipt_holds_offline(log):
    assert failed(a_receipt(log), log) == []


def test_a_receipt_has_exactly_the_parts_of_the_contract(log):
    record = json.loads(a_receipt(log))
    assert list(record) == ["v", "site", "origin", "number", "entry", "proof", "openings"]
    assert record["openings"]["author"]["value"] == "三号楼的业主"
    assert a_receipt(log) == a_receipt(log)


def test_a_changed_word_shows_in_the_commitments(log):
    assert failed(a_receipt(log).replace("90", "19"), log) == ["commitments"]


def test_a_missing_or_additional_opening_shows_in_the_commitments(log):
    fewer = {"text": OPENINGS["text"]}
    more = OPENINGS | {"remedy": OPENINGS["text"]}
    for openings in (fewer, more):
        assert failed(a_receipt(log, openings=openings), log) == ["commitments"]


def test_a_receipt_for_another_complaint_shows_in_the_leaf(log):
    assert failed(a_receipt(log, number=18), log) == ["leaf"]


def test_an_entry_that_is_no_posting_shows_in_the_leaf(log):
    support = format_entry({
        "v": 1, "kind": "support.added", "at": "2026-11-22T03:04:05Z", "complaint": 17,
        "by": "member", "verified": True, "supporters": 1,
    })  # fmt: skip
    assert failed(a_receipt(log, entry=support, openings={}), log) == ["leaf"]
    garbage = a_receipt(log, entry=b"\xff\x00", openings={})
    assert failed(garbage, log) == ["leaf", "commitments"]


def test_an_entry_that_is_not_in_the_tree_shows_in_the_inclusion(log):
    record, other = (
        json.loads(a_receipt(log)),
        json.loads(a_receipt(log, entry=an_entry(type="praise"))),
    )
    record["entry"] = other["entry"]
    assert failed(json.dumps(record), log) == ["inclusion"]


def test_a_tree_that_nobody_signed_shows_in_the_signature(log):
    forger = Signer(log.name, bytes(32))
    assert failed(a_receipt(forger), log) == ["signature", "quorum"]
    stranger = Signer("another.example/log", bytes(32))
    assert failed(a_receipt(stranger), log) == ["signature", "quorum"]


def test_missing_witnesses_show_in_the_quorum(log, witness):
    known = CosignatureVerifier(witness.vkey)
    cosigned = a_receipt(log, lines=[lambda text: witness.line(text, 1700000000)])
    assert failed(cosigned, log, known, quorum=1) == []
    assert failed(cosigned, log, known, quorum=2) == ["quorum"]
    assert failed(cosigned, log, quorum=1) == ["quorum"]
    assert failed(a_receipt(log), log, known, quorum=1) == ["quorum"]


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"v": 1.0},
        {"site": "zhiyan.example"},
        {"site": "javascript:alert(1)"},
        {"site": 5},
        {"origin": "another.example/log"},
        {"origin": "\ud800"},
        {"number": 0},
        {"number": True},
        {"number": 1.5},
        {"number": "17"},
        {"number": 2**53},
        {"entry": "not base64"},
        {"entry": None},
        {"proof": "c2sp.org/tlog-proof@v1\n"},
        {"proof": ["x"]},
        {"openings": []},
        {"openings": {"text": "value"}},
        {"openings": {"text": {"salt": "AAAA", "value": "x"}}},
        {"openings": {"text": {"salt": "A" * 43 + "=", "value": 5}}},
        {"openings": {"text": {"salt": "A" * 43 + "=", "value": "\ud800"}}},
        {"openings": {"\ud800": {"salt": "A" * 43 + "=", "value": "x"}}},
        {"openings": {"text": {"salt": "A" * 43 + "="}}},
        {"code": "AAAQEAYEAUDAOCAJBIFQYDIOB4"},
    ],
)
def test_what_is_not_a_receipt_of_ours_is_refused(log, change):
    with pytest.raises(ReceiptError):
        parse_receipt(json.dumps(json.loads(a_receipt(log)) | change))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "null",
        "[]",
        "{}",
        "NaN",
        b"\xff\xfe",
        "\ud800",
        "[" * 100_000,
        '{"v":' + "9" * 5000 + "}",
        " " * 2_000_000,
        b"PK\x03\x04",
    ],
)
def test_a_file_that_is_no_receipt_is_refused(data):
    with pytest.raises(ReceiptError):
        parse_receipt(data)


def test_a_part_that_stands_there_twice_is_refused(log):
    text = a_receipt(log)
    with pytest.raises(ReceiptError, match="twice"):
        parse_receipt(text.replace('{"v":1,', '{"v":1,"number":5,'))


def test_a_receipt_that_would_be_refused_is_not_made(log):
    with pytest.raises(ReceiptError):
        a_receipt(log, number=0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@given(
    part=st.sampled_from(["v", "site", "origin", "number", "entry", "proof", "openings"]),
    value=JSON,
)
def test_no_part_breaks_the_reading_of_a_receipt(log, part, value):
    record = json.loads(a_receipt(log)) | {part: value}
    try:
        receipt = parse_receipt(json.dumps(record))
    except ReceiptError:
        return
    assert len(check_receipt(receipt, Verifier(log.vkey))) == len(STEPS)


@given(st.binary(max_size=100) | st.text(max_size=100) | JSON.map(json.dumps))
def test_no_file_breaks_the_reading_of_a_receipt(data):
    with pytest.raises(ReceiptError):
        parse_receipt(data)


@given(entry=st.binary(max_size=60))
def test_no_entry_breaks_the_check_of_a_receipt(log, entry):
    assert "leaf" in failed(a_receipt(log, entry=entry or b"{}"), log)
