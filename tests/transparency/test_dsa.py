"""The export for the DSA Transparency Database: complete, valid by its rules, naming nobody."""

from datetime import timedelta

import pytest
from flask import Flask

from forum.base import clock
from forum.base.db import db
from forum.complaints import service as complaints
from forum.complaints.covering import Cuts
from forum.complaints.models import Complaint
from forum.moderation import locking, removal, rules, service, two_people
from forum.moderation.measures import Measure, StatementOfReasons
from forum.transparency import dsa, dsa_rows
from forum.transparency.masking import masked
from tests.factories import a_complaint, a_member, a_person, a_statement, an_erasure
from tests.moderation.rooms import LOCK
from tests.transparency.dsa_rules import all_faults, faults, from_csv

PHONE, DOOR = "13800138000", "3栋2单元601室"


def _given(reason: str, **other: object) -> StatementOfReasons:
    clause = next(c["number"] for c in rules.shipped().clauses if c["reason"] == reason)
    facts = f"第二段里花城老张写了 {PHONE} 和 {DOOR}。"
    given = {"facts": facts, "detection": "notice", "automated_detection": True,
             "automated_decision": "partly", "until": None}  # fmt: skip
    return StatementOfReasons(reason=reason, clause=str(clause), **(given | other))


def _decide(act: str, complaint: Complaint, given: StatementOfReasons, **more: object) -> int:
    measure = Measure(act, complaint.number, given, **more)
    proposal = two_people.propose(a_person("moderator"), measure)
    return two_people.approve(a_person("auditor"), proposal.number).number


def _held(app: Flask) -> Complaint:
    app.config["FORUM_HOLD"] = "on"
    try:
        return a_complaint()
    finally:
        app.config["FORUM_HOLD"] = "off"


@pytest.fixture
def decided(app: Flask) -> dict[str, int]:
    """A board with every act and every ground: what it was → the statement's number."""
    found = {reason: _decide("remove", a_complaint(), _given(reason)) for reason in removal.GROUNDS}
    day = clock.local_date() + timedelta(days=20)
    found["refuse"] = _decide("refuse", _held(app), _given("spam", detection="own-initiative"))
    found["delist"] = _decide("delist", a_complaint(), _given("off-topic", until=day))
    found["suspend"] = _decide("suspend", a_complaint(a_member()), _given("abuse", until=day))
    found["redact"] = _decide("redact", a_complaint(), _given("personal-data"),
                              cuts=Cuts(("电梯停在六楼",)))  # fmt: skip
    complaint = a_complaint()
    said = complaints.comment(a_member("邻居阿毛"), complaint.number, "我们也是。")
    given = _given("abuse", detection="authority", facts="邻居阿毛骂了保安，写信给 a@b.test。")
    found["comment"] = _decide("remove", complaint, given, item=said.id)
    found["erase"] = an_erasure(a_complaint())
    return found


def _exported(app: Flask, query: str = "") -> dict[str, dict[str, object]]:
    answer = app.test_client().get(f"/transparency/dsa.json{query}")
    assert answer.status_code == 200 and answer.headers["Log-Checkpoint"]
    return {s["puid"]: s for s in answer.json["statements"]}


def test_the_export_of_a_board_with_all_acts_is_valid(app: Flask, decided: dict[str, int]):
    exported = _exported(app)
    assert all_faults(exported.values()) == []
    wanted = {f"statement-{n}" for what, n in decided.items() if what != "erase"}
    assert exported.keys() == wanted
    assert all(tuple(statement) == dsa.FIELDS for statement in exported.values())


def test_facts_that_an_erasure_destroyed_are_only_linked(app: Flask):
    complaint = a_complaint()
    said = complaints.comment(a_member("二栋小李"), complaint.number, "我家一直打不通他的电话。")
    number = _decide("delist", complaint, _given("abuse", facts=f"评论写“{said.body}”。"))
    an_erasure(complaint, item=said.id)
    exported = _exported(app)
    assert all_faults(exported.values()) == []
    assert exported[f"statement-{number}"]["decision_facts"].endswith(f"/statements/{number}")


def test_closed_comments_are_exported_until_they_are_open_again(app: Flask):
    first, second = a_complaint(), a_complaint()
    entries = [locking.lock(a_person("moderator"), c.number, LOCK).entry for c in (first, second)]
    locking.unlock(a_person("moderator"), first.number, "mistake")
    exported = _exported(app)
    assert list(exported) == [f"L-{entry}" for entry in entries]
    assert all_faults(exported.values()) == []
    opened, closed = exported.values()
    assert opened["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED"]
    assert opened["end_date_visibility_restriction"] == clock.local_date().isoformat()
    assert closed["end_date_visibility_restriction"] is None
    assert list(_exported(app, f"?locks={entries[0]}")) == [f"L-{entries[1]}"]
    assert _exported(app, "?after=0") == {}


