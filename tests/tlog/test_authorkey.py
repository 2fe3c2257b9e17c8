"""The author's code: derived as the contract says, typed by people, signing their acts."""

import base64
import contextlib
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.authorkey import (
    AuthorKeyError,
    act_message,
    author_key,
    check_act,
    code_from_form_key,
    format_code,
    new_code,
    parse_code,
    seed_from_code,
    sign_act,
)

CODE = bytes(range(16))
TYPED = "AAAQEAYEAUDAOCAJBIFQYDIOB4"
ORIGIN = "complaints.example/log"
FORM_KEY = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")


def withdrawal(**changed):
    facts = {"number": 17, "kind": "complaint.withdrawn", "status": None, "of": 40}
    return act_message(**({"origin": ORIGIN, "text_commitment": None} | facts | changed))


def test_seed_and_code_are_derived_as_the_contract_says():
    assert seed_from_code(CODE) == sha256(b"zhiyan/v1/author-seed\x00" + CODE).digest()
    hashed = sha256(b"zhiyan/v1/author-code\x00" + FORM_KEY.encode()).digest()
    assert code_from_form_key(FORM_KEY) == hashed[:16]


def test_the_key_is_plain_ed25519_of_the_seed():
    private = Ed25519PrivateKey.from_private_bytes(seed_from_code(CODE))
    assert author_key(CODE) == private.public_key().public_bytes_raw().hex()
    signature = private.sign(withdrawal())
    assert sign_act(CODE, withdrawal()) == base64.b64encode(signature).decode()


@pytest.mark.parametrize("form_key", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "文"])
def test_a_form_key_of_another_shape_makes_no_code(form_key):
    with pytest.raises(AuthorKeyError):
        code_from_form_key(form_key)


def test_a_code_is_shown_as_26_characters():
    assert format_code(CODE) == TYPED
    assert parse_code(TYPED) == CODE
    with pytest.raises(AuthorKeyError):
        format_code(CODE[:15])


@pytest.mark.parametrize(
    "typed",
    [
        TYPED.lower(),
        " AAAQ EAYE AUDA OCAJ BIFQ YDIO B4 \n",
        "AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4",
        "AAAQ—EAYE–AUDA‐OCAJ−BIFQ－YDIO　B4",
        "ＡＡＡＱＥＡＹＥＡＵＤＡＯＣＡＪＢＩＦＱＹＤＩＯＢ４",
        TYPED.replace("O", "0").replace("B", "8"),
    ],
)
def test_a_code_may_be_typed_as_people_type(typed):
    assert parse_code(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        TYPED[:-1],
        TYPED + "A",
        TYPED.replace("I", "1"),
        TYPED[:-1] + "9",
        TYPED[:-1] + "5",
        TYPED[:-1] + "ı",
        "车位占了花园",
        "A" * 10_000,
        "\ud800" * 26,
    ],
)
def test_a_code_with_two_meanings_or_none_is_refused(typed):
    with pytest.raises(AuthorKeyError):
        parse_code(typed)


@given(st.binary(min_size=16, max_size=16))
def test_every_code_is_read_as_it_was_shown(code):
    assert parse_code(format_code(code)) == code


@given(st.text(max_size=60))
def test_no_typing_breaks_the_reading_of_a_code(typed):
    with contextlib.suppress(AuthorKeyError):
        assert len(parse_code(typed)) == 16


def test_an_act_is_signed_in_exactly_these_bytes():
    assert withdrawal() == (
        b"zhiyan/v1/act\ncomplaints.example/log\n17\ncomplaint.withdrawn\n-\n40\n-\n"
    )
    dispute = act_message(ORIGIN, 17, "complaint.status", "disputed", 51, "ab" * 32)
    assert dispute.split(b"\n")[3:] == [
        b"complaint.status", b"disputed", b"51", b"ab" * 32, b"",
    ]  # fmt: skip


def test_a_signature_holds_for_one_act_of_one_author_only():
    key, sig = author_key(CODE), sign_act(CODE, withdrawal())
    check_act(key, withdrawal(), sig)
    others = [
        (author_key(new_code()), withdrawal(), sig),
        (key, withdrawal(number=18), sig),
        (key, withdrawal(of=41), sig),
        (key, withdrawal(origin="another.example/log"), sig),
        (key, withdrawal(kind="complaint.status", status="confirmed"), sig),
        (key, withdrawal(text_commitment="00" * 32), sig),
        (key, withdrawal(), sign_act(CODE, b"")),
    ]
    for other in others:
        with pytest.raises(AuthorKeyError):
            check_act(*other)


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": ""},
        {"origin": "a\nb"},
        {"origin": "\ud800"},
        {"number": 0},
        {"of": -1},
        {"kind": "complaint.withdrawn\n-"},
        {"kind": "-"},
        {"status": "-"},
        {"status": ""},
        {"text_commitment": "-"},
        {"text_commitment": "AB" * 32},
    ],
)
def test_two_acts_never_share_a_message(changed):
    with pytest.raises(AuthorKeyError):
        withdrawal(**changed)


@given(st.text(max_size=70), st.text(max_size=90))
def test_no_key_or_signature_breaks_the_check(key, sig):
    for pair in [(key, sig), (author_key(CODE), sig), (key, sign_act(CODE, b""))]:
        with pytest.raises(AuthorKeyError):
            check_act(pair[0], b"message", pair[1])
