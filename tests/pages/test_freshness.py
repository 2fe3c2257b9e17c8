"""A kept page is never older than the log, and costs next to nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.base import clock
from forum.base.db import transaction
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.service import existing
from forum.places import queries as places
from forum.response import service as response
from forum.response.service import Resolution
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_project,
    a_removal,
    csrf,
    sign_in,
)
from tests.pages.reading import look, machine, queries

LONG = 200
MOST_QUERIES = 12
FIXED = Resolution("fixed", "execution")


def a_long_complaint(replies: int = LONG) -> int:
    """A complaint with so many replies, supporters and versions, made in one transaction."""
    author, staff, neighbour = a_member(), a_person(), a_member("邻居")
    number = a_complaint(author).number
    with transaction():
        for k in range(replies):
            if k % 2:
                complaints.comment(neighbour, number, f"第 {k} 句，追问。")
            else:
                response.reply(staff, number, f"第 {k} 句，答复。")
        complaints.support(neighbour, number)
        proof = Proof(of=existing(number).act_entry)
        author_acts.edit(author, number, "改过的标题", "改过的正文。", proof)
    return number


def many_complaints(count: int) -> None:
    """So many complaints, every fifth of them removed, in one transaction."""
    author, staff, moderator = a_member(), a_person(), a_person("moderator")
    a_project()
    with transaction():
        for k in range(1, count + 1):
            complaint = a_complaint(author, title=f"第 {k} 件事")
            if k % 5 == 0:
                a_removal(complaint, moderator)
            elif k % 3 == 0:
                response.reply(staff, complaint.number, "已经在办，请看现场。")


def tomorrow() -> datetime:
    """A day after the board was opened: the log refuses to go back."""
    return clock.now().replace(microsecond=0) + timedelta(days=1)


def test_every_act_shows_at_once(app: Flask, client: FlaskClient) -> None:
    author, staff, neighbour = a_member(), a_person(), a_member("邻居")
    number = a_complaint(author).number

    def withdraw() -> None:
        author_acts.withdraw(author, number, Proof(of=existing(number).act_entry))

    acts: list[tuple[Callable[[], object], str]] = [
        (lambda: complaints.comment(neighbour, number, "我家也一样。"), "我家也一样。"),
        (lambda: complaints.support(neighbour, number), 'data-field="supporters">1<'),
        (lambda: response.reply(staff, number, "下周换主板。"), "下周换主板。"),
        (withdraw, "有人申请撤回"),
        (lambda: author_acts.stop_withdrawal(author, number), "停止撤回"),
        (lambda: response.resolve(staff, number, FIXED, "主板换好了。"), "主板换好了。"),
        (lambda: a_removal(existing(number)), "此处原有一条意见"),
    ]
    for act, words in acts:
        assert words not in client.get(f"/complaints/{number}").text
        act()
        assert words in client.get(f"/complaints/{number}").text


def test_a_reply_posted_over_http_is_on_page_and_list_at_once(app: Flask) -> None:
    number, staff = a_complaint().number, a_person()
    visitor, desk = app.test_client(), sign_in(app, staff)
    assert "回复 1" not in visitor.get("/complaints").text
    assert not look(visitor, f"/complaints/{number}").replies
    sent = {"kind": "reply", "body": "马上派人。", "csrf_token": csrf(desk)}
    answer = desk.post(f"/complaints/{number}/replies", data=sent)
    assert answer.status_code == 303
    for browser in (visitor, desk):
        assert look(browser, f"/complaints/{number}").replies == [1]
        assert "回复 1" in browser.get("/complaints").text


def test_overdue_appears_when_the_clock_passes_without_an_entry(app: Flask) -> None:
    with clock.set_to(tomorrow()):
        number = a_complaint().number
        due = existing(number).due_at
    visitor = app.test_client()
    pages = (f"/complaints/{number}", "/complaints", "/", "/projects/spring-garden")
    with clock.set_to(due - timedelta(seconds=1)):
        assert all("应于" not in visitor.get(path).text for path in pages)
        assert not look(visitor, "/complaints?sort=overdue").numbers
    with clock.set_to(due):
        assert all("应于" in visitor.get(path).text for path in pages)
        assert look(visitor, "/complaints?sort=overdue").numbers == [number]


def test_a_promise_reads_as_late_when_its_day_is_over(app: Flask, client: FlaskClient) -> None:
    with clock.set_to(tomorrow()):
        number = a_complaint().number
        until = clock.local_date() + timedelta(days=1)
        response.reply(a_person(), number, "明天换。", until=until)
        assert f"公司承诺 {until} 前办好" in client.get(f"/complaints/{number}").text
    with clock.set_to(tomorrow() + timedelta(days=2)):
        assert "公司承诺的日子已过" in client.get(f"/complaints/{number}").text


def test_a_renamed_estate_reaches_the_kept_page(app: Flask, client: FlaskClient) -> None:
    number = a_complaint().number
    assert "春晓花园" in client.get(f"/complaints/{number}").text
    with transaction():
        project = places.project("spring-garden")
        project.name = "春晓新苑"
    a_project("another")
    assert "春晓新苑" in client.get(f"/complaints/{number}").text


def test_page_and_header_name_the_same_newest_checkpoint(app: Flask, client: FlaskClient) -> None:
    number = a_complaint().number
    for path in ("/", "/complaints", f"/complaints/{number}", f"/complaints/{number}/history"):
        client.get(path)
    a_complaint()
    size, root = client.get("/tlog/checkpoint").text.splitlines()[1:3]
    for path in ("/", "/complaints", f"/complaints/{number}", f"/complaints/{number}/history"):
        answer = client.get(path)
        assert answer.headers["Log-Checkpoint"] == f"{size} {root}"
        assert look(client, path).checkpoint == f"{size} {root}"
    assert client.get(f"/complaints/{number}.json").headers["Log-Checkpoint"] == f"{size} {root}"


def test_visitors_get_no_cookie_and_the_signed_in_no_kept_page(app: Flask) -> None:
    author = a_member()
    number = a_complaint(author).number
    visitor, own = app.test_client(), sign_in(app, author)
    for path in ("/", "/complaints", f"/complaints/{number}", f"/complaints/{number}.json"):
        answer = visitor.get(path)
        assert "Set-Cookie" not in answer.headers and "csrf_token" not in _forms(answer.text)
    assert "修改（每一版都保留）" in own.get(f"/complaints/{number}").text
    assert "修改（每一版都保留）" not in visitor.get(f"/complaints/{number}").text


def _forms(html: str) -> str:
    return html.replace('name="csrf_token" value=""', "")


def test_a_text_that_looks_like_the_slot_is_left_alone(app: Flask, client: FlaskClient) -> None:
    body = "@@log-checkpoint@@ 是什么？"
    number = a_complaint(body=body).number
    assert look(client, f"/complaints/{number}").fields["body"] == body


@pytest.mark.parametrize("replies", [1, LONG])
def test_a_complaint_of_any_length_takes_few_queries(app: Flask, replies: int) -> None:
    number, reader = a_long_complaint(replies), a_member("读者")
    for browser in (app.test_client(), sign_in(app, reader)):
        for path in (f"/complaints/{number}", f"/complaints/{number}/history"):
            with queries() as sent:
                look(browser, path)
            assert len(sent) <= MOST_QUERIES, sent
    with queries() as sent:
        machine(app.test_client(), number)
    assert len(sent) <= MOST_QUERIES, sent


@pytest.mark.parametrize("count", [1, 60])
def test_lists_of_any_length_take_few_queries(app: Flask, count: int) -> None:
    many_complaints(count)
    paths = ("/", "/complaints", "/projects/spring-garden", "/categories/repair", "/cities/c-1",
             "/complaints?sort=due&type=criticism", "/complaints?sort=supported")  # fmt: skip
    for browser in (app.test_client(), sign_in(app, a_member("读者"))):
        for path in paths:
            with queries() as sent:
                look(browser, path)
            assert len(sent) <= MOST_QUERIES, (path, sent)


def test_a_kept_page_is_served_on_two_queries(app: Flask, client: FlaskClient) -> None:
    number = a_long_complaint(3)
    for path, most in ((f"/complaints/{number}", 2), ("/complaints", 1), ("/", 1)):
        first = client.get(path)
        with queries() as sent:
            assert client.get(path).data == first.data
        assert len(sent) <= most, sent


def test_a_notice_takes_few_queries(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    a_removal(complaint)
    for browser in (app.test_client(), sign_in(app, author)):
        with queries() as sent:
            look(browser, f"/complaints/{complaint.number}", 410)
        assert len(sent) <= MOST_QUERIES, sent
