"""Attacks beyond the list: other ways to hide, one page or one kind of visitor at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forum.base import clock
from forum.base.db import db
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.monitor.web import BROWSER
from tests.factories import a_member
from tests.monitor.conftest import codes, monitor
from tests.monitor.front import (
    answering,
    put_before,
    replacing,
    rewriting,
    with_header,
    without_header,
)
from tests.monitor.test_attacks import BODY, PAGE, TITLE, on
from tests.scenes import OPEN, REMOVED

LONG_AGO = "2020-01-01 08:00"
MOVE_AWAY = '<div data-field="body" class="prose" style="position:absolute;left:-9999px">'
SMALL = rf"{BODY}(.*?)</div>"


def inside(tag: str, attributes: str = "") -> object:
    """The text of the complaint within an element that hides it, inside of the hook."""
    opened = f"<{tag} {attributes}>"
    return rewriting(SMALL, rf"{BODY}{opened}\1</{tag}></div>")


# Where, what is answered there instead, the code, the complaint.
ATTACKS = [
    ("folded inside", on(PAGE), inside("details"), "folded", OPEN),
    ("hidden inside", on(PAGE), inside("div", "hidden"), "folded", OPEN),
    ("hidden from readers' aids", on(PAGE), inside("div", 'aria-hidden="true"'), "folded", OPEN),
    ("of no size", on(PAGE), inside("div", 'style="font-size:0"'), "folded", OPEN),
    ("of no height", on(PAGE), inside("div", 'style="height:0;overflow:hidden"'), "folded", OPEN),
    ("off the screen", on(PAGE), replacing(BODY, MOVE_AWAY), "folded", OPEN),
    ("scaled away", on(PAGE), inside("div", 'style="transform:scale(0)"'), "folded", OPEN),
    ("blurred inside", on(PAGE), inside("div", 'class="blurred"'), "folded", OPEN),
    ("in a template element", on(PAGE), inside("template"), "text-changed", OPEN),
    ("in a script element", on(PAGE), inside("script", 'type="text/plain"'), "text-changed", OPEN),
    ("in a comment of the page", on(PAGE), rewriting(SMALL, rf"{BODY}<!-- \1 --></div>"),
     "text-changed", OPEN),
    ("author made small", on(PAGE), rewriting(r'(<span data-field="author")>', r"\1 hidden>"),
     "folded", OPEN),
    ("a reply folded", on(PAGE), rewriting(r'(data-reply="\d+".*?<div class="event-body prose")>',
                                           r"\1 hidden>"), "folded", OPEN),
    ("another letter of the same look", on(PAGE), replacing("现在停了车", "现在亭了车"),
     "text-changed", OPEN),
    ("a sign that nobody sees", on(PAGE), replacing("现在停了车", "现在停了\u200b车"),
     "text-changed", OPEN),
    ("sent elsewhere", on(PAGE), replacing(
        "<title>", '<meta http-equiv="refresh" content="0;url=/"><title>'), "unreachable", OPEN),
    ("a script in the page", on(PAGE), replacing("</article>", "</article><script>go()</script>"),
     "folded", OPEN),
    ("a style sheet of others", on(PAGE), replacing(
        "<title>", '<link rel="stylesheet" href="https://x.test/a.css"><title>'), "folded", OPEN),
    ("canonical in a header", on(PAGE), with_header("Link", '<https://x.test/>; rel="canonical"'),
     "noindex", OPEN),
    ("to be forgotten by robots", on(PAGE), with_header(
        "X-Robots-Tag", "unavailable_after: 2020-01-01"), "noindex", OPEN),
    ("not to be followed", on("/complaints"), rewriting(
        r'(data-number="1".*?<a) href', r'\1 rel="nofollow" href'), "noindex", None),
    ("kept from excerpts", on(PAGE), replacing(TITLE, TITLE[:-1] + " data-nosnippet>"),
     "folded", OPEN),
    ("solved in words alone", on(PAGE), rewriting(
        r'(data-field="status" data-value="open">)[^<]*', r"\1业主确认已解决"),
     "status-differs", OPEN),
    ("praise in words alone", on(PAGE), rewriting(
        r'(data-field="type" data-value="criticism">)[^<]*', r"\1表扬"), "category-differs", OPEN),
    ("back-dated in words alone", on(PAGE), rewriting(
        r'(data-field="posted-at">)[^<]*', rf"\g<1>{LONG_AGO}"), "time-changed", OPEN),
    ("back-dated for machines of the page", on(PAGE), rewriting(
        r'<time datetime="[^"]*" data-field="posted-at">', '<time datetime="2020-01-01T00:00:00Z"'
        ' data-field="posted-at">'), "time-changed", OPEN),
    ("me-toos on the page alone", on(PAGE), replacing('data-field="supporters">1<',
                                                      'data-field="supporters">9<'),
     "support-differs", OPEN),
    ("another text for machines", on(PAGE + ".json"), rewriting('"title": ?"[^"]*"', '"title":"好"'),
     "text-changed", OPEN),
    ("locked for machines", on(PAGE + ".json"), rewriting('"locked": ?false', '"locked":true'),
     "locked-differs", OPEN),
    ("another text in the feed", on("/feed.atom"), replacing("现在停了车", "鲜花盛开"),
     "text-changed", OPEN),
    ("another author in the feed", on("/feed.atom"), replacing("<name>花城老张</name>",
                                                              "<name>物业</name>"),
     "author-changed", None),
    ("a feed cut short", on("/feed.atom"), rewriting(r"(</entry>).*</feed>", r"\1</feed>"),
     "not-in-feed", OPEN),
    ("another title in the list", on("/complaints"), replacing("90 辆车", "90 朵花"),
     "text-changed", OPEN),
    ("another status in the list", on("/complaints"), replacing(
        'data-number="1" data-status="open"', 'data-number="1" data-status="confirmed"'),
     "status-differs", OPEN),
    ("two rows change places", on("/complaints"), rewriting(
        r'data-number="2"(.*?)data-number="1"', r'data-number="1"\1data-number="2"'),
     "order-differs", None),
    ("a pinned row", on("/complaints"), rewriting(
        r'(<ol class="cards">)(.*)(<li><article class="card" data-number="2".*?</li>)',
        r"\1\3\2\3"), "order-differs", None),
    ("a figure on the first page", on("/"), rewriting(r'(data-figure="removed">)1', r"\g<1>0"),
     "figures-differ", None),
    ("a figure that is left out", on("/"), replacing('data-figure="overdue"', ""),
     "figures-differ", None),
    ("withdrawals counted as others", on("/transparency"), rewriting(
        r'(data-figure="withdrawn-server">(?:<a[^>]*>)?)1', r"\g<1>0"), "figures-differ", None),
    ("a ground counted as less", on("/transparency"), rewriting(
        r'(data-figure="ground-abuse">(?:<a[^>]*>)?)1', r"\g<1>0"), "figures-differ", None),
    ("another photo under its address", lambda path, agent: path.startswith("/photos/"),
     answering("200 OK", "picture"), "photo-missing", OPEN),
    ("a version that is left out", on(PAGE + "/history"), rewriting(
        r'<li class="panel" data-version.*?</li>', ""), "text-changed", OPEN),
    ("a version rewritten", on(PAGE + "/history"), replacing("现在是停车场", "现在是喷泉池"),
     "text-changed", OPEN),
    ("a statement that nobody is led to", on(f"/complaints/{REMOVED}"),
     replacing("/statements/1", "/rules"), "statement-missing", REMOVED),
    ("facts folded away", on("/statements/1"), replacing('data-field="facts"',
                                                         'hidden data-field="facts"'),
     "folded", REMOVED),
    ("an act left out of the readable log", on("/log"), rewriting(
        r'<li class="logrow[^>]*data-kind="complaint.removed".*?</li>', ""), "entry-missing", None),
    ("an act called something else", on("/log"), replacing(
        'data-kind="complaint.removed"', 'data-kind="complaint.posted"'), "entry-altered", REMOVED),
    ("an entry shown with another reason", lambda path, agent: path.startswith("/log/entries/"),
     lambda s, a, h, b: (s, h, b.replace(b'data-fact="reason">abuse', b'data-fact="reason">spam')),
     "entry-altered", REMOVED),
    ("a form without its text", on("/complaints/new"), replacing('name="body"', 'name="b"'),
     "posting-closed", None),
    ("no tree named", on("/complaints"), without_header("Log-Checkpoint"), "stale-checkpoint", None),
    ("another tree in the page than in its header", on(PAGE), rewriting(
        r'(name="log-checkpoint" content=")\d+', r"\g<1>7"), "log-fork", OPEN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "change", "code", "number"), [r[1:] for r in ATTACKS], ids=[r[0] for r in ATTACKS]
)
def test_another_way_to_hide_is_found(board, tmp_path, where, change, code, number):
    put_before(board.app, where, change)
    found = monitor(board, tmp_path / "state").findings
    hits = [f for f in found if f.code == code and number in (None, f.complaint)]
    assert hits, found


VISITORS = {
    "who reads English": lambda environ: environ.get("HTTP_ACCEPT_LANGUAGE", "").startswith("en"),
    "who comes again": lambda environ: "HTTP_COOKIE" in environ,
    "on a telephone": lambda environ: environ.get("HTTP_USER_AGENT") == BROWSER,
    "of another search engine": lambda environ: "bingbot" in environ.get("HTTP_USER_AGENT", ""),
}


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize(
    "change",
    [
        replacing("90 辆车", "鲜花"),
        answering("451 Unavailable"),
        replacing(BODY, BODY[:-1] + " hidden>"),
    ],
    ids=["another text", "blocked", "folded"],
)
def test_one_kind_of_visitor_is_not_deceived_unseen(board, tmp_path, visitor, change):
    put_before(board.app, on(PAGE), change, VISITORS[visitor])
    assert "split-view" in codes(monitor(board, tmp_path / "state"))


BY_SQL = [
    ("a reply of somebody else", "UPDATE reply SET by = 'S-999' WHERE kind <> 'comment'",
     "author-changed", OPEN),
    ("the facts of a statement", "UPDATE statement SET facts = '没有什么'", "text-changed", REMOVED),
    ("the rules", "UPDATE rules SET preamble = '物业说了算。'", "text-changed", None),
    ("a later deadline", "UPDATE complaint SET due_at = '2030-01-01 00:00:00' WHERE number = 1",
     "time-changed", OPEN),
    ("no deadline", "UPDATE complaint SET due_at = NULL WHERE number = 1", "not-listed", OPEN),
    ("a promise that was never made", "UPDATE promise SET state = 'broken'", "figures-differ", None),
    ("the author is made nobody", "UPDATE complaint SET author = '已注销', account_id = NULL",
     "author-changed", OPEN),
    ("an earlier version", "UPDATE complaint_version SET body = '花开得很好' WHERE proven",
     "text-changed", OPEN),
    ("said to be lost", "UPDATE complaint SET merged_into = 2 WHERE number = 1",
     "status-differs", OPEN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "code", "number"), [r[1:] for r in BY_SQL], ids=[r[0] for r in BY_SQL]
)
def test_another_row_is_found(board, tmp_path, statement, code, number):
    board.sql(statement)
    found = monitor(board, tmp_path / "state").findings
    assert (code, number) in {(f.code, f.complaint) for f in found}, found


def test_an_unproven_edit_that_is_not_shown_is_found(board, tmp_path):
    complaint = complaints.existing(OPEN)
    author_acts.edit(author_of(OPEN), OPEN, "花园很美", "真的很美。", Proof(of=complaint.act_entry))
    db.session.rollback()
    assert monitor(board, tmp_path / "before").findings == []
    put_before(board.app, on(PAGE), rewriting(r'<div class="earlier".*?</div></div>', ""))
    assert "text-changed" in codes(monitor(board, tmp_path / "state"))


def author_of(number: int) -> object:
    from forum.accounts.models import Account

    return db.session.get(Account, complaints.existing(number).account_id)


def test_an_old_page_and_a_log_that_stands_still_are_found(board, tmp_path):
    browser = board.app.test_client()
    old, signed = browser.get(PAGE), browser.get("/tlog/checkpoint").text
    complaints.support(a_member("又一户"), OPEN)
    db.session.rollback()
    later = clock.now() + timedelta(minutes=3)
    kept = answering("200 OK", old.text, Content_Type="text/html",
                     Log_Checkpoint=old.headers["Log-Checkpoint"])  # fmt: skip
    put_before(board.app, on(PAGE), kept)
    found = codes(monitor(board, tmp_path / "state", later))
    assert {"support-differs", "stale-checkpoint"} <= found
    put_before(board.app, on("/tlog/checkpoint"), answering("200 OK", signed))
    assert "stale-checkpoint" in codes(monitor(board, tmp_path / "other", later))
