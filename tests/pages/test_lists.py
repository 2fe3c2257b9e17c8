"""Lists leave nothing out, keep the place of what is gone, and can be recomputed by anybody."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.base import clock
from forum.base.db import transaction
from forum.complaints import service as complaints
from forum.complaints.models import Complaint
from forum.complaints.service import existing
from forum.pages.cards import cards_for
from forum.response import service as response
from tests.factories import a_complaint, a_member, a_person, a_project, a_removal
from tests.pages.reading import Page, look, machine

NEXT = re.compile(r'rel="next" href="([^"]+)"')


def walk(client: FlaskClient, path: str) -> list[int]:
    """The numbers of all pages of a list, in order."""
    found: list[int] = []
    for _page in range(50):
        html = client.get(path).text
        found += Page(html).numbers
        link = NEXT.search(html)
        if link is None:
            return found
        path = link.group(1).replace("&amp;", "&")
    raise AssertionError("the list has no end")


def a_board(count: int = 45) -> list[Complaint]:
    """Complaints over time; some with supporters, some answered, every ninth removed."""
    people = [a_member(f"业主{k}") for k in range(4)]
    staff, moderator = a_person(), a_person("moderator")
    a_project()
    start = clock.now() + timedelta(days=1)
    posted = []
    with transaction():
        for k in range(count):
            with clock.set_to(start + timedelta(hours=k // 2)):
                complaint = a_complaint(people[3])
                for person in people[: k % 3]:
                    complaints.support(person, complaint.number)
                if k % 4 == 0:
                    response.reply(staff, complaint.number, "已经查明，正在处理。")
                if k % 9 == 0:
                    a_removal(complaint, moderator)
            posted.append(complaint)
    return posted


@pytest.fixture
def board(app: Flask) -> list[Complaint]:
    """Forty-five complaints over a day, none of them late yet."""
    return a_board()


def test_every_order_can_be_recomputed(board, client: FlaskClient) -> None:
    assert walk(client, "/complaints") == list(range(45, 0, -1))
    shown = [c for c in board if c.state == "visible"]
    by_support = sorted(shown, key=lambda c: (-c.supporters, -c.number))
    assert walk(client, "/complaints?sort=supported") == [c.number for c in by_support]
    due = sorted((c for c in shown if c.due_at), key=lambda c: (c.due_at, c.number))
    assert walk(client, "/complaints?sort=due") == [c.number for c in due]
    waiting = [c.number for c in reversed(shown) if c.status == "open"]
    assert walk(client, "/complaints?sort=unanswered") == waiting
    assert walk(client, "/complaints?sort=solved") == []
    moment = due[len(due) // 2].due_at
    with clock.set_to(moment):
        late = [c.number for c in due if c.due_at <= moment]
        assert walk(client, "/complaints?sort=overdue") == late


def test_what_is_gone_keeps_its_place(board, client: FlaskClient) -> None:
    gone = {c.number for c in board if c.state == "removed"}
    for path in ("/complaints", "/projects/spring-garden", "/cities/c-1", "/categories/repair"):
        assert gone <= set(walk(client, path)), path
    html = client.get("/complaints").text
    assert "此处原有一条意见" in html and "辱骂或威胁他人" in html


def test_figures_add_up_at_home_and_at_a_place(board, client: FlaskClient) -> None:
    html = client.get("/projects/spring-garden").text
    row = re.compile(r'figure-number"[^>]*>([^<]+)</span><span class="figure-label">([^<]+)<')
    figures = {label: number for number, label in row.findall(html)}
    assert figures["收到"] == "45" and figures["户数"] == "1,200"
    assert int(figures["看得见"]) + int(figures["已下架"]) == 45
    assert "共 45 条中" in html
    html = client.get("/").text
    received, visible, removed = re.findall(r'<a class="number" [^>]+>(\d+)</a>', html)[:3]
    assert (received, int(visible) + int(removed)) == ("45", 45)
    assert look(client, "/").numbers[-10:] == list(range(45, 35, -1))


def test_filters_narrow_and_stay_while_paging(app: Flask, client: FlaskClient) -> None:
    a_project("other-side", city="杭州")
    with transaction():
        author = a_member()
        praise = [a_complaint(author, type="praise").number for _ in range(25)]
        parking = a_complaint(author, category="parking", project="other-side").number
    assert walk(client, "/complaints?type=praise&city=&status=") == praise[::-1]
    assert walk(client, "/complaints?category=parking") == [parking]
    assert walk(client, "/complaints?project=other-side&status=open") == [parking]
    assert walk(client, "/projects/other-side?type=praise") == []
    assert walk(client, "/complaints?city=c-1") == walk(client, "/cities/c-1") == [parking]


def test_a_complaint_taken_out_of_the_lists_is_in_none(app: Flask, client: FlaskClient) -> None:
    number = a_complaint().number
    with transaction():
        existing(number).listed = False
    a_complaint()
    for path in ("/", "/complaints", "/complaints?sort=due", "/projects/spring-garden"):
        assert number not in look(client, path).numbers
    assert machine(client, number)["listed"] is False


def test_what_does_not_exist_is_said_so(app: Flask, client: FlaskClient) -> None:
    for path in ("/projects/nowhere", "/cities/nowhere", "/categories/nowhere",
                 "/complaints?project=nowhere"):  # fmt: skip
        assert client.get(path).status_code == 404, path
    for path in ("/complaints?type=rant", "/complaints?status=lost", "/complaints?sort=best"):
        assert client.get(path).status_code == 400, path
    for key in ("x", "9" * 30, "1-2-3", "-1", "99999999999999-99999999999999"):
        for sort in ("newest", "supported", "due"):
            assert client.get(f"/complaints?sort={sort}&after={key}").status_code == 200


def test_an_empty_list_has_its_sentence_and_the_next_step(app: Flask, client: FlaskClient) -> None:
    a_project()
    html = client.get("/projects/spring-garden").text
    assert "这里还没有意见。" in html and "/complaints/new?project=spring-garden" in html
    html = client.get("/complaints?type=praise").text
    assert "没有符合这些条件的意见。" in html and 'href="/complaints"' in html


def test_words_typed_above_a_list_go_to_the_search(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/complaints?q=漏水&type=praise&city=")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/search?q=%E6%BC%8F%E6%B0%B4&type=praise")


def test_cards_come_in_the_order_asked_for_without_what_is_gone(app: Flask) -> None:
    with transaction():
        author = a_member()
        numbers = [a_complaint(author).number for _ in range(4)]
        a_removal(existing(numbers[1]))
    with app.test_request_context():
        cards = cards_for([numbers[3], numbers[1], numbers[0], 999])
    assert [card.number for card in cards] == [numbers[3], numbers[0]]
