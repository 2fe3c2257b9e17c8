"""The entries alone say what every complaint is, and which entries cannot be true."""

import pytest

from forum.tlog.declared import Declared, DeclaredError

AT = "2026-11-22T03:04:05Z"
MEASURE = {"by": "moderator", "staff": "S-004", "second": "S-005", "reason": "personal-data",
           "statement": 5, "lapses": None}  # fmt: skip
PROPOSED = {"by": "moderator", "staff": "S-004", "statement": 5, "act": "remove", "item": None,
            "lapses": "2026-11-25T03:04:05Z"}  # fmt: skip
BACK = {"by": "moderator", "staff": "S-004", "second": None, "reason": "mistake", "statement": 5}
AUTHOR = {"by": "author", "proven": True}
BY_AUTHOR_BACK = AUTHOR | {"staff": None, "second": None, "reason": None, "statement": None}


class Log:
    """Entries as they would follow each other; `of` is what an honest board would write."""

    def __init__(self) -> None:
        self.board, self.index = Declared(), -1

    def __getitem__(self, number):
        return self.board.complaints[number]

    def add(self, kind, **fields):
        self.index += 1
        entry = {"v": 1, "kind": kind, "at": AT, "complaint": 1, **fields}
        entry.setdefault("of", self._of(entry))
        self.board.apply(self.index, entry)
        return self.index

    def _of(self, entry):
        kind, case = entry["kind"], self.board.complaints.get(entry["complaint"])
        waiting = self.board.proposals.get(entry.get("statement"))
        if kind in ("statement.approved", "statement.rejected", "statement.refused", "statement.lapsed"):  # fmt: skip
            return waiting.entry if waiting else 0
        if case and kind.startswith(("reply.", "comment.")) and entry["item"] in case.replies:
            return case.replies[entry["item"]].last
        if case and kind in ("promise.kept", "promise.broken"):
            return case.promises[entry["item"]].entry
        return case.act_entry if case else 0


def posted(log, number=1, **more):
    return log.add(
        "complaint.posted", complaint=number, by="author", type="criticism", project="garden",
        category="repair", verified=True, wanted_by=None, author_key="0f" * 32, made="server",
        commitments={"text": "t0", "author": "a0"}, **more,
    )  # fmt: skip


@pytest.fixture
def log():
    """A complaint (entry 0), a reply (1, item 1) and a comment (2, item 2)."""
    log = Log()
    posted(log)
    log.add("reply.posted", item=1, by="staff", staff="S-017", department="care", reply="reply",
            until=None, commitments={"text": "t1", "author": "a1"})  # fmt: skip
    log.add("comment.posted", item=2, by="member", verified=True,
            commitments={"text": "t2", "author": "a2"})  # fmt: skip
    return log


def act(log, step):
    """One step of a table: a kind, or a kind with its fields."""
    kind, fields = (step, {}) if isinstance(step, str) else step
    log.add(kind, **fields)


def said(case):
    return (case.state, case.statement, case.listed, case.locked)


EDIT = ("complaint.edited", AUTHOR | {"commitments": {"text": "t3"}})
HOLD = ("complaint.held", {"due": "2026-11-23T03:04:05Z"})
REFUSE = ("complaint.refused", MEASURE)
REMOVE = ("complaint.removed", MEASURE)
RESTORE = ("complaint.restored", BACK)
DELIST = ("complaint.delisted", MEASURE)
RELIST = ("complaint.relisted", BACK)
REDACT = ("complaint.redacted", MEASURE | {"closes": [0], "commitments": {"facts": "f", "text.0": "cut"}})  # fmt: skip
ERASE = ("complaint.erased", MEASURE | {"closes": [0]})
LOCK = ("complaint.locked", MEASURE)
UNLOCK = ("complaint.unlocked", MEASURE)
WITHDRAW = ("complaint.withdrawn", AUTHOR)
UNDO = ("complaint.restored", BY_AUTHOR_BACK)
PROPOSE = ("statement.proposed", PROPOSED)
ANSWER = {"by": "moderator", "staff": "S-005", "statement": 5}
ALONE = ("complaint.removed", MEASURE | {"second": None, "lapses": "2026-11-23T03:04:05Z"})
SUPPORT = ("support.added", {"by": "member", "supporters": 1})
COMMENT = ("comment.posted", {"item": 9, "by": "member", "verified": True, "commitments": {}})


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([REMOVE], ("removed", 5, True, False)),
        ([REMOVE, RESTORE], ("visible", None, True, False)),
        ([WITHDRAW], ("withdrawn", None, True, False)),
        ([WITHDRAW, UNDO], ("visible", None, True, False)),
        ([DELIST], ("visible", None, False, False)),
        ([DELIST, RELIST], ("visible", None, True, False)),
        ([DELIST, ("complaint.relisted", BY_AUTHOR_BACK)], ("visible", None, True, False)),
        ([LOCK], ("visible", None, True, True)),
        ([LOCK, UNLOCK], ("visible", None, True, False)),
        ([ERASE], ("erased", 5, True, False)),
        ([REMOVE, ("complaint.erased", MEASURE | {"closes": [0], "statement": 6})], ("erased", 6, True, False)),
        ([REDACT], ("visible", None, True, False)),
    ],
)  # fmt: skip
def test_acts_lead_to_the_state_of_the_contract(log, steps, expected):
    for step in steps:
        act(log, step)
    assert said(log[1]) == expected
    assert (log[1].act_entry, log[1].last_entry) == (log.index, log.index)


