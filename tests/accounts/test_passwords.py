"""Passwords: the rules of a new one, and guessing."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters

from forum.accounts import attempts, passwords, service
from forum.base import clock
from forum.base.db import db, transaction
from forum.base.refusal import Invalid, TooMany
from tests.accounts.conftest import PASSWORD, PHONE

pytestmark = pytest.mark.usefixtures("real_passwords")

STRONG = "garden-not-car-park"


def refuses(password, inside=False, avoid=()):
    with pytest.raises(Invalid) as refused:
        passwords.check(password, inside=inside, avoid=avoid, field="password")
    return str(refused.value.sentence)


@pytest.mark.parametrize(
    "password",
    ["woaini1314", "5201314", "qwerty123", "a1b2c3d4", "PassWord2026!", "12345678901", "abcdefghij",
     "aaaaaaaaaaaa", "121212121212", "!!woaini5201314"],
)  # fmt: skip
def test_common_passwords_are_refused_without_asking_the_network(app, password):
    assert refuses(password.ljust(8, "0"))


def test_length_is_asked_for_by_role(app):
    refuses("石榴树下七个字")
    refuses("x" * 129)
    refuses("9 Zeichen!", inside=True)
    passwords.check("石榴树下有八个字", inside=False, avoid=(), field="password")
    passwords.check("石榴树下不止十二个字真的", inside=True, avoid=(), field="password")
    passwords.check(("长一点也可以" * 30)[:128], inside=False, avoid=(), field="password")


def test_a_password_holds_neither_address_nor_pseudonym(app):
    assert refuses("x13800138000x", avoid=("+8613800138000",))
    assert refuses("hello-linlin-9", avoid=("linlin@example.com",))
    assert refuses("我是榕树下老周呀呀", avoid=("榕树下老周",))


def test_the_hash_is_argon2id_of_the_cheat_sheet(member):
    kept = extract_parameters(member.password_hash)
    assert (kept.type.name, kept.memory_cost, kept.time_cost, kept.parallelism) == (
        "ID", 19456, 2, 1,
    )  # fmt: skip


def test_a_hash_of_older_parameters_is_made_anew_at_sign_in(member):
    with transaction():
        member.password_hash = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    service.sign_in(PHONE, PASSWORD)
    assert not passwords.is_outdated(member.password_hash)
    assert service.sign_in(PHONE, PASSWORD) is member


def fail(name, times):
    for _ in range(times):
        with pytest.raises(Invalid):
            service.sign_in(name, "not the password")


@pytest.mark.parametrize("name", [PHONE, "13900139000", "S-099", "nonsense"])
def test_ten_failures_rest_the_name_whether_or_not_it_is_known(member, name):
    fail(name, attempts.MOST - 1)
    for password in ("not the password", PASSWORD):
        with pytest.raises(TooMany):
            service.sign_in(name, password)


def test_after_five_minutes_the_right_password_works_again(member):
    fail(PHONE, 9)
    with pytest.raises(TooMany):
        service.sign_in(PHONE, "not the password")
    with clock.set_to(clock.now() + timedelta(minutes=5, seconds=1)):
        assert service.sign_in(PHONE, PASSWORD) is member


def test_only_failures_in_a_row_count(member):
    fail(PHONE, 9)
    service.sign_in(PHONE, PASSWORD)
    fail(PHONE, 9)


def test_known_and_unknown_names_are_refused_in_the_same_words(member):
    said = set()
    for name in (PHONE, "13900139000", "nobody@example.com", "S-001", ""):
        with pytest.raises(Invalid) as refused:
            service.sign_in(name, "not the password")
        said.add(str(refused.value.sentence))
    assert len(said) == 1


def test_unknown_names_cost_the_same_work(monkeypatch, member):
    calls = []
    verify = passwords._HASHER.verify
    spy = type("Spy", (), {"verify": lambda _s, h, p: calls.append(h) or verify(h, p)})()
    monkeypatch.setattr(passwords, "_HASHER", spy)
    monkeypatch.setattr(passwords, "_nobody", lambda: member.password_hash)
    fail(PHONE, 1)
    fail("13900139000", 1)
    assert len(calls) == 2


def test_the_password_of_nobody_opens_no_account_without_one(app):
    service.create_person("阿可", "member", by="system", phone=PHONE)
    fail(PHONE, 1)
    with pytest.raises(Invalid):
        service.sign_in(PHONE, "nobody has this password")


def test_a_reset_ends_every_session_and_the_old_password(member, code_for):
    epoch = member.session_epoch
    service.reset_password(PHONE, code_for("reset", PHONE), STRONG)
    assert member.session_epoch > epoch
    fail(PHONE, 1)
    assert service.sign_in(PHONE, STRONG) is member


def test_a_reset_lets_a_resting_name_in(member, code_for):
    fail(PHONE, 9)
    with pytest.raises(TooMany):
        service.sign_in(PHONE, "not the password")
    service.reset_password(PHONE, code_for("reset", PHONE), STRONG)
    assert service.sign_in(PHONE, STRONG) is member


def test_a_short_reset_is_refused_to_staff_and_leaves_the_code(app, code_for):
    service.create_person("林知夏", "staff", by="system", phone=PHONE)
    code = code_for("reset", PHONE)
    with pytest.raises(Invalid) as refused:
        service.reset_password(PHONE, code, "nine-char")
    assert refused.value.field == "password"
    assert service.reset_password(PHONE, code, STRONG).staff_no == "S-001"


def test_changing_the_password_needs_the_present_one(member):
    with pytest.raises(Invalid) as refused:
        service.change_password(member, "not the password", STRONG)
    assert refused.value.field == "current"
    service.change_password(member, PASSWORD, STRONG)
    db.session.expire_all()
    assert service.sign_in(PHONE, STRONG) is member


def test_a_disabled_account_cannot_sign_in(member):
    with transaction():
        member.disabled = True
    with pytest.raises(Invalid):
        service.sign_in(PHONE, PASSWORD)
