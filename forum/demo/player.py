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

from forum.app import worker_of
from forum.base import clock, outbox
from forum.base.db import transaction
from forum.base.jobs import Worker
from forum.complaints import author_acts, photos
from forum.complaints import service as complaints
from forum.complaints.drafts import make_draft
from forum.complaints.photos import PreparedPhoto
from forum.demo import moderating, oversight, script
from forum.demo.known import Known
from forum.demo.photos import draw
from forum.demo.script import Act
from forum.pages import search_feed
from forum.response import service as response
from forum.response.service import Resolution
from forum.tlog.authorkey import author_key, code_from_form_key, format_code

# By when an answer comes where a holding reply of the stories promises no day.
HOLDING = "+10d"
DAYS_A_LINE = 15
INSIDE = moderating.ACTS | oversight.ACTS


class Player:
    """Performs the acts of the stories, one after the other.

    What homeowners, staff and the worker do stands here; what moderators and auditors do in
    `moderating` and `oversight`.
    """

    def __init__(self, people: dict[str, int], worker: Worker) -> None:
        self._known = Known(people)
        self._worker = worker
        self._early = Worker(worker.app, [job for job in worker.jobs if job.name != "digest"])

    def perform(self, act: Act) -> None:
        """Do what the act tells, at its time."""
        with clock.set_to(act.at):
            if act.do in INSIDE:
                INSIDE[act.do](self._known, act)
            else:
                getattr(self, f"_{act.do}")(act)

    def _work(self, _act: Act) -> None:
        self._early.step()

    def _digest(self, _act: Act) -> None:
        self._worker.step()

    def _post(self, act: Act) -> None:
        told, key = act.told, secrets.token_urlsafe(32)
        code = code_from_form_key(key)
        author = self._known.person(told["author"])
        draft = make_draft(
            type=told["type"], project=told["project"], category=told["category"],
            title=told["title"], body=told["body"], author=author.name, remedy=told["remedy"],
            wanted_by=script.later(act.day, told["wanted_by"]), photos=_photos(act),
            author_key=author_key(code), made="server",
        )  # fmt: skip
        posted = complaints.post(author, draft, key)
        self._known.numbers[act.story] = posted.number
        self._known.authors[act.story] = told["author"]
        self._known.codes[act.story] = format_code(code)

    def _comment(self, act: Act) -> None:
        said = complaints.comment(self._known.actor(act), self._known.number(act), act.told["body"])
        if "key" in act.told:
            self._known.items[act.story, act.told["key"]] = said.id

    def _support(self, act: Act) -> None:
        with transaction():
            for key in act.told["by"]:
                complaints.support(self._known.person(key), self._known.number(act))

    def _reply(self, act: Act) -> None:
        holding = act.told["kind"] == "holding"
        until = script.later(act.day, act.told["promise"] or (HOLDING if holding else None))
        response.reply(
            self._known.actor(act), self._known.number(act), act.told["body"],
            holding=holding, until=until,
        )  # fmt: skip

    def _resolve(self, act: Act) -> None:
        resolution = Resolution(act.told["outcome"], act.told["cause"])
        response.resolve(
            self._known.actor(act), self._known.number(act), resolution, act.told["body"]
        )

    def _confirm(self, act: Act) -> None:
        self._change_status(act, "confirmed")

    def _dispute(self, act: Act) -> None:
        self._change_status(act, "disputed")

    def _reopen(self, act: Act) -> None:
        self._change_status(act, "open")

    def _change_status(self, act: Act, status: str) -> None:
        author, number = self._known.author(act), self._known.number(act)
        author_acts.change_status(author, number, status, self._known.proof(act))
        if act.told.get("body"):
            complaints.comment(author, number, act.told["body"])

    def _edit(self, act: Act) -> None:
        number = self._known.number(act)
        title = complaints.existing(number).title
        author_acts.edit(
            self._known.author(act), number, title, act.told["body"], self._known.proof(act)
        )

    def _withdraw(self, act: Act) -> None:
        proof = self._known.proof(act, proven=act.told["proven"])
        author_acts.withdraw(self._known.author(act), self._known.number(act), proof)


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