@pytest.mark.parametrize(
    ("steps", "state", "until"),
    [([HOLD], "held", "2026-11-23T03:04:05Z"), ([HOLD, REFUSE], "refused", None),
     ([HOLD, "complaint.published"], "visible", None), ([HOLD, REFUSE, RESTORE], "visible", None)],
)  # fmt: skip
def test_holding_ends_in_publication_or_refusal(steps, state, until):
    log = Log()
    posted(log)
    for step in steps:
        act(log, step)
    assert (log[1].state, log[1].held_until) == (state, until)


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ([], HOLD),  # after a reply it was public
        ([], UNLOCK), ([LOCK], LOCK), ([LOCK], COMMENT), ([], RELIST), ([DELIST], DELIST),
        ([DELIST], ("complaint.relisted", BACK | {"statement": 6})),
        ([], REFUSE), ([], "complaint.published"), ([], RESTORE), ([], UNDO),
        ([REMOVE], REMOVE), ([REMOVE], DELIST), ([REMOVE], REDACT), ([REMOVE], EDIT),
        ([REMOVE], SUPPORT), ([REMOVE], COMMENT), ([REMOVE], UNDO), ([REMOVE], WITHDRAW),
        ([REMOVE], ("complaint.restored", BACK | {"statement": 6})),
        ([WITHDRAW], REMOVE), ([WITHDRAW], RESTORE), ([WITHDRAW], SUPPORT),
        ([], ("complaint.withdrawn", AUTHOR | {"proven": False})),
        ([], ("support.added", {"by": "member", "supporters": 40})),
        ([], ("support.withdrawn", {"by": "member", "supporters": 0})),
        ([], ("complaint.erased", MEASURE | {"closes": [99]})),
        ([], ("complaint.redacted", MEASURE | {"closes": [99], "commitments": {}})),
        ([], ("complaint.removed", MEASURE | {"of": 2})),
        ([], ("complaint.status", {"by": "staff", "status": "confirmed"})),
        ([], ("complaint.status", {"by": "system", "status": "closed_unconfirmed"})),
        ([], ("complaint.unmerged", {"by": "author", "into": 2, "supporters": 0})),
        ([], ("complaint.merged", MEASURE | {"into": 2, "supporters": 0})),  # of no complaint
        ([], ("withdrawal.stopped", {"by": "author"})),
        ([], ("comment.posted", {"item": 1, "by": "member", "verified": True, "commitments": {}})),
        ([], ("reply.removed", MEASURE | {"item": 7})),
        ([], ("reply.removed", MEASURE | {"item": 2})), ([], ("comment.removed", MEASURE | {"item": 1})),
        ([], ("reply.restored", BACK | {"item": 1})),
        ([("reply.removed", MEASURE | {"item": 1})], ("reply.removed", MEASURE | {"item": 1})),
        ([("reply.removed", MEASURE | {"item": 1})], ("reply.restored", BACK | {"item": 1, "of": 1})),
        ([], ("reply.removed", MEASURE | {"item": 1, "of": 0})),
        ([("reply.erased", MEASURE | {"item": 1, "closes": [1]})],
         ("reply.restored", BACK | {"item": 1})),
        ([], ("promise.made", {"item": 1, "complaint": 3, "until": "2026-12-01"})),
    ],
)  # fmt: skip
def test_an_act_upon_a_wrong_state_contradicts_the_log_and_changes_nothing(log, steps, wrong):
    for step in steps:
        act(log, step)
    before = repr(log[1])
    with pytest.raises(DeclaredError, match=rf"^entry {log.index + 1}"):
        act(log, wrong)
    assert repr(log[1]) == before


