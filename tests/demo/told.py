"""The sample stories as tests read them: their files, their times, and the life of one complaint.

Times in the stories are `±<days>d HH:MM`: days before today for a complaint, days after the
complaint's day for an event, in local time. Here they become minutes counted from today 00:00.
"""

import json
import re
from pathlib import Path

STORIES = Path(__file__).parents[2] / "forum" / "demo" / "stories"
DAY = 24 * 60
SILENCE = 14 * DAY
OUTCOMES = {"explained", "fixed", "compensated", "rule-changed"}
CAUSES = {"execution", "rule", "not-explained"}
# What may be done about a complaint whatever became of it.
ANYTIME = {"restore", "appeal", "judge", "challenge", "answer", "look"}
# What leaves a complaint as it is.
QUIET = {"flag", "keep", "notice", "counter", "request", "refuse", "redact", "redact_alone",
         "agree", "delist", "move", "propose_merge", "decline"}  # fmt: skip


def load(name: str):
    return json.loads((STORIES / name).read_text(encoding="utf-8"))


PLACES, PEOPLE, RULES = load("places.json"), load("people.json"), load("rules.json")
STAFF = {person["key"]: person for person in PEOPLE["staff"]}
MEMBERS = {person["key"]: person for person in PEOPLE["members"]}
COMPLAINTS = [
    complaint for path in sorted(STORIES.glob("complaints-*.json")) for complaint in load(path.name)
]
VISITS = load("oversight.json")


def minutes(at: str, base: int = 0) -> int:
    """Minutes from today 00:00 of `±<days>d HH:MM`, days counted from the day that holds `base`."""
    sign, days, hours, mins = re.fullmatch(r"([+-])(\d+)d ([01]\d|2[0-3]):([0-5]\d)", at).groups()
    shift = int(days) if sign == "+" else -int(days)
    return (base // DAY + shift) * DAY + int(hours) * 60 + int(mins)


def events_of(complaint: dict, *kinds: str) -> list[dict]:
    return [event for event in complaint["events"] if event["do"] in kinds]


def everywhere(*kinds: str) -> list[dict]:
    return [event for complaint in COMPLAINTS for event in events_of(complaint, *kinds)]


class Play:
    """The life of one complaint, as far as the stories use it: what may follow what."""

    def __init__(self, complaint: dict):
        self.key, self.posted = complaint["key"], minutes(complaint["at"])
        self.state, self.status, self.resolved_at = "visible", "open", None
        self.locked = False

    def step(self, event: dict) -> None:
        at = minutes(event["at"], self.posted)
        if event["do"] not in ANYTIME:
            self.need(self.state == "visible", event)
        if self.status == "resolved" and at - self.resolved_at > SILENCE:
            self.status = "closed_unconfirmed"
        if event["do"] not in QUIET | (ANYTIME - {"restore", "judge"}):
            getattr(self, event["do"])(event, at)

    def need(self, allowed: bool, event: dict) -> None:
        assert allowed, f"{self.key}: {event['do']} at {event['at']} in {self.state}/{self.status}"

    def reply(self, event: dict, at: int) -> None:
        self.need(self.status in {"open", "disputed", "answered", "promised"}, event)
        if event["kind"] == "holding":
            self.need(event["promise"] is None, event)
        elif event["promise"]:
            self.need(self.status != "promised", event)
            self.status = "promised"
        elif self.status in {"open", "disputed"}:
            self.status = "answered"

    def resolve(self, event: dict, at: int) -> None:
        self.need(self.status in {"open", "disputed", "answered", "promised"}, event)
        assert event["outcome"] in OUTCOMES and event["cause"] in CAUSES
        self.status, self.resolved_at = "resolved", at

    def confirm(self, event: dict, at: int) -> None:
        self.need(self.status == "resolved", event)
        self.status = "confirmed"

    def dispute(self, event: dict, at: int) -> None:
        self.need(self.status == "resolved", event)
        self.status = "disputed"

    def reopen(self, event: dict, at: int) -> None:
        self.need(self.status == "confirmed", event)
        self.status = "open"

    def withdraw(self, event: dict, at: int) -> None:
        self.state = "withdrawn"

    def remove(self, event: dict, at: int) -> None:
        if "item" not in event:
            self.state = "removed"

    def restore(self, event: dict, at: int) -> None:
        self.need(self.state == "removed", event)
        self.state = "visible"

    def edit(self, event: dict, at: int) -> None:
        assert 20 <= len(event["body"]) <= 600

    def judge(self, event: dict, at: int) -> None:
        if event["outcome"] == "upheld":
            self.restore(event, at)

    def merge(self, event: dict, at: int) -> None:
        self.state = "merged"

    def lock(self, event: dict, at: int) -> None:
        self.need(not self.locked, event)
        self.locked = True

    def unlock(self, event: dict, at: int) -> None:
        self.need(self.locked, event)
        self.locked = False

    def comment(self, event: dict, at: int) -> None:
        self.need(not self.locked, event)
        assert event["body"].strip()

    def support(self, event: dict, at: int) -> None:
        assert event["by"]


def played(complaint: dict) -> Play:
    play = Play(complaint)
    for event in complaint["events"]:
        play.step(event)
    return play
