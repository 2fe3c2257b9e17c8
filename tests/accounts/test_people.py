"""Names, roles, staff numbers, invitations."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from forum.accounts import queries, service
from forum.accounts.addresses import parse_name
from forum.accounts.models import Account, OneTimeCode
from forum.base import clock
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid
from forum.log.models import LogEntry
from forum.tlog.entry import parse_entry
from tests.accounts.conftest import PASSWORD, PHONE

STRONG = "garden-not-car-park"


def staff(name="林知夏", role="staff", **more):
    return service.create_person(name, role, by="admin", **more)


def granted():
    rows = db.session.scalars(select(LogEntry.bytes).where(LogEntry.kind == "role.granted"))
    return [parse_entry(data) for data in rows]


@pytest.mark.parametrize(
    "typed", ["榕树下老周", "  3栋 阿可 ", "A", "写代码的老陆🙂", "Ｑ姐", "直率的人"]
)
def test_ordinary_pseudonyms_are_taken(app, typed):
    assert parse_name(typed) == " ".join(typed.split())


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "字" * 21, "官方", "官 方 回 复", "小区客服", "物业管理员", "直言小助手", "ADMIN",
     "ａｄｍｉｎ", "S-017", "s - 17", "老\u202e周", "老\u200b周", "老\x00周", "\u3164", "老\ufffd周"],
)  # fmt: skip
def test_misleading_pseudonyms_are_refused(app, typed):
    with pytest.raises(Invalid) as refused:
        parse_name(typed)
    assert refused.value.field == "name"


def test_the_boards_own_name_is_nobodys_pseudonym(app):
    app.config["FORUM_BOARD_NAME"] = "花城 之声"
    with pytest.raises(Invalid):
        parse_name("花城之声")


def test_two_people_may_have_one_pseudonym(app):
    first = service.create_person("老周", "member", by="system")
    assert service.create_person("老周", "member", by="system").id != first.id


def test_a_new_pseudonym_goes_through_the_same_rules(member):
    service.rename(member, " 榕树下  小周 ")
    assert member.name == "榕树下 小周"
    with pytest.raises(Invalid):
        service.rename(member, "官方客服")


def test_people_inside_are_numbered_and_logged(app):
    people = [staff(department="kefu"), staff("莫晓", "moderator"), staff("程董", "executive")]
    assert [person.staff_no for person in people] == ["S-001", "S-002", "S-003"]
    assert [(e["staff"], e["by"], e["role"], e["department"], e["second"]) for e in granted()] == [
        ("S-001", "admin", "staff", "kefu", None),
        ("S-002", "admin", "moderator", None, None),
        ("S-003", "admin", "executive", None, None),
    ]
    assert queries.people_inside() == people


def test_a_member_has_no_number_and_no_entry(member):
    assert member.staff_no is None and granted() == [] and queries.people_inside() == []


def test_a_staff_number_is_never_given_twice(app):
    person = staff()
    with transaction():
        db.session.execute(delete(Account).where(Account.id == person.id))
    assert staff("何志强").staff_no == "S-002"


def test_a_person_refused_leaves_no_entry(app):
    staff(phone=PHONE)
    with pytest.raises(Conflict):
        staff("何志强", phone=PHONE)
    assert len(granted()) == 1 and len(queries.people_inside()) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"role": "owner"}, {"role": "visitor"}, {"department": "客户关系部"}, {"email": PHONE},
     {"phone": "lin@example.com"}, {"name": " "}, {"password": "elevenchar!"}],
)  # fmt: skip
def test_wrong_facts_make_nobody(app, wrong):
    with pytest.raises(Invalid):
        staff(**wrong)
    assert granted() == []


def test_staff_sign_in_with_their_number(app):
    person = staff(password=STRONG)
    for name in ("S-001", "s-001", "S001", " ｓ-００１ "):
        assert service.sign_in(name, STRONG) is person


def test_a_session_names_account_and_epoch(member):
    cookie = member.get_id()
    assert queries.of_session(cookie) is member
    service.sign_out_everywhere(member)
    assert queries.of_session(cookie) is None
    for forged in ("", "1", ".", "1.", "x.0", f"{member.id}.x", f"{member.id}.{10**20}"):
        assert queries.of_session(forged) is None


def test_an_invitation_opens_once(app):
    person = staff()
    token = service.invite(person)
    assert service.invited(token) is person
    service.accept_invite(token, STRONG)
    assert service.sign_in("S-001", STRONG) is person
    with pytest.raises(Invalid):
        service.accept_invite(token, STRONG)


def test_an_invitation_ends_after_two_days_or_with_the_next(app):
    person = staff()
    token = service.invite(person)
    with clock.set_to(clock.now() + timedelta(hours=49)), pytest.raises(Invalid):
        service.invited(token)
    service.invite(person)
    with pytest.raises(Invalid):
        service.invited(token)


@pytest.mark.parametrize("token", ["", "1", "1-", "x-y", "1-" + "A" * 43, "9" * 40 + "-A"])
def test_a_made_up_token_opens_nothing(app, token):
    service.invite(staff())
    with pytest.raises(Invalid):
        service.invited(token)


def test_a_token_is_kept_as_a_digest_only(app):
    token = service.invite(staff())
    kept = db.session.scalars(select(OneTimeCode.digest)).one()
    assert token.partition("-")[2] not in kept and re.fullmatch("[0-9a-f]{64}", kept)


def test_an_invitation_goes_to_the_mail_of_the_invited(app, inbox):
    token = service.invite(staff(email="lin@example.com"))
    (mail,) = inbox()
    assert f"http://board.test/invite/{token}" in mail.get_body(("plain",)).get_content()


def test_an_invitation_keeps_the_password_rules(app):
    token = service.invite(staff())
    with pytest.raises(Invalid):
        service.accept_invite(token, "elevenchar!")
    assert service.accept_invite(token, PASSWORD + "五棵一行").staff_no == "S-001"
