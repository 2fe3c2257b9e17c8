"""The measures of hiding, from entries alone: what each act adds to them, and what never improves them."""

import pytest

from forum.tlog.declared import Declared
from forum.tlog.facts import Replay, facts_of_log, seconds
from forum.tlog.measures import LEAST, Rate, figures, part_of
from forum.tlog.tables import BY_STAFF, spread
from forum.tlog.window import window_of

NOW = "2026-11-22T03:04:05Z"
DAY = 86400
HOW = {"detection": "notice", "automated_detection": False, "automated_decision": "none",
       "scope": "everywhere", "until": None, "lapses": None}  # fmt: skip
FACTS = {"commitments": {"facts": "f"}}
MEASURE = {"by": "moderator", "staff": "S-004", "second": "S-005", "reason": "abuse",
           "clause": "3.4", "rules": 0, **HOW, **FACTS}  # fmt: skip
BACK = {"by": "auditor", "staff": "S-009", "second": None, "reason": "appeal-upheld"}
PROPOSED = {"item": None, "act": "remove", "reason": "abuse", "clause": None, "rules": None,
            "lapses": "2026-11-25T03:04:05Z", **FACTS}  # fmt: skip
AUTHOR = {"by": "author", "proven": True, "made": "device", "sig": "s"}


class Board:
    """A log that is made by hand, entry by entry; `of` is what an honest board would write."""

    def __init__(self) -> None:
        self.entries: list[dict] = []
        self.declared = Declared()

    def add(self, kind, at=NOW, **fields):
        entry = {"v": 1, "kind": kind, "at": at, **fields}
        if "of" not in entry:
            entry["of"] = self._of(entry)
        self.declared.apply(len(self.entries), entry)
        self.entries.append(entry)
        return len(self.entries) - 1

    def post(self, at=NOW, project="garden", verified=True, type="criticism"):
        number = len(self.declared.complaints) + 1
        self.add("complaint.posted", at, complaint=number, by="author", type=type,
                 project=project, category="repair", verified=verified, wanted_by=None,
                 author_key="0f" * 32, made="server",
                 commitments={"text": "t", "author": "a"})  # fmt: skip
        return number

    def act(self, kind, number, **fields):
        return self.add(kind, complaint=number, **fields)

    def figures(self, window="all", **part):
        facts = facts_of_log(enumerate(self.entries))
        return figures(part_of(facts, **part) if part else facts, window)

    def _of(self, entry):
        case = self.declared.complaints.get(entry.get("complaint"))
        waiting = self.declared.proposals.get(entry.get("statement"))
        if entry["kind"].startswith("statement.") and waiting:
            return waiting.entry
        if case and entry.get("item") in case.replies:
            return case.replies[entry["item"]].last
        return case.act_entry if case else 0


@pytest.fixture
def board():
    return Board()


def reply(board, number, item=1):
    board.act("reply.posted", number, item=item, by="staff", staff="S-017", department="care",
              reply="reply", until=None, commitments={"text": "t", "author": "a"})  # fmt: skip


def remove(board, number, statement=1, **other):
    return board.act("complaint.removed", number, **(MEASURE | {"statement": statement} | other))


def counts(found, *names):
    return tuple(found.number(name) for name in names)


def test_every_state_has_its_count_and_they_add_up(board):
    for _ in range(6):
        board.post()
    remove(board, 1)
    board.act("complaint.erased", 2, **MEASURE | {"statement": 2, "closes": [1]})
    board.act("complaint.withdrawn", 3, **AUTHOR)
    board.act("complaint.merged", 4, by="moderator", staff="S-004", second=None,
              reason="duplicate", into=5, supporters=1)  # fmt: skip
    held = board.post()
    board.act("complaint.held", held, by="system", due="2026-11-23T03:04:05Z")
    refused = board.post()
    board.act("complaint.held", refused, by="system", due="2026-11-23T03:04:05Z")
    board.act("complaint.refused", refused, **MEASURE | {"statement": 3})
    found = board.figures()
    states = ("visible", "held", "refused", "removed", "erased", "merged", "withdrawn")
    assert counts(found, *states) == (2, 1, 1, 1, 1, 1, 1)
    assert found.number("received") == sum(counts(found, *states)) == 8
    assert counts(found, "hidden", "removed-abuse", "refused-abuse", "erased-abuse") == (3, 1, 1, 1)


