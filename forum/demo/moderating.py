"""What moderators do in the stories, and what others ask of them: each act one call of its verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from forum.demo import script
from forum.demo.known import Known
from forum.demo.script import Act
from forum.moderation import flags, locking, merging, moving, notices, redaction, two_people
from forum.moderation import service as moderation
from forum.moderation.measures import Measure, Request, StatementOfReasons
from forum.moderation.moving import Place
from forum.moderation.notices import Claim
from forum.moderation.rulings import Grounds


def remove(known: Known, act: Act) -> None:
    """Two people take a complaint down, or a comment under it."""
    _by_two(known, act)


def delist(known: Known, act: Act) -> None:
    """Two people take a complaint out of the lists."""
    _by_two(known, act)


def redact(known: Known, act: Act) -> None:
    """Two people cover some words."""
    _by_two(known, act)


def redact_alone(known: Known, act: Act) -> None:
    """One covers personal data at once; `agree` confirms it."""
    cuts = redaction.cuts_of("\n".join(act.told["phrases"]))
    moderation.redact_alone(
        known.actor(act), known.number(act), _statement(act), cuts, known.item(act)
    )


def agree(known: Known, act: Act) -> None:
    """A second person confirms what one covered alone."""
    two_people.approve(known.actor(act), known.newest(act, "complaint.redacted", "statement"))


def restore(known: Known, act: Act) -> None:
    """A moderator found the removal to be wrong."""
    moderation.restore(known.actor(act), known.number(act), act.told["reason"])


def request(known: Known, act: Act) -> None:
    """Somebody inside, who may not propose it, asks for a removal."""
    given = Request(act.told["reason"], act.told["facts"])
    two_people.propose(known.actor(act), Measure("remove", known.number(act), given))


def refuse(known: Known, act: Act) -> None:
    """The request is not followed, and why is public."""
    number = known.newest(act, "statement.proposed", "statement")
    two_people.refuse_request(known.actor(act), number, act.told["body"])


def lock(known: Known, act: Act) -> None:
    """No more comments for now."""
    locking.lock(known.actor(act), known.number(act), _grounds(act))


def unlock(known: Known, act: Act) -> None:
    """Comments again."""
    locking.unlock(known.actor(act), known.number(act), act.told["reason"])


def move(known: Known, act: Act) -> None:
    """Into the category where it belongs."""
    place = Place(category=act.told["category"])
    moving.move(known.actor(act), known.number(act), place, _grounds(act))


def propose_merge(known: Known, act: Act) -> None:
    """The same matter as an older story, somebody says."""
    merging.propose(known.actor(act), known.number(act), known.numbers[act.told["into"]])


def merge(known: Known, act: Act) -> None:
    """It is the same matter."""
    merging.merge(known.actor(act), known.number(act), known.numbers[act.told["into"]])


def decline(known: Known, act: Act) -> None:
    """It is not."""
    merging.decline(known.actor(act), known.number(act))


def flag(known: Known, act: Act) -> None:
    """A reader says that it breaks the rules."""
    told = act.told
    flags.flag(known.actor(act), known.number(act), known.item(act), told["reason"], told["words"])


def keep(known: Known, act: Act) -> None:
    """What was flagged, or what a notice is about, stays."""
    told = act.told
    flags.keep(known.actor(act), known.number(act), known.item(act), told["reason"], told["body"])


def notice(known: Known, act: Act) -> None:
    """A party named in it says that it is false."""
    told = act.told
    claim = Claim(told["sender"], told["contact"], told["claim"], told["evidence"])
    notices.send(known.number(act), known.item(act), claim)


def counter(known: Known, act: Act) -> None:
    """The author answers the notice."""
    number = known.newest(act, "notice.received", "notice")
    notices.counter(known.author(act), known.number(act), number, act.told["body"])


ACTS: dict[str, Callable[[Known, Act], Any]] = {
    verb.__name__: verb
    for verb in (remove, delist, redact, redact_alone, agree, restore, request, refuse, lock,
                 unlock, move, propose_merge, merge, decline, flag, keep, notice, counter)
}  # fmt: skip


def _by_two(known: Known, act: Act) -> None:
    phrases = act.told.get("phrases")
    cuts = redaction.cuts_of("\n".join(phrases)) if phrases else None
    measure = Measure(act.do, known.number(act), _statement(act), known.item(act), cuts)
    proposal = two_people.propose(known.actor(act), measure)
    two_people.approve(known.second(act), proposal.number)


def _statement(act: Act) -> StatementOfReasons:
    told = act.told
    return StatementOfReasons(
        told["reason"], told["clause"], told["facts"],
        detection=told.get("detection", "own-initiative"), automated_detection=False,
        automated_decision="none", until=script.later(act.day, told.get("until")),
    )  # fmt: skip


def _grounds(act: Act) -> Grounds:
    return Grounds(act.told["reason"], act.told["clause"], act.told["facts"])
