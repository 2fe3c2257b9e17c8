"""No act inside makes a figure of the board look better: by the rows, the log, and the page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from forum.base import clock
from forum.base.db import db, transaction
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint
from forum.log import queries as log
from forum.moderation import locking, merging, moving, two_people
from forum.moderation import service as moderation
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Proposal
from forum.moderation.moving import Place
from forum.moderation.recovery import recover_rows
from forum.response import service as response
from forum.tlog.measures import Figures, Rate, figures
from forum.tlog.tables import BY_STAFF
from forum.tlog.window import CODES
from forum.transparency import facts
from forum.transparency.figures import counted, of_part, standing
from tests.complaints.test_importing import a_file, a_record, a_reply, run
from tests.factories import (
    a_code,
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
)
from tests.moderation.rooms import LOCK, MOVE
from tests.transparency.test_figures import IN_LIST, of_log

ASKED = Request("abuse", "领导不高兴，请尽快拿掉这一条。")


def here(code: str = "all") -> Figures:
    """The figures by the rows, which must be those of the log alone."""
    db.session.rollback()
    by_rows, by_log = facts.read()[0], of_log()
    assert by_rows == by_log
    assert [figures(by_rows, each) for each in CODES] == [figures(by_log, each) for each in CODES]
    return counted(code, log.tip()).everybody


def merged(number: int, into: int, proposer: Any = None) -> Complaint:
    merging.propose(proposer or a_person("staff"), number, into)
    return merging.merge(a_person("moderator"), number, into)


def agreed(act: str, number: int, *people: Any, **more: Any) -> int:
    """One moderator proposes it, another agrees."""
    first, second = people or (a_person("moderator"), a_person("moderator"))
    given = a_statement(**more)
    return two_people.approve(
        second, two_people.propose(first, Measure(act, number, given)).number
    ).number


def behind(client: FlaskClient, name: str, **of: str) -> int:
    return len(IN_LIST.findall(client.get(f"/transparency/behind/{name}", query_string=of).text))


def test_moving_to_praise_changes_no_rate_and_is_counted(app: Flask, client: FlaskClient):
    moderator = a_person("moderator")
    for _ in range(10):
        moving.move(moderator, a_complaint().number, Place(type="praise"), MOVE)
    a_complaint(type="praise")
    found = here()
    assert (found.rate("answered"), found.number("received")) == (Rate(0, 10), 11)
    assert [behind(client, name) for name in ("now-praise", "moved-to-praise")] == [10, 10]
    assert behind(client, "moved-to-praise", staff=str(moderator.staff_no)) == 10
    moving.move(moderator, 1, Place(type="criticism"), MOVE)
    assert here().number("now-praise") == 9


def test_parting_afterwards_makes_no_removal_one_without_supporters(app: Flask):
    a_complaint(), a_complaint()
    for number in range(9):
        complaints.support(a_member(f"邻居{number}号"), 2)
    merged(2, 1)
    a_removal(complaints.existing(1))
    merging.unmerge(a_person("moderator"), 2)
    assert complaints.existing(1).supporters == 0
    assert here().number("many-supporters") == 1


def test_an_archive_makes_no_rate_of_a_window_smaller(app: Flask, client: FlaskClient, tmp_path):
    for _ in range(10):
        a_removal(a_complaint())
    run(a_file(tmp_path, [a_record(number, **a_reply()) for number in range(20)]))
    found = here("30d")
    assert (found.rate("hidden"), found.rate("answered")) == (Rate(10, 10), Rate(0, 10))
    assert here().rate_here("answered", "answerable") == Rate(0, 10)
    assert behind(client, "imported", window="30d") == found.number("imported") == 20
    page = client.get("/transparency").text
    assert "不含转入的旧意见：看得见 0.0 条，不再公开 1000.0 条" in page
    assert re.search(
        r'data-figure="removed">.*?<td class="amount">333.3</td><td class="amount">1000.0<', page
    )
    assert "不含转入 0.0%" in page and "不含转入 1000.0" in page
    assert "不含转入 " not in client.get("/transparency?window=30d").text


def test_a_withdrawal_after_a_reply_stays_counted_when_it_is_erased(app: Flask):
    author, keys = a_member(), ("k" * 43, "q" * 43)
    for key in keys:
        complaint = a_complaint(author, key=key)
        response.reply(a_person("staff"), complaint.number, "配件已到，周五装好。")
        proof = Proof(complaint.act_entry, code=a_code(key))
        author_acts.withdraw(author, complaint.number, proof)
    an_erasure(complaints.existing(1))
    assert counted("30d", log.tip()).after_contact == 2
    last = complaints.existing(2)
    author_acts.undo_withdrawal(author, 2, Proof(last.act_entry, code=a_code(keys[1])))
    assert counted("all", log.tip()).after_contact == 1


def test_an_unproven_withdrawal_counts_from_when_it_was_asked_for(app: Flask):
    author = a_member()
    complaint = a_complaint(author)
    response.reply(a_person("staff"), complaint.number, "配件已到，周五装好。")
    author_acts.withdraw(author, 1, Proof(complaints.existing(1).act_entry))
    with clock.set_to(clock.now() + timedelta(days=8)):
        author_acts.withdraw_due()
        assert complaints.existing(1).state == "withdrawn"
        assert counted("30d", log.tip()).after_contact == 1


def test_what_is_merged_and_delisted_is_counted_as_delisted(app: Flask, client: FlaskClient):
    a_complaint(), a_complaint(), a_complaint()
    merged(2, 1), merged(3, 1)
    agreed("delist", 2)
    assert here().number("delisted") == behind(client, "delisted") == 1
    page = client.get("/transparency").text
    assert re.search(r'data-figure="delisted"><a [^>]+>1<', page)


def test_a_request_that_came_to_nothing_was_not_approved(app: Flask, client: FlaskClient):
    first, second, executive = a_person("moderator"), a_person("moderator"), a_person("executive")
    for number in range(1, 5):
        a_complaint()
        two_people.propose(executive, Measure("remove", number, ASKED))
        if number < 4:
            became = two_people.propose(first, Measure("remove", number, a_statement())).number
        if number == 1:
            two_people.approve(second, became)
        elif number == 2:
            two_people.reject(second, became, "没有辱骂，不同意下架。")
    found = here()
    outcomes = ("approved", "rejected", "lapsed", "open")
    assert [found.number(f"requests-{name}") for name in outcomes] == [1, 1, 0, 2]
    with clock.set_to(clock.now() + timedelta(hours=73)):
        two_people.lapse_due()
    found = here()
    assert [found.number(f"requests-{name}") for name in outcomes] == [1, 1, 2, 0]
    assert found.number("requests") == behind(client, "requests") == 4


def test_the_second_person_stands_in_the_table_of_staff(app: Flask, client: FlaskClient):
    first, second = a_person("moderator"), a_person("moderator")
    for _ in range(4):
        a_complaint()
    agreed("remove", 1, first, second)
    alone = moderation.remove_alone(first, 2, a_statement("spam"), "spam")
    two_people.approve(second, alone.number)
    locking.lock(first, 3, LOCK)
    moving.move(first, 3, Place(category="parking"), MOVE)
    merged(4, 3, second)
    staff = here().staff
    assert [staff[str(first.staff_no)][name] for name in BY_STAFF] == [2, 1, 1, 1, 0, 0, 0, 0, 0]
    assert staff[str(second.staff_no)]["seconded"] == 3
    for number, counts in staff.items():
        part = of_part("all", staff=number)
        assert {name: part.number(name) for name in counts} == counts
        assert behind(client, "seconded", staff=number) == counts["seconded"]


def test_removing_again_what_just_came_back_does_not_look_late(app: Flask):
    moderator, start = a_person("moderator"), clock.now()
    for _ in range(10):
        a_removal(a_complaint(), moderator)
    with clock.set_to(start + timedelta(days=30)):
        for number in range(1, 11):
            moderation.restore(moderator, number, "mistake")
            a_removal(complaints.existing(number), moderator)
        took = here().times["in-view"]
    assert took.n == 20 and took.p90 is not None and took.p90 < 3600


def test_a_holding_reply_is_not_an_answer_before_a_removal(app: Flask):
    a_complaint(), a_complaint()
    response.reply(a_person("staff"), 1, "我查一查。", holding=True, until=clock.local_date())
    response.reply(a_person("staff"), 2, "配件已到，周五装好。")
    a_removal(complaints.existing(1)), a_removal(complaints.existing(2))
    assert here().number("before-reply") == 1


def test_a_measure_that_ended_on_its_day_is_not_undone(app: Flask):
    a_complaint(), a_complaint()
    agreed("suspend", 1, until=clock.local_date() + timedelta(days=7))
    moderation.remove_alone(a_person("moderator"), 2, a_statement("spam"), "spam")
    with clock.set_to(clock.now() + timedelta(days=9)):
        moderation.restore_ended(), two_people.lapse_due()
        found = here()
    names = ("ended", "undone", "undone-lapsed", "brought-back")
    assert [found.number(name) for name in names] == [1, 1, 1, 2]


def test_the_rates_of_what_was_posted_here_are_of_the_same_moment(app: Flask, tmp_path):
    run(a_file(tmp_path, [a_record(number) for number in range(3)]))
    a_removal(a_complaint())
    assert standing(facts.read()[0]).here == {"removed": 1}


def test_what_became_of_a_request_is_known_again_after_a_recovery(app: Flask):
    executive, moderator = a_person("executive"), a_person("moderator")
    for number in (1, 2):
        a_complaint()
        two_people.propose(executive, Measure("remove", number, ASKED))
        became = two_people.propose(moderator, Measure("remove", number, a_statement()))
        two_people.reject(a_person("moderator"), became.number, "没有辱骂，不同意下架。")
    with transaction():
        db.session.query(Proposal).delete()
        recover_rows(0)
    assert here().number("requests-rejected") == 2