def test_hidden_complaints_stay_in_the_denominator_as_unanswered(board):
    for number in range(1, 11):
        board.post()
        reply(board, number)
        board.act("complaint.status", number, by="staff", status="answered", staff="S-017",
                  outcome=None, cause=None)  # fmt: skip
    before = board.figures().rate("answered")
    remove(board, 1)
    after = board.figures().rate("answered")
    assert (before, after) == (Rate(10, 10), Rate(9, 10))
    assert after.per_thousand == 900.0


def test_praise_enters_no_score(board):
    board.post(type="praise")
    board.post()
    assert counts(board.figures(), "received", "answerable") == (2, 1)


def test_no_rate_and_no_median_below_ten():
    assert Rate(1, LEAST - 1).per_thousand is None
    assert Rate(1, LEAST).per_thousand == 100.0
    few, enough = spread(range(9)), spread(range(1, 11))
    assert (few.n, few.median, few.p90) == (9, None, None)
    assert (enough.n, enough.median, enough.p90) == (10, 5, 9)


def test_a_removal_is_measured_by_what_was_there_before_it(board):
    for _ in range(3):
        board.post(at="2026-11-20T03:04:05Z")
    reply(board, 1)
    for n in range(10):
        board.act("support.added", 2, by="member", verified=True, supporters=n + 1)
    remove(board, 1, 1)
    remove(board, 2, 2, second=None, lapses="2026-11-23T03:04:05Z", automated_detection=True)
    found = board.figures()
    assert counts(found, "act-removed", "before-reply", "many-supporters") == (2, 1, 1)
    assert counts(found, "single-handed", "unconfirmed", "automated", "complete") == (1, 1, 1, 2)
    assert found.times["in-view"].n == 2


def test_what_one_did_alone_is_confirmed_by_a_second_person(board):
    board.post()
    at = remove(board, 1, second=None, lapses="2026-11-23T03:04:05Z")
    board.act("statement.approved", 1, of=at, by="auditor", staff="S-009", statement=1)
    assert counts(board.figures(), "single-handed", "confirmed", "unconfirmed") == (1, 1, 0)


def test_a_statement_that_does_not_say_everything_is_not_complete(board):
    board.post()
    board.post()
    remove(board, 1, 1, commitments={})
    remove(board, 2, 2)
    assert board.figures().rate("complete") == Rate(1, 2)


@pytest.mark.parametrize(
    ("kind", "back", "name"),
    [
        ("complaint.removed", "complaint.restored", "act-removed"),
        ("complaint.delisted", "complaint.relisted", "act-delisted"),
        ("complaint.redacted", "complaint.restored", "act-redacted"),
    ],
)
def test_what_came_back_was_undone_and_says_why(board, kind, back, name):
    board.post()
    cut = {"closes": [0], "commitments": {"facts": "f", "text.0": "c", "author.0": "c"}}
    board.act(kind, 1, **MEASURE | {"statement": 1} | (cut if "redacted" in kind else {}))
    found = board.figures()
    assert counts(found, name, "undone", "complete") == (1, 0, 1)
    index = board.act(back, 1, **BACK | {"statement": 1})
    found = board.figures()
    assert counts(found, name, "undone", "undone-appeal-upheld") == (1, 1, 1)
    assert found.lists["brought-back"] == [index]


def test_delisted_and_redacted_are_counted_inside_the_visible_ones(board):
    board.post()
    board.post()
    board.act("complaint.delisted", 1, **MEASURE | {"statement": 1})
    cut = {"closes": [1], "commitments": {"facts": "f", "text.1": "c"}}
    board.act("complaint.redacted", 2, **MEASURE | {"statement": 2} | cut)
    assert counts(board.figures(), "visible", "delisted", "redacted") == (2, 1, 1)


def test_acts_upon_replies_and_comments_are_counted_apart(board):
    board.post()
    reply(board, 1)
    board.act("reply.removed", 1, item=1, **MEASURE | {"statement": 1})
    found = board.figures()
    assert counts(found, "item-removed", "act-removed", "measures", "before-reply") == (1, 0, 1, 0)


def test_suspensions_are_counted_and_about_no_complaint(board):
    board.add("member.suspended", of=0, **MEASURE | {"statement": 1})
    assert counts(board.figures(), "act-suspended", "measures") == (1, 1)
    board.add("member.reinstated", of=0, **BACK | {"statement": 1, "reason": "lapsed"})
    assert counts(board.figures(), "undone-lapsed", "brought-back") == (1, 1)


