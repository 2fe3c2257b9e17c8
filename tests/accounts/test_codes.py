"""One-time codes: who gets one, how often, and what is left of it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.accounts import codes, service
from forum.accounts.models import Account, OneTimeCode
from forum.base import clock
from forum.base.db import db
from forum.base.outbox import OutboxRow
from forum.base.refusal import Invalid, TooMany
from tests.accounts.conftest import PASSWORD, PHONE


def later(**step):
    return clock.set_to(clock.now() + timedelta(**step))


def sign_up(code, address=PHONE):
    return service.sign_up(address, code, "二宝妈阿琳", PASSWORD)


def count_accounts():
    return len(db.session.scalars(select(Account)).all())


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize("typed", ["138 0013 8000", "+86-138-0013-8000", "１３８００１３８０００"])
def test_a_phone_however_typed_gets_one_account(code_for, typed):
    account = sign_up(code_for("signup", typed))
    assert account.phone == "+8613800138000" and account.role == "member"
    assert account.staff_no is None and not account.verified


def test_an_address_by_mail_works_as_well(code_for):
    account = sign_up(code_for("signup", "Lin@Example.com "), "lin@example.com")
    assert account.email == "lin@example.com"


@pytest.mark.parametrize(
    "typed",
    ["", "12800138000", "1380013800", "+13800138000", "lin@", "lin@localhost", "a b@example.com",
     "lin@example.com\nBcc: x@example.com", "老林@example.com", "a" * 65 + "@example.com"],
)  # fmt: skip
def test_what_is_no_address_gets_no_code(app, typed):
    with pytest.raises(Invalid) as refused:
        service.request_code("signup", typed)
    assert refused.value.field == "address"


def test_a_code_is_stored_nowhere(app, code_for):
    code = code_for("signup", PHONE)
    rows = db.session.scalars(select(OneTimeCode)).all()
    payloads = [json.dumps(row.payload) for row in db.session.scalars(select(OutboxRow))]
    kept = json.dumps([row.digest for row in rows]) + "".join(payloads)
    assert code not in kept and PHONE not in "".join(payloads)


def test_a_code_works_once(code_for):
    code = code_for("signup", PHONE)
    sign_up(code)
    with pytest.raises(Invalid):
        sign_up(code)
    assert count_accounts() == 1


def test_a_code_ends_after_ten_minutes(code_for):
    code = code_for("signup", PHONE)
    with later(minutes=11), pytest.raises(Invalid):
        sign_up(code)


def test_five_wrong_tries_end_a_code(code_for):
    code = code_for("signup", PHONE)
    for _ in range(codes.MOST_TRIES):
        with pytest.raises(Invalid):
            sign_up(wrong(code))
    with pytest.raises(Invalid):
        sign_up(code)


def test_only_the_newest_code_counts(code_for):
    first, second = code_for("signup", PHONE), code_for("signup", PHONE)
    with pytest.raises(Invalid):
        sign_up(first)
    assert sign_up(second).id


def test_a_code_is_for_its_purpose_only(member, code_for):
    code = code_for("reset", PHONE)
    with pytest.raises(Invalid):
        sign_up(code)


def test_a_refused_password_leaves_the_code_as_it_was(code_for):
    code = code_for("signup", PHONE)
    with pytest.raises(Invalid) as refused:
        service.sign_up(PHONE, code, "二宝妈阿琳", "short")
    assert refused.value.field == "password"
    assert sign_up(code).id


def test_three_codes_an_hour_for_known_and_unknown_alike(member):
    for address in (PHONE, "13900139000"):
        for _ in range(codes.MOST_PER_ADDRESS):
            service.request_code("reset", address)
        with pytest.raises(TooMany):
            service.request_code("reset", address)
        with later(minutes=61):
            service.request_code("reset", address)


def test_all_codes_together_are_bounded(app, monkeypatch):
    monkeypatch.setattr(codes, "MOST_IN_ALL", 4)
    for number in range(4):
        service.request_code("signup", f"1380013800{number}")
    with pytest.raises(TooMany):
        service.request_code("signup", "13900139000")


def test_signing_up_with_a_known_address_tells_only_its_owner(member, inbox):
    service.request_code("signup", PHONE)
    ((number, text),) = inbox()
    assert number == "+8613800138000" and "已有账号" in text
    row = db.session.scalars(select(OneTimeCode)).one()
    with pytest.raises(Invalid):
        sign_up(codes._secret(row))  # even the code that was never sent opens nothing


def test_a_reset_of_an_unknown_address_sends_nothing(app, inbox):
    assert service.request_code("reset", PHONE).value == "+8613800138000"
    assert inbox() == []
    with pytest.raises(Invalid):
        service.reset_password(PHONE, "123456", PASSWORD)


def test_a_code_that_ended_in_the_outbox_is_not_sent(app, inbox):
    service.request_code("signup", PHONE)
    with later(minutes=11):
        assert inbox() == []


def test_old_codes_are_forgotten(app):
    service.request_code("signup", PHONE)
    with later(days=8):
        service.request_code("signup", "13900139000")
    assert len(db.session.scalars(select(OneTimeCode)).all()) == 1
