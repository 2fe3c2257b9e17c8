"""What the company does: only a substantive answer stops the clock, only the author confirms."""

from datetime import timedelta

import pytest
from flask import Flask

from forum.base import clock
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints import service as complaints
from forum.complaints.clocks import first_reply_due, working_days_after
from forum.complaints.service import existing
from forum.log import queries as log
from forum.response import service
from forum.response.service import Resolution
from tests.factories import MONDAY, a_complaint, a_member, a_person

FIXED = Resolution("fixed", "execution")


def test_the_first_answer_stops_the_clock(app: Flask) -> None:
    number = a_complaint().number
    assert existing(number).due_at == first_reply_due(existing(number).posted_at)
    service.reply(a_person(), number, "查过了，配件明天到，先停用二号梯。")
    answered = existing(number)
    assert (answered.status, answered.due_at) == ("answered", None)
    kinds = [entry["kind"] for _index, entry in log.entries_of(number)]
    assert kinds == ["complaint.posted", "reply.posted", "complaint.status"]


def test_a_holding_reply_needs_a_date_and_stops_nothing(app: Flask) -> None:
    number, person = a_complaint().number, a_person()
    with pytest.raises(Invalid):
        service.reply(person, number, "我查一查。", holding=True)
    tomorrow = clock.local_date() + timedelta(days=1)
    service.reply(person, number, "我查一查。", holding=True, until=tomorrow)
    assert existing(number).status == "open"
    assert existing(number).due_at is not None


def test_a_reply_with_a_date_is_a_promise_that_can_break(app: Flask) -> None:
    number = a_complaint().number
    service.reply(a_person(), number, "周五前修好。", until=clock.local_date() + timedelta(days=3))
    assert existing(number).status == "promised"
    assert service.break_promises() == 0
    with clock.set_to(clock.now() + timedelta(days=5)):
        assert service.break_promises() == 1
    assert existing(number).status == "answered"
    assert "promise.broken" in [entry["kind"] for _index, entry in log.entries_of(number)]


def test_resolving_keeps_the_promise_and_waits_for_the_author(app: Flask) -> None:
    number, person = a_complaint().number, a_person()
    service.reply(person, number, "周五前修好。", until=clock.local_date() + timedelta(days=3))
    service.resolve(person, number, FIXED, "已换主板，三号楼电梯恢复运行。")
    assert existing(number).status == "resolved"
    kinds = [entry["kind"] for _index, entry in log.entries_of(number)]
    assert kinds[-2:] == ["promise.kept", "complaint.status"]
    with pytest.raises(Conflict):
        service.resolve(person, number, FIXED, "再登记一次。")


def test_fourteen_days_of_silence_close_it_unconfirmed(app: Flask) -> None:
    number = a_complaint().number
    service.resolve(a_person(), number, FIXED, "已换主板。")
    assert service.close_silent() == 0
    with clock.set_to(clock.now() + timedelta(days=14, minutes=1)):
        assert service.close_silent() == 1
        assert service.close_silent() == 0
    assert existing(number).status == "closed_unconfirmed"


@pytest.mark.parametrize("role", ["member", "moderator", "auditor", "admin"])
def test_only_the_company_answers_for_the_company(sqlite_app: Flask, role: str) -> None:
    person = a_member() if role == "member" else a_person(role)
    with pytest.raises(NotAllowed):
        service.reply(person, a_complaint().number, "官方答复。")


def test_ten_working_days_skip_weekends() -> None:
    assert first_reply_due(MONDAY) == MONDAY + timedelta(days=14)
    saturday = MONDAY + timedelta(days=5)
    assert working_days_after(saturday, 1) == MONDAY + timedelta(days=7)


def test_me_too_counts_each_household_once(app: Flask) -> None:
    number, neighbour = a_complaint().number, a_member("邻居")
    assert complaints.support(neighbour, number) == 1
    assert complaints.support(neighbour, number) == 1
    assert complaints.support(a_member("楼上"), number) == 2
    assert complaints.withdraw_support(neighbour, number) == 1
    assert [e["supporters"] for _i, e in log.entries_of(number)[1:]] == [1, 2, 1]
    with pytest.raises(Conflict):
        complaints.support(existing(number).account, number)
