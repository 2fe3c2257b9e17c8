"""Every act of moderation × every role: done, only asked for, or refused by the right that is named.

Written by hand and not taken from the program. Whoever adds an act adds a row; an act without one
fails `test_every_act_of_moderation_has_a_row`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from flask import Flask

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db
from forum.base.refusal import NotAllowed
from forum.complaints import author_acts
from forum.complaints.author_acts import Proof
from forum.complaints.covering import Cuts
from forum.complaints.models import Complaint
from forum.log import queries as log
from forum.moderation import (
    appeals,
    bulk,
    challenges,
    closing,
    flags,
    holding,
    locking,
    merging,
    moving,
    notices,
    redress_queries,
    rules,
    rules_publishing,
    sealed_views,
    two_people,
)
from forum.moderation import service as moderation
from forum.moderation.closing import Announcement
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Proposal
from forum.moderation.moving import Place
from forum.moderation.redress_models import Appeal, Challenge
from forum.moderation.rules import RulesText
from forum.transparency import audit
from forum.transparency.audit import Opinion
from tests.factories import a_complaint, a_member, a_merge, a_person, a_removal, a_statement
from tests.moderation.flagged import KEPT, a_flag, a_notice, an_order
from tests.moderation.rooms import LOCK, MOVE
from tests.scenes import EVERYBODY

ROLES = EVERYBODY.removeprefix("visitor ").split()
DECIDERS, ASKING = "moderator auditor", "staff executive admin"
WHY = "这一段说的是事实，不是辱骂。"
Act = Callable[[Account, Complaint], Any]


def _measure(act: str, reason: str = "abuse", **more: Any) -> Act:
    """The first step to a measure: whole where the role may propose, else with a reason only."""

    def propose(person: Account, complaint: Complaint) -> Proposal:
        whole = a_statement(reason, until=more.get("until"))
        asked = Request(reason, "这一条点名道姓，请处理。")
        given = whole if person.role in DECIDERS.split() else asked
        cuts = more.get("cuts") if given is whole else None
        return two_people.propose(person, Measure(act, complaint.number, given, cuts=cuts))

    return propose


@cache
def _person(role: str) -> Account:
    """Whoever did what there must be before the act; never the one who is tried."""
    return a_member("花城老张") if role == "member" else a_person(role)


def _post() -> Complaint:
    return a_complaint(_person("member"))


def _waiting(complaint: Complaint, role: str = "moderator") -> int:
    return _measure("remove")(_person(role), complaint).number


def _held() -> Complaint:
    complaint = _post()
    complaint.state, complaint.held_until = "held", clock.now() + timedelta(hours=1)
    db.session.commit()
    return complaint


def _merged() -> Complaint:
    older, later = _post(), _post()
    a_merge(later, older)
    return later


def _locked() -> Complaint:
    complaint = _post()
    locking.lock(_person("moderator"), complaint.number, LOCK)
    return complaint


def _removed() -> Complaint:
    complaint = _post()
    a_removal(complaint, _person("moderator"), second=_person("auditor"))
    return complaint


def _flagged() -> Complaint:
    complaint = _post()
    a_flag(complaint.number)
    return complaint


def _noticed() -> Complaint:
    complaint = _post()
    a_notice(complaint.number)
    return complaint


def _proposed_to_merge() -> Complaint:
    older, later = _post(), _post()
    merging.propose(_person("staff"), later.number, older.number)
    return later


def _appealed() -> Complaint:
    complaint = _removed()
    appeals.file(_person("member"), complaint.act_entry, WHY)
    return complaint


def _challenged() -> Complaint:
    complaint = _post()
    challenges.file(None, complaint.entry, WHY)
    return complaint


def _look(person: Account, complaint: Complaint) -> Any:
    """Of moderators only those who decided it may."""
    own = a_removal(_post(), person) if person.role == "moderator" else complaint.statement
    return sealed_views.view(person, own or 0)


def _cover(person: Account, complaint: Complaint) -> Any:
    given = a_statement("personal-data", facts="写出了邻居家的门牌。")
    return moderation.redact_alone(person, complaint.number, given, Cuts(("电梯停在六楼",)))


def _bulk(person: Account, complaint: Complaint) -> Any:
    return bulk.carry_out(person, bulk.Wish("lock", (complaint.number,), grounds=LOCK))


def _older(person: Account, complaint: Complaint, verb: Any) -> Any:
    older = complaint.number - 1
    return verb(person, complaint.number, older)


def _publish_rules(person: Account) -> Any:
    newest, text = rules.newest(), rules.shipped()
    assert newest is not None
    changed = RulesText(f"规则 {newest.version}", text.preamble, text.clauses)
    return rules_publishing.publish_version(person, changed, instead_of=newest.version)


def _close(person: Account, newest: Complaint) -> int:
    """A closing that is proposed, ever later; what waited before is turned down."""
    before = closing.waiting()
    if before is not None and rights.may(person.role, "closing.propose"):
        closing.reject(_person("auditor"), before.id)
    given = Announcement(
        date(2199, 1, 1) + timedelta(days=newest.number),
        "本板迁往新址，旧的内容一直可查，未解决的照办。",
    )
    return closing.propose(person, given).id


NEXT_WEEK = clock.local_date() + timedelta(days=7)
CUTS = Cuts(("电梯停在六楼",))
# Act → (the right it needs, who may do it, what it is done to, doing it). `ASKING` may take the
# first step of a measure as well, but theirs is a request.
ACTS: dict[str, tuple[str, str, Callable[[], Complaint], Act]] = {
    **{f"propose {act}": ("measure.propose", f"{DECIDERS} {ASKING}", _post, verb)
       for act, verb in {
           "remove": _measure("remove"), "redact": _measure("redact", cuts=CUTS),
           "delist": _measure("delist"), "erase": _measure("erase", "lawful-erasure")}.items()},
    "propose suspend": ("measure.propose", f"{DECIDERS} {ASKING}", lambda: a_complaint(a_member()),
        _measure("suspend", until=NEXT_WEEK)),
    "propose refuse": ("measure.propose", f"{DECIDERS} {ASKING}", _held, _measure("refuse")),
    "remove in an emergency": ("complaint.remove-alone", "moderator", _post, lambda p, c:
        moderation.remove_alone(p, c.number, a_statement(), "emergency")),
    "remove spam": ("complaint.remove-alone", "moderator", _post, lambda p, c:
        moderation.remove_alone(p, c.number, a_statement("spam"), "spam")),
    "cover alone": ("complaint.redact-alone", "moderator", _post, _cover),
    "approve": ("measure.decide", DECIDERS, _post, lambda p, c:
        two_people.approve(p, _waiting(c))),
    "reject": ("measure.decide", DECIDERS, _post, lambda p, c:
        two_people.reject(p, _waiting(c), WHY)),
    "refuse a request": ("measure.decide", DECIDERS, _post, lambda p, c:
        two_people.refuse_request(p, _waiting(c, "executive"), WHY)),
    "restore": ("complaint.restore", "moderator", _removed, lambda p, c:
        moderation.restore(p, c.number, "mistake")),
    "lift": ("complaint.restore", "moderator", _removed, lambda p, c:
        moderation.lift(p, c.statement or 0, "mistake")),
    "publish": ("complaint.publish", "moderator", _held, lambda p, c:
        holding.publish(p, c.number)),
    "lock": ("complaint.lock", "moderator", _post, lambda p, c:
        locking.lock(p, c.number, LOCK)),
    "unlock": ("complaint.unlock", DECIDERS, _locked, lambda p, c:
        locking.unlock(p, c.number, "mistake")),
    "move": ("complaint.move", "moderator", _post, lambda p, c:
        moving.move(p, c.number, Place(category="parking"), MOVE)),
    "propose to merge": ("merge.propose", "staff moderator", _post, lambda p, c:
        _older(p, c, merging.propose)),
    "merge": ("complaint.merge", "moderator", _proposed_to_merge, lambda p, c:
        merging.merge(p, c.number, c.number - 1)),
    "decline to merge": ("complaint.merge", "moderator", _proposed_to_merge, lambda p, c:
        merging.decline(p, c.number)),
    "part": ("complaint.unmerge", DECIDERS, _merged, lambda p, c: merging.unmerge(p, c.number)),
    "many at once": ("moderation.bulk", "moderator", _post, _bulk),
    "withdraw": ("complaint.author-act", "", _post, lambda p, c:
        author_acts.withdraw(p, c.number, Proof(c.act_entry))),
    "keep what was flagged": ("flag.decide", DECIDERS, _flagged, lambda p, c:
        flags.keep(p, c.number, None, "abuse", KEPT)),
    "enter an order": ("notice.enter", "moderator", _post, lambda p, c: an_order(c.number, p)),
    "answer a notice": ("notice.counter", "", _noticed, lambda p, c:
        notices.counter(p, c.number, notices.notices_about(c.number)[0].number, WHY)),
    "decide an appeal": ("appeal.decide", "auditor", _appealed, lambda p, c:
        appeals.decide(p, redress_queries.waiting(Appeal, 99)[-1].number, "rejected", WHY)),
    "answer a challenge": ("appeal.decide", "auditor", _challenged, lambda p, c:
        challenges.decide(p, redress_queries.waiting(Challenge, 99)[-1].number, "rejected", WHY)),
    "look at the sealed": ("sealed.view", DECIDERS, _removed, _look),
    "publish rules": ("rules.publish", "admin", _post, lambda p, c: _publish_rules(p)),
    "propose to close": ("closing.propose", "executive admin", _post, lambda p, c:
        closing.approve(_person("auditor"), _close(p, c))),
    "agree to close": ("closing.decide", "executive auditor", _post, lambda p, c:
        closing.approve(p, _close(_person("admin"), c))),
    "review": ("audit.review", "auditor", _removed, lambda p, c:
        audit.review(p, [c.act_entry], "in-order")),
    "sign an opinion": ("audit.report", "auditor", _post, lambda p, c:
        audit.report(p, Opinion(0, 1, "unqualified", "逐条看过，没有发现问题，每一条都有理由。"))),
}  # fmt: skip
# Of a member's own complaint alone: to others the same right is not enough.
MEMBERS = {"propose to merge", "withdraw", "answer a notice"}
CELLS = [(act, role) for act in ACTS for role in ROLES]


@pytest.fixture(scope="module")
def people(scene) -> dict[str, Account]:
    """One of each role, none of whom has done anything yet."""
    _person.cache_clear()
    return {role: a_member("三栋老王") if role == "member" else a_person(role) for role in ROLES}


@pytest.mark.parametrize(("act", "role"), CELLS)
def test_an_act_is_for_those_whom_the_table_names(people, act, role):
    right, who, target, perform = ACTS[act]
    person, complaint, before = people[role], target(), len(_kinds())
    if role in who.split():
        perform(person, complaint)
        assert len(_kinds()) > before
        return
    with pytest.raises(NotAllowed) as refused:
        perform(person, complaint)
    db.session.rollback()
    if not (role == "member" and act in MEMBERS):
        assert refused.value.evidence == {"act": right, "role": role}
    assert not [kind for kind in _kinds()[before:] if kind not in PREPARED]


# What stands in the log only because there must be something to answer.
PREPARED = ("role.granted", "statement.proposed", "notice.received")


@pytest.mark.parametrize("role", [*ASKING.split(), *DECIDERS.split()])
def test_who_may_only_ask_has_asked_and_hidden_nothing(people, role):
    complaint = _post()
    proposal = _measure("remove")(people[role], complaint)
    assert (proposal.clause is None) == (role in ASKING)
    assert complaint.state == "visible" and proposal.state == "open"


def _kinds() -> list[str]:
    tip = log.tip()
    return [entry["kind"] for _i, entry in log.readable(log.LogFilter(hiding=False),
                                                        tip.size if tip else 0)][::-1]  # fmt: skip


def test_every_act_of_moderation_has_a_row(sqlite_app: Flask):
    here = {right for right, *_rest in ACTS.values()}
    acting = {right for right in rights.ACTS if right.startswith(FAMILIES)}
    assert acting - FORMS <= here


FAMILIES = ("rules.", "closing.", "flag.decide", "appeal.decide", "sealed.", "notice.enter", "measure.", "member.", "moderation.", "merge.", "audit.", "complaint.restore",
            "complaint.publish", "complaint.move", "complaint.lock", "complaint.un")  # fmt: skip
# Rights to open a form or a desk; what it leads to is a row of its own.
FORMS = {"measure.ask", "member.suspend", "moderation.queue", "audit.desk", "closing.desk"}