def test_csv_says_the_same_as_json(app: Flask, decided: dict[str, int]):
    answer = app.test_client().get("/transparency/dsa.csv")
    assert answer.mimetype == "text/csv" and answer.is_streamed
    rows = from_csv(answer.text)
    assert all_faults(rows) == [] and rows == list(_exported(app).values())


def test_each_act_and_ground_is_what_the_database_calls_it(app: Flask, decided: dict[str, int]):
    found = {what: _exported(app).get(f"statement-{n}") for what, n in decided.items()}
    seen = {what: (found[what]["decision_visibility"] or [found[what]["decision_account"]])[0]
            for what in ("abuse", "refuse", "delist", "suspend", "redact")}  # fmt: skip
    assert [word.rpartition("_")[2] for word in seen.values()] == [
        "REMOVED", "DISABLED", "DEMOTED", "SUSPENDED", "OTHER"]  # fmt: skip
    ground = {what: found[what]["decision_ground"].split("_")[2] for what in removal.GROUNDS}
    assert ground == {what: "ILLEGAL" if what in ILLEGAL else "INCOMPATIBLE" for what in ground}
    assert found["abuse"]["decision_ground_reference_url"].endswith("/rules/1#c3.4")
    assert found["suspend"]["end_date_account_restriction"] is not None
    sources = {
        what: found[what]["source_type"] for what in ("refuse", "illegal", "abuse", "comment")
    }
    assert list(sources.values()) == ["SOURCE_VOLUNTARY", "SOURCE_ARTICLE_16",
                                      *["SOURCE_TYPE_OTHER_NOTIFICATION"] * 2]  # fmt: skip


ILLEGAL = {"illegal", "personal-data", "copyright", "defamation-notice", "authority-order",
           "court-order"}  # fmt: skip


def test_no_field_names_anybody(app: Flask, decided: dict[str, int]):
    text = app.test_client().get("/transparency/dsa.csv").text
    inside = [person.staff_no for person in (a_person("auditor"),)]
    for secret in (PHONE, DOOR, "花城老张", "邻居阿毛", "a@b.test", "S-0", *inside):
        assert secret not in text
    private = _exported(app)[f"statement-{decided['personal-data']}"]["decision_facts"]
    assert private.endswith(f"/statements/{decided['personal-data']}")


def test_a_measure_that_was_undone_has_an_end(app: Flask):
    number = _decide("remove", a_complaint(), _given("abuse"))
    assert _exported(app)[f"statement-{number}"]["end_date_visibility_restriction"] is None
    service.lift(a_person("moderator"), number, "mistake")
    ended = _exported(app)[f"statement-{number}"]["end_date_visibility_restriction"]
    assert ended == clock.local_date().isoformat()


def test_a_board_without_decisions_exports_none(sqlite_app: Flask):
    client = sqlite_app.test_client()
    assert client.get("/transparency/dsa.json").json == {"statements": []}
    assert client.get("/transparency/dsa.csv").text.splitlines() == [",".join(dsa.FIELDS)]


def test_it_is_read_in_batches_and_given_by_the_hundred(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
):
    numbers = [_decide("remove", a_complaint(), a_statement()) for _ in range(5)]
    monkeypatch.setattr(dsa_rows, "BATCH", 2)
    assert [row.number for row, _rules in dsa_rows.decided()] == numbers
    assert [row.number for row, _rules in dsa_rows.decided(numbers[0], 3)] == numbers[1:4]
    db.session.rollback()
    assert len(_exported(sqlite_app, f"?after={numbers[1]}")) == 3


def test_the_transparency_page_leads_there_and_says_what_it_is(sqlite_app: Flask):
    page = sqlite_app.test_client().get("/transparency").text
    assert "/transparency/dsa.csv" in page and "/transparency/dsa.json" in page
    assert "《数字服务法》" in page


