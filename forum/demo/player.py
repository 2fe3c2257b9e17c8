"""Playing the stories: each act at its time, through the verb that a visitor would have called.

Nothing is written past a service: the log of the sample board verifies like any other, and what
the worker does by time (balances, digests, closings) it did at that time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zlib import crc32

from flask import Flask

from forum.accounts.models import Account
from forum.app import worker_of
from forum.base import clock, outbox
from forum.base.db import db, transaction
from forum.base.jobs import Worker
from forum.complaints import author_acts, photos
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.drafts import make_draft
from forum.complaints.photos import PreparedPhoto
from forum.demo import script
from forum.demo.photos import draw
from forum.demo.script import Act
from forum.moderation import service as moderation
from forum.moderation import two_people
from forum.moderation.measures import Measure, StatementOfReasons
from forum.pages import search_feed
from forum.response import service as response
from forum.response.service import Resolution
from forum.tlog.authorkey import author_key, code_from_form_key, format_code

# By when an answer comes where a holding reply of the stories promises no day.
HOLDING = "+10d"
DAYS_A_LINE = 15


class Player:
    """Whoever acts in the stories, with the numbers and codes that came of earlier acts."""

    def __init__(self, people: dict[str, int], worker: Worker) -> None:
        self._people = people
        self._worker = worker
        self._early = Worker(worker.app, [job for job in worker.jobs if job.name != "digest"])
        self._numbers: dict[str, int] = {}
        self._authors: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def perform(self, act: Act) -> None:
        """Do what the act tells, at its time."""
        with clock.set_to(act.at):
            getattr(self, f"_{act.do}")(act)

    def _work(self, _act: Act) -> None:
        self._early.step()

    def _digest(self, _act: Act) -> None:
        self._worker.step()

    def _post(self, act: Act) -> None:
        told, key = act.told, secrets.token_urlsafe(32)
        code = code_from_form_key(key)
        author = self._person(told["author"])
        draft = make_draft(
            type=told["type"], project=told["project"], category=told["category"],
            title=told["title"], body=told["body"], author=author.name, remedy=told["remedy"],
            wanted_by=script.later(act.day, told["wanted_by"]), photos=_photos(act),
            author_key=author_key(code), made="server",
        )  # fmt: skip
        posted = complaints.post(author, draft, key)
        self._numbers[act.story] = posted.number
        self._authors[act.story] = told["author"]
        self._codes[act.story] = format_code(code)

    def _comment(self, act: Act) -> None:
        complaints.comment(self._person(act.told["by"]), self._number(act), act.told["body"])

    def _support(self, act: Act) -> None:
        with transaction():
            for key in act.told["by"]:
                complaints.support(self._person(key), self._number(act))

    def _reply(self, act: Act) -> None:
        holding = act.told["kind"] == "holding"
        until = script.later(act.day, act.told["promise"] or (HOLDING if holding else None))
        response.reply(
            self._person(act.told["by"]), self._number(act), act.told["body"],
            holding=holding, until=until,
        )  # fmt: skip

    def _resolve(self, act: Act) -> None:
        resolution = Resolution(act.told["outcome"], act.told["cause"])
        response.resolve(
            self._person(act.told["by"]), self._number(act), resolution, act.told["body"]
        )

    def _confirm(self, act: Act) -> None:
        self._change_status(act, "confirmed")

    def _dispute(self, act: Act) -> None:
        self._change_status(act, "disputed")

    def _reopen(self, act: Act) -> None:
        self._change_status(act, "open")

    def _change_status(self, act: Act, status: str) -> None:
        author, number = self._author(act), self._number(act)
        author_acts.change_status(author, number, status, self._proof(act))
        if act.told.get("body"):
            complaints.comment(author, number, act.told["body"])

    def _edit(self, act: Act) -> None:
        number = self._number(act)
        title = complaints.existing(number).title
        author_acts.edit(self._author(act), number, title, act.told["body"], self._proof(act))

    def _withdraw(self, act: Act) -> None:
        proof = self._proof(act, proven=act.told["proven"])
        author_acts.withdraw(self._author(act), self._number(act), proof)

    def _remove(self, act: Act) -> None:
        told = act.told
        statement = StatementOfReasons(
            told["reason"], told["clause"], told["facts"],
            detection="own-initiative", automated_detection=False, automated_decision="none",
            until=None,
        )  # fmt: skip
        measure = Measure("remove", self._number(act), statement)
        proposal = two_people.propose(self._person(told["by"]), measure)
        two_people.approve(self._second(told["by"]), proposal.number)

    def _restore(self, act: Act) -> None:
        moderation.restore(self._person(act.told["by"]), self._number(act), act.told["reason"])

    def _number(self, act: Act) -> int:
        return self._numbers[act.story]

    def _author(self, act: Act) -> Account:
        return self._person(self._authors[act.story])

    def _proof(self, act: Act, *, proven: bool = True) -> Proof:
        newest = complaints.existing(self._number(act)).act_entry
        return Proof(of=newest, code=self._codes[act.story] if proven else None)

    def _second(self, first: str) -> Account:
        """The other moderator, or whoever else may agree."""
        people = [self._person(key) for key in self._people if key != first]
        return next(person for person in people if person.role == "moderator")

    def _person(self, key: str) -> Account:
        return db.session.get_one(Account, self._people[key])


def play(app: Flask, people: dict[str, int], acts: list[Act], say: Callable[[str], None]) -> None:
    """Play `acts` in their order; then everything that still waits is carried out."""
    player = Player(people, worker_of(app))
    day, played = acts[0].day, 0
    with _indexing_afterwards():
        for act in acts:
            player.perform(act)
            played += act.do == "post"
            if (act.day - day).days >= DAYS_A_LINE:
                day = act.day
                say(f"  until {day}: {played} complaints")
        while outbox.drain():
            pass
    say(f"  until now: {played} complaints, {search_feed.rebuild()} in the search index")


@contextmanager
def _indexing_afterwards() -> Iterator[None]:
    """The index is made once at the end, not again at each of some hundred rounds."""
    topic, name = "complaint.changed", "search"
    outbox.subscribe(topic, name, lambda _payloads: None, batch=True)
    try:
        yield
    finally:
        outbox.subscribe(topic, name, search_feed.index, batch=True)


def _photos(act: Act) -> tuple[PreparedPhoto, ...]:
    return tuple(
        photos.prepare(
            draw(photo["scene"], photo["alt"], crc32(f"{act.story}/{k}".encode())), photo["alt"]
        )
        for k, photo in enumerate(act.told["photos"])
    )
