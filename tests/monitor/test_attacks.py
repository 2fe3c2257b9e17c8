"""What an insider can do behind the application's back, and the code under which it is found.

The insider's attacks that an outsider can see, by their numbers, and the tests that carry them out
(here, A; `test_more_attacks`, M; `test_follow`, F; `test_states`, S):

 1 A a row is deleted, a state is changed    20 A withdrawals unproven and with a false signature
 2 A body, title, page rewritten             21 F a restored backup
 3 A out of the lists                        22 F what is due; M a log that stands still; S witness
 4 A out of the search, _forget_in_index     25 A folded by …; M hidden inside, thirteen ways
 5 A noindex, robots.txt, sitemap; M         26 A said to be solved; M in the words alone
 6 A comments are closed                     27 A a false balance, figures; M figures by name
 7 A moved to another category               28 A supporters dropped, invented
 8 A merged into another                     29 A made praise
 9 A merged into another                     32 A a wall before complaints
11 M the author is made nobody               33 A a page that fails
12 A back-dated; M in the words alone        34 F another key, a second history
13 A another template, reversed              35 A tiles pruned, an entry deleted
15 S held too long                           36 S erased by one person alone
16 A photos dropped, exchanged; M            37 S is an entry or is not seen: no public trace
17 A blocked for spiders; M for telephones   38 M a pinned row
18 A another tree, another text; M languages, cookies, agents
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forum.base.db import db, transaction
from forum.complaints.service import existing
from forum.log import service as log
from forum.pages.search_feed import search_index
from tests.monitor.conftest import Board, monitor
from tests.monitor.front import (
    answering,
    change_template,
    put_before,
    replacing,
    rewriting,
    with_header,
)
from tests.scenes import OPEN, REMOVED, RESOLVED, WITHDRAWN

GONE = ("DELETE FROM promise", "DELETE FROM photo", "DELETE FROM support", "DELETE FROM reply",
        "DELETE FROM complaint_version", "DELETE FROM submission")  # fmt: skip

# Statements in the database of the board, what they are, the code, and the complaint it is about.
BY_SQL = [
    ("a row is deleted", [*GONE, f"DELETE FROM complaint WHERE number = {OPEN}"],
     "silent-removal", OPEN),
    ("a state is changed", [f"UPDATE complaint SET state = 'removed' WHERE number = {OPEN}"],
     "silent-removal", OPEN),
    ("a body is rewritten", ["UPDATE complaint SET body = '挺好', body_html = '<p>挺好</p>'"],
     "text-changed", OPEN),
    ("only the page is rewritten", ["UPDATE complaint SET body_html = '<p>挺好</p>'"],
     "text-changed", OPEN),
    ("a title is rewritten", ["UPDATE complaint SET title = '花园很美' WHERE number = 1"],
     "text-changed", OPEN),
    ("a salt is destroyed", ["DELETE FROM opening WHERE field = 'text'"], "text-changed", OPEN),
    ("a wish is dropped", ["UPDATE complaint SET remedy = NULL"], "text-changed", OPEN),
    ("out of the lists", ["UPDATE complaint SET listed = 0 WHERE number = 1"], "not-listed", OPEN),
    ("comments are closed", ["UPDATE complaint SET locked = 1 WHERE number = 1"],
     "locked-differs", OPEN),
    ("moved to another category",
     ["UPDATE complaint SET category_id = (SELECT id FROM category WHERE slug = 'other')"],
     "category-differs", OPEN),
    ("made praise", ["UPDATE complaint SET type = 'praise' WHERE number = 1"],
     "category-differs", OPEN),
    ("said to be solved", ["UPDATE complaint SET status = 'confirmed' WHERE number = 2"],
     "status-differs", RESOLVED),
    ("merged into another",
     ["UPDATE complaint SET state = 'merged', merged_into = 2 WHERE number = 1"],
     "silent-removal", OPEN),
    ("supporters dropped", ["UPDATE complaint SET supporters = 0"], "support-differs", OPEN),
    ("supporters invented", ["UPDATE complaint SET supporters = 90 WHERE number = 2"],
     "support-differs", RESOLVED),
    ("back-dated", ["UPDATE complaint SET posted_at = '2025-01-01 00:00:00'"],
     "time-changed", OPEN),
    ("another author", ["UPDATE complaint SET author = '物业' WHERE number = 1"],
     "author-changed", OPEN),
    ("made unverified", ["UPDATE complaint SET verified = 0 WHERE number = 1"],
     "author-changed", OPEN),
    ("a comment is deleted", ["DELETE FROM reply WHERE kind = 'comment'"], "reply-missing", OPEN),
    ("a reply is rewritten", ["UPDATE reply SET body = '已修好', body_html = '<p>已修好</p>'"],
     "text-changed", OPEN),
    ("a reply is back-dated", ["UPDATE reply SET posted_at = '2025-01-01 00:00:00'"],
     "time-changed", OPEN),
    ("a reply is invented",
     ["INSERT INTO reply (complaint, entry, kind, role, by, verified, body, body_html, posted_at,"
      " template) VALUES (1, 5, 'reply', 'staff', 'S-001', 0, '好', '<p>好</p>',"
      " '2026-11-22 00:00:00', 0)"], "unlogged-content", OPEN),
    ("a photo is dropped", ["DELETE FROM photo"], "photo-missing", OPEN),
    ("a photo is exchanged", ["UPDATE photo SET sha256 = thumb"], "photo-missing", OPEN),
    ("what was removed is shown", ["UPDATE complaint SET state = 'visible' WHERE number = 3"],
     "unlogged-content", REMOVED),
    ("the statement is deleted", ["DELETE FROM statement"], "statement-missing", REMOVED),
    ("a complaint is invented",
     ["CREATE TEMP TABLE c AS SELECT * FROM complaint WHERE number = 2",
      "UPDATE c SET number = 5, entry = 999, type = 'praise'", "INSERT INTO complaint SELECT * FROM c"],
     "unlogged-content", 5),
    ("an entry is altered",
     ["UPDATE log_entry SET bytes ="
      " CAST(replace(CAST(bytes AS TEXT), 'criticism', 'praise') AS BLOB)"],
     "entry-altered", None),
    ("an entry is deleted", ["DELETE FROM log_entry WHERE idx = 9"], "entry-missing", None),
    ("tiles are pruned", ["DELETE FROM log_node WHERE level = 0"], "entry-altered", None),
    ("a hash is altered", ["UPDATE log_node SET hash = zeroblob(32) WHERE number = 3"],
     "entry-altered", None),
    ("a signature is altered",
     ["UPDATE log_checkpoint SET note = replace(note, 'board.test', 'other.test')"],
     "bad-signature", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statements", "code", "number"), [row[1:] for row in BY_SQL], ids=[row[0] for row in BY_SQL]
)
def test_what_the_owner_of_the_database_does_is_found(board, tmp_path, statements, code, number):
    board.sql(*statements)
    found = monitor(board, tmp_path / "state").findings
    assert (code, number) in {(f.code, f.complaint) for f in found}, found


def on(*paths: str) -> Callable[[str, str], bool]:
    return lambda path, agent: path in paths


def to_spiders(path: str, agent: str) -> bool:
    return "spider" in agent and path == "/complaints/1"


PAGE = "/complaints/1"
TITLE = '<h1 data-field="title">'
BODY = '<div class="prose" data-field="body">'

# Where, what is answered there instead, the code, the complaint.
BY_FRONT = [
    ("noindex in a header", on(PAGE), with_header("X-Robots-Tag", "noindex"), "noindex", OPEN),
    ("noindex for the list", on("/complaints"), with_header("X-Robots-Tag", "none"),
     "noindex", None),
    ("noindex in the page", on(PAGE),
     replacing("<title>", '<meta name="baiduspider" content="noindex"><title>'), "noindex", OPEN),
    ("another canonical page", on(PAGE),
     replacing("<title>", '<link rel="canonical" href="/"><title>'), "noindex", OPEN),
    ("robots.txt", on("/robots.txt"), replacing("Allow: /", "Disallow: /complaints/1\nAllow: /"),
     "noindex", OPEN),
    ("out of the sitemap", on("/sitemaps/2.xml"),
     replacing("<url><loc>http://board.test/complaints/1</loc></url>", ""), "noindex", OPEN),
    ("folded by an element", on(PAGE), replacing(BODY, f"<details><summary>低质量</summary>{BODY}"),
     "folded", OPEN),
    ("folded by a style", on(PAGE), replacing(BODY, BODY[:-1] + ' style="opacity:.05">'),
     "folded", OPEN),
    ("folded by a class", on(PAGE), replacing(BODY, BODY.replace("prose", "prose collapsed")),
     "folded", OPEN),
    ("folded by an attribute", on(PAGE), replacing(TITLE, TITLE[:-1] + " hidden>"), "folded", OPEN),
    ("another text for spiders", to_spiders, replacing("90 辆车", "鲜花"), "split-view", OPEN),
    ("nothing for spiders", to_spiders, answering("404 Not Found"), "split-view", OPEN),
    ("blocked for spiders", to_spiders, answering("451 Unavailable"), "split-view", OPEN),
    ("a wall before complaints", on(PAGE), answering("302 Found", Location="/login"),
     "unreachable", OPEN),
    ("a page that fails", on(PAGE), answering("503 Service Unavailable"), "unreachable", OPEN),
    ("a page that is gone", on(PAGE), answering("404 Not Found"), "silent-removal", OPEN),
    ("out of the search", on("/search"), replacing('data-number="1"', 'data-number="2"'),
     "not-searchable", OPEN),
    ("out of the feed", on("/feed.atom"), replacing("/complaints/1<", "/complaints/2<"),
     "not-in-feed", OPEN),
    ("out of the log's feed", on("/log/feed.atom"), answering("200 OK", "<feed></feed>"),
     "not-in-feed", None),
    ("out of its own feed", on(PAGE + "/feed.atom"), answering("200 OK", "<feed></feed>"),
     "not-in-feed", OPEN),
    ("a false balance", on("/balance.json"), replacing('"removed":1', '"removed":0'),
     "balance-differs", None),
    ("a false figure", on("/transparency"),
     rewriting(r'(data-figure="visible">(?:<a[^>]*>)?)\d', r"\g<1>9"), "figures-differ", None),
    ("a false figure of an estate", on("/projects/spring-garden"),
     replacing('data-figure="received">4<', 'data-figure="received">3<'), "figures-differ", None),
    ("posting is closed", on("/complaints/new"), answering("503 Service Unavailable"),
     "posting-closed", None),
    ("the form is gone", on("/complaints/new"), answering("200 OK", "我们正在升级"),
     "posting-closed", None),
    ("another tree for one page", on(PAGE), with_header("Log-Checkpoint", f"8 {'A' * 43}="),
     "log-fork", None),
    ("a photo is not served", lambda path, agent: path.startswith("/photos/"),
     answering("404 Not Found"), "photo-missing", OPEN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "change", "code", "number"), [r[1:] for r in BY_FRONT], ids=[r[0] for r in BY_FRONT]
)
def test_what_the_owner_of_the_server_does_is_found(
    board, tmp_path, where, change, code, number
):  # fmt: skip
    put_before(board.app, where, change)
    found = monitor(board, tmp_path / "state").findings
    assert (code, number) in {(f.code, f.complaint) for f in found}, found


TEMPLATES = [
    ("complaints/_article.html", "{{ c.body_html|safe }}", "{{ c.body_html|safe|truncate(8) }}",
     "text-changed"),
    ("pages/_list.html", "{% for c in items %}", "{% for c in items|reverse %}", "order-differs"),
    ("pages/_list.html", "{% for c in items %}", "{% for c in items if c.number != 1 %}",
     "not-listed"),
    ("macros/timeline.html", 'data-reply="{{ e.id }}"', 'data-reply="{{ e.id + 70 }}"',
     "reply-missing"),
    ("base.html", "</head>", '<meta name="robots" content="noindex,nofollow"></head>', "noindex"),
    ("base.html", "</head>", "<style>.prose p, article > div {display: none}</style></head>",
     "folded"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "code"), TEMPLATES)
def test_another_template_is_found(board, tmp_path, name, old, new, code):
    change_template(board.app, name, old, new)
    board.forget()
    assert code in {f.code for f in monitor(board, tmp_path / "state").findings}


def _forget_in_index() -> None:
    search_index().write([], [OPEN])


def _withdraw_unproven() -> None:
    complaint = existing(OPEN)
    entry = log.append("complaint.withdrawn", complaint=OPEN, of=complaint.act_entry, by="author",
                       proven=False)  # fmt: skip
    complaint.state, complaint.act_entry = "withdrawn", entry.index


def _withdraw_with_a_false_signature() -> None:
    log.append("complaint.withdrawn", complaint=OPEN, of=existing(OPEN).act_entry, by="author",
               proven=True, made="device", sig="A" * 86 + "==")  # fmt: skip


def _leave_a_gap() -> None:
    log.append("complaint.imported", complaint=9, by="import", type="praise",
               project="spring-garden", category="repair", supporters=0,
               claimed_at="2020-01-01T00:00:00Z", texts={"text": "好\n好", "author": "王"})  # fmt: skip


def _count_wrongly() -> None:
    counts = dict.fromkeys("held refused removed erased merged withdrawn".split(), 0)
    log.append("balance.counted", by="system", date="2026-11-23", received=2, visible=2,
               delisted=0, redacted=0, **counts)  # fmt: skip


def _contradict() -> None:
    log.append("complaint.status", complaint=OPEN, of=0, by="system", status="closed_unconfirmed",
               staff=None, outcome=None, cause=None)  # fmt: skip


WITH_KEY = [
    (_forget_in_index, "not-searchable", OPEN),
    (_withdraw_unproven, "withdrawal-unproven", OPEN),
    (_withdraw_with_a_false_signature, "withdrawal-unproven", OPEN),
    (_leave_a_gap, "number-gap", 9),
    (_count_wrongly, "balance-differs", None),
    (_contradict, "entry-invalid", None),
]


@pytest.mark.parametrize(("act", "code", "number"), WITH_KEY)
def test_what_the_owner_of_the_signing_key_does_is_found(board: Board, tmp_path, act, code, number):
    with transaction():
        act()
    db.session.rollback()
    board.forget()
    found = monitor(board, tmp_path / "state").findings
    assert (code, number) in {(f.code, f.complaint) for f in found}, found


def test_a_removal_by_statement_and_a_proven_withdrawal_are_no_findings(board, tmp_path):
    report = monitor(board, tmp_path / "state")
    assert not report.findings and {REMOVED, WITHDRAWN} <= set(range(1, report.complaints + 1))
