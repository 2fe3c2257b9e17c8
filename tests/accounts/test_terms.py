"""A role ends: on the day it was given for, or because it was taken back; and everybody reads it."""

from datetime import timedelta

import pytest
from flask import Flask

from forum.accounts import service as accounts
from forum.accounts import terms
from forum.accounts.models import Account
from forum.app import ROW_CHECKS
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound
from forum.log import queries as log
from forum.log.check import check_log
from forum.transparency import audit
from forum.transparency.audit import Opinion
from tests.factories import PASSWORD, a_person, sign_in

DAY = timedelta(days=1)


def an_auditor(days: int) -> Account:
    """One whose last day is so many days from today."""
    until = clock.local_date() + days * DAY
    return accounts.create_person("方主任", "auditor", by="admin", email="fang@board.test",
                                  password=PASSWORD, until=until)  # fmt: skip


def newest() -> dict:
    return log.entry(log.tip().size - 1) or {}


def test_a_term_is_in_the_log_and_on_the_page(app: Flask, client):
    auditor = an_auditor(365)
    until = (clock.local_date() + 365 * DAY).isoformat()
    assert (newest()["kind"], newest()["until"]) == ("role.granted", until)
    assert f"到 {until} 为止" in client.get("/about/roles").text
    assert f"到 {until} 为止" in sign_in(app, auditor).get("/audit").text


def test_a_role_ends_after_its_last_day_and_not_before(app: Flask):
    auditor = an_auditor(2)
    with clock.set_to(clock.now() + 2 * DAY):
        assert terms.end_terms() == 0
    with clock.set_to(clock.now() + 3 * DAY):
        assert terms.end_terms() == 1 and terms.end_terms() == 0
        assert (newest()["kind"], newest()["by"], newest()["staff"]) == (
            "role.revoked", "system", auditor.staff_no)  # fmt: skip
        assert check_log(ROW_CHECKS) == []


def test_whoever_lost_the_role_cannot_act_or_sign_in_any_more(app: Flask):
    auditor = a_person("auditor")
    browser = sign_in(app, auditor)
    assert browser.get("/audit").status_code == 200
    terms.revoke(str(auditor.staff_no))
    assert browser.get("/audit").status_code == 302
    with pytest.raises(Invalid):
        accounts.sign_in(str(auditor.email), PASSWORD)
    with pytest.raises(NotAllowed):
        audit.report(
            auditor, Opinion(0, 1, "unqualified", "逐条看过，没有发现问题，全部都有理由。")
        )
    assert check_log(ROW_CHECKS) == []


def test_the_page_says_until_when_somebody_was_what(app: Flask, client):
    number = str(a_person("moderator").staff_no)
    terms.revoke(number)
    page = client.get("/about/roles").text
    now, _heading, past = page.partition("以往")
    assert f'data-holder="{number}"' in past and f'data-holder="{number}"' not in now
    assert "现在没有人担任" in now


def test_a_number_is_never_given_again(sqlite_app: Flask):
    first = str(a_person().staff_no)
    terms.revoke(first)
    assert a_person().staff_no != first


def test_taking_back_what_nobody_has_is_refused(sqlite_app: Flask):
    number = str(a_person().staff_no)
    terms.revoke(number)
    with pytest.raises(Conflict):
        terms.revoke(number)
    with pytest.raises(NotFound):
        terms.revoke("S-999")


@pytest.mark.parametrize(("role", "days"), [("auditor", -1), ("member", 30)])
def test_a_term_that_makes_no_sense_is_refused(sqlite_app: Flask, role, days):
    size = log.tip().size
    with pytest.raises(Invalid):
        accounts.create_person("方主任", role, by="admin", until=clock.local_date() + days * DAY)
    db.session.rollback()
    assert log.tip().size == size
