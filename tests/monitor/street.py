"""A street whose people do everything that can be done, honestly, picked by a fixed dice."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from forum.accounts.models import Account, Suspension
from forum.base import clock
from forum.base.db import db, transaction
from forum.base.refusal import Refusal
from forum.complaints import author_acts, photos
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.covering import Cuts
from forum.complaints.models import Reply
from forum.log import queries
from forum.log import service as log
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
    rules,
    sealed_end,
    sealed_views,
    two_people,
)
from forum.moderation import service as moderation
from forum.moderation.answering import waiting_about
from forum.moderation.closing import Announcement
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Proposal, Statement
from forum.moderation.moving import Place
from forum.moderation.notices import Claim
from forum.moderation.redress_models import Appeal, Challenge
from forum.moderation.rules import RulesText
from forum.places import service as places
from forum.response import service as response
from forum.response.service import Resolution
from forum.tlog.kinds import REDRESS
from forum.transparency import audit
from forum.transparency import service as transparency
from forum.transparency.audit import Opinion
from tests.factories import a_code, a_complaint, a_member, a_person, a_project, a_statement
from tests.moderation.rooms import LOCK, MOVE
from tests.scenes import a_picture

HARD = (
    'A&amp;B <script>alert(1)</script>  "引号"\n\n\n 第二段\t有\u3000空格 http://x.test/a?b=1&c=2'
)
SAID = "第二段是物业公告的原话，\n 不是骂人，请看照片 <3。"
Act = Callable[[], object]


class Street:
    """Everybody of a board, and the keys of what the author wrote (complaint → posting key)."""

    def __init__(self) -> None:
        self.author = a_member("守信业主", verified=True)
        self.neighbour, self.staff = a_member("邻居 & Co"), a_person()
        self.executive, self.auditor = a_person("executive"), a_person("auditor")
        self.moderators = [a_person("moderator"), a_person("moderator")]
        self.keys: dict[int, str] = {}
        self.kinds: set[str] = set()
        self.acts = 0
        self._made = 0

    def live(self, dice: random.Random, acts: int) -> int:
        """Let so many acts happen; those that the rules forbid are not counted."""
        done = 0
        while done < acts:
            if len(self.keys) <= self.acts // 9:
                self._post()
                self.acts += 1
                done += 1
                continue
            number = dice.choice(list(self.keys))
            name, act = dice.choice(self._choices(number, dice))
            try:
                act()
                done += 1
                self.acts += 1
                self.kinds.add(name)
            except Refusal:
                db.session.rollback()
        return done

    def _post(self) -> None:
        # Whoever is suspended may soon write again, or the street would fall silent.
        suspended = select(Suspension.statement).where(Suspension.ended_at.is_(None))
        for number in db.session.scalars(suspended).all():
            moderation.lift(self.moderators[0], number, "mistake")
        self._made += 1
        photo = photos.prepare(a_picture(320, 240 + 20 * (self._made % 5)), f"照片 {self._made}")
        photos.store((photo,))
        key = f"{self._made:043d}"
        more = {"photos": (photo,)} if self._made % 3 == 0 else {}
        project = a_project(f"estate-{self._made % 3}", city=("深圳", "广州")[self._made % 2])
        made = a_complaint(self.author, title=f"第 {self._made} 件 <事>", body=HARD, key=key,
                           remedy="修好。" if self._made % 2 else None, project=project, **more)  # fmt: skip
        self.keys[made.number] = key

    def _choices(self, number: int, dice: random.Random) -> list[tuple[str, Act]]:
        proven = dice.random() < 0.6
        of_author = self._of_author(number, proven)
        # What ends a complaint is rare in life, or there would soon be nothing left.
        grave = self._grave(number, dice) if dice.random() < 0.35 else []
        partly = self._partly(number, dice) if dice.random() < 0.35 else []
        board = self._of_the_board(dice)
        asked = self._asked(number, dice)
        return [*of_author, *self._of_others(number), *grave, *partly, *asked, *board]

    def _of_author(self, number: int, proven: bool) -> list[tuple[str, Act]]:
        me = self.author
        return [
            ("comment by author", lambda: complaints.comment(me, number, "还没好。")),
            ("confirm", lambda: self._status(number, "confirmed", proven)),
            ("dispute", lambda: self._status(number, "disputed", proven)),
            ("reopen", lambda: self._status(number, "open", proven)),
            (f"edit, proven {proven}", lambda: author_acts.edit(
                me, number, f"改 {proven}", HARD + "改", self._proof(number, proven))),
            ("stop", lambda: author_acts.stop_withdrawal(me, number)),
            ("undo", lambda: author_acts.undo_withdrawal(me, number, self._proof(number, proven))),
        ]  # fmt: skip

    def _of_others(self, number: int) -> list[tuple[str, Act]]:
        them, staff, day = self.neighbour, self.staff, clock.local_date()
        return [
            ("comment", lambda: complaints.comment(them, number, f"我家也是。\n{HARD}")),
            ("support", lambda: complaints.support(them, number)),
            ("no support", lambda: complaints.withdraw_support(them, number)),
            ("reply", lambda: response.reply(staff, number, "已在排查。")),
            ("executive", lambda: response.reply(self.executive, number, "我去看过了。")),
            ("holding", lambda: response.reply(staff, number, "我查一查。", holding=True, until=day)),
            ("promise", lambda: response.reply(staff, number, "周五修好。", until=day)),
            ("resolve", lambda: response.resolve(staff, number, Resolution("fixed", "rule"), "换了。")),
        ]  # fmt: skip

    def _grave(self, number: int, dice: random.Random) -> list[tuple[str, Act]]:
        first, second = dice.sample(self.moderators, 2)
        item = db.session.query(Reply.id).filter(Reply.complaint == number).limit(1).scalar()
        lawful, abuse = a_statement("lawful-erasure"), a_statement()
        alone = a_statement(until=clock.local_date() + timedelta(days=1))
        proof = self._proof(number, dice.random() < 0.5)
        return [
            *self._ruled(number, dice),
            ("withdraw", lambda: author_acts.withdraw(self.author, number, proof)),
            ("propose", lambda: two_people.propose(first, Measure("remove", number, abuse))),
            ("request", lambda: two_people.propose(self.staff, Measure("remove", number, abuse))),
            ("erase", lambda: two_people.propose(first, Measure("erase", number, lawful))),
            ("erase an item", lambda: two_people.propose(first, Measure("erase", number, lawful, item))),
            ("erase what was quoted", lambda: self._erase_quoted(number, first, second)),
            ("emergency", lambda: moderation.remove_alone(first, number, alone, "emergency")),
            ("approve", lambda: two_people.approve(second, _waiting(dice))),
            ("approve as auditor", lambda: two_people.approve(self.auditor, _waiting(dice))),
            ("reject", lambda: two_people.reject(second, _waiting(dice), "不成立。")),
            ("refuse", lambda: two_people.refuse_request(second, _waiting(dice), "不成立。")),
            ("restore", lambda: moderation.restore(first, number, "mistake")),
        ]  # fmt: skip

    def _erase_quoted(self, number: int, first: Account, second: Account) -> None:
        """Requests, refusals, measures and an auditor's reasons quote what is then erased."""
        words, propose = f"写的是“{HARD}”。", two_people.propose
        asked = propose(self.staff, Measure("remove", number, Request("abuse", words)))
        two_people.refuse_request(second, asked.number, words)
        waits = propose(first, Measure("delist", number, a_statement(facts=words)))
        done = two_people.approve(second, waits.number)
        filed = appeals.file(self.author, done.entry, words)
        appeals.decide(self.auditor, filed.number, "rejected", words)
        item = db.session.query(Reply.id).filter_by(complaint=number, kind="comment").first()
        gone = Measure("erase", number, a_statement("lawful-erasure"), item and item[0])
        two_people.approve(self.auditor, propose(first, gone).number)

    def _partly(self, number: int, dice: random.Random) -> list[tuple[str, Act]]:
        """What hides a part, or one thing said, or for a while, or only from lists."""
        first, second = dice.sample(self.moderators, 2)
        items = [row[0] for row in db.session.query(Reply.id).filter(Reply.complaint == number)]
        item = dice.choice(items) if items else None
        what = dice.choice((item, None))
        cuts = Cuts((dice.choice(("第二段", "引号", "还没", "排查", "修好", "照片")),), (1,))
        private = a_statement("personal-data", facts="这里写出了别人的私事。")
        abuse, until = a_statement(), a_statement(until=clock.local_date() + timedelta(days=9))
        propose = two_people.propose
        return [
            ("cover", lambda: moderation.redact_alone(first, number, private, cuts, what)),
            ("cover, two", lambda: propose(first, Measure("redact", number, abuse, what, cuts))),
            ("delist", lambda: propose(first, Measure("delist", number, until))),
            ("remove an item", lambda: propose(first, Measure("remove", number, abuse, item or 0))),
            ("suspend", lambda: propose(first, Measure("suspend", number, until, what))),
            *self._redress(number, dice),
            ("lift", lambda: moderation.lift(second, _statement(dice), "mistake")),
        ]  # fmt: skip

    def _redress(self, number: int, dice: random.Random) -> list[tuple[str, Act]]:
        """Appeals, challenges, their answers, and looks at what is sealed."""
        index, outcome = dice.choice(decisions(number)), dice.choice(REDRESS)
        me, auditor = self.author, self.auditor
        return [
            ("appeal", lambda: appeals.file(me, index, SAID)),
            ("challenge", lambda: challenges.file(None, index, SAID)),
            ("answer", lambda: appeals.decide(auditor, _filed(dice, Appeal), outcome, SAID)),
            ("answer a reader", lambda: challenges.decide(auditor, _filed(dice, Challenge), outcome, SAID)),
            ("look", lambda: sealed_views.view(auditor, _statement(dice))),
        ]  # fmt: skip

    def _ruled(self, number: int, dice: random.Random) -> list[tuple[str, Act]]:
        """What one person decides with a reason, and what is about two complaints at once."""
        moderator, older = dice.choice(self.moderators), dice.choice(list(self.keys))
        place = Place(category=dice.choice(("parking", "repair", "fees")))
        return [
            ("lock", lambda: locking.lock(moderator, number, LOCK)),
            ("unlock", lambda: locking.unlock(self.auditor, number, "mistake")),
            ("move", lambda: moving.move(moderator, number, place, MOVE)),
            ("move and back", lambda: self._moved_back(moderator, number, place)),
            ("propose merge", lambda: merging.propose(self.staff, number, older)),
            ("merge", lambda: self._merged(moderator, number, older)),
            ("decline", lambda: merging.decline(moderator, number)),
            ("part", lambda: merging.unmerge(moderator, number)),
            ("unmerge", lambda: author_acts.unmerge(
                self.author, number, self._proof(number, dice.random() < 0.5))),
        ]  # fmt: skip

    def _merged(self, moderator: Account, number: int, older: int) -> None:
        """A moderator agrees to what the company proposed, or just proposes."""
        waiting = merging.open_proposal(number) or merging.propose(self.staff, number, older)
        merging.merge(moderator, number, waiting.into)

    def _moved_back(self, moderator: Account, number: int, place: Place) -> None:
        """A move that its author appealed against, and that was wrong."""
        index = moving.move(moderator, number, place, MOVE).entry
        filed = appeals.file(self.author, index, SAID)
        appeals.decide(self.auditor, filed.number, "upheld", SAID)

    def _asked(self, number: int, dice: random.Random) -> list[tuple[str, Act]]:
        """Flags, notices, what authors answer to them, and that something was kept."""
        items = [row[0] for row in db.session.query(Reply.id).filter(Reply.complaint == number)]
        item = dice.choice((None, *items))
        claim = Claim(
            "经理", f"party{dice.randrange(9)}@firm.test", f"说的不是事实。\n{HARD}", "", "17"
        )
        waits = waiting_about(number, item)
        notice = waits.notices[0].number if waits.notices else 0
        reason, moderator = (waits.reasons or ["abuse"])[0], dice.choice(self.moderators)
        return [
            ("flag", lambda: flags.flag(self.neighbour, number, item, "abuse", HARD)),
            ("notice", lambda: notices.send(number, item, claim)),
            ("order", lambda: notices.enter_order(moderator, number, item, "court-order", claim)),
            ("counter", lambda: notices.counter(self.author, number, notice, HARD)),
            ("keep", lambda: flags.keep(moderator, number, item, reason, f"看过，不违反。{HARD}")),
        ]  # fmt: skip

    def _of_the_board(self, dice: random.Random) -> list[tuple[str, Act]]:
        if dice.random() > 0.1:
            return []
        mark = dice.randrange(10**6)
        return [
            ("city", lambda: places.add_city(f"城市 {mark}")),
            ("project", lambda: places.add_project(f"小区 {mark}", city=None, households=mark)),
            ("category", lambda: places.add_category(f"类别 {mark}", position=99, by="admin")),
            ("department", lambda: places.add_department(f"部门 {mark}")),
            ("role", lambda: a_person("staff")),
            ("rules", lambda: rules.publish(_reworded(str(mark)), by="admin")),
            ("announce closing", lambda: self._announce_closing(mark)),
            ("setting", lambda: _change_setting(str(mark))),
            ("count", transparency.count_daily),
            (
                "review",
                lambda: audit.review(
                    self.auditor, [_hiding(dice)], dice.choice(("in-order", "questioned"))
                ),
            ),
            ("sign", lambda: audit.report(self.auditor, _opinion(dice))),
        ]

    def _announce_closing(self, days: int) -> None:
        """So far off that nobody lives to see it; a nearer day than announced is refused."""
        day = clock.local_date() + timedelta(days=9_999 + days)
        draft = closing.propose(self.executive, Announcement(day, SAID * 3))
        closing.approve(self.auditor, draft.id)

    def _proof(self, number: int, proven: bool) -> Proof:
        of = complaints.existing(number).act_entry
        return Proof(of=of, code=a_code(self.keys[number]) if proven else None)

    def _status(self, number: int, status: str, proven: bool) -> None:
        author_acts.change_status(self.author, number, status, self._proof(number, proven))


