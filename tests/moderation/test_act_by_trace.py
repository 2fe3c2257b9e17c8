"""Every act of moderation × its trace: entries, reason, notice in place, the author told, figures.

An act that leaves no trace, or another one than this table says, fails here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from forum.base import clock, outbox
from forum.base.db import db
from forum.complaints import service as complaints
from forum.complaints.covering import Cuts
from forum.complaints.models import Complaint, Reply
from forum.log import queries as log
from forum.moderation import (
    appeals,
    challenges,
    closing,
    flags,
    holding,
    locking,
    merging,
    moving,
    notices,
    sealed_end,
    sealed_views,
    two_people,
)
from forum.moderation import service as moderation
from forum.moderation.closing import Announcement
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Proposal
from forum.moderation.moving import Place
from forum.notifications.models import Notice
from forum.tlog.entry import HIDING, parse_entry
from forum.tlog.measures import STATES, figures
from forum.transparency import audit, facts
from forum.transparency.audit import Opinion
from tests.factories import (
    a_complaint,
    a_member,
    a_merge,
    a_person,
    a_statement,
    an_erasure,
)
from tests.moderation.flagged import KEPT, a_flag, a_notice, an_order
from tests.moderation.rooms import LOCK, MOVE

WHY = "这一段说的是事实，不是辱骂。"
GONE, THERE = "此处原有一条意见", "三号楼电梯一周坏了两次"
PRIVATE = a_statement("personal-data", facts="写出了邻居家的门牌。")


@dataclass(frozen=True)
class Trace:
    """What an act leaves. kinds: of its entries, in order; reason: in the newest of them; status,
    says: of the complaint's page afterwards; told: what the author is told, if anything; figures:
    name → by how much it changes. begin: makes what it is done to; act: does it."""

    kinds: str
    act: Callable[[Complaint], Any]
    reason: str | None = None
    status: int = 200
    says: str = THERE
    told: str = ""
    figures: dict[str, int] = field(default_factory=dict)
    begin: Callable[[], Complaint] = a_complaint


def _decided(act: str, given: Any = None, **more: Any) -> Callable[[Complaint], Any]:
    """A moderator proposes, an auditor agrees."""

    def carry_out(complaint: Complaint) -> Any:
        measure = Measure(act, complaint.number, given or a_statement(), **more)
        proposal = two_people.propose(a_person("moderator"), measure)
        return two_people.approve(a_person("auditor"), proposal.number)

    return carry_out


def _propose(complaint: Complaint) -> int:
    measure = Measure("remove", complaint.number, a_statement())
    return two_people.propose(a_person("moderator"), measure).number


def _ask(complaint: Complaint) -> int:
    asked = Measure("remove", complaint.number, Request("abuse", "第二段点名道姓，请下架。"))
    return two_people.propose(a_person("executive"), asked).number


def _alone(complaint: Complaint) -> int:
    given = a_statement()
    return moderation.remove_alone(
        a_person("moderator"), complaint.number, given, "emergency"
    ).number


def _after(act: Callable[[Complaint], Any]) -> Callable[[], Complaint]:
    """A complaint to which this was done before."""

    def begin() -> Complaint:
        complaint = a_complaint()
        act(complaint)
        return complaint

    return begin


def _held() -> Complaint:
    current_app.config["FORUM_HOLD"] = "on"
    complaint = a_complaint()
    current_app.config["FORUM_HOLD"] = "off"
    return complaint


def _two() -> Complaint:
    a_complaint()
    return a_complaint()


def _newest() -> int:
    return db.session.scalar(select(db.func.max(Proposal.number))) or 0


def _cover(complaint: Complaint) -> Any:
    return moderation.redact_alone(a_person("moderator"), complaint.number, PRIVATE, CUTS)


def _lift(complaint: Complaint) -> Any:
    return moderation.lift(a_person("moderator"), _newest(), "mistake")


def _of_comment(act: Callable[[int, int], Any]) -> Callable[[Complaint], Any]:
    """The act on a comment that stands under the complaint."""

    def carry_out(complaint: Complaint) -> Any:
        comment = db.session.scalars(select(Reply).where(Reply.complaint == complaint.number)).one()
        return act(complaint.number, comment.id)

    return carry_out


def _commented() -> Complaint:
    complaint = a_complaint()
    complaints.comment(a_member("二栋小李"), complaint.number, "我家也是。")
    return complaint


def _keep(complaint: Complaint, reason: str = "abuse") -> Any:
    return flags.keep(a_person("moderator"), complaint.number, None, reason, KEPT)


def _later(run: Callable[[], int], **how: float) -> Callable[[Complaint], Any]:
    """Time passes, and what falls due happens."""

    def wait(_complaint: Complaint) -> None:
        with clock.set_to(clock.now() + timedelta(**how)):
            assert run() == 1
            while outbox.drain():
                pass

    return wait


CUTS = Cuts(("电梯停在六楼",))
UNTIL = a_statement(until=clock.local_date() + timedelta(days=7))
PROPOSED = "statement.proposed statement.approved"
GO = {"visible": -1, "hidden": 1, "measures": 1, "stated": 1, "complete": 1, "reason-abuse": 1}
ALONE = {"single-handed": 1, "unconfirmed": 1}
BACK = {"visible": 1, "brought-back": 1, "undone": 1, "undone-mistake": 1}
ERASED = {"visible": -1, "erased": 1, "act-erased": 1, "erased-lawful-erasure": 1, "hidden": 1,
          "measures": 1, "proposals": 1, "proposals-approved": 1}  # fmt: skip
TRACES: dict[str, Trace] = {
    "ask": Trace("statement.proposed", _ask, "abuse", says="复核中：有人提出处理", figures={
        "requests": 1, "requests-open": 1, "requests-executive": 1}),
    "refuse a request": Trace("statement.refused", lambda c: two_people.refuse_request(
        a_person("moderator"), _newest(), WHY), begin=_after(_ask), figures={
        "requests-refused": 1, "requests-open": -1, "requests-executive-refused": 1}),
    "propose": Trace("statement.proposed", _propose, "abuse", says="复核中：有人提出处理", figures={
        "proposals": 1, "proposals-open": 1, "proposals-moderator": 1}),
    "reject": Trace("statement.rejected", lambda c: two_people.reject(
        a_person("auditor"), _newest(), WHY), begin=_after(_propose), figures={
        "proposals-rejected": 1, "proposals-open": -1}),
    "lapse": Trace("statement.lapsed", _later(two_people.lapse_due, hours=73),
        begin=_after(_propose), figures={"proposals-lapsed": 1, "proposals-open": -1}),
    "remove": Trace(f"{PROPOSED} complaint.removed", _decided("remove"), "abuse", 410, GONE,
        "removed", GO | {"removed": 1, "act-removed": 1, "removed-abuse": 1, "before-reply": 1}),
    "remove alone": Trace("complaint.removed", _alone, "abuse", 410, GONE, "removed",
        GO | ALONE | {"removed": 1, "act-removed": 1, "proposals": 0}),
    "confirm": Trace("statement.approved", lambda c: two_people.approve(
        a_person("auditor"), _newest()), None, 410, GONE, begin=_after(_alone), figures={
        "confirmed": 1, "unconfirmed": -1, "removed": 0}),
    "lapse what one did": Trace("complaint.restored", _later(two_people.lapse_due, hours=25),
        "lapsed", told="restored", begin=_after(_alone), figures={
        "visible": 1, "removed": -1, "undone-lapsed": 1, "brought-back": 1}),
    "restore": Trace("complaint.restored", lambda c: moderation.restore(
        a_person("moderator"), c.number, "mistake"), "mistake", told="restored",
        begin=_after(_decided("remove")), figures=BACK | {"removed": -1, "hidden": -1}),
    "redact": Trace(f"{PROPOSED} complaint.redacted", _decided("redact", cuts=CUTS), "abuse",
        says="遮盖", told="redacted", figures={"redacted": 1, "act-redacted": 1, "measures": 1,
        "visible": 0, "hidden": 0, "proposals-approved": 1}),
    "cover alone": Trace("complaint.redacted", _cover, "personal-data", says="遮盖",
        told="redacted", figures=ALONE | {"redacted": 1, "act-redacted": 1, "visible": 0}),
    "uncover": Trace("complaint.restored", lambda c: moderation.lift(
        a_person("moderator"), _newest(), "mistake"), "mistake", says="电梯停在六楼",
        told="uncovered", begin=_after(_cover), figures={"redacted": -1, "undone-mistake": 1}),
    "delist": Trace(f"{PROPOSED} complaint.delisted", _decided("delist"), "abuse",
        says="移出列表", told="delisted", figures={"delisted": 1, "act-delisted": 1, "visible": 0}),
    "relist": Trace("complaint.relisted", _lift, "mistake", told="relisted",
        begin=_after(_decided("delist")), figures={"delisted": -1, "undone-mistake": 1}),
    "suspend": Trace(f"{PROPOSED} member.suspended", _decided("suspend", UNTIL), "abuse",
        told="suspended", figures={"act-suspended": 1, "measures": 1, "visible": 0}),
    "let write again": Trace("member.reinstated", _lift, "mistake", told="reinstated",
        begin=_after(_decided("suspend", UNTIL)), figures={"brought-back": 1, "undone": 1}),
    "erase": Trace("statement.proposed statement.approved complaint.erased", an_erasure,
        "lawful-erasure", 410, GONE, "erased", ERASED),
    "hold": Trace("", lambda c: None, None, 200, "待发布", begin=_held),
    "publish": Trace("complaint.published", lambda c: holding.publish(
        a_person("moderator"), c.number), begin=_held, told="published", figures={
        "held": -1, "visible": 1, "published-moderator": 1}),
    "publish by itself": Trace("complaint.published", _later(holding.publish_due, hours=25),
        begin=_held, told="published", figures={"held": -1, "visible": 1, "published-system": 1}),
    "refuse": Trace(f"{PROPOSED} complaint.refused", _decided("refuse"), "abuse", 410, GONE,
        "refused", begin=_held, figures={
        "held": -1, "refused": 1, "act-refused": 1, "hidden": 1, "refused-abuse": 1}),
    "lock": Trace("complaint.locked", lambda c: locking.lock(a_person("moderator"), c.number, LOCK),
        "abuse", says="停止评论", told="locked", figures={"act-locked": 1, "visible": 0}),
    "unlock": Trace("complaint.unlocked", lambda c: locking.unlock(
        a_person("auditor"), c.number, "mistake"), "mistake", told="unlocked", figures={
        "act-unlocked": 1}, begin=_after(lambda c: locking.lock(
            a_person("moderator"), c.number, LOCK))),
    "move": Trace("complaint.moved", lambda c: moving.move(
        a_person("moderator"), c.number, Place(category="parking"), MOVE), "misfiled",
        says="停车", told="moved", figures={"act-moved": 1, "visible": 0}),
    "propose to merge": Trace("merge.proposed", lambda c: merging.propose(
        a_person(), c.number, c.number - 1), begin=_two, told="merge.proposed"),
    "merge": Trace("complaint.merged", lambda c: merging.merge(
        a_person("moderator"), c.number, c.number - 1), "duplicate", says="并入",
        begin=lambda: _proposed_to_merge(), told="merged", figures={"merged": 1, "visible": -1, "act-merged": 1,
        "measures": 1, "seconded": 1, "single-handed": 0,
        "hidden": 0}),
    "part": Trace("complaint.unmerged", lambda c: merging.unmerge(a_person("moderator"), c.number),
        begin=lambda: _merged(), told="unmerged", figures={"merged": -1, "visible": 1,
        "act-unmerged": 1, "undone-unmerged": 1}),
    "remove a comment": Trace(f"{PROPOSED} comment.removed", _of_comment(
        lambda n, i: _decided("remove", item=i)(complaints.existing(n))), "abuse",
        says="此处原有一条评论", begin=_commented, figures={
        "item-removed": 1, "measures": 1, "act-removed": 0, "visible": 0, "hidden": 0}),
    "flag": Trace("", lambda c: a_flag(c.number), figures={"flags-decided": 0}),
    "keep": Trace("flag.decided", _keep, "abuse", says=KEPT, begin=_after(lambda c: a_flag(c.number)),
        figures={"flags-decided": 1, "flags-kept": 1, "visible": 0, "hidden": 0}),
    "remove what was flagged": Trace(f"{PROPOSED} flag.decided complaint.removed",
        _decided("remove"), "abuse", 410, GONE, "removed", GO | {"removed": 1, "flags-acted": 1},
        _after(lambda c: a_flag(c.number))),
    "notice": Trace("notice.received", lambda c: a_notice(c.number), "defamation-notice",
        says="有人对这条意见提出名誉投诉", told="notice.received", figures={
        "notices-party": 1, "visible": 0, "hidden": 0}),
    "order": Trace("notice.received", lambda c: an_order(c.number), "authority-order",
        says="主管部门要求处理这条意见", told="notice.received", figures={
        "notices-authority": 1, "visible": 0, "hidden": 0}),
    "answer a notice": Trace("notice.countered", lambda c: notices.counter(c.account, c.number, 1, WHY),
        says=WHY, begin=_after(lambda c: a_notice(c.number)), figures={"notices-countered": 1}),
    "keep against a notice": Trace("flag.decided", lambda c: _keep(c, "defamation-notice"),
        "defamation-notice", says=KEPT, told="notice.kept",
        begin=_after(lambda c: a_notice(c.number)), figures={"flags-kept": 1}),
    "appeal": Trace("appeal.filed", lambda c: _file(c), None, 410, GONE, "appeal.filed",
        begin=_after(_decided("remove")), figures={
        "appeals": 1, "appeals-open": 1, "appealed": 1, "visible": 0, "removed": 0}),
    "uphold an appeal": Trace("appeal.decided complaint.restored", lambda c: _judge("upheld"),
        "appeal-upheld", told="restored appeal.decided", begin=lambda: _appealed(), figures={
        "visible": 1, "removed": -1, "hidden": -1, "undone-appeal-upheld": 1, "overturned": 1,
        "appeals-open": -1}),
    "reject an appeal": Trace("appeal.decided", lambda c: _judge("rejected"), None, 410, GONE,
        "appeal.decided", begin=lambda: _appealed(), figures={
        "appeals-decided": 1, "overturned": 0, "removed": 0}),
    "challenge": Trace("challenge.filed", lambda c: challenges.file(None, c.entry, WHY), figures={
        "challenges": 1, "challenges-open": 1}),
    "answer a challenge": Trace("challenge.decided", lambda c: challenges.decide(
        a_person("auditor"), 1, "upheld", WHY), begin=_after(
        lambda c: challenges.file(None, c.entry, WHY)), figures={
        "challenges-decided": 1, "challenges-overturned": 1, "visible": 0}),
    "look at the sealed": Trace("sealed.viewed", lambda c: sealed_views.view(
        a_person("auditor"), c.statement or 0), None, 410, GONE, begin=_after(_decided("remove")),
        figures={"visible": 0, "removed": 0}),
    "destroy the sealed": Trace("sealed.destroyed", _later(sealed_end.destroy_due, days=190),
        None, 410, GONE, begin=_after(_decided("remove")), figures={"visible": 0, "removed": 0}),
    "review": Trace("audit.reviewed", lambda c: audit.review(
        a_person("auditor"), [c.act_entry], "in-order"), None, 410, GONE,
        begin=_after(_decided("remove")), figures={"reviewed": 1, "reviewed-complaint.removed": 1}),
    "announce the closing": Trace("board.closing", lambda c: closing.approve(
        a_person("auditor"), _close()), says="2199", figures={"hiding-board.closing": 1}),
    "sign": Trace("audit.reported", lambda c: audit.report(a_person("auditor"), Opinion(
        0, 1, "adverse", "看过两条记录，理由都没有写清楚，不能说没有问题。")), figures={
        "opinions": 1, "opinion-adverse": 1}),
}  # fmt: skip


def _close() -> int:
    given = Announcement(date(2199, 12, 31), "本板迁往新址，旧的内容一直可查，未解决的照办。")
    return closing.propose(a_person("admin"), given).id


# Kinds that say nothing of the complaint: people come in while the table is played.
ASIDE = ("role.granted", "place.changed")


def _proposed_to_merge() -> Complaint:
    later = _two()
    merging.propose(a_person("moderator"), later.number, later.number - 1)
    return later


def _merged() -> Complaint:
    later = _two()
    a_merge(later, complaints.existing(later.number - 1))
    return later


def _file(complaint: Complaint) -> int:
    return appeals.file(complaint.account, complaint.act_entry, WHY).number


def _appealed() -> Complaint:
    complaint = _after(_decided("remove"))()
    _file(complaint)
    return complaint


def _judge(outcome: str) -> Any:
    return appeals.decide(a_person("auditor"), 1, outcome, WHY)


def _counts() -> Counter[str]:
    found = figures(facts.read()[0], "all")
    return Counter({name: len(entries) for name, entries in found.lists.items()})


def _told(complaint: Complaint) -> list[str]:
    while outbox.drain():
        pass
    db.session.rollback()
    mine = Notice.account_id == complaints.existing(complaint.number).account_id
    return list(db.session.scalars(select(Notice.what).where(mine).order_by(Notice.id)))


@pytest.mark.parametrize("name", TRACES)
def test_an_act_leaves_the_trace_that_the_table_says(sqlite_app: Flask, name):
    trace = TRACES[name]
    complaint = trace.begin()
    a_person("moderator"), a_person("auditor")
    before, told, size = _counts(), _told(complaint), log.tip().size
    trace.act(complaint)
    db.session.rollback()
    entries = [parse_entry(data) for data in log.entry_bytes(size, 99)]
    entries = [entry for entry in entries if entry["kind"] not in ASIDE]
    assert [entry["kind"] for entry in entries] == trace.kinds.split()
    assert not entries or entries[-1].get("reason") == trace.reason
    assert _told(complaint)[len(told) :] == trace.told.split()
    _check_figures(before, _counts(), trace.figures)
    page = sqlite_app.test_client().get(f"/complaints/{complaint.number}")
    assert page.status_code == trace.status and trace.says in page.text


def _check_figures(before: Counter[str], after: Counter[str], expected: dict[str, int]) -> None:
    """They change as is expected; of the states of complaints no other changes, and they add up."""
    changed = {name: after[name] - before[name] for name in {*before, *after}}
    assert {name: changed.get(name, 0) for name in expected} == expected
    states = {name: changed[name] for name in STATES if changed.get(name)}
    assert states == {name: n for name, n in expected.items() if name in STATES and n}
    assert after["received"] == sum(after[name] for name in STATES)


def test_every_kind_of_act_that_hides_has_a_trace_here():
    told = {kind for trace in TRACES.values() for kind in trace.kinds.split()}
    assert {kind for kind in HIDING if kind.startswith(("complaint.", "statement.", "member.", "flag.", "notice.", "appeal.",
                                                         "challenge.", "sealed."))} - {
        # The author's own, and those of the machine: see tests/complaints.
        "complaint.edited", "complaint.withdrawn", "complaint.held",
    } <= told  # fmt: skip