def test_requests_are_counted_by_the_role_that_asked_and_by_what_came_of_them(board):
    board.post()
    for number, by in enumerate(("executive", "executive", "staff", "moderator"), 1):
        board.act("statement.proposed", 1, by=by, staff=f"S-01{number}", statement=number,
                  **PROPOSED)  # fmt: skip
    answer = {"by": "auditor", "staff": "S-009"}
    board.act("statement.refused", 1, statement=1, commitments={"text": "t"}, **answer)
    board.act("statement.lapsed", 1, statement=3, by="system")
    board.act("statement.rejected", 1, statement=4, commitments={"text": "t"}, **answer)
    found = board.figures()
    assert counts(found, "requests", "requests-refused", "requests-lapsed") == (3, 1, 1)
    assert counts(found, "requests-executive", "requests-executive-open") == (2, 1)
    assert counts(found, "proposals", "proposals-rejected", "proposals-lapsed") == (1, 1, 0)


def test_appeals_and_challenges_are_counted_with_their_outcomes(board):
    board.post()
    of = remove(board, 1)
    filed = {"item": None, "of": of, "by": "author", "commitments": {}}
    board.act("appeal.filed", 1, appeal=1, statement=1, **filed)
    board.act("challenge.filed", 1, of=of, by="reader", challenge=1, commitments={})
    decided = {"of": of, "by": "auditor", "staff": "S-009", "commitments": {"text": "t"}}
    assert counts(board.figures(), "appeals", "appealed", "appeals-open") == (1, 1, 1)
    board.act("appeal.decided", 1, item=None, appeal=1, outcome="partly-upheld", **decided)
    board.act("challenge.decided", 1, challenge=1, outcome="rejected", **decided)
    found = board.figures()
    assert counts(found, "appeals-open", "appeals-decided", "overturned") == (0, 1, 1)
    assert counts(found, "challenges-decided", "challenges-overturned") == (1, 0)


def test_flags_and_notices_are_counted_by_decision_and_sender(board):
    board.post()
    flagged = {"item": None, "by": "moderator", "staff": "S-004", "reason": "abuse"}
    board.act("flag.decided", 1, decision="kept", flags=3, notices=0, statement=None, **flagged)
    board.act("flag.decided", 1, decision="acted", flags=1, notices=2, statement=7, **flagged)
    board.act("notice.received", 1, item=None, by="party", staff=None, notice=1,
              reason="defamation-notice", commitments={})  # fmt: skip
    board.act("notice.countered", 1, item=None, by="author", notice=1, commitments={"text": "t"})
    found = board.figures()
    assert counts(found, "flags-decided", "flags-kept", "flags-acted") == (2, 1, 1)
    assert found.sums == {"flags": 4, "notices-decided": 2}
    assert counts(found, "notices-party", "notices-defamation-notice", "notices-countered") == (1, 1, 1)  # fmt: skip


def test_holding_is_measured_from_posting_to_publication(board):
    for _ in range(3):
        board.act("complaint.held", board.post(), by="system", due="2026-11-23T03:04:05Z")
    board.act("complaint.published", 1, by="system", staff=None)
    board.act("complaint.published", 2, by="moderator", staff="S-004")
    found = board.figures()
    names = ("held-first", "held", "published-system", "published-moderator")
    assert counts(found, *names) == (3, 1, 1, 1)
    assert (found.rate("published-by-itself"), found.times["held"].n) == (Rate(1, 3), 1)


def test_acts_of_authors_are_counted_by_how_they_are_proven(board):
    for _ in range(3):
        board.post()
    unproven = {"by": "author", "proven": False}
    board.act("complaint.withdrawn", 1, **AUTHOR)
    board.act("complaint.withdrawn", 2, **AUTHOR | {"made": "server"})
    board.act("complaint.edited", 3, **unproven, commitments={"text": "t"})
    board.act("withdrawal.requested", 3, by="author", due="2026-11-29T03:04:05Z")
    assert counts(board.figures(), "withdrawn-proven", "waiting") == (2, 1)
    board.act("complaint.withdrawn", 3, **unproven)
    found = board.figures()
    names = ("author-acts", "author-device", "author-server", "author-unproven")
    assert counts(found, *names) == (4, 1, 1, 2)
    assert counts(found, "withdrawn-proven", "withdrawn-unproven", "waiting") == (2, 1, 0)


