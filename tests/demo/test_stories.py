"""The sample stories can be played: everyone named exists, and no step breaks the state machine."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from tests.demo.told import (
    COMPLAINTS,
    DAY,
    MEMBERS,
    PEOPLE,
    PLACES,
    RULES,
    STAFF,
    STORIES,
    events_of,
    everywhere,
    minutes,
    played,
)

# A demo may start at any hour, so the stories end early on the morning of the day it is played.
LATEST = 7 * 60
CATEGORIES = set("quality property delivery sales-promise repair parking fees safety other".split())
SCENES = set("leak crack carpark lift garbage garden plan receipt road repaired".split())
REASONS = set(
    "illegal personal-data spam abuse off-topic duplicate impersonation copyright "
    "defamation-notice authority-order court-order author-request lawful-erasure misfiled policy "
    "appeal-upheld mistake lapsed".split()
)
# Words of an office, not of a board that respects its owners.
NEVER = "用户 网友 群众 附议 督办 格式化 墓碑 封禁 决定书".split()
each_complaint = pytest.mark.parametrize("complaint", COMPLAINTS, ids=lambda c: c["key"])


def test_the_board_opens_with_150_complaints_from_12_estates_in_4_cities():
    assert len(COMPLAINTS) == 150
    assert len(PLACES["cities"]) == 4 and len(PLACES["projects"]) == 12
    slugs = {project["slug"] for project in PLACES["projects"]}
    assert {complaint["project"] for complaint in COMPLAINTS} == slugs
    assert {project["city"] for project in PLACES["projects"]} == {
        city["slug"] for city in PLACES["cities"]
    }


def test_no_two_complaints_or_people_share_a_key():
    keys = [complaint["key"] for complaint in COMPLAINTS]
    people = [person["key"] for person in PEOPLE["staff"] + PEOPLE["members"]]
    assert len(keys) == len(set(keys)) and len(people) == len(set(people))
    names = [member["name"] for member in PEOPLE["members"]]
    assert len(names) == len(set(names))


def test_every_role_has_somebody():
    roles = Counter(person["role"] for person in PEOPLE["staff"])
    assert set(roles) == {"staff", "moderator", "executive", "auditor", "admin"}
    assert roles["moderator"] == roles["auditor"] == 2


@each_complaint
def test_a_complaint_is_well_formed(complaint):
    assert MEMBERS[complaint["author"]]["project"] == complaint["project"]
    assert complaint["category"] in CATEGORIES
    assert complaint["type"] in {"criticism", "suggestion", "question", "praise"}
    assert 1 <= len(complaint["title"]) <= 40 and "\n" not in complaint["title"]
    assert 20 <= len(complaint["body"]) <= 600
    assert complaint["remedy"] is None or complaint["remedy"].strip()
    assert complaint["wanted_by"] is None or re.fullmatch(r"\+\d+d", complaint["wanted_by"])
    assert len(complaint["photos"]) <= 3
    assert all(photo["scene"] in SCENES and photo["alt"] for photo in complaint["photos"])


@each_complaint
def test_everything_happens_in_order_and_before_today(complaint):
    posted = minutes(complaint["at"])
    moments = [posted, *(minutes(event["at"], posted) for event in complaint["events"])]
    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert moments[-1] <= LATEST


@each_complaint
def test_only_those_act_who_may(complaint):
    for event in events_of(complaint, "reply", "resolve"):
        assert STAFF[event["by"]]["role"] in {"staff", "executive"}
    for event in events_of(complaint, "remove", "restore"):
        assert STAFF[event["by"]]["role"] == "moderator"
    for event in events_of(complaint, "comment"):
        assert event["by"] in MEMBERS
    supporters = [key for event in events_of(complaint, "support") for key in event["by"]]
    assert len(supporters) == len(set(supporters)) and set(supporters) <= set(MEMBERS)
    assert complaint["author"] not in supporters


@each_complaint
def test_every_step_keeps_to_the_state_machine(complaint):
    played(complaint)


def test_every_reason_has_a_clause_in_the_rules():
    numbers = [clause["number"] for clause in RULES["clauses"]]
    assert len(numbers) == len(set(numbers))
    assert {clause["reason"] for clause in RULES["clauses"]} - {None} == REASONS
    chapters = {chapter["number"] for chapter in RULES["chapters"]}
    assert {number.split(".")[0] for number in numbers} == chapters


def test_a_removal_cites_a_clause_made_for_its_reason_and_states_facts():
    reason_of = {clause["number"]: clause["reason"] for clause in RULES["clauses"]}
    removals = [event for event in everywhere("remove") if "item" not in event]
    assert len(removals) == 8
    for removal in removals:
        assert reason_of[removal["clause"]] == removal["reason"]
        assert 30 <= len(removal["facts"]) <= 120
    assert [event["reason"] for event in everywhere("restore")] == ["mistake"]


def test_withdrawals_are_proven_and_unproven():
    assert Counter(event["proven"] for event in everywhere("withdraw")) == {True: 2, False: 1}


def test_most_complaints_are_criticism_and_some_wait_too_long():
    types = Counter(complaint["type"] for complaint in COMPLAINTS)
    assert types["criticism"] > 90 and min(types.values()) >= 5
    waiting = [c for c in COMPLAINTS if not events_of(c, "reply", "resolve", "remove", "withdraw")]
    asked = [c for c in waiting if c["type"] != "praise"]
    assert 15 <= len(asked) <= 30
    assert sum(minutes(c["at"]) < -16 * DAY for c in asked) >= 5


def test_the_garden_is_answered_by_the_executive_disputed_and_promised_again():
    garden = next(complaint for complaint in COMPLAINTS if complaint["key"] == "garden")
    supporters = [key for event in events_of(garden, "support") for key in event["by"]]
    first, *later = events_of(garden, "reply")
    assert len(supporters) >= 20
    assert first["kind"] == "holding"
    assert any(STAFF[reply["by"]]["role"] == "executive" and reply["promise"] for reply in later)
    assert events_of(garden, "dispute") and played(garden).status == "promised"


def test_the_stories_use_no_word_the_board_avoids():
    text = "".join(path.read_text(encoding="utf-8") for path in STORIES.glob("*.json"))
    assert [word for word in NEVER if word in text] == []


def test_a_story_file_stays_small_enough_to_read():
    assert all(path.stat().st_size < 60_000 for path in STORIES.glob("*.json"))
