"""Two people for every grave measure: one proposes, another agrees, and only then it happens.

Whoever is inside may ask; only moderators and auditors propose and decide, and never both in one
matter. While something waits the complaint stays as it is, marked "under review"; what nobody
answers within `WAIT` lapses. Requests that were refused stay public like all the others.
"""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints.drafts import a_text
from forum.complaints.models import Complaint, Reply
from forum.complaints.service import touch
from forum.log import service as log
from forum.moderation.answering import answer_by
from forum.moderation.appealed import require_beginnable
from forum.moderation.delisting import DELIST
from forum.moderation.erasure import ERASE
from forum.moderation.holding import REFUSE, publish_due
from forum.moderation.items import newest_of
from forum.moderation.measures import (
    Act,
    Decision,
    Measure,
    StatementOfReasons,
    clean_facts,
    next_number,
    require_ground,
    require_statement,
    rules_for,
    target_of,
)
from forum.moderation.models import Proposal, Rules, Statement
from forum.moderation.redaction import REDACT, of_proposal, stored
from forum.moderation.removal import REMOVE
from forum.moderation.suspension import SUSPEND, author_of, require_not_suspended
from forum.moderation.undoing import in_force, undo
from forum.moderation.waiting import (
    DECIDERS,
    answer,
    is_request,
    lapse,
    open_proposal,
    refuse_repetition,
    require_days_left,
    require_second,
    require_whole,
    take_up,
)

WAIT = timedelta(hours=72)
MAX_ANSWER = 2_000
ACTS: dict[str, Act] = {"remove": REMOVE, "redact": REDACT, "delist": DELIST, "erase": ERASE,
                        "refuse": REFUSE, "suspend": SUSPEND}  # fmt: skip


def propose(person: Account, measure: Measure) -> Proposal:
    """Take the first step to a measure, or, as staff, executive or administrator, ask for it.

    A proposal needs a whole StatementOfReasons and takes up what others asked for before; a
    request has a reason and facts. Either lapses after 72 hours.
    """
    rights.require(person.role, "measure.propose")
    act = _act_of(measure)
    facts = clean_facts(measure.given.facts)
    _publish_what_is_due(measure.act)
    with transaction():
        complaint, reply = target_of(measure.complaint, measure.item)
        rules = _require_grounds(person, act, measure, rules_for(complaint, reply))
        act.check(complaint, reply)
        if person.role in DECIDERS:
            require_beginnable(measure.act, measure.given.reason, measure.complaint, measure.item)
        if act.look is not None and person.role in DECIDERS:
            act.look(complaint, reply, measure)
        proposal = _new(person, measure, facts, rules)
        proposal.target_id = author_of(complaint, reply) if act.of_person else None
        refuse_repetition(person, proposal)
        entry = log.append(
            "statement.proposed", complaint=proposal.complaint, item=proposal.item,
            of=None if act.of_person else _newest(complaint, reply),
            act=measure.act, by=person.role, staff=proposal.staff, reason=proposal.reason,
            statement=proposal.number, clause=proposal.clause, rules=proposal.rules,
            lapses=clock.format_utc(proposal.lapses_at), texts={"facts": facts},
        )  # fmt: skip
        proposal.entry, proposal.at = entry.index, entry.at
        db.session.add(proposal)
        if proposal.complaint is not None:
            touch(complaint, entry)
        if person.role in DECIDERS:
            take_up(person, proposal)
        return proposal


def _newest(complaint: Complaint, reply: Reply | None) -> int:
    """The entry that a step to a measure is `of`."""
    return complaint.act_entry if reply is None else newest_of(complaint, reply)


def approve(person: Account, number: int) -> Statement:
    """The second person agrees: the measure is carried out, or what one did alone is confirmed."""
    rights.require(person.role, "measure.decide")
    waits = db.session.get(Proposal, number)
    _publish_what_is_due(waits.act if waits is not None else None)
    with transaction():
        proposal = open_proposal(number)
        if is_request(proposal):
            raise Conflict(_l("这是一份申请，不是提议。请写明条款，自己提出处理，或不予采纳。"))
        require_second(person, proposal)
        require_days_left(proposal)
        if proposal.alone:
            answer(person, proposal, "approved", "statement.approved")
            answer_by(person, _decision(person, proposal))
            return db.session.get_one(Statement, number)
        require_whole(proposal)
        act = ACTS[proposal.act]
        if act.needs_auditor and "auditor" not in (proposal.by, person.role):
            raise NotAllowed(_l("这样处理的两个人里，须有一位独立监督员。"), rule="auditor")
        _check_again(act, proposal)
        decision = _decision(person, proposal)
        answer(person, proposal, "approved", "statement.approved")
        answer_by(person, decision)
        return act.carry_out(decision)


