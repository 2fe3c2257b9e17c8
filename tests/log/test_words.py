"""Every entry there can be has its words."""

import pytest
from flask import Flask
from flask_babel import Babel

from forum.log import words
from forum.tlog import kinds
from tests.tlog.test_entry import sample, variants

AT = "2026-11-22T03:04:05Z"


@pytest.fixture(autouse=True)
def _chinese():
    app = Flask(__name__)
    Babel(app, default_locale="zh_Hans")
    with app.test_request_context():
        yield


def _said(kind, **fields):
    return words.sentence({"v": 1, "kind": kind, "at": AT, **fields})


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (words.KIND_LABELS, kinds.KINDS),
        (words.REASON_LABELS, kinds.REASONS),
        (words.STATUS_LABELS, kinds.STATUSES),
        (words.TYPE_LABELS, kinds.TYPES),
        (words.OUTCOME_LABELS, kinds.OUTCOMES),
        (words.CAUSE_LABELS, kinds.CAUSES),
        (words.PLACE_LABELS, kinds.PLACES),
        (words.COUNT_LABELS, kinds.COUNTS),
        (words.ACT_LABELS, kinds.ACTS),
        (words.FLAG_LABELS, kinds.FLAG_DECISIONS),
        (words.REDRESS_LABELS, kinds.REDRESS),
        (words.REVIEW_LABELS, kinds.REVIEWS),
        (words.OPINION_LABELS, kinds.OPINIONS),
    ],
)
def test_every_name_in_an_entry_has_one_label_of_its_own(labels, names):
    assert set(labels) == set(names)
    assert len({str(label) for label in labels.values()}) == len(labels)


def test_every_role_has_a_label():
    assert set(kinds.ROLES) <= set(words.ROLE_LABELS)
    for kind in kinds.KINDS.values():
        by = next((field.rule for field in kind.fields if field.name == "by"), "one of")
        assert set(by.removeprefix("one of").split()) <= set(words.ROLE_LABELS)


REMOVED = {"complaint": 12345, "of": 40, "by": "moderator", "staff": "S-004", "statement": 3,
           "reason": "personal-data", "clause": "3.2", "rules": 2, "detection": "notice",
           "automated_detection": False, "automated_decision": "none", "scope": "everywhere", "lapses": None, "until": None}  # fmt: skip


def test_a_removal_says_ground_clause_and_that_nobody_else_looked():
    assert (
        _said("complaint.removed", second=None, **REMOVED)
        == "下架：#12345，依据规则第 3.2 条，理由：泄露个人信息，处理人 S-004（单人）"
    )
    assert _said("complaint.removed", second="S-009", **REMOVED).endswith(
        "处理人 S-004，复核人 S-009"
    )


def test_an_authors_act_says_whether_it_is_proven():
    act = {"complaint": 17, "of": 40, "by": "author"}
    assert _said("complaint.withdrawn", proven=True, **act) == "撤回：#17，作者本人（本人验证）"
    assert _said("complaint.withdrawn", proven=False, **act) == "撤回：#17，作者本人（未验证）"


def test_a_status_says_outcome_and_cause():
    assert (
        _said("complaint.status", complaint=17, of=40, by="staff", status="resolved",
              staff="S-017", outcome="fixed", cause="execution")
        == "进展：#17，已处理，等您确认，已修好，没按规定做，客服 S-017"
    )  # fmt: skip


def test_a_balance_says_every_count():
    counts = {name: n for n, name in enumerate(kinds.COUNTS, 1)}
    said = _said(
        "balance.counted", by="system", date="2026-11-22", delisted=0, redacted=0, **counts
    )
    assert said.startswith("每日对账：2026-11-22，收到 1，看得见 2，") and "已撤回 8" in said


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_every_entry_there_can_be_is_said_in_one_sentence(kind):
    for found in variants(kind):
        said = words.sentence(found)
        assert said.startswith(str(words.act_label(found)))
        assert not any(ugly in said for ugly in ("None", "，，", "：，", "%", "{", "["))


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("complaint.held", {"due": "2026-11-23T03:04:05Z"}, "暂缓发布：#17，最迟 2026-11-23 11:04 自动发布，系统"),
        ("complaint.erased", {}, "依法清除：#17，不再公开第 40、51 条记录的原文，依据规则第 3.2.1 条，理由：违反法律，处理人 S-017，复核人 S-018"),
        ("complaint.merged", {"second": None}, "同类合并：#17，与 #12，那里现在 12 户，理由：同一件事重复，处理人 S-017（单人）"),
        ("complaint.moved", {}, "改了归类：#17，现为 批评，小区 garden-2，类别 parking，依据规则第 3.2.1 条，理由：违反法律，处理人 S-017"),
        ("reply.removed", {"second": None, "lapses": "2026-11-25T03:04:05Z"}, "答复下架：#17，第 3 号发言，依据规则第 3.2.1 条，理由：违反法律，期限 2026-12-31，到 2026-11-25 11:04 无人复核即作废，处理人 S-017（单人）"),
        ("statement.proposed", {"by": "staff", "clause": None, "rules": None}, "申请处理：#17，第 3 号发言，下架，处理说明 5，理由：违反法律，到 2026-11-22 11:04 无人复核即作废，客服 S-017"),
        ("statement.lapsed", {}, "提议作废：#17，处理说明 5，系统"),
        ("appeal.decided", {"item": None}, "申诉有结果：#17，第 1 号，成立，独立监督员 S-017"),
        ("complaint.restored", {"by": "author", "proven": False}, "恢复显示：#17，作者本人（未验证）"),
        ("audit.reported", {}, "独立监督员意见：第 1 号，看过第 3 到 90 条记录：无保留意见，独立监督员 S-017"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_a_reader_wants_to_know(kind, more, expected):
    assert words.sentence(sample(kind, **more)) == expected


def test_settings_are_said_in_words_and_not_in_codes():
    said = _said("setting.changed", by="system", staff=None, setting="hold", value="on")
    assert "先审后发 改为 开" in said
