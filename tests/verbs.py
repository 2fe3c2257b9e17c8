"""A scenario for every verb of the board, for `test_every_verb.py`: each is small and honest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import text

from forum import setup, startup
from forum.accounts import service as accounts
from forum.accounts import terms
from forum.base import clock, outbox
from forum.base.db import db
from forum.complaints import archive, author_acts, importing
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.covering import Cuts
from forum.complaints.models import Complaint
from forum.digest import erasing as digest_erasing
from forum.digest import service as digest
from forum.log import queries, rotation
from forum.moderation import (
    appeals,
    bulk,
    challenges,
    closing,
    desk,
    erasure,
    flag_erasing,
    flags,
    holding,
    locking,
    merging,
    moving,
    notices,
    rules,
    rules_publishing,
    sealed_end,
    sealed_views,
    two_people,
)
from forum.moderation import service as moderation
from forum.moderation.closing import Announcement
from forum.moderation.closing_models import ClosingDraft
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Statement
from forum.moderation.moving import Place
from forum.moderation.notices import Claim
from forum.moderation.rules import RulesText
from forum.moderation.rulings import Grounds
from forum.notifications import erasing as notice_erasing
from forum.notifications import service as notifications
from forum.places import service as places
from forum.response import service as response
from forum.response.service import Resolution
from forum.transparency import audit
from forum.transparency import service as transparency
from forum.transparency.audit import Opinion
from tests.factories import (
    PASSWORD,
    a_code,
    a_complaint,
    a_member,
    a_merge,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
)

DAY = timedelta(days=1)
CLAIM = Claim("维修公司经理", "party@firm.test", "说我们偷换配件，不是事实。")

# Verb → what performs it, and kinds of entries that it writes at least.
SCENARIOS: dict[str, tuple[Callable[[], object], set[str]]] = {}


def scenario(verb: str, *kinds: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """The function performs this verb, which writes at least these kinds; none: nothing public."""

    def keep(function: Callable[[], object]) -> Callable[[], object]:
        SCENARIOS[f"forum.{verb}"] = (function, set(kinds))
        return function

    return keep


def _open() -> Complaint:
    return a_complaint(key="k" * 43)


def _proof(complaint: Complaint, key: str = "k") -> Proof:
    return Proof(complaint.act_entry, a_code(key * 43))


def _resolved() -> Complaint:
    complaint = _open()
    response.resolve(a_person(), complaint.number, Resolution("fixed", "rule"), "换好了。")
    return complaint


def _proposal(person: str = "moderator", act: str = "remove") -> int:
    reason = "abuse" if act == "remove" else "lawful-erasure"
    given = (
        a_statement(reason)
        if person == "moderator"
        else Request(reason, "第二段点名道姓，请下架。")
    )
    return two_people.propose(a_person(person), Measure(act, _open().number, given)).number


def _code(purpose: str, phone: str) -> str:
    accounts.request_code(purpose, phone)
    while outbox.drain():
        pass
    sent = Path(current_app.config["FORUM_INSTANCE"]).glob("sms/*.txt")
    newest = max(sent, key=lambda path: path.stat().st_mtime_ns)
    return re.findall(r"\b\d{6}\b", newest.read_text())[-1]


def _later(days: float, run: Callable[[], object]) -> None:
    with clock.set_to(clock.now() + timedelta(days=days)):
        assert run()


@scenario("complaints.service.post", "complaint.posted")
def _() -> None:
    _open()


@scenario("complaints.service.comment", "comment.posted")
def _() -> None:
    complaints.comment(a_member(), _open().number, "我们也是。")


@scenario("complaints.service.support", "support.added")
def _() -> None:
    complaints.support(a_member(), _open().number)


@scenario("complaints.service.withdraw_support", "support.withdrawn")
def _() -> None:
    neighbour, number = a_member(), _open().number
    complaints.support(neighbour, number)
    complaints.withdraw_support(neighbour, number)


@scenario("complaints.service.forget_keys")
def _() -> None:
    with clock.set_to(clock.now() + timedelta(days=31)):
        complaints.forget_keys()


@scenario("complaints.author_acts.change_status", "complaint.status")
def _() -> None:
    complaint = _resolved()
    for status in ("disputed",):
        author_acts.change_status(complaint.account, complaint.number, status, _proof(complaint))


@scenario("complaints.author_acts.edit", "complaint.edited")
def _() -> None:
    complaint = _open()
    author_acts.edit(complaint.account, complaint.number, "新标题", "新内容。", _proof(complaint))
    author_acts.edit(
        complaint.account, complaint.number, "再改", "未验证。", Proof(complaint.act_entry)
    )


@scenario("complaints.author_acts.withdraw", "complaint.withdrawn", "withdrawal.requested")
def _() -> None:
    for proof in (_proof, lambda complaint: Proof(complaint.act_entry)):
        complaint = _open()
        author_acts.withdraw(complaint.account, complaint.number, proof(complaint))


@scenario("complaints.author_acts.stop_withdrawal", "withdrawal.stopped")
def _() -> None:
    complaint = _open()
    author_acts.withdraw(complaint.account, complaint.number, Proof(complaint.act_entry))
    author_acts.stop_withdrawal(complaint.account, complaint.number)


@scenario("complaints.author_acts.undo_withdrawal", "complaint.restored")
def _() -> None:
    complaint = _open()
    author_acts.withdraw(complaint.account, complaint.number, _proof(complaint))
    author_acts.undo_withdrawal(complaint.account, complaint.number, _proof(complaint))


@scenario("complaints.author_acts.withdraw_due", "complaint.withdrawn", "withdrawal.stopped")
def _() -> None:
    for _number in range(2):
        complaint = _open()
        author_acts.withdraw(complaint.account, complaint.number, Proof(complaint.act_entry))
    a_removal(complaint)
    _later(8, author_acts.withdraw_due)


@scenario(
    "complaints.importing.import_records", "complaint.imported", "reply.imported", "place.changed"
)
def _() -> None:
    record = {"id": "v-1", "author": "A001", "title": "路灯", "body": "坏了。", "city": "A市",
              "area": "A7县", "votes_for": 3, "created_at": "2019-03-04T09:30:00+08:00",
              "reply_body": "已修。", "reply_at": "2019-03-14T16:00:00+08:00"}  # fmt: skip
    file = Path(current_app.config["FORUM_INSTANCE"]) / "archive.jsonl"
    file.write_text(json.dumps(record), encoding="utf-8")
    assert sum(step.new for step in importing.import_records(archive.read_records(file))) == 1


@scenario("response.service.reply", "reply.posted", "complaint.status", "promise.made")
def _() -> None:
    staff, number = a_person(), _open().number
    day = clock.local_date() + DAY
    response.reply(staff, number, "我查一查。", holding=True, until=day)
    response.reply(staff, number, "明天换。", until=day)


@scenario("response.service.resolve", "reply.posted", "complaint.status", "promise.kept")
def _() -> None:
    staff, number = a_person(), _open().number
    response.reply(staff, number, "明天换。", until=clock.local_date() + DAY)
    response.resolve(staff, number, Resolution("fixed", "rule"), "换好了。")


@scenario("response.service.close_silent", "complaint.status")
def _() -> None:
    _resolved()
    _later(15, response.close_silent)


@scenario("response.service.break_promises", "promise.broken", "complaint.status")
def _() -> None:
    response.reply(a_person(), _open().number, "明天换。", until=clock.local_date() + DAY)
    _later(3, response.break_promises)


@scenario("moderation.service.remove_alone", "complaint.removed")
def _() -> None:
    moderation.remove_alone(a_person("moderator"), _open().number, a_statement(), "emergency")


@scenario("moderation.service.restore", "complaint.restored")
def _() -> None:
    complaint = _open()
    a_removal(complaint)
    moderation.restore(a_person("moderator"), complaint.number, "mistake")


@scenario("moderation.service.redact_alone", "complaint.redacted", "comment.redacted")
def _() -> None:
    complaint, given = _open(), a_statement("personal-data", facts="写出了邻居家的门牌。")
    said = complaints.comment(
        a_member(), complaint.number, "电梯停在六楼，我家也在六楼，天天这样。"
    )
    for item in (None, said.id):
        cuts = Cuts(("电梯停在六楼",), (1,))
        moderation.redact_alone(a_person("moderator"), complaint.number, given, cuts, item)


@scenario("moderation.service.lift", "complaint.restored", "complaint.relisted",
          "comment.restored", "member.reinstated")  # fmt: skip
def _() -> None:
    complaint, until = _open(), a_statement(until=clock.local_date() + DAY)
    said = complaints.comment(a_member(), complaint.number, "我家也是。")
    given = a_statement("personal-data", facts="写出了邻居家的门牌。")
    cuts = Cuts(("电梯停在六楼",))
    wanted = (Measure("redact", complaint.number, given, None, cuts),
              Measure("delist", complaint.number, until), Measure("suspend", complaint.number, until),
              Measure("remove", complaint.number, until, said.id))  # fmt: skip
    for measure in wanted:
        proposal = two_people.propose(a_person("moderator"), measure)
        two_people.approve(a_person("auditor"), proposal.number)
        moderation.lift(a_person("moderator"), proposal.number, "mistake")


@scenario("moderation.service.restore_ended", "complaint.restored")
def _() -> None:
    given = a_statement(until=clock.local_date() + DAY)
    measure = Measure("remove", _open().number, given)
    proposal = two_people.propose(a_person("moderator"), measure)
    two_people.approve(a_person("auditor"), proposal.number)
    _later(3, moderation.restore_ended)


@scenario("moderation.two_people.propose", "statement.proposed", "statement.approved")
def _() -> None:
    number = _open().number
    asked = Measure("remove", number, Request("abuse", "第二段点名道姓，请下架。"))
    two_people.propose(a_person("executive"), asked)
    two_people.propose(a_person("moderator"), Measure("remove", number, a_statement()))


@scenario("moderation.two_people.approve", "statement.approved", "complaint.removed",
          "complaint.erased", "comment.erased", "flag.decided")  # fmt: skip
def _() -> None:
    a_removal(_open())
    flagged = _open()
    flags.flag(a_member(), flagged.number, None, "abuse", "第二段骂人。")
    alone = moderation.remove_alone(a_person("moderator"), flagged.number, a_statement(), "emergency")  # fmt: skip
    two_people.approve(a_person("auditor"), alone.number)
    complaint = _open()
    complaints.comment(a_member(), complaint.number, "我们也是。")
    two_people.propose(a_person("moderator"), Measure("remove", complaint.number, a_statement()))
    an_erasure(complaint)


@scenario("moderation.two_people.reject", "statement.rejected", "complaint.restored")
def _() -> None:
    two_people.reject(a_person("auditor"), _proposal(), "这一段说的是事实。")
    alone = moderation.remove_alone(
        a_person("moderator"), _open().number, a_statement(), "emergency"
    )
    two_people.reject(a_person("auditor"), alone.number, "这一段说的是事实。")


@scenario("moderation.two_people.refuse_request", "statement.refused")
def _() -> None:
    two_people.refuse_request(a_person("moderator"), _proposal("staff"), "这一段说的是事实。")


@scenario("moderation.two_people.lapse_due", "statement.lapsed", "complaint.restored")
def _() -> None:
    _proposal()
    moderation.remove_alone(a_person("moderator"), _open().number, a_statement(), "emergency")
    _later(4, two_people.lapse_due)


@scenario("moderation.erasure.reapply")
def _() -> None:
    complaint = _open()
    an_erasure(complaint)
    index = complaint.act_entry
    db.session.execute(text("UPDATE complaint SET title = '回来了' WHERE number = :n"),
                       {"n": complaint.number})  # fmt: skip
    db.session.commit()
    erasure.reapply(index, queries.entry(index) or {})


@scenario("moderation.rules.publish", "rules.published")
def _() -> None:
    rules.publish(rules.shipped(), by="admin")


@scenario("moderation.rules_publishing.publish_version", "rules.published")
def _() -> None:
    newest, text = rules.newest(), rules.shipped()
    assert newest is not None
    changed = RulesText(f"规则 {newest.version}", text.preamble, text.clauses)
    rules_publishing.publish_version(a_person("admin"), changed, instead_of=newest.version)


@scenario("moderation.rules_publishing.publish_file", "rules.published")
def _() -> None:
    text = rules.shipped()
    given = {"title": "文件里的规则", "preamble": text.preamble, "clauses": text.clauses}
    rules_publishing.publish_file(json.dumps(given).encode())


def _closing(by: str = "admin", until: date = date(2199, 12, 31)) -> ClosingDraft:
    return closing.propose(
        a_person(by), Announcement(until, "本板迁往新址，旧的内容一直可查，未解决的照办。")
    )


@scenario("moderation.closing.propose")
def _() -> None:
    _closing()


@scenario("moderation.closing.approve", "board.closing")
def _() -> None:
    closing.approve(a_person("executive"), _closing().id)


@scenario("moderation.closing.reject")
def _() -> None:
    closing.reject(a_person("auditor"), _closing("executive", date(2299, 12, 31)).id)


@scenario("places.service.add_city", "place.changed")
def _() -> None:
    places.add_city("珠海")


@scenario("places.service.add_project", "place.changed")
def _() -> None:
    places.add_project("海湾", city=None, households=100)


@scenario("places.service.add_category", "place.changed")
def _() -> None:
    places.add_category("绿化", "green", position=12, by="admin")


@scenario("places.service.add_department", "place.changed")
def _() -> None:
    places.add_department("工程部")


@scenario("places.service.revise_project", "place.changed")
def _() -> None:
    project = places.add_project("湖畔", city=None)
    places.revise_project(project, households=800, phase="on_sale", by="admin")


@scenario("accounts.service.create_person", "role.granted")
def _() -> None:
    a_person("auditor")
    a_member()


@scenario("setup.add_person", "role.granted", "place.changed")
def _() -> None:
    setup.add_person("林知夏", "staff", department="前台", email="lin@board.test", phone=None)


@scenario("accounts.service.request_code")
def _() -> None:
    accounts.request_code("signup", "13800138001")


@scenario("accounts.service.sign_up")
def _() -> None:
    accounts.sign_up("13800138002", _code("signup", "13800138002"), "阿琳", PASSWORD)


@scenario("accounts.service.sign_in")
def _() -> None:
    accounts.sign_in(str(a_member().email), PASSWORD)


@scenario("accounts.service.reset_password")
def _() -> None:
    accounts.create_person("阿桂", "member", by="system", phone="13800138003", password=PASSWORD)
    accounts.reset_password("13800138003", _code("reset", "13800138003"), "四季花城的石榴树")


@scenario("accounts.service.change_password")
def _() -> None:
    accounts.change_password(a_member(), PASSWORD, "四季花城的石榴树")


@scenario("accounts.service.rename")
def _() -> None:
    accounts.rename(a_member(), "新署名")


@scenario("accounts.service.set_locale")
def _() -> None:
    accounts.set_locale(a_member(), "en")


@scenario("accounts.service.sign_out_everywhere")
def _() -> None:
    accounts.sign_out_everywhere(a_member())


@scenario("accounts.service.invite")
def _() -> None:
    accounts.invite(a_member())


@scenario("accounts.service.accept_invite")
def _() -> None:
    accounts.accept_invite(accounts.invite(a_member()), "四季花城的石榴树")


@scenario("digest.service.send", "digest.sent")
def _() -> None:
    digest.send(clock.local_date())


@scenario("digest.erasing.forget")
def _() -> None:
    while outbox.drain():
        pass
    digest_erasing.forget([{"number": 1, "items": [], "whole": True, "files": []}])


@scenario("notifications.service.tell")
def _() -> None:
    author = a_member()
    notifications.tell({"account": author.id, "complaint": _open().number, "what": "comment",
                        "at": clock.format_utc(clock.now())})  # fmt: skip


@scenario("notifications.service.mark_read")
def _() -> None:
    notifications.mark_read(a_member())


@scenario("notifications.erasing.forget_notices")
def _() -> None:
    notice_erasing.forget_notices([{"number": 1, "items": [], "whole": True, "files": []}])


@scenario("transparency.service.count_daily", "balance.counted")
def _() -> None:
    _later(40, transparency.count_daily)


@scenario("startup.log_settings", "setting.changed")
def _() -> None:
    current_app.config["FORUM_HOLD"] = "on"
    startup.log_settings()


@scenario("log.rotation.rotate", "key.rotated")
def _() -> None:
    rotation.rotate()


@scenario("startup.check", "setting.changed")
def _() -> None:
    current_app.config["FORUM_HOLD"] = "off" if current_app.config["FORUM_HOLD"] == "on" else "on"
    startup.check(current_app._get_current_object())  # type: ignore[attr-defined]


@scenario("digest.service.send_due", "digest.sent")
def _() -> None:
    with clock.set_to(clock.now() + 3 * DAY):
        digest.send_due()


@scenario("places.service.unassigned_project", "place.changed")
def _() -> None:
    places.unassigned_project()


@scenario("moderation.rules.publish_first", "rules.published")
def _() -> None:
    rules.publish_first()


LOCK = Grounds("abuse", "3.4", "第二段以后，几位住户在下面互相辱骂。")


def _held() -> int:
    current_app.config["FORUM_HOLD"] = "on"
    try:
        return _open().number
    finally:
        current_app.config["FORUM_HOLD"] = "off"


def _merged() -> Complaint:
    older = a_complaint()
    later = a_complaint(key="m" * 43)
    complaints.support(a_member(), later.number)
    a_merge(later, older)
    return complaints.existing(later.number)


@scenario("moderation.holding.publish", "complaint.held", "complaint.published")
def _() -> None:
    holding.publish(a_person("moderator"), _held())


@scenario("moderation.holding.publish_due", "complaint.published")
def _() -> None:
    _held()
    _later(1.1, holding.publish_due)


@scenario("moderation.locking.lock", "complaint.locked")
def _() -> None:
    locking.lock(a_person("moderator"), _open().number, LOCK)


@scenario("moderation.locking.unlock", "complaint.unlocked")
def _() -> None:
    number = _open().number
    locking.lock(a_person("moderator"), number, LOCK)
    locking.unlock(a_person("auditor"), number, "mistake")


@scenario("moderation.moving.move", "complaint.moved")
def _() -> None:
    given = Grounds("misfiled", "2.3", "说的是停车，选成了维修。")
    moving.move(a_person("moderator"), _open().number, Place(category="parking"), given)


@scenario("moderation.merging.propose", "merge.proposed")
def _() -> None:
    older = a_complaint()
    merging.propose(a_person(), _open().number, older.number)


@scenario("moderation.merging.merge", "complaint.merged")
def _() -> None:
    _merged()


@scenario("moderation.merging.decline", "merge.declined")
def _() -> None:
    older, later = a_complaint(), _open()
    merging.propose(a_person(), later.number, older.number)
    merging.decline(a_person("moderator"), later.number)


@scenario("moderation.merging.unmerge", "complaint.unmerged")
def _() -> None:
    merging.unmerge(a_person("auditor"), _merged().number)


@scenario("complaints.author_acts.unmerge", "complaint.unmerged")
def _() -> None:
    later = _merged()
    author_acts.unmerge(later.account, later.number, _proof(later, "m"))


@scenario("moderation.bulk.carry_out", "complaint.locked")
def _() -> None:
    wish = bulk.Wish("lock", (_open().number, a_complaint().number), grounds=LOCK)
    bulk.carry_out(a_person("moderator"), wish)


@scenario("transparency.audit.review", "audit.reviewed")
def _() -> None:
    complaint = _open()
    a_removal(complaint)
    audit.review(a_person("auditor"), [complaint.act_entry], "in-order")


@scenario("transparency.audit.report", "audit.reported")
def _() -> None:
    audit.report(a_person("auditor"), Opinion(0, 2, "unqualified", "逐条看过，没有发现问题。" * 2))


def _flagged() -> int:
    number = _open().number
    flags.flag(a_member(), number, None, "abuse", "第二段骂人。")
    return number


@scenario("moderation.flags.flag")
def _() -> None:
    _flagged()


@scenario("moderation.flags.keep", "flag.decided")
def _() -> None:
    why = "第二段说的是电梯，没有骂人。"
    flags.keep(a_person("moderator"), _flagged(), None, "abuse", why)


@scenario("moderation.desk.open_thing")
def _() -> None:
    desk.open_thing(a_person("moderator"), _flagged(), None)


@scenario("moderation.notices.send", "notice.received")
def _() -> None:
    notices.send(_open().number, None, CLAIM)


@scenario("moderation.notices.enter_order", "notice.received")
def _() -> None:
    order = replace(CLAIM, file_number="建函〔2026〕17号")
    notices.enter_order(a_person("moderator"), _open().number, None, "court-order", order)


@scenario("moderation.notices.counter", "notice.countered")
def _() -> None:
    complaint = _open()
    notice = notices.send(complaint.number, None, CLAIM)
    notices.counter(complaint.account, complaint.number, notice.number, "采购单我也看过。")


@scenario("notifications.service.tell_party")
def _() -> None:
    number = _open().number
    notice = notices.send(number, None, CLAIM)
    flags.keep(a_person("moderator"), number, None, "defamation-notice", "看过采购单，不属实。")
    notifications.tell_party(notice.number)


@scenario("moderation.flag_erasing.forget_contacts")
def _() -> None:
    number = _open().number
    notices.send(number, None, CLAIM)
    flags.keep(a_person("moderator"), number, None, "defamation-notice", "看过采购单，不属实。")
    with clock.set_to(clock.now() + timedelta(days=370)):
        flag_erasing.forget_contacts()


APPEAL = "第二段引的是物业公告的原话，不是骂人。"


def _appeal() -> int:
    complaint = _open()
    statement = db.session.get_one(Statement, a_removal(complaint))
    return appeals.file(complaint.account, statement.entry, APPEAL).number


@scenario("moderation.appeals.file", "appeal.filed")
def _() -> None:
    _appeal()


@scenario("moderation.appeals.decide", "appeal.decided", "complaint.restored")
def _() -> None:
    appeals.decide(a_person("auditor"), _appeal(), "upheld", APPEAL)


@scenario("moderation.challenges.file", "challenge.filed")
def _() -> None:
    challenges.file(None, _open().entry, APPEAL)


@scenario("moderation.challenges.decide", "challenge.decided")
def _() -> None:
    number = challenges.file(None, _open().entry, APPEAL, "reader@board.test").number
    challenges.decide(a_person("auditor"), number, "rejected", APPEAL)


@scenario("notifications.service.answer_challenge")
def _() -> None:
    number = challenges.file(None, _open().entry, APPEAL, "reader@board.test").number
    challenges.decide(a_person("auditor"), number, "rejected", APPEAL)
    notifications.answer_challenge(number)


@scenario("moderation.sealed_views.view", "sealed.viewed")
def _() -> None:
    sealed_views.view(a_person("auditor"), a_removal(_open()))


@scenario("moderation.sealed_end.destroy_due", "sealed.destroyed")
def _() -> None:
    a_removal(_open())
    _later(190, sealed_end.destroy_due)


@scenario("accounts.terms.revoke", "role.revoked")
def _() -> None:
    terms.revoke(str(a_person("auditor").staff_no))


@scenario("accounts.terms.end_terms", "role.granted", "role.revoked")
def _() -> None:
    accounts.create_person("方主任", "auditor", by="admin", password=PASSWORD,
                           until=clock.local_date())  # fmt: skip
    _later(2, terms.end_terms)
