"""What moderators, auditors and their critics do in the stories can be done, by those who may."""

from collections import Counter

import pytest

from forum.demo.player import INSIDE
from tests.demo.told import (
    COMPLAINTS,
    DAY,
    MEMBERS,
    RULES,
    STAFF,
    VISITS,
    events_of,
    everywhere,
    minutes,
)

REASON_OF = {clause["number"]: clause["reason"] for clause in RULES["clauses"]}
MODERATORS = ("refuse", "redact", "redact_alone", "agree", "delist", "lock", "unlock", "move",
              "merge", "decline", "keep")  # fmt: skip
AUDITORS = ("judge", "answer", "look")
each_complaint = pytest.mark.parametrize("complaint", COMPLAINTS, ids=lambda c: c["key"])


def roles_of(events: list[dict]) -> set[str]:
    return {STAFF[event["by"]]["role"] for event in events}


def span(complaint: dict, first: str, second: str) -> int:
    """Minutes from the first event of the one kind to the first of the other."""
    at = [minutes(events_of(complaint, kind)[0]["at"]) for kind in (first, second)]
    return at[1] - at[0]


def test_every_act_the_player_knows_is_told_somewhere():
    told = Counter(event["do"] for event in everywhere(*INSIDE) + VISITS)
    assert set(told) == set(INSIDE)
    assert (told["flag"], told["request"], told["challenge"], told["appeal"]) == (4, 4, 2, 4)


def test_each_is_done_by_somebody_who_may():
    assert roles_of(everywhere(*MODERATORS)) == {"moderator"}
    assert roles_of(everywhere(*AUDITORS)) == roles_of(VISITS) == {"auditor"}
    assert roles_of(everywhere("request", "propose_merge")) == {"staff"}
    readers = {event["by"] for event in everywhere("flag", "challenge")}
    assert readers - {None} <= set(MEMBERS) and None in readers


@each_complaint
def test_what_an_act_names_was_said_before_it(complaint):
    said = {}
    for event in complaint["events"]:
        if "item" in event:
            assert event["item"] in said
        if event["do"] in ("redact", "redact_alone"):
            text = said.get(event.get("item"), complaint["body"])
            assert all(
                phrase in text and phrase not in event["facts"] for phrase in event["phrases"]
            )
        if "key" in event:
            said[event["key"]] = event["body"]


def test_every_measure_cites_a_clause_made_for_its_reason_and_states_facts():
    measures = everywhere("remove", "redact", "redact_alone", "delist", "lock", "move")
    for event in measures:
        assert REASON_OF[event["clause"]] == event["reason"]
        assert 30 <= len(event["facts"]) <= 120


@each_complaint
def test_answers_come_in_time(complaint):
    for asked, answered, most in (("appeal", "judge", 14 * DAY), ("challenge", "answer", 14 * DAY),
                                  ("flag", "keep", 7 * DAY), ("notice", "keep", 7 * DAY),
                                  ("request", "refuse", 3 * DAY), ("redact_alone", "agree", 3 * DAY)):  # fmt: skip
        if events_of(complaint, asked) and events_of(complaint, answered):
            assert 0 < span(complaint, asked, answered) < most


@each_complaint
def test_no_auditor_decides_about_a_measure_of_their_own(complaint):
    seconds = {event.get("second") for event in complaint["events"]}
    assert not seconds & {event["by"] for event in events_of(complaint, "judge", "answer")}


def test_one_auditor_decides_where_the_other_had_a_part():
    shared = [c for c in COMPLAINTS if events_of(c, "judge")
              and any(e.get("second", "").startswith("jd-") for e in c["events"])]  # fmt: skip
    assert len(shared) == 1


def test_visits_are_told_in_order_and_lie_before_today():
    moments = [minutes(visit["at"]) for visit in VISITS]
    assert moments == sorted(moments) and moments[-1] < 0
    named = [name for visit in VISITS for name in visit.get("entries", ())]
    assert len(named) == len(set(named)) and 20 <= len(named) <= 40
