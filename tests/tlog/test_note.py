"""Signed notes: strangers' vectors, and what must be refused."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.errors import TlogError
from forum.tlog.note import (
    COSIGNATURE,
    CosignatureSigner,
    CosignatureVerifier,
    NoteError,
    Signer,
    Verifier,
    cosignature_time,
    new_key,
    open_note,
    parse_signature_line,
    parse_vkey,
    public_key,
    sign,
    sign_bytes,
    split_note,
    verify_bytes,
    vkey,
)

TEXT = "complaints.example/log\n1\nhash\n"


def refused(data, *verifiers):
    with pytest.raises(NoteError):
        open_note(data, verifiers)
    return True


def test_the_keys_are_those_that_strangers_computed(vectors, log, witness):
    seed = bytes.fromhex(vectors["seed"])
    assert public_key(seed).hex() == vectors["public"]
    assert log.key_id.hex() == vectors["keyid"]
    assert log.vkey == vectors["vkey"]
    assert witness.vkey == vectors["witness_vkey"]
    assert parse_vkey(vectors["vkey"]) == (log.name, 1, bytes.fromhex(vectors["public"]))


def test_signature_and_cosignature_are_those_that_strangers_computed(vectors, log, witness):
    text, _ = split_note(vectors["checkpoint"])
    assert sign(text, log) == vectors["checkpoint"]
    assert witness.line(text, 1700000000) == vectors["cosignature_line"] + "\n"


def test_a_note_opens_for_whoever_knows_one_of_its_keys(log, witness):
    note = sign(TEXT, log) + witness.line(TEXT, 5)
    by_log = open_note(note.encode(), [Verifier(log.vkey)])
    by_witness = open_note(note, [CosignatureVerifier(witness.vkey)])
    assert by_log.text == by_witness.text == TEXT
    assert [s.name for s in by_log.signatures + by_witness.signatures] == [log.name, witness.name]
    assert cosignature_time(by_witness.signatures[0].blob) == 5


def test_lines_by_unknown_keys_are_ignored(log):
    stranger = Signer("stranger", new_key())
    assert len(open_note(sign(TEXT, stranger, log), [Verifier(log.vkey)]).signatures) == 1
    assert refused(sign(TEXT, stranger), Verifier(log.vkey))


def test_one_failing_line_of_a_known_key_spoils_the_note(log, witness):
    good, bad = sign(TEXT, log), witness.line(TEXT + "x\n", 5)
    assert refused(good + bad, Verifier(log.vkey), CosignatureVerifier(witness.vkey))
    assert open_note(good + bad, [Verifier(log.vkey)]).text == TEXT
    assert refused(good + log.line("other\n"), Verifier(log.vkey))


def test_every_changed_character_of_the_text_is_noticed(log):
    note = sign(TEXT, log)
    for at in range(len(TEXT)):
        assert refused(note[:at] + "~" + note[at + 1 :], Verifier(log.vkey))


def test_another_time_in_a_cosignature_is_noticed(log, witness):
    name, encoded = witness.line(TEXT, 5)[2:-1].split(" ")
    blob = bytearray(base64.b64decode(encoded))
    blob[11] += 1
    line = f"— {name} {base64.b64encode(blob).decode()}\n"
    assert refused(TEXT + "\n" + line, CosignatureVerifier(witness.vkey))


def test_a_text_may_hold_empty_lines(log):
    text = "one\n\ntwo\n\n\nthree\n"
    assert open_note(sign(text, log), [Verifier(log.vkey)]).text == text


def test_sixteen_signatures_are_accepted_and_a_hundred_and_one_refused(log):
    many = [Signer(f"s{i}", new_key()) for i in range(100)]
    verifiers = [Verifier(signer.vkey) for signer in many[:16]]
    assert len(open_note(sign(TEXT, *many[:16]), verifiers).signatures) == 16
    assert open_note(sign(TEXT, *many), verifiers).text == TEXT
    assert refused(sign(TEXT, *many, log), Verifier(log.vkey))


def test_one_key_signing_twice_counts_once(log):
    note = open_note(sign(TEXT, log, log), [Verifier(log.vkey)])
    assert len(note.signatures) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note[:-1],
        lambda note: note + "\n",
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note.replace("— ", "- "),
        lambda note: note.replace("— ", "—  "),
        lambda note: note.replace("=\n", "\n"),
        lambda note: note.replace("=\n", "=\n\x00"),
        lambda note: note.replace("=\n", "= \n"),
        lambda note: note.replace("\n", "\r\n"),
        lambda note: note + "— short AAAA\n",
        lambda note: note + "— empty \n",
        lambda note: note + "— a+b j89diwAAAA==\n",
        lambda note: note + "— a\u3000b j89diwAAAA==\n",
        lambda note: note.encode() + b"\xff",
        lambda note: "",
        lambda note: note.split("\n\n")[1],
    ],
)
def test_a_malformed_note_is_refused(log, spoil):
    text = "complaints.example/log\n8\nUz6CQeBAMk8EtRY/uyMCOF7AHVDTrZbhB6H4QJWJg2w=\n"
    assert sign(text, log).endswith("=\n")
    assert refused(spoil(sign(text, log)), Verifier(log.vkey))


def test_base64_with_stray_bits_is_refused():
    assert parse_signature_line("— name AAAAAAAA").blob == bytes(2)
    for encoded in ("AAAAAAA=\n", "AAAAAAB=", "AAAAAA==A", "AAAA_AAA", "AAAAAA"):
        with pytest.raises(NoteError):
            parse_signature_line(f"— name {encoded}")


@pytest.mark.parametrize(
    "text", ["", "no line feed", "tab\there\n", "cr\r\n", "nul\0\n", "\ud800\n"]
)
def test_a_text_that_no_note_can_hold_is_not_signed(log, witness, text):
    for sign_it in (lambda: sign(text, log), lambda: witness.line(text, 1)):
        with pytest.raises(NoteError):
            sign_it()


def test_a_note_without_signers_is_not_made():
    with pytest.raises(NoteError):
        sign(TEXT)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u3000b", "a\nb", "\ud800"])
def test_a_name_that_no_key_can_have_is_refused(name):
    for make in (Signer, CosignatureSigner):
        with pytest.raises(NoteError):
            make(name, bytes(32))


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key.replace("8fcf5d8b", "8fcf5d8c"),
        lambda key: key.replace("8fcf5d8b", "8FCF5D8B"),
        lambda key: key.replace("complaints", "complaint"),
        lambda key: key[:-1],
        lambda key: key + "\n",
        lambda key: key + "=",
        lambda key: key.split("+")[0],
        lambda key: "a+00000000+",
        lambda key: "",
    ],
)
def test_a_mistyped_verifier_key_is_refused(vectors, change):
    with pytest.raises(NoteError):
        Verifier(change(vectors["vkey"]))


def test_a_key_of_another_type_is_refused(log, witness):
    for wrong in (witness.vkey, vkey("short", bytes(31)), vkey("odd", bytes(32), 0xFF)):
        with pytest.raises(NoteError):
            Verifier(wrong)
    for wrong in (log.vkey, vkey("short", bytes(31), COSIGNATURE)):
        with pytest.raises(NoteError):
            CosignatureVerifier(wrong)


def test_a_key_that_is_no_point_verifies_nothing():
    assert not verify_bytes(b"\xff" * 32, b"message", bytes(64))
    assert not verify_bytes(b"short", b"message", bytes(64))


def test_plain_signatures_verify_only_as_they_were_made():
    seed = new_key()
    signature = sign_bytes(seed, b"message")
    assert verify_bytes(public_key(seed), b"message", signature)
    assert not verify_bytes(public_key(seed), b"Message", signature)
    assert not verify_bytes(public_key(new_key()), b"message", signature)
    assert not verify_bytes(public_key(seed), b"message", signature[:-1])


def test_a_seed_of_another_length_and_a_time_out_of_range_are_refused(witness):
    for make in (lambda: public_key(b"short"), lambda: witness.line(TEXT, 2**63)):
        with pytest.raises(NoteError):
            make()


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_break_the_reading_of_a_note(data):
    for read in (split_note, lambda data: open_note(data, [])):
        with contextlib.suppress(TlogError):
            read(data)


@given(st.text(max_size=80) | st.from_regex(r"[a-z]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*"))
def test_no_text_breaks_the_reading_of_a_key_or_a_line(text):
    for read in (Verifier, CosignatureVerifier, parse_vkey, parse_signature_line):
        with pytest.raises(NoteError):
            read(text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=50))
def test_whatever_is_signed_can_be_opened(line):
    signer = Signer("name", bytes(32))
    assert open_note(sign(line + "\n", signer), [Verifier(signer.vkey)]).text == line + "\n"
