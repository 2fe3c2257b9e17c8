"""Every entry there can be has its words."""

import pytest
from flask import Flask
from flask_babel import Babel

from forum.log import words
from forum.tlog import entry

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
        (words.KIND_LABELS, entry.KINDS),
        (words.REASON_LABELS, entry.REASONS),
        (words.STATUS_LABELS, entry.STATUSES),
        (words.TYPE_LABELS, entry.TYPES),
        (words.OUTCOME_LABELS, entry.OUTCOMES),
        (words.CAUSE_LABELS, entry.CAUSES),
        (words.PLACE_LABELS, entry.PLACES),
        (words.COUNT_LABELS, entry.COUNTS),
    ],
)
def test_every_name_in_an_entry_has_one_label_of_its_own(labels, names):
    assert set(labels) == set(names)
    assert len({str(label) for label in labels.values()}) == len(labels)


def test_every_role_has_a_label():
    assert set(entry.ROLES) <= set(words.ROLE_LABELS)
    for kind in entry.KINDS.values():
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
        == "进展：#17，已处理，等您确认，已修好，没按规定做，处理人 S-017"
    )  # fmt: skip


def test_a_balance_says_every_count():
    counts = {name: n for n, name in enumerate(entry.COUNTS, 1)}
    said = _said(
        "balance.counted", by="system", date="2026-11-22", delisted=0, redacted=0, **counts
    )
    assert said.startswith("每日对账：2026-11-22，收到 1，看得见 2，") and "已撤回 8" in said