VALID = {
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"], "decision_facts": "Facts.",
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT", "incompatible_content_ground": "3.4",
    "incompatible_content_explanation": "Insults.", "content_type": ["CONTENT_TYPE_TEXT"],
    "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE", "content_date": "2026-11-01",
    "application_date": "2026-11-02", "source_type": "SOURCE_VOLUNTARY",
    "automated_detection": "No", "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    "puid": "statement-1",
}  # fmt: skip
ILLEGAL_GROUND = {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"}
BROKEN = {
    "no decision": {"decision_visibility": None},
    "an unknown field": {"author": "张三"},
    "another visibility": {"decision_visibility": ["HIDDEN"]},
    "a visibility that is no list": {"decision_visibility": "DECISION_VISIBILITY_CONTENT_REMOVED"},
    "another monetary": {"decision_monetary": "DECISION_MONETARY_FINE"},
    "another provision": {"decision_provision": "DECISION_PROVISION_HALF"},
    "another account": {"decision_account": "DECISION_ACCOUNT_GONE"},
    "other without words": {"decision_visibility": ["DECISION_VISIBILITY_OTHER"]},
    "monetary other without words": {"decision_monetary": "DECISION_MONETARY_OTHER"},
    "too long words": {"decision_visibility_other": "x" * 501},
    "an end that is no day": {"end_date_visibility_restriction": "2026-02-30"},
    "an end with a time": {"end_date_account_restriction": "2026-11-22 03"},
    "another account type": {"account_type": "ACCOUNT_TYPE_BOT"},
    "no facts": {"decision_facts": ""},
    "too long facts": {"decision_facts": "x" * 5001},
    "no ground": {"decision_ground": None},
    "another ground": {"decision_ground": "DECISION_GROUND_OTHER"},
    "illegal without legal ground": {**ILLEGAL_GROUND, "illegal_content_explanation": "x"},
    "illegal without explanation": {**ILLEGAL_GROUND, "illegal_content_legal_ground": "x"},
    "too long legal ground": {"illegal_content_legal_ground": "x" * 501},
    "too long legal explanation": {"illegal_content_explanation": "x" * 2001},
    "terms without ground": {"incompatible_content_ground": None},
    "terms without explanation": {"incompatible_content_explanation": None},
    "too long terms": {"incompatible_content_ground": "x" * 501},
    "too long terms explained": {"incompatible_content_explanation": "x" * 2001},
    "illegal as well: maybe": {"incompatible_content_illegal": "Maybe"},
    "no address": {"decision_ground_reference_url": "rules"},
    "too long an address": {"decision_ground_reference_url": "https://a.test/" + "x" * 500},
    "no content type": {"content_type": []},
    "another content type": {"content_type": ["CONTENT_TYPE_POEM"]},
    "content other without words": {"content_type": ["CONTENT_TYPE_OTHER"]},
    "no category": {"category": None},
    "another category": {"category": "STATEMENT_CATEGORY_RUDE"},
    "another addition": {"category_addition": ["STATEMENT_CATEGORY_RUDE"]},
    "another keyword": {"category_specification": ["KEYWORD_RUDE"]},
    "keyword other without words": {"category_specification": ["KEYWORD_OTHER"]},
    "too long keyword words": {"category_specification_other": "x" * 501},
    "another country": {"territorial_scope": ["CN"]},
    "a country twice": {"territorial_scope": ["DE", "DE"]},
    "another language": {"content_language": "zh_Hans"},
    "no content date": {"content_date": None},
    "content before 2000": {"content_date": "1999-12-31"},
    "content after 2038": {"content_date": "2039-01-01"},
    "no application date": {"application_date": None},
    "application before 2020": {"application_date": "2019-12-31"},
    "another id": {"content_id": {"ISBN": "9780000000000"}},
    "no source": {"source_type": None},
    "another source": {"source_type": "SOURCE_RUMOUR"},
    "identity of nobody": {"source_identity": "Somebody"},
    "too long an identity": {"source_type": "SOURCE_ARTICLE_16", "source_identity": "x" * 501},
    "detection: maybe": {"automated_detection": "true"},
    "no detection": {"automated_detection": None},
    "another decision": {"automated_decision": "AUTOMATED_DECISION_PARTLY"},
    "no automated decision": {"automated_decision": None},
    "no puid": {"puid": ""},
    "puid with a sign": {"puid": "statement#1"},
    "too long a puid": {"puid": "x" * 501},
    "a telephone number": {"decision_facts": f"Call {PHONE}."},
}  # fmt: skip


def test_the_sample_that_is_broken_below_is_valid():
    assert faults(VALID) == [] and all_faults([VALID, VALID]) == ["statement-1: puid is used twice"]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_each_rule_has_a_sample_that_breaks_it(broken: str):
    assert len(faults(VALID | BROKEN[broken])) == 1


@pytest.mark.parametrize(
    "secret",
    [PHONE, "0755-82345678", "44030119900101123X", "li.na@mail.test", "粤B12345", "S-017", DOOR,
     "+86 138 0013 8000", "老张"],
)  # fmt: skip
def test_what_could_name_somebody_is_masked(secret: str):
    assert masked(f"第二段写了{secret}，请看。", ("老张", None)) == "第二段写了[…]，请看。"


def test_dates_and_amounts_are_left_as_they_are():
    text = "2026-11-22 起，第 3.4 条，合同 90 个车位，花园改成了停车场，共 12000 元。"
    assert masked(text, ()) == text


def test_what_a_spreadsheet_would_run_is_text_there():
    line = list(dsa.as_csv([dict.fromkeys(dsa.FIELDS) | {"decision_facts": '=HYPERLINK("x")'}]))[1]
    assert "'=HYPERLINK" in line