@pytest.mark.parametrize(
    "wrong",
    [EDIT, REMOVE, RESTORE, ERASE, LOCK, SUPPORT, COMMENT, WITHDRAW, DELIST, PROPOSE,
     ("complaint.status", {"by": "system", "status": "answered"}),
     ("reply.removed", MEASURE | {"item": 1}), ("withdrawal.requested", {"by": "author", "due": AT}),
     ("promise.made", {"item": 1, "until": "2026-12-01"})],
)  # fmt: skip
def test_nothing_follows_an_erasure(log, wrong):
    act(log, ERASE)
    with pytest.raises(DeclaredError, match="erased"):
        act(log, wrong)


def test_what_stood_under_an_erased_complaint_is_erased_after_it_and_appeals_go_on(log):
    act(log, ERASE)
    for item, kind in ((1, "reply.erased"), (2, "comment.erased")):
        log.add(kind, item=item, closes=[item], **MEASURE)
    log.add("appeal.filed", item=None, by="author", appeal=1, statement=5)
    assert log[1].closed == {0: 3, 1: 4, 2: 5}
    assert {reply.state for reply in log[1].replies.values()} == {"erased"}
    assert log[1].commitment_of(1, "text", "t1") == (1, "text", None)


def test_a_cut_is_shown_under_the_commitment_that_was_made_anew(log):
    act(log, REDACT)
    assert log[1].closed == {0: 3} and log[1].redacted
    assert log[1].recommitted == {0: {"text": (3, "cut")}}
    assert log[1].commitment_of(0, "text", "t0") == (3, "text.0", "cut")
    assert log[1].commitment_of(0, "author", "a0") == (0, "author", None)
    assert log[1].commitment_of(1, "text", "t1") == (1, "text", "t1")


def test_a_second_cut_replaces_the_first_and_undoing_it_shows_the_first_again(log):
    act(log, REDACT)
    again = {"facts": "f", "text.0": "less", "author.0": "none", "text.1": "r"}
    log.add("complaint.redacted", **MEASURE | {"statement": 6}, closes=[0, 1], commitments=again)
    assert log[1].closed == {0: 4, 1: 4}
    assert log[1].recommitted[0] == {"text": (4, "less"), "author": (4, "none")}
    log.add("complaint.restored", **BACK | {"statement": 6})
    assert (log[1].closed, log[1].recommitted) == ({0: 3}, {0: {"text": (3, "cut")}})
    act(log, RESTORE)
    assert (log[1].closed, log[1].recommitted, log[1].redacted) == ({}, {}, False)


def test_erasing_closes_for_ever_what_a_cut_had_closed(log):
    log.add("reply.redacted", item=1, **MEASURE, closes=[1], commitments={"facts": "f", "text.1": "c"})  # fmt: skip
    act(log, REDACT)
    log.add("reply.erased", item=1, closes=[1], **MEASURE | {"statement": 6})
    assert log[1].closed == {0: 4, 1: 5} and log[1].recommitted == {0: {"text": (4, "cut")}}
    act(log, RESTORE)
    assert log[1].closed == {1: 5} and not log[1].redacted


def test_a_reply_is_removed_restored_and_cut_in_turn(log):
    log.add("reply.removed", item=1, **MEASURE)
    reply = log[1].replies[1]
    assert (reply.state, reply.statement, reply.last) == ("removed", 5, 3)
    log.add("reply.restored", item=1, **BACK)
    assert (reply.state, reply.statement, reply.last) == ("visible", None, 4)
    log.add("reply.redacted", item=1, **MEASURE, closes=[1], commitments={"facts": "f", "text.1": "c"})  # fmt: skip
    assert (reply.last, log[1].recommitted) == (5, {1: {"text": (5, "c")}})
    log.add("reply.restored", item=1, **BACK)
    assert (reply.last, log[1].closed, log[1].act_entry) == (6, {}, 0)


def test_merging_moves_supporters_and_touches_both(log):
    posted(log, 2)
    log.add("complaint.merged", complaint=2, into=1, supporters=7, **MEASURE)
    assert (log[2].state, log[2].merged_into, log[1].supporters) == ("merged", 1, 7)
    assert (log[1].last_entry, log[1].act_entry) == (log.index, 0)
    log.add("complaint.unmerged", complaint=2, into=1, supporters=0, by="author", proven=False)
    assert (log[2].state, log[2].merged_into, log[1].supporters) == ("visible", None, 0)