def decisions(number: int) -> list[int]:
    """Entries about a complaint, of which some may be appealed against."""
    return [index for index, _entry in queries.entries_of(number)]


def _filed(dice: random.Random, model: type[Appeal | Challenge]) -> int:
    """One of those that wait; 0, which is none, where nothing waits."""
    rows = db.session.query(model.number).filter(model.outcome.is_(None)).all()
    return int(dice.choice(rows)[0]) if rows else 0


def _waiting(dice: random.Random) -> int:
    """One of the measures that wait; 0, which is none, where nothing waits."""
    rows = db.session.query(Proposal.number).filter(Proposal.state == "open").all()
    return int(dice.choice(rows)[0]) if rows else 0


def _statement(dice: random.Random) -> int:
    """One of the statements there are; 0 where there is none."""
    rows = db.session.query(Statement.number).all()
    return int(dice.choice(rows)[0]) if rows else 0


def _hiding(dice: random.Random) -> int:
    """One of the newest entries that hide something."""
    return dice.choice([index for index, _entry in queries.readable(queries.LogFilter(), 40)])


def _opinion(dice: random.Random) -> Opinion:
    """On some stretch of the log."""
    last = dice.randrange(queries.tip().size)
    opinion = dice.choice(("unqualified", "qualified", "adverse"))
    return Opinion(dice.randint(0, last), last, opinion, f"抽了几条逐条看过。\n\n  {HARD}")


def _change_setting(value: str) -> None:
    with transaction():
        log.append("setting.changed", by="system", staff=None, setting="version", value=value)


def let_the_night_pass() -> None:
    """All that the worker does when days and clocks have run out."""
    for due in (author_acts.withdraw_due, holding.publish_due, response.close_silent, response.break_promises,
                moderation.restore_ended, two_people.lapse_due, sealed_end.destroy_due,
                transparency.count_daily):  # fmt: skip
        due()


def _reworded(mark: str) -> RulesText:
    first = rules.shipped()
    return RulesText(f"规则 {mark}", first.preamble, first.clauses)
