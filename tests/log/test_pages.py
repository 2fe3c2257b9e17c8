"""The log for readers: every entry in words, every filter kept, every page stamped."""

from datetime import timedelta

import pytest
from markupsafe import escape
from sqlalchemy import event

from forum.base import clock
from forum.base.db import db, transaction
from forum.log import queries, rotation, service
from forum.log.filters import filter_from
from forum.log.pages import PAGE
from forum.log.words import act_label
from forum.tlog.entry import KINDS
from forum.tlog.merkle import leaf_hash
from tests.log.board import SUPPORT, support
from tests.tlog.test_entry import sample

REMOVED = {"by": "moderator", "staff": "S-004", "second": None, "reason": "personal-data",
           "statement": 3, "clause": "3.2", "rules": 0, "detection": "notice", "automated_detection": False, "automated_decision": "none", "scope": "everywhere", "lapses": None,
           "until": None}  # fmt: skip


def _remove(complaint=17, of=1):
    texts = {"facts": "写出了邻居的电话"}
    with transaction():
        return service.append(
            "complaint.removed", texts=texts, complaint=complaint, of=of, **REMOVED
        )


@pytest.fixture
def log(board):
    """log.opened, a supporter, a removal, a supporter."""
    with board.app_context():
        support(1)
        _remove()
        support(2)
    return board.test_client()


def _indexes(page):
    return [int(part.split('"')[0]) for part in page.text.split('data-entry="')[1:]]


def test_the_log_opens_on_what_was_hidden(log):
    page = log.get("/log")
    assert (page.status_code, _indexes(page)) == (200, [2])
    for words in (
        "下架",
        "#17",
        "泄露个人信息",
        "S-004（单人）",
        "/complaints/17",
        "/statements/3",
    ):
        assert words in page.text


@pytest.mark.parametrize(
    ("query", "indexes"),
    [("show=all", [3, 2, 1, 0]), ("show=hiding", [2]), ("kind=support.added", [3, 1]),
     ("show=all&by=member", [3, 1]), ("complaint=17", [2]), ("complaint=18", []),
     ("show=all&complaint=%2317", [3, 2, 1]), ("show=all&project=garden", []),
     ("show=all&after=2", [1, 0]), ("show=all&from=2026-01-01&to=2199-12-31", [3, 2, 1, 0]),
     ("show=all&to=2020-01-01", []), ("kind=&by=&complaint=&project=&from=&to=", [2])],
)  # fmt: skip
def test_filters_show_what_they_say(log, query, indexes):
    assert _indexes(log.get(f"/log?{query}")) == indexes


@pytest.mark.parametrize(
    "query", ["kind=complaint.remooved", "by=boss", "complaint=x", "complaint=99999999999999",
              "project=A%20B", "from=yesterday", "to=9999-12-31", "after=-1", "show=some", "after=１"],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_refused_in_a_sentence(log, query):
    page = log.get(f"/log?{query}")
    assert page.status_code == 400 and "看不懂这个筛选条件" in page.text


LATER = "2199-01-01T00:00:00Z"


def _append(kind):
    """An entry of the kind with every field that it may have; its index."""
    fields = {k: v for k, v in sample(kind).items() if k not in ("v", "kind", "at")}
    fields |= {name: LATER for name in ("lapses", "due") if fields.get(name)}
    fields |= {name: LATER[:10] for name in ("until",) if name in fields}
    names = fields.pop("commitments", None)
    texts = None if names is None else dict.fromkeys(names, "写了什么")
    return service.append(kind, texts=texts, **fields).index


def test_every_kind_has_its_page_in_words_and_raw(board):
    with board.app_context():
        with transaction():
            # Under a key that nobody vouches for, the log would sign nothing more.
            indexes = {kind: _append(kind) for kind in KINDS if kind != "key.rotated"}
        indexes["key.rotated"] = rotation.rotate().index
    browser = board.test_client()
    for kind, index in indexes.items():
        page = browser.get(f"/log/entries/{index}")
        assert page.status_code == 200 and str(act_label(sample(kind))) in page.text
        assert f"&#34;kind&#34;:&#34;{kind}&#34;" in page.text
    assert browser.get("/log?show=all").status_code == 200


def test_days_are_those_of_the_board(app):
    chosen = filter_from({"from": "2026-11-22", "to": "2026-11-22"})
    assert clock.format_utc(chosen.since) == "2026-11-21T16:00:00Z"
    assert chosen.until - chosen.since == timedelta(days=1)


def test_paging_goes_through_everything_once(board):
    with board.app_context(), transaction():
        for n in range(2 * PAGE):
            service.append("support.added", supporters=n, **SUPPORT)
    seen, address = [], "/log?show=all"
    while address:
        page = board.test_client().get(address)
        seen += _indexes(page)
        _before, link, rest = page.text.partition('rel="next" href="')
        address = link and rest.split('"')[0].replace("&amp;", "&")
    assert seen == list(range(2 * PAGE, -1, -1))


def test_an_entry_is_shown_in_words_as_stored_and_with_its_proof(log, board):
    page = log.get("/log/entries/2")
    with board.app_context():
        raw, proof = queries.entry_bytes(2)[0], queries.prove(2)
    assert page.status_code == 200
    for shown in ("下架：#17，依据规则第 3.2 条，理由：泄露个人信息，处理人 S-004（单人）", raw.decode(),
                  leaf_hash(raw).hex(), proof, "/complaints/17/proof?entry=2", "/log/entries/1"):  # fmt: skip
        assert str(escape(shown)) in page.text


@pytest.mark.parametrize("index", ["4", "99999999999999999999", "2147483648"])
def test_an_entry_that_does_not_exist_is_not_found(log, index):
    assert log.get(f"/log/entries/{index}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/log", "/log?show=all", "/log/entries/2", "/log/entries/9", "/gone"]
)
def test_every_page_names_the_tree_it_was_read_from(log, board, path):
    page = log.get(path)
    with board.app_context():
        tip = queries.tip()
    assert page.headers["Log-Checkpoint"] == f"{tip.size} {tip.root}"
    assert f'<meta name="log-checkpoint" content="{tip.size} {tip.root}">' in page.text
    assert "@@" not in page.text


def test_a_page_is_new_after_an_append_and_unchanged_before(log, board):
    first = log.get("/log")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert log.get("/log", headers=etag).status_code == 304
    with board.app_context():
        _remove(complaint=18, of=1)
    second = log.get("/log", headers=etag)
    assert (second.status_code, _indexes(second)) == (200, [4, 2])


def test_visitors_get_no_cookie(log):
    for path in ("/log", "/log/entries/2", "/log/entries/9"):
        assert "Set-Cookie" not in log.get(path).headers


@pytest.mark.parametrize("path", ["/log?show=all", "/log/entries/2"])
def test_a_page_of_the_log_takes_at_most_three_queries(log, board, path):
    statements = []
    with board.app_context():
        engine = db.engine
    # SQLite's BEGIN passes here too; it is no question.
    note = lambda *a: a[2].startswith("BEGIN") or statements.append(a[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    assert log.get(path).status_code == 200
    assert len(statements) <= 3, statements
    statements.clear()
    assert log.get(path).status_code == 200
    assert len(statements) == 1, statements


def test_an_unopened_log_says_so(board):
    with board.app_context():
        db.drop_all()
        db.create_all()
    visitor = board.test_client()
    assert [visitor.get(p).status_code for p in ("/log", "/log/entries/0", "/tlog/checkpoint")] == [
        503, 404, 503,
    ]  # fmt: skip
