"""The sample board shows every kind of redress and oversight, and what came of it is true."""

from collections import Counter

import pytest
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base.db import db
from forum.complaints.models import Complaint
from forum.demo import cast
from forum.log.held import entries
from forum.moderation import redress_queries
from forum.moderation.flag_models import Flag
from forum.moderation.redress_models import Appeal
from forum.tlog.kinds import KINDS

SHOWN = {
    "statement.proposed": 15, "statement.approved": 13, "statement.refused": 2,
    "complaint.redacted": 1, "comment.redacted": 1, "comment.removed": 1,
    "complaint.delisted": 1, "complaint.locked": 1, "complaint.unlocked": 1,
    "complaint.moved": 1, "merge.proposed": 2, "merge.declined": 1, "complaint.merged": 1,
    "flag.decided": 4, "notice.received": 1, "notice.countered": 1, "appeal.filed": 4,
    "appeal.decided": 3, "challenge.filed": 2, "challenge.decided": 2, "sealed.viewed": 2,
    "audit.reviewed": 30, "audit.reported": 1,
}  # fmt: skip


def of_kind(*kinds: str) -> list[dict]:
    return [entry for _index, entry in entries(*kinds)]


@pytest.mark.parametrize("kind", SHOWN)
def test_every_kind_it_shows_is_in_its_log(app, kind):
    assert kind in KINDS and len(of_kind(kind)) == SHOWN[kind]


def test_an_appeal_upheld_restores_by_itself(app):
    decided = dict(entries("appeal.decided"))
    upheld = [index for index, entry in decided.items() if entry["outcome"] == "upheld"]
    restored = dict(entries("complaint.restored"))
    assert len(upheld) == 2
    for index in upheld:
        after = restored[index + 1]
        assert (after["by"], after["reason"]) == ("auditor", "appeal-upheld")
        assert after["staff"] == decided[index]["staff"]


def test_an_auditor_with_a_part_in_it_left_the_appeal_to_the_other(app):
    auditors = {row.staff_no for row in db.session.scalars(
        select(Account).where(Account.role == "auditor"))}  # fmt: skip
    seconds = {entry["complaint"]: entry["second"] for entry in of_kind("complaint.removed")
               if entry["second"] in auditors}  # fmt: skip
    decided = {entry["complaint"]: entry["staff"] for entry in of_kind("appeal.decided")}
    assert len(auditors) == 2 and seconds
    assert all({seconds[number], decided[number]} == auditors for number in seconds)


def test_two_flags_were_kept_one_acted_upon_and_one_waits(app):
    flags, decided = db.session.scalars(select(Flag)).all(), of_kind("flag.decided")
    assert len(flags) == 4 and sum(flag.decided is None for flag in flags) == 1
    assert Counter(entry["decision"] for entry in decided if entry["flags"]) == {
        "kept": 2, "acted": 1}  # fmt: skip
    assert sum(entry["notices"] for entry in decided) == 1


def test_one_appeal_waits_and_is_not_late(app):
    waiting = redress_queries.waiting(Appeal, 10)
    newest = max(db.session.scalars(select(Complaint.state_at)))
    assert len(waiting) == 1 and waiting[0].due_at > newest


def test_something_is_covered_something_out_of_the_lists_something_merged(app):
    found = db.session.scalars(select(Complaint)).all()
    assert sum(row.redacted for row in found) == 2
    assert sum(not row.listed for row in found) == 1
    assert sum(row.state == "merged" for row in found) == 1
    assert not any(row.locked for row in found)


def test_what_was_covered_is_on_no_page(app):
    number = of_kind("complaint.redacted", "comment.redacted")
    client = app.test_client()
    for entry in number:
        page = client.get(f"/complaints/{entry['complaint']}")
        assert page.status_code == 200
        assert "1603" not in page.text and "13800001111" not in page.text


@pytest.mark.parametrize(
    ("page", "words"),
    [("/transparency", "举报与投诉"), ("/log", "移出列表"), ("/appeals", "第 4 号申诉"),
     ("/appeals/1", "不成立"), ("/audit/reports", "保留意见"), ("/audit/reports/1", "保留意见"),
     ("/statements/1", "处理说明"), ("/about/roles", "独立监督员")],
)  # fmt: skip
def test_its_public_pages_tell_of_it(app, page, words):
    answer = app.test_client().get(page)
    assert answer.status_code == 200 and words in answer.text


def at_desk(app, role: str, path: str) -> str:
    """A desk as the printed account of this role sees it."""
    sample = next(one for one in cast.samples() if one.role == role)
    client = app.test_client()
    form = {"address": sample.address, "password": cast.PASSWORD}
    assert client.post("/login", data=form).status_code == 303
    page = client.get(path)
    assert page.status_code == 200
    return page.text


def test_the_printed_moderator_has_a_flag_and_a_request_to_decide(app):
    page = at_desk(app, "moderator", "/moderation")
    waiting = [flag.complaint for flag in db.session.scalars(select(Flag)) if flag.decided is None]
    assert f"/moderation/flagged/{waiting[0]}" in page
    asked = {entry["statement"] for entry in of_kind("statement.proposed")}
    answers = of_kind("statement.approved", "statement.refused")
    (request,) = asked - {entry["statement"] for entry in answers}
    assert f'id="proposal-{request}"' in page


def test_the_printed_auditor_has_entries_to_look_at(app):
    assert 'name="entry"' in at_desk(app, "auditor", "/audit")
