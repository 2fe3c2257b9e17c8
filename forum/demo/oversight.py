"""Redress and oversight in the stories: appeals, challenges, sealed content, reviews, an opinion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from forum.demo.known import Known
from forum.demo.script import Act
from forum.log import queries as log
from forum.moderation import appeals, challenges, sealed_views
from forum.transparency import audit
from forum.transparency.audit import Opinion


def appeal(known: Known, act: Act) -> None:
    """Whoever wrote it asks for another look: the author, or (`by`) who wrote the comment."""
    told = act.told
    person = known.actor(act) if "by" in told else known.author(act)
    appeals.file(person, known.entry(act.story, told["of"]), told["words"])


def judge(known: Known, act: Act) -> None:
    """An auditor decides the appeal; upheld, what was done is undone by itself."""
    number = known.newest(act, "appeal.filed", "appeal")
    appeals.decide(known.actor(act), number, act.told["outcome"], act.told["body"])


def challenge(known: Known, act: Act) -> None:
    """A reader, perhaps one without an account (`by` is null), disputes an entry."""
    told = act.told
    person = None if told["by"] is None else known.actor(act)
    challenges.file(person, known.entry(act.story, told["of"]), told["words"])


def answer(known: Known, act: Act) -> None:
    """An auditor answers the challenge."""
    number = known.newest(act, "challenge.filed", "challenge")
    challenges.decide(known.actor(act), number, act.told["outcome"], act.told["body"])


def look(known: Known, act: Act) -> None:
    """An auditor reads what was taken down."""
    sealed_views.view(known.actor(act), known.newest(act, "complaint.removed", "statement"))


def review(known: Known, act: Act) -> None:
    """An auditor has looked at entries, each named by its story and kind."""
    named = (name.split() for name in act.told["entries"])
    indexes = [known.entry(story, kind) for story, kind in named]
    audit.review(known.actor(act), indexes, act.told["verdict"])


def sign(known: Known, act: Act) -> None:
    """An auditor's opinion on the whole log until now."""
    tip = log.tip()
    last = tip.size - 1 if tip else 0
    audit.report(known.actor(act), Opinion(0, last, act.told["opinion"], act.told["body"]))


ACTS: dict[str, Callable[[Known, Act], Any]] = {
    verb.__name__: verb for verb in (appeal, judge, challenge, answer, look, review, sign)
}
