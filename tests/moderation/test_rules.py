"""The published rules: announced with their differences, cited by version, readable for ever."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from forum.app import ROW_CHECKS
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.cli import main
from forum.log import queries as log
from forum.log.check import check_log
from forum.moderation import locking, moving, rules
from forum.moderation.models import Rules, Statement
from forum.moderation.moving import Place
from forum.moderation.rules import RulesText
from forum.moderation.rules_changes import changes
from forum.moderation.rules_file import BadRules, as_plain, read_file, read_plain
from forum.moderation.rules_publishing import publish_file, publish_version
from forum.moderation.rulings import Grounds
from forum.monitor.hooks import Page
from forum.monitor.statements import rules_text
from tests.factories import a_complaint, a_person, a_removal, csrf, sign_in
from tests.moderation.rooms import MOVE

FIRST = Path(rules.__file__).with_name("first_rules.json")
WEEK = timedelta(days=7)
Spoil = Callable[[dict[str, Any]], object]


def _given(**more: object) -> dict[str, Any]:
    return {**json.loads(FIRST.read_text(encoding="utf-8")), **more}


def _second(**more: object) -> RulesText:
    """The shipped rules with one clause reworded and one added."""
    clauses = copy.deepcopy(rules.shipped().clauses)
    clauses[9]["text"] = "他人的电话、证件号、门牌号。"
    clauses.append({"number": "6.7", "title": "开放日", "text": "每季一次。", "reason": None})
    return RulesText(**({"title": "直言板规则", "preamble": rules.shipped().preamble,
                         "clauses": clauses} | more))  # fmt: skip


def _announce() -> Rules:
    return publish_version(a_person("admin"), _second(), instead_of=1)


def _clause(given: dict[str, Any], **more: object) -> None:
    given["clauses"][0] |= more


BROKEN: dict[str, tuple[Spoil, str]] = {
    "a number twice": (lambda g: _clause(g, number="1.2"), "第 1.2 条有两个"),
    "no number": (lambda g: _clause(g, number="甲"), "“甲”不是条款编号"),
    "a number that begins with 0": (lambda g: _clause(g, number="1.01"), "“1.01”不是条款编号"),
    "out of order": (lambda g: g["clauses"].reverse(), "从小到大"),
    "a reason without a clause": (lambda g: _clause(g["clauses"].pop(8) and g), "没有条款可依：personal-data"),
    "an unknown reason": (lambda g: _clause(g, reason="rude"), "“rude”不在理由表里"),
    "no text": (lambda g: _clause(g, text=" "), "第 1.1 条的正文要有"),
    "a text too long": (lambda g: _clause(g, text="字" * 2001), "最多 2000 字"),
    "no title of a clause": (lambda g: _clause(g, title=""), "第 1.1 条的标题要有"),
    "a sign that is none": (lambda g: _clause(g, text="坏\x00字"), "无法识别的字符"),
    "a clause without a part": (lambda g: g["clauses"][0].pop("reason"), "第 1 个条款不完整"),
    "a clause with another part": (lambda g: _clause(g, note="x"), "第 1 个条款不完整"),
    "a number for a text": (lambda g: _clause(g, text=3), "第 1 个条款不完整"),
    "no title": (lambda g: g.pop("title"), "缺少 title"),
    "an empty preamble": (lambda g: g.update(preamble=""), "开头要有"),
    "no clauses": (lambda g: g.update(clauses=[]), "条款要有 1 到 200 条"),
    "clauses that are no list": (lambda g: g.update(clauses={}), "clauses（条款的列表）"),
    "another field": (lambda g: g.update(secret=1), "不认识的字段：secret"),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_bad_file_is_refused_with_a_sentence_and_nothing_is_stored(
    sqlite_app: Flask, broken: str
):
    spoil, sentence = BROKEN[broken]
    given, before = _given(title="新规则"), log.tip()
    spoil(given)
    with pytest.raises(BadRules) as refused:
        publish_file(json.dumps(given).encode())
    assert sentence in str(refused.value.sentence)
    assert log.tip() == before and rules.newest().version == 1


@pytest.mark.parametrize("data", [b"\xff\xfe", b"{", b"[]", b'{"title": "a", "title": "b"}'])
def test_what_is_no_such_file_is_refused(sqlite_app: Flask, data: bytes):
    with pytest.raises(BadRules):
        publish_file(data)


def test_everything_that_is_wrong_is_said_at_once(sqlite_app: Flask):
    given = _given(preamble="")
    _clause(given, text="", title="")
    with pytest.raises(BadRules) as refused:
        read_file(json.dumps(given).encode())
    assert len(refused.value.faults) == 3


def test_the_shipped_rules_can_be_read_as_file_and_as_plain_text(sqlite_app: Flask):
    shipped = rules.shipped()
    assert read_file(FIRST.read_bytes()) == shipped
    assert read_plain(shipped.title, shipped.preamble, as_plain(shipped.clauses)) == shipped


def test_a_new_version_is_an_entry_and_the_old_one_stays(app: Flask):
    version = _announce()
    entry = log.entry(version.entry) or {}
    assert (entry["kind"], entry["version"], entry["clauses"]) == ("rules.published", 2, 35)
    assert entry["by"] == "admin" and entry["staff"]
    browser = app.test_client()
    old, new = browser.get("/rules/1").text, browser.get("/rules/2").text
    assert "开放日" in new and "开放日" not in old and "病情" in old
    db.session.expire_all()
    assert check_log(ROW_CHECKS) == []


def test_it_is_announced_a_week_before_it_is_in_force(app: Flask):
    _announce()
    complaint = a_complaint()
    number, browser = a_removal(complaint), app.test_client()
    assert db.session.get_one(Statement, number).rules == rules.version(1).entry
    assert "开放日" not in browser.get("/rules").text
    assert "新的一版已公布" in browser.get("/rules").text
    with clock.set_to(clock.now() + WEEK + timedelta(minutes=1)):
        number = a_removal(a_complaint())
        assert db.session.get_one(Statement, number).rules == rules.version(2).entry
        page = browser.get("/rules").text
        assert "开放日" in page and "新的一版已公布" not in page


def test_new_rules_do_not_judge_what_was_posted_before_them(app: Flask):
    earlier = a_complaint()
    _announce()
    with clock.set_to(clock.now() + WEEK + timedelta(minutes=1)):
        statement = db.session.get_one(Statement, a_removal(earlier))
    assert statement.rules == rules.version(1).entry


def test_new_rules_neither_lock_nor_move_what_was_posted_before_them(app: Flask):
    clause = {"number": "3.99", "title": "不得影响销售", "text": "会停止评论。", "reason": "policy"}
    earlier, first = a_complaint(), rules.version(1)
    rules.publish(RulesText(first.title, first.preamble, [*first.clauses, clause]), by="admin")
    grounds, moderator = (
        Grounds("policy", "3.99", "这条讨论影响销售，停止评论。"),
        a_person("moderator"),
    )
    with clock.set_to(clock.now() + WEEK + timedelta(minutes=1)):
        with pytest.raises(Invalid, match="发表时已经施行"):
            locking.lock(moderator, earlier.number, grounds)
        form = sign_in(app, moderator).get(f"/complaints/{earlier.number}/lock").text
        assert "不得影响销售" not in form
        moved = moving.move(moderator, earlier.number, Place(category="parking"), MOVE)
        assert moved.rules == first.entry
        locking.lock(moderator, a_complaint().number, grounds)


def test_a_statement_leads_to_the_version_that_it_cites(app: Flask):
    number = a_removal(a_complaint())
    _announce()
    with clock.set_to(clock.now() + WEEK * 2):
        page = app.test_client().get(f"/statements/{number}").text
        assert "/rules/1#c3.4" in page
        assert "这是旧版" in app.test_client().get("/rules/1").text


def test_old_and_new_stand_side_by_side(app: Flask):
    _announce()
    page = app.test_client().get("/rules/2").text
    shown = page.split('id="changes"', 1)[1]
    assert shown.count("data-rule-change") == 2
    assert "<del>" in shown and "新增" in shown and "开放日" in shown
    assert 'id="changes"' not in app.test_client().get("/rules/1").text


def test_every_version_opens_what_was_committed_to(app: Flask):
    _announce()
    for version in (1, 2):
        answer = app.test_client().get(f"/rules/{version}")
        page, row = Page(answer.text), rules.version(version)
        text, entry = rules_text(page), log.entry(row.entry) or {}
        assert log.opens(row.entry, "text", text, entry) and page.salts["text"]
    assert app.test_client().get("/rules/3").status_code == 404


def test_differences_name_every_clause_that_is_not_the_same():
    before = rules.shipped()
    clauses = [
        *before.clauses[1:],
        {"number": "7.1", "title": "新", "text": "新。", "reason": "abuse"},
    ]
    clauses[4] = {**clauses[4], "reason": "policy"}
    found = changes(before, RulesText("另一个标题", before.preamble, clauses))
    assert [(c.number, c.what) for c in found] == [
        (None, "changed"), ("1.1", "gone"), ("2.3", "changed"), ("7.1", "added")]  # fmt: skip
    assert found[2].reason == ("misfiled", "policy")
    assert changes(before, rules.shipped()) == []


def test_only_an_administrator_publishes(sqlite_app: Flask):
    for role in ("member", "staff", "moderator", "executive", "auditor"):
        with pytest.raises(NotAllowed):
            publish_version(a_person(role), _second(), instead_of=1)


def test_the_same_rules_again_and_rules_written_from_an_old_version_are_refused(app: Flask):
    admin = a_person("admin")
    with pytest.raises(Conflict):
        publish_version(admin, rules.shipped(), instead_of=1)
    _announce()
    with pytest.raises(Conflict) as refused:
        publish_version(admin, _second(title="第三版"), instead_of=1)
    assert "第 2 版" in str(refused.value.sentence) and rules.newest().version == 2


def _typed(browser: Any, **more: str) -> dict[str, str]:
    second = _second()
    return {"csrf_token": csrf(browser), "instead_of": "1", "title": second.title,
            "preamble": second.preamble, "clauses": as_plain(second.clauses)} | more  # fmt: skip


def test_the_page_shows_what_would_change_before_it_is_published(sqlite_app: Flask):
    browser = sign_in(sqlite_app, a_person("admin"))
    form = browser.get("/moderation/rules").text
    assert "3.4 辱骂和威胁 [abuse]" in form
    preview = browser.post("/moderation/rules", data=_typed(browser)).text
    assert "会改这些" in preview and "开放日" in preview and 'name="publish"' in preview
    assert rules.newest().version == 1
    seen = preview.split('name="publish" value="', 1)[1].split('"', 1)[0]
    other = browser.post("/moderation/rules", data=_typed(browser, title="又改了", publish=seen))
    assert "会改这些" in other.text and rules.newest().version == 1
    done = browser.post("/moderation/rules", data=_typed(browser, publish=seen))
    assert (done.status_code, done.location) == (303, "/rules/2")
    assert rules.newest().clauses == _second().clauses


def test_what_was_typed_is_not_lost_when_it_is_wrong(sqlite_app: Flask):
    browser = sign_in(sqlite_app, a_person("admin"))
    wrong = _typed(browser, clauses="3.9 只有标题", publish="1")
    answer = browser.post("/moderation/rules", data=wrong)
    assert answer.status_code == 400 and "3.9 只有标题" in answer.text
    assert "第 3.9 条的正文要有" in answer.text and rules.newest().version == 1


def test_a_command_publishes_a_file_or_says_why_not(
    sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    monkeypatch.setattr("forum.terminal.board", lambda: sqlite_app)
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(_given(title="新规则")), encoding="utf-8")
    with pytest.raises(SystemExit) as done:
        main(["rules", "publish", str(file)])
    assert done.value.code == 0 and "Version 2 is published" in capsys.readouterr().out
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(SystemExit) as failed:
        main(["rules", "publish", str(file)])
    assert failed.value.code == 1 and "forum: " in capsys.readouterr().err
