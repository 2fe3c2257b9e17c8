"""Commitments bind a text, and tell nothing once the salt is gone."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.commitment import CommitmentError, check_commitment, commit, new_salt

SALT = bytes(range(32))


def test_a_commitment_is_the_hash_that_the_contract_names():
    message = b"zhiyan/v1/text" + b"\x00" + SALT + "标题\n正文".encode()
    assert commit("text", SALT, "标题\n正文") == sha256(message).hexdigest()


def test_only_the_committed_value_opens_it():
    commitment = commit("author", SALT, "三号楼的业主")
    check_commitment("author", SALT, "三号楼的业主", commitment)
    for field, salt, value, against in [
        ("text", SALT, "三号楼的业主", commitment),
        ("author", bytes(32), "三号楼的业主", commitment),
        ("author", SALT, "三号楼的业主 ", commitment),
        ("author", SALT, "三号楼的业主", commitment.upper()),
        ("author", SALT, "三号楼的业主", "意见\ud800"),
    ]:
        with pytest.raises(CommitmentError):
            check_commitment(field, salt, value, against)


def test_salts_are_long_and_never_the_same():
    salts = {new_salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {32}


@pytest.mark.parametrize(
    "field",
    [
        "text",
        "remedy",
        "author",
        "facts",
        "photo.1",
        "photo.12.received",
        "photo.3.alt",
        "text.0",
        "author.40",
        "photo.1.40",
        "photo.2.alt.9007199254740991",
    ],
)
def test_the_fields_of_the_contract_can_be_committed(field):
    assert len(commit(field, SALT, "")) == 64


@pytest.mark.parametrize(
    "field",
    [
        "",
        "author-seed",
        "author-code",
        "idempotency",
        "photo",
        "photo.0",
        "Text",
        "text\n",
        "text.",
        "text.040",
        "text.-1",
        "facts.4",
        "text.4.5",
        "photo.0.4",
    ],
)
def test_nothing_else_can_be_committed(field):
    with pytest.raises(CommitmentError):
        commit(field, SALT, "value")


def test_a_short_salt_and_half_a_character_are_refused():
    for salt, value in [(bytes(31), "text"), (bytes(33), "text"), (SALT, "\ud800")]:
        with pytest.raises(CommitmentError):
            commit("text", salt, value)


@given(st.text(max_size=30), st.binary(max_size=40), st.text(max_size=30))
def test_no_input_breaks_a_commitment(field, salt, value):
    with pytest.raises(CommitmentError):
        check_commitment(field, salt, value, "not a hash")