def test_moving_says_where_it_belongs_now(log):
    log.add("complaint.moved", type="praise", project="lake", category="fees", **MEASURE)
    assert (log[1].type, log[1].project, log[1].category) == ("praise", "lake", "fees")


def test_an_open_proposal_marks_the_complaint_until_a_second_person_decides(log):
    act(log, PROPOSE)
    assert log[1].under_review == {5} and log[1].state == "visible"
    with pytest.raises(DeclaredError, match="not decided yet"):
        act(log, REMOVE)
    log.index -= 1
    log.add("statement.approved", **ANSWER)
    assert log[1].under_review == set() and log.board.proposals == {}
    act(log, REMOVE)
    assert log[1].state == "removed"


@pytest.mark.parametrize("kind", ["rejected", "refused", "lapsed"])
def test_a_proposal_that_came_to_nothing_leaves_the_complaint_as_it_was(log, kind):
    act(log, PROPOSE)
    log.add(f"statement.{kind}", **ANSWER)
    assert (log[1].under_review, log[1].state, log.board.proposals) == (set(), "visible", {})
    with pytest.raises(DeclaredError, match="does not wait"):
        log.add("statement.approved", **ANSWER)


@pytest.mark.parametrize(
    ("first", "wrong"),
    [(PROPOSE, {"staff": "S-004"}), (PROPOSE, {"statement": 6}), (PROPOSE, {"of": 0}),
     (PROPOSE, {"complaint": 2}), (ALONE, {"staff": "S-004"}), (REMOVE, {})],
)  # fmt: skip
def test_nobody_approves_their_own_measure_or_one_that_does_not_wait(log, first, wrong):
    posted(log, 2)
    act(log, first)
    with pytest.raises(DeclaredError):
        log.add("statement.approved", **ANSWER | wrong)


def test_a_measure_taken_alone_waits_for_the_second_person(log):
    act(log, ALONE)
    assert log.board.proposals[5].alone and log[1].under_review == set()
    log.add("statement.approved", **ANSWER)
    assert log.board.proposals == {} and log[1].state == "removed"


def test_a_measure_taken_alone_lapses_into_restoration(log):
    act(log, ALONE)
    log.add("complaint.restored", **BACK | {"by": "system", "staff": None, "reason": "lapsed"})
    assert log.board.proposals == {} and log[1].state == "visible"


def test_a_proposal_may_be_about_nobodys_complaint(log):
    suspension = PROPOSED | {"complaint": None, "act": "suspend", "of": None}
    log.add("statement.proposed", **suspension)
    log.add("statement.approved", complaint=None, of=3, **ANSWER)
    log.add("member.suspended", complaint=None, **MEASURE)
    assert log.board.proposals == {} and log[1].last_entry == 2


@pytest.mark.parametrize(
    ("steps", "status"),
    [(["answered"], "answered"), (["answered", "promised", "answered"], "answered"),
     (["resolved", "disputed", "resolved", "confirmed", "open"], "open"),
     (["resolved", "closed_unconfirmed", "open", "answered"], "answered")],
)  # fmt: skip
def test_the_case_moves_as_the_state_machine_says(log, steps, status):
    for step in steps:
        log.add("complaint.status", by="system", status=step)
    assert log[1].status == status


@pytest.mark.parametrize(
    "steps",
    [["open"], ["confirmed"], ["resolved", "resolved"], ["resolved", "promised"],
     ["resolved", "confirmed", "disputed"], ["resolved", "confirmed", "resolved"]],
)  # fmt: skip
def test_the_case_moves_in_no_other_way(log, steps):
    with pytest.raises(DeclaredError, match="does not become"):
        for step in steps:
            log.add("complaint.status", by="system", status=step)


def test_a_withdrawal_waits_and_may_be_stopped_or_take_effect(log):
    ask = {"by": "author", "due": "2026-11-29T03:04:05Z"}
    log.add("withdrawal.requested", **ask)
    assert log[1].withdrawal_due == ask["due"]
    log.add("withdrawal.stopped", by="author")
    log.add("withdrawal.requested", **ask)
    log.add("complaint.withdrawn", by="author", proven=False)
    assert (log[1].state, log[1].withdrawal_due) == ("withdrawn", None)


def test_a_million_replies_that_nothing_happened_to_share_what_is_empty(log):
    posted(log, 2)
    first, second = log[1], log[2]
    assert first.closed is second.closed and second.replies is first.recommitted
    assert first.replies[1].by is log[1].replies[1].by