def _publish_what_is_due(act: str | None) -> None:
    """What was not refused in time is published, also where no timer has run yet."""
    if act == "refuse":
        publish_due()


def _check_again(act: Act, proposal: Proposal) -> None:
    """Conflict when what was proposed cannot be done any more."""
    if act.of_person:
        require_not_suspended(proposal.target_id or 0)
    else:
        act.check(*target_of(proposal.complaint or 0, proposal.item))


def reject(person: Account, number: int, why: str) -> Proposal:
    """The second person does not agree; what one did alone is undone at once."""
    rights.require(person.role, "measure.decide")
    why = _clean_answer(why)
    with transaction():
        proposal = open_proposal(number)
        if is_request(proposal):
            raise Conflict(_l("这是一份申请，请用“不予采纳”。"))
        require_second(person, proposal)
        answer(person, proposal, "rejected", "statement.rejected", why)
        if proposal.alone:
            statement = db.session.get_one(Statement, number)
            if in_force(statement):
                undo(statement, "mistake", by=person.role, staff=person.staff_no)
        return proposal


def refuse_request(person: Account, number: int, why: str) -> Proposal:
    """A moderator or auditor does not do what somebody inside asked for; it stays public."""
    rights.require(person.role, "measure.decide")
    why = _clean_answer(why)
    with transaction():
        proposal = open_proposal(number)
        if not is_request(proposal):
            raise Conflict(_l("这是一份提议，请用“不同意”。"))
        require_second(person, proposal)
        answer(person, proposal, "refused", "statement.refused", why)
        return proposal


def lapse_due() -> int:
    """The worker: what nobody answered in time lapses; an act done alone is undone. How many."""
    now = clock.now()
    due = select(Proposal.number).where(Proposal.state == "open", Proposal.lapses_at <= now)
    numbers = list(db.session.scalars(due.order_by(Proposal.number)))
    for number in numbers:
        with transaction():
            proposal = db.session.get(Proposal, number)
            # Somebody may have answered between the look and the lock.
            if proposal is not None and proposal.state == "open":
                lapse(proposal)
    return len(numbers)


def _act_of(measure: Measure) -> Act:
    act = ACTS.get(measure.act)
    if act is None or (measure.item is not None and not act.on_items):
        raise Invalid(_l("请选择怎样处理。"), "act")
    return act


def _require_grounds(
    person: Account, act: Act, measure: Measure, rules: Rules | None
) -> Rules | None:
    if person.role not in DECIDERS:
        require_ground(act, measure.given.reason)
        return None
    if not isinstance(measure.given, StatementOfReasons):
        raise Invalid(_l("请选择规则中的条款。"), "clause")
    return require_statement(act, measure.given, rules)


def _new(person: Account, measure: Measure, facts: str, rules: Rules | None) -> Proposal:
    now = clock.now().replace(microsecond=0)
    anybody = ACTS[measure.act].of_person
    proposal = Proposal(
        number=next_number(), act=measure.act, complaint=None if anybody else measure.complaint,
        item=None if anybody else measure.item, cuts=stored(measure.cuts),
        entry=0, at=now, lapses_at=now + WAIT, by=person.role, staff=str(person.staff_no),
        account_id=person.id, reason=measure.given.reason, facts=facts, state="open",
    )  # fmt: skip
    given = measure.given
    if rules is not None and isinstance(given, StatementOfReasons):
        proposal.clause, proposal.rules = given.clause, rules.entry
        proposal.detection, proposal.until = given.detection, given.until
        proposal.automated_detection = given.automated_detection
        proposal.automated_decision = given.automated_decision
    return proposal


def _decision(person: Account, proposal: Proposal) -> Decision:
    given = StatementOfReasons(
        reason=proposal.reason, clause=str(proposal.clause), facts=proposal.facts,
        detection=str(proposal.detection), until=proposal.until,
        automated_detection=bool(proposal.automated_detection),
        automated_decision=str(proposal.automated_decision),
    )  # fmt: skip
    return Decision(
        number=proposal.number, act=proposal.act, complaint=proposal.complaint or 0,
        item=proposal.item, given=given, rules=proposal.rules or 0, by=proposal.by,
        staff=proposal.staff, second=str(person.staff_no), cuts=of_proposal(proposal),
        person=proposal.target_id,
    )  # fmt: skip


def _clean_answer(why: str) -> str:
    return a_text("why", why, MAX_ANSWER, _l("请写明为什么。"))
