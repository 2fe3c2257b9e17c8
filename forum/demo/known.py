"""What the player knows by now: who the people are, and which numbers came of earlier acts."""

from __future__ import annotations

from collections.abc import Iterator

from forum.accounts.models import Account
from forum.base.db import db
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.demo.script import Act
from forum.log import queries as log


class Known:
    """Looks up what a story names by a key of its own.

    people: key → id of the account; numbers: story → number of the complaint; authors and codes:
    story → key of the author, and the author's code; items: (story, key) → id of a comment.
    """

    def __init__(self, people: dict[str, int]) -> None:
        self.people = people
        self.numbers: dict[str, int] = {}
        self.authors: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.items: dict[tuple[str, str], int] = {}

    def person(self, key: str) -> Account:
        """The account of somebody of the stories."""
        return db.session.get_one(Account, self.people[key])

    def actor(self, act: Act) -> Account:
        """Who does it."""
        return self.person(act.told["by"])

    def second(self, act: Act) -> Account:
        """Whom the story names as the second person, or else the other moderator."""
        told = act.told
        return self.person(told["second"]) if "second" in told else next(self._others(told["by"]))

    def _others(self, first: str) -> Iterator[Account]:
        people = (self.person(key) for key in self.people if key != first)
        return (person for person in people if person.role == "moderator")

    def number(self, act: Act) -> int:
        """The complaint that the act is about."""
        return self.numbers[act.story]

    def author(self, act: Act) -> Account:
        """Who wrote the complaint."""
        return self.person(self.authors[act.story])

    def item(self, act: Act) -> int | None:
        """The comment that the act is about; None when it is about the complaint itself."""
        key = act.told.get("item")
        return None if key is None else self.items[act.story, key]

    def proof(self, act: Act, *, proven: bool = True) -> Proof:
        """What the author shows to be the author."""
        newest = complaints.existing(self.number(act)).act_entry
        return Proof(of=newest, code=self.codes[act.story] if proven else None)

    def entry(self, story: str, kind: str) -> int:
        """The newest entry of a kind about the story's complaint."""
        found = log.entries_of(self.numbers[story])
        return max(index for index, entry in found if entry["kind"] == kind)

    def newest(self, act: Act, kind: str, field: str) -> int:
        """The number (of a statement, notice, appeal …) in the story's newest entry of a kind."""
        entry = log.entry(self.entry(act.story, kind)) or {}
        return int(entry[field])