def test_a_window_counts_whole_days_of_the_board(board):
    board.post(at="2026-10-23T15:59:59Z")  # the last second of 23 October there
    board.post(at="2026-10-23T16:00:00Z")
    board.post(at=NOW)
    assert board.figures("30d").number("received") == 2
    assert board.figures("2026-10").number("received") == 2
    assert board.figures("2026").number("received") == board.figures().number("received") == 3
    found = board.figures("30d").window
    assert (found.first.isoformat(), found.last.isoformat()) == ("2026-10-24", "2026-11-22")


@pytest.mark.parametrize(
    "code", ["", "31d", "1999", "2026-13", "2026-00", "26", "all ", "２０２６"]
)
def test_there_are_no_other_windows(code):
    assert window_of(code, seconds(NOW)) is None


def test_acts_count_when_they_are_done_and_complaints_when_they_are_received(board):
    board.post(at="2026-01-05T03:04:05Z")
    remove(board, 1)
    found = board.figures("30d")
    assert counts(found, "act-removed", "removed", "received") == (1, 0, 0)
    assert found.months == {"2026-01": {"received": 1}, "2026-11": {"act-removed": 1, "hiding": 1}}
    assert board.figures("2026-01").months == {"2026-01": {"received": 1}}


def test_a_part_is_a_place_or_verified_owners_or_one_staff_number(board):
    board.add("place.changed", of=0, by="admin", place="project", slug="garden", within="c-1")
    board.post()
    board.post(project="hill", verified=False)
    remove(board, 1, 1)
    remove(board, 2, 2, staff="S-006")
    assert counts(board.figures(verified=True), "received", "removed") == (1, 1)
    assert counts(board.figures(city="c-1"), "received", "act-removed") == (1, 1)
    assert counts(board.figures(staff="S-006"), "received", "measures") == (0, 1)
    found = board.figures()
    assert found.groups["city"]["c-1"]["removed"] == 1
    assert found.staff["S-006"] == {name: int(name == "measures") for name in BY_STAFF}
    assert found.staff["S-005"] == {name: 2 * (name == "seconded") for name in BY_STAFF}


def test_locking_and_moving_are_counted(board):
    board.post()
    board.act("complaint.locked", 1, **MEASURE)
    board.act("complaint.moved", 1, type="question", project="hill", category="fees", **MEASURE)
    assert counts(board.figures(), "act-locked", "act-moved", "measures") == (1, 1, 0)
    assert board.figures().groups["project"] == {"hill": board.figures().groups["type"]["question"]}


def test_a_board_that_feeds_its_own_replay_gets_the_same(board):
    board.post()
    declared = Declared()
    replay = Replay(declared)
    remove(board, 1)
    for index, entry in enumerate(board.entries):
        declared.apply(index, entry)
        replay.read(index, entry)
    assert replay.facts() == facts_of_log(enumerate(board.entries))


def test_what_an_auditor_looked_at_is_counted_among_what_there_was_to_look_at(board):
    for number in (board.post(), board.post()):
        remove(board, number, number)
    by = {"by": "auditor", "staff": "S-009"}
    board.add("audit.reviewed", of=2, review="questioned", **by)
    board.add("audit.reviewed", of=0, review="in-order", **by)  # a posting hides nothing
    found = board.figures()
    assert counts(found, "hiding", "reviewed", "questioned") == (2, 1, 1)
    assert counts(found, "hiding-complaint.removed", "reviewed-complaint.removed") == (2, 1)
    board.add("audit.reviewed", of=2, review="in-order", **by)
    assert counts(board.figures(), "reviewed", "questioned") == (1, 0)
    assert board.figures().months["2026-11"]["reviewed"] == 1
    assert counts(board.figures(staff="S-004"), "hiding", "reviewed") == (2, 1)


def test_signed_opinions_are_counted_by_what_they_say(board):
    signed = {"by": "auditor", "staff": "S-009", "from": 0, "to": 0, "commitments": {"text": "t"}}
    board.post()
    for number, opinion in enumerate(("unqualified", "adverse", "adverse"), 1):
        board.add("audit.reported", report=number, opinion=opinion, **signed)
    assert counts(board.figures(), "opinions", "opinion-adverse", "opinion-qualified") == (3, 2, 0)
    assert board.figures(staff="S-004").number("opinions") == 0
