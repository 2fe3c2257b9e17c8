"""The same act on many: the reasons are written once, one entry for each, all of them or none.

First everybody concerned sees what would happen to each (`preview`); carrying it out looks again
under the write lock, and when one of them cannot be acted upon any more nothing is changed.
Removals, refusals, de-listings and merges are only proposed: the second person looks at each by
itself.

Each of these has a statement of its own, with its own number: it is approved, lapses, is appealed
against and undone alone, and the log's readers (`tlog.steps`, proposals, figures, exports) know a
statement by one act on one thing. One number for many would let one answer seem the answer to all.
What they share is kept in `Proposal.bulk`, the number of the first, and every page of one names the
others. The log does not say it: after a restore from a mirror alone they stand by themselves. Cuts
differ from text to text, and a suspension is about a person: neither is done in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, Refusal
from forum.complaints.service import existing
from forum.moderation import holding, locking, merging, moving, two_people
from forum.moderation.appealed import require_beginnable
from forum.moderation.measures import Measure, StatementOfReasons
from forum.moderation.models import Proposal
from forum.moderation.moving import Place
from forum.moderation.rulings import Grounds
from forum.tlog.decided import DECIDERS

MOST = 100
NAMED = 10


@dataclass(frozen=True)
class Wish:
    """What is to be done to each of `numbers`, with what the act needs: a whole statement for
    remove, refuse and delist, grounds for lock and move, the place for move, the older one for merge."""

    act: str
    numbers: tuple[int, ...]
    statement: StatementOfReasons | None = None
    grounds: Grounds | None = None
    place: Place | None = None
    into: int | None = None


@dataclass(frozen=True)
class Item:
    """One of many: its title, and why the act is not possible, None when it is."""

    number: int
    title: str
    problem: str | None


def preview(moderator: Account, wish: Wish) -> list[Item]:
    """What would happen to each, by number; nothing is changed. Titles of what is hidden are not
    shown."""
    rights.require(moderator.role, "moderation.bulk")
    return [_item(moderator, wish, number) for number in _numbers(wish)]


def carry_out(moderator: Account, wish: Wish) -> int:
    """Do it to all, in one transaction; how many. Conflict names those that cannot be acted upon
    (any more), and nothing has happened then."""
    rights.require(moderator.role, "moderation.bulk")
    with transaction():
        refused = [item for item in preview(moderator, wish) if item.problem]
        if refused:
            raise _refusal(refused, len(wish.numbers))
        made = [_DO[wish.act](moderator, wish, number) for number in _numbers(wish)]
        _bind([each for each in made if isinstance(each, Proposal)])
        return len(made)


def _bind(proposals: Sequence[Proposal]) -> None:
    """Proposed together, for one reason: each knows the first of them."""
    for proposal in proposals if len(proposals) > 1 else ():
        proposal.bulk = proposals[0].number


def together(proposal: Proposal) -> list[tuple[int, int | None]]:
    """Number and complaint of all that were proposed with it, itself included; none where alone."""
    if proposal.bulk is None:
        return []
    query = select(Proposal.number, Proposal.complaint).where(Proposal.bulk == proposal.bulk)
    rows = db.session.execute(query.order_by(Proposal.number))
    return [(number, complaint) for number, complaint in rows]


def _numbers(wish: Wish) -> Sequence[int]:
    if wish.act not in _DO:
        raise Invalid(_l("请选择怎样处理。"), "act")
    if not wish.numbers:
        raise Invalid(_l("请先选择意见。"), "numbers")
    if len(wish.numbers) > MOST:
        raise Invalid(_l("一次最多处理 %(most)d 条。", most=MOST), "numbers")
    return sorted(set(wish.numbers))


def _item(moderator: Account, wish: Wish, number: int) -> Item:
    title = ""
    try:
        complaint = existing(number)
        title = complaint.title if complaint.state in ("visible", "merged", "held") else ""
        _CHECK[wish.act](moderator, wish, number)
    except Refusal as refused:
        return Item(number, title, str(refused.sentence))
    return Item(number, title, None)


def _refusal(refused: Iterable[Item], of: int) -> Conflict:
    items = list(refused)
    named = [f"#{item.number}（{item.problem}）" for item in items[:NAMED]]
    more = [_("等")] if len(items) > NAMED else []
    return Conflict(
        _l("所选 %(of)d 条里有 %(n)d 条不能这样处理：%(which)s。什么都没有改动，请重新选择。",
           of=of, n=len(items), which=_("；").join(named + more)),
        numbers=[item.number for item in items],
    )  # fmt: skip


def _check_measure(_moderator: Account, wish: Wish, number: int) -> None:
    two_people.ACTS[wish.act].check(existing(number), None)
    require_beginnable(wish.act, wish.statement.reason if wish.statement else "", number, None)
    waiting = db.session.scalar(
        select(Proposal.number).where(
            Proposal.complaint == number, Proposal.act == wish.act, Proposal.item.is_(None),
            Proposal.state == "open", Proposal.by.in_(DECIDERS), Proposal.alone.is_(None),
        ).limit(1)
    )  # fmt: skip
    if waiting is not None:
        raise Conflict(
            _l("同样的处理已在复核中（处理说明 %(number)d）。", number=waiting), statement=waiting
        )


def _check_move(_moderator: Account, wish: Wish, number: int) -> None:
    # Before the place was chosen only the complaint itself can stand in the way.
    place = wish.place or Place()
    try:
        moving.check_move(existing(number), place)
    except Invalid:
        if wish.place is not None:
            raise


def _check_merge(moderator: Account, wish: Wish, number: int) -> None:
    if wish.into is not None:
        merging.check_proposal(number, wish.into, moderator.role)


def _propose(moderator: Account, wish: Wish, number: int) -> Proposal:
    if wish.statement is None:
        raise Invalid(_l("请选择规则中的条款。"), "clause")
    return two_people.propose(moderator, Measure(wish.act, number, wish.statement))


def _lock(moderator: Account, wish: Wish, number: int) -> None:
    locking.lock(moderator, number, _grounds(wish))


def _move(moderator: Account, wish: Wish, number: int) -> None:
    moving.move(moderator, number, wish.place or Place(), _grounds(wish))


def _merge(moderator: Account, wish: Wish, number: int) -> None:
    if wish.into is None:
        raise Invalid(_l("请填写并入哪一条。"), "into")
    merging.propose(moderator, number, wish.into)


def _grounds(wish: Wish) -> Grounds:
    if wish.grounds is None:
        raise Invalid(_l("请选择这样处理的理由。"), "reason")
    return wish.grounds


_CHECK: dict[str, Callable[[Account, Wish, int], Any]] = {
    "remove": _check_measure,
    "refuse": _check_measure,
    "delist": _check_measure,
    "lock": lambda _moderator, _wish, number: locking.check_lock(existing(number)),
    "move": _check_move,
    "merge": _check_merge,
    "publish": lambda _moderator, _wish, number: holding.check(existing(number), None),
}
_DO: dict[str, Callable[[Account, Wish, int], Any]] = {
    "remove": _propose,
    "refuse": _propose,
    "delist": _propose,
    "lock": _lock,
    "move": _move,
    "merge": _merge,
    "publish": lambda moderator, _wish, number: holding.publish(moderator, number),
}
BULK_ACTS = tuple(_DO)
PROPOSED = tuple(act for act, do in _DO.items() if do in (_propose, _merge))
