"""No act inside, and nothing that happens afterwards, makes a figure look better than it was."""

from typing import Any

import pytest

from forum.tlog.measures import Rate
from tests.tlog.test_measures import (
    AUTHOR,
    BACK,
    MEASURE,
    PROPOSED,
    Board,
    counts,
    remove,
    reply,
)

DAY = 86400
MERGED = {"by": "moderator", "staff": "S-004", "reason": "duplicate"}
MOVED = MEASURE | {"project": "garden", "category": "repair"}
AUDITOR = {"by": "auditor", "staff": "S-009"}
LIKE = {"staff": None, "into": 1}


@pytest.fixture
def board():
    return Board()


def day(n):
    return f"2026-11-{n:02d}T03:04:05Z"


def archived(board, *, answered=False):
    number = len(board.declared.complaints) + 1
    board.add("complaint.imported", complaint=number, by="import", type="criticism",
              project="garden", category="repair", claimed_at="2015-01-02T03:04:05Z",
              supporters=0, commitments={"text": "t", "author": "a"})  # fmt: skip
    if answered:
        board.act("reply.imported", number, item=number, by="import",
                  claimed_at="2015-01-02T03:04:05Z", commitments={})  # fmt: skip
    return number


def test_a_move_to_praise_makes_no_answer_unnecessary(board):
    for number in range(1, 11):
        board.post()
        board.act("complaint.moved", number, **MOVED, type="praise")
    found = board.figures()
    assert found.rate("answered") == Rate(0, 10)
    assert counts(found, "now-praise", "moved-to-praise", "act-moved") == (10, 10, 10)
    assert found.groups["type"]["praise"]["answerable"] == 10
    assert board.figures(staff="S-004").number("moved-to-praise") == 10


def test_only_what_was_no_praise_before_counts_as_moved_to_praise(board):
    board.post(type="praise")
    board.post()
    for type_ in ("question", "praise"):
        board.act("complaint.moved", 1, **MOVED, type=type_)
        board.act("complaint.moved", 2, **MOVED, type=type_)
    board.act("complaint.moved", 2, **MOVED | {"project": "hill"}, type="praise")
    assert counts(board.figures(), "moved-to-praise", "now-praise", "answerable") == (1, 1, 1)


def test_supporters_are_those_of_the_moment_of_the_removal(board):
    board.post()
    board.post()
    for n in range(9):
        board.act("support.added", 2, by="member", verified=True, supporters=n + 1)
    board.act("complaint.merged", 2, **MERGED, second=None, into=1, supporters=10)
    remove(board, 1)
    board.act("complaint.unmerged", 2, **AUDITOR, into=1, supporters=0)
    assert board.figures().number("many-supporters") == 1


def test_an_archive_is_in_no_rate_of_a_window(board):
    for number in range(1, 21):
        board.post()
        if number <= 10:
            remove(board, number, number)
    before = board.figures("30d").rate("hidden")
    for _ in range(30):
        archived(board, answered=True)
    remove(board, 21, 21)
    found = board.figures("30d")
    assert found.rate("hidden") == before == Rate(10, 20)
    assert found.rate("answered") == Rate(0, 20)
    assert counts(found, "received", "imported", "act-removed") == (20, 30, 11)
    assert (found.here, found.months["2026-11"]["received"]) == (None, 20)


def test_of_all_time_what_was_posted_here_has_rates_of_its_own(board):
    for number in range(1, 11):
        board.post()
        remove(board, number, number)
    assert board.figures().here is None
    for _ in range(30):
        archived(board, answered=True)
    found = board.figures()
    assert (found.rate("hidden"), found.number("received")) == (Rate(10, 40), 40)
    assert found.rate_here("hidden", "received") == Rate(10, 10)
    assert found.fields()["rates_here"]["answered"] == {"part": 0, "n": 10, "per_thousand": 0.0}
    assert "single-handed" not in found.fields()["rates_here"]
    in_garden = found.groups["project"]["garden"]
    assert (in_garden["answerable"], in_garden["answerable-here"]) == (40, 10)


def test_appeals_against_keeping_do_not_thin_out_the_overturn_rate(board):
    board.post()
    of = remove(board, 1)
    kept = board.act("flag.decided", 1, item=None, by="moderator", staff="S-004", reason="abuse",
                     decision="kept", flags=2, notices=0, statement=None)  # fmt: skip
    filed: dict[str, Any] = {"item": None, "by": "author", "commitments": {}}
    decided = {"item": None, **AUDITOR, "commitments": {"text": "t"}}
    board.act("appeal.filed", 1, appeal=1, of=of, statement=1, **filed)
    board.act("appeal.decided", 1, appeal=1, of=of, outcome="upheld", **decided)
    for number in (2, 3):
        board.act("appeal.filed", 1, appeal=number, of=kept, statement=None, **filed)
        board.act("appeal.decided", 1, appeal=number, of=kept, outcome="rejected", **decided)
    found = board.figures()
    assert (found.rate("overturned"), found.rate("kept-overturned")) == (Rate(1, 1), Rate(0, 2))
    assert counts(found, "appeals", "appeals-hidden", "appeals-kept") == (3, 1, 2)


def test_a_merging_that_nobody_else_wanted_is_single_handed(board):
    for _ in range(4):
        board.post()
    board.act("complaint.merged", 2, **MERGED, second=None, into=1, supporters=1)
    board.act("merge.proposed", 3, **LIKE, by="author")
    board.act("complaint.merged", 3, **MERGED, second=None, into=1, supporters=2)
    board.act("merge.proposed", 4, **LIKE | {"staff": "S-017"}, by="staff")
    board.act("complaint.merged", 4, **MERGED, second="S-017", into=1, supporters=3)
    found = board.figures()
    assert counts(found, "measures", "act-merged", "single-handed", "unconfirmed") == (3, 3, 1, 1)
    assert counts(found, "seconded", "undone", "stated") == (1, 0, 0)
    board.act("complaint.unmerged", 2, **AUTHOR, staff=None, into=1, supporters=2)
    assert counts(board.figures(), "undone", "undone-unmerged") == (1, 1)


