"""The figures over HTTP: equal to those of the log alone, each with the entries behind it."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from forum.base.db import db
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.log import queries as log
from forum.log.models import LogEntry
from forum.moderation import service as moderation
from forum.moderation import two_people
from forum.moderation.measures import Measure, Request
from forum.response import service as response
from forum.tlog.entry import parse_entry
from forum.tlog.facts import Facts, facts_of_log
from forum.tlog.measures import figures
from forum.tlog.window import CODES
from forum.transparency import facts
from forum.transparency.figures import counted
from tests.factories import (
    a_code,
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
)
from tests.scenes import Scene, a_board_in_use

NUMBER = re.compile(r'<a href="(/transparency/behind/[^"]+)">([\d,]+)</a>')
IN_LIST = re.compile(r'<li class="logrow')


def of_log() -> Facts:
    """The facts by the entries alone."""
    rows = db.session.execute(select(LogEntry.index, LogEntry.bytes).order_by(LogEntry.index))
    return facts_of_log((index, parse_entry(data)) for index, data in rows)


def a_history(app) -> None:
    """A bit of everything that verbs write today."""
    scene = a_board_in_use(app)
    staff, moderator = scene.people["staff"], scene.people["moderator"]
    an_erasure(a_complaint(scene.author))
    moderation.remove_alone(moderator, a_complaint().number, a_statement("spam"), "spam")
    kept, back = a_complaint(), a_complaint(a_member(verified=True))
    asked = two_people.propose(staff, Measure("remove", kept.number, Request("abuse", "第二段点名骂人，请看一看。")))  # fmt: skip
    two_people.refuse_request(moderator, asked.number, "没有骂人，只是生气。")
    two_people.propose(moderator, Measure("remove", kept.number, a_statement()))
    a_removal(back)
    moderation.restore(moderator, back.number, "mistake")


def test_facts_and_figures_of_rows_are_those_of_the_log_alone(app):
    a_history(app)
    by_rows, by_log = facts.read()[0], of_log()
    assert by_rows.measures == by_log.measures
    assert by_rows.asks == by_log.asks
    assert by_rows.cases == by_log.cases
    assert by_rows == by_log
    for code in CODES:
        assert figures(by_rows, code) == figures(by_log, code)


def test_an_empty_board_has_figures_too(app, client):
    assert facts.read()[0] == of_log()
    counted = client.get("/transparency.json").json["counts"]
    # Opening a board logs the settings that matter for hiding.
    assert counted == {"hiding": 1, "hiding-setting.changed": 1}


@pytest.fixture(scope="module")
def history(scene: Scene):
    """A visitor on the board in use, which no test here changes."""
    return scene.app.test_client()


def test_every_number_leads_to_as_many_entries(history):
    page = history.get("/transparency?window=90d").text
    links = dict(NUMBER.findall(page))
    assert len(links) > 30
    for path, number in links.items():
        answer = history.get(path.replace("&amp;", "&"))
        assert answer.status_code == 200, path
        assert len(IN_LIST.findall(answer.text)) == int(number), path


def test_the_list_behind_a_number_is_paged(app, client):
    author = a_member()
    for _ in range(51):
        a_complaint(author)
    first = client.get("/transparency/behind/received").text
    (after,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = client.get(after.replace("&amp;", "&")).text
    assert [len(IN_LIST.findall(page)) for page in (first, second)] == [50, 1]


def test_the_machine_form_is_what_the_log_gives(history, scene):
    with scene.app.app_context():
        by_log, tip = of_log(), log.tip()
        for code in CODES:
            given = history.get(f"/transparency.json?window={code}").json
            expected = figures(by_log, code).fields()
            assert {name: given[name] for name in expected} == expected
    assert given["checkpoint"] == {"size": tip.size, "root": tip.root}
    assert set(given["rates"]) <= set(given["definitions"]) | {
        "unproven-of-withdrawn", "requests-refused", "published-by-itself", "removed", "merged",
    }  # fmt: skip


def test_the_page_shows_the_same_numbers_as_the_machine_form(history):
    page = history.get("/transparency").text
    shown = dict(re.findall(r'data-measure="([^"]+)">(?:<a [^>]+>)?([\d,]+)', page))
    given = history.get("/transparency.json").json["counts"]
    assert {name: int(n) for name, n in shown.items() if n != "0"} == {
        name: n for name, n in given.items() if name in shown
    }
    assert {"received", "act-removed", "single-handed", "author-proven"} <= set(shown)


def test_the_table_for_machines_has_a_line_for_every_number(history):
    answer = history.get("/transparency.csv?window=12m")
    assert answer.mimetype == "text/csv"
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    given = history.get("/transparency.json?window=12m").json
    counts = {line["name"]: int(line["number"]) for line in lines
              if (line["section"], line["of"]) == ("count", "everybody")}  # fmt: skip
    assert counts == given["counts"] | given["sums"]
    months = {line["of"] for line in lines if line["section"] == "month"}
    assert months == set(given["months"])


@pytest.mark.parametrize("name", ["states", "grounds", "months"])
def test_a_chart_is_a_picture_that_says_what_it_shows(history, name):
    answer = history.get(f"/transparency/chart/{name}.svg?window=30d")
    assert answer.mimetype == "image/svg+xml"
    assert "style" not in answer.text and "script" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    picture = ElementTree.fromstring(answer.text)
    said = [picture.find(f"{{http://www.w3.org/2000/svg}}{tag}").text for tag in ("title", "desc")]
    assert all(said)


def test_the_yearly_report_can_be_printed(history, scene):
    year = scene.day[:4]
    page = history.get(f"/transparency/{year}").text
    assert f"{year} 年公开账" in page and "css/transparency.css" in page
    assert f"window={year}" in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/transparency?window=31d", 400),
        ("/transparency.json?window=1999", 400),
        ("/transparency/behind/received?project=A%20B", 400),
        ("/transparency/behind/received?staff=17", 400),
        ("/transparency/behind/received?verified=yes", 400),
        ("/transparency/behind/no-such-figure", 404),
        ("/transparency/chart/nothing.svg", 404),
        ("/transparency/1999", 404),
        ("/transparency/20266", 404),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(history, path, status):
    assert history.get(path).status_code == status


def test_what_was_counted_is_counted_again_only_when_the_log_grows(app, asked):
    a_complaint()
    first = counted("all", log.tip())
    with asked() as statements:
        assert counted("all", log.tip()) is first
    assert len(statements) == 1
    a_complaint()
    assert counted("all", log.tip()).everybody.number("received") == 2


def test_withdrawals_soon_after_a_reply_are_counted(app):
    author, key = a_member(), "k" * 43
    complaint = a_complaint(author, key=key)
    response.reply(a_person("staff"), complaint.number, "配件已到，周五装好。")
    author_acts.withdraw(author, complaint.number, Proof(complaint.act_entry, code=a_code(key)))
    assert counted("30d", log.tip()).after_contact == 1


def test_reasons_that_an_erasure_destroyed_were_complete(app):
    complaint = a_complaint()
    words = "我家的电话是一三八，麻烦打给我。"
    said = complaints.comment(a_member("二栋小李"), complaint.number, words)
    given = a_statement(facts=f"评论里写“{words}”。")
    asked = two_people.propose(a_person("moderator"), Measure("delist", complaint.number, given))
    two_people.approve(a_person("moderator"), asked.number)
    an_erasure(complaint, item=said.id)
    assert facts.read()[0].measures == of_log().measures
    assert counted("all", log.tip()).everybody.number("complete") == 1