def test_the_table_of_staff_has_locks_moves_mergings_and_second_persons(board):
    for _ in range(3):
        board.post()
    remove(board, 1)
    board.act("complaint.locked", 2, **MEASURE)
    board.act("complaint.moved", 2, **MOVED, type="question")
    board.act("complaint.merged", 3, **MERGED, second="S-005", into=2, supporters=1)
    alone = board.act("complaint.delisted", 2, **MEASURE | {"statement": 2, "second": None,
                                                              "lapses": day(25)})  # fmt: skip
    board.act("statement.approved", 2, of=alone, **AUDITOR, statement=2)
    staff = board.figures().staff
    names = ("measures", "single-handed", "act-locked", "act-moved", "act-merged", "seconded")
    assert [staff["S-004"][name] for name in names] == [3, 1, 1, 1, 1, 0]
    assert (staff["S-005"]["seconded"], staff["S-009"]["seconded"]) == (2, 1)
    for number, counted in staff.items():
        part = board.figures(staff=number)
        assert {name: part.number(name) for name in counted} == counted


def test_hidden_time_is_no_time_in_view(board):
    for number in range(1, 11):
        board.post(at=day(1))
        remove(board, number, number, at=day(2))
        board.act("complaint.restored", number, at=day(20), **BACK | {"statement": number})
        remove(board, number, number + 10, at=day(20))
    assert board.figures().times["in-view"].p90 == DAY


def test_what_was_refused_or_taken_back_was_not_in_view(board):
    for number in range(1, 11):
        board.post(at=day(1))
        board.act("complaint.held", number, at=day(1), by="system", due=day(2))
        board.act("complaint.refused", number, at=day(2), **MEASURE | {"statement": number})
        board.act("complaint.restored", number, at=day(5), **BACK | {"statement": number})
        board.act("complaint.withdrawn", number, at=day(6), **AUTHOR)
        board.act("complaint.restored", number, at=day(9), **AUTHOR, staff=None, second=None,
                  reason=None, statement=None)  # fmt: skip
        remove(board, number, number + 10, at=day(10))
    assert board.figures().times["in-view"].median == 2 * DAY


def test_a_holding_reply_is_no_reply(board):
    board.post()
    board.post()
    reply(board, 1)
    board.act("reply.posted", 2, item=2, by="staff", staff="S-017", department="care",
              reply="holding", until="2026-11-30", commitments={})  # fmt: skip
    remove(board, 1, 1)
    at = remove(board, 2, 2)
    assert board.figures().lists["before-reply"] == [at]


SYSTEM = {"by": "system", "staff": None, "second": None, "reason": "lapsed"}


@pytest.mark.parametrize(
    ("given", "back_on", "names"),
    [
        ({"until": "2026-11-25"}, 26, ("ended",)),
        ({"until": "2026-11-25"}, 25, ("undone", "undone-lapsed")),
        ({"second": None, "lapses": day(25)}, 25, ("undone", "undone-lapsed")),
        # Nobody confirmed it in time; the machine came late.
        (
            {"second": None, "lapses": day(25), "until": "2026-11-26"},
            28,
            ("undone", "undone-lapsed"),
        ),
        ({"second": None, "lapses": day(27), "until": "2026-11-23"}, 24, ("ended",)),
    ],
)
def test_what_ended_on_the_day_it_named_was_not_undone(board, given, back_on, names):
    board.post()
    remove(board, 1, **given)
    board.act("complaint.restored", 1, at=day(back_on), **SYSTEM | {"statement": 1})
    found = board.figures()
    assert {name for name in ("ended", "undone", "undone-lapsed") if found.number(name)} == set(
        names
    )
    assert found.staff["S-004"]["ended"] == found.number("ended")
    assert found.number("brought-back") == 1


def test_what_is_merged_can_be_delisted_and_redacted_and_is_counted(board):
    for _ in range(3):
        board.post()
    for number in (2, 3):
        board.act("complaint.merged", number, **MERGED, second="S-005", into=1, supporters=number)
    board.act("complaint.delisted", 2, **MEASURE | {"statement": 1})
    cut = {"closes": [2], "commitments": {"facts": "f", "text.2": "c"}}
    board.act("complaint.redacted", 3, **MEASURE | {"statement": 2} | cut)
    found = board.figures()
    assert counts(found, "visible", "merged", "delisted", "redacted") == (1, 2, 1, 1)
    assert found.groups["category"]["repair"]["delisted"] == 1


def test_a_request_has_the_outcome_of_the_proposal_it_became(board):
    board.post()
    for number in range(1, 9, 2):
        board.act("statement.proposed", 1, by="executive", staff="S-011", statement=number,
                  **PROPOSED)  # fmt: skip
        board.act("statement.proposed", 1, by="moderator", staff="S-004", statement=number + 1,
                  **PROPOSED)  # fmt: skip
        board.act("statement.approved", 1, by="moderator", staff="S-004", statement=number)
    board.act("statement.rejected", 1, statement=2, commitments={"text": "t"}, **AUDITOR)
    board.act("statement.lapsed", 1, statement=4, by="system")
    board.act("statement.approved", 1, statement=6, **AUDITOR)
    outcomes = ("approved", "rejected", "lapsed", "open", "refused")
    found = board.figures()
    assert counts(found, *(f"requests-{name}" for name in outcomes)) == (1, 1, 1, 1, 0)
    assert counts(found, "requests", "requests-executive-approved") == (4, 1)
