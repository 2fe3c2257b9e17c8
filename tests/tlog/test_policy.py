"""A policy is read in one way or refused with the line that is wrong."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.errors import TlogError
from forum.tlog.note import CosignatureSigner, Signer
from forum.tlog.policy import PolicyError, format_policy, parse_policy, quorum_met
from forum.tlog.submission import (
    Submission,
    format_submission,
    parse_size_answer,
    parse_submission,
)

LOG = Signer("complaints.example/log", bytes(32)).vkey
KEYS = [CosignatureSigner(f"w{n}.example", bytes([n]) * 32).vkey for n in range(1, 7)]
WITNESSES = "".join(f"witness {name} {key}\n" for name, key in zip("abcdef", KEYS, strict=True))
NESTED = WITNESSES + "group X 2 a b c\ngroup Y any d e\ngroup both all X Y\nquorum both\n"
NAMES = [f"w{n}.example" for n in range(1, 7)]


def test_a_quorum_is_counted_through_groups_for_every_set_of_cosigners():
    policy = parse_policy(NESTED)
    for count in range(7):
        for chosen in combinations(range(6), count):
            enough = len({0, 1, 2} & set(chosen)) >= 2 and bool({3, 4} & set(chosen))
            assert quorum_met(policy, {NAMES[n] for n in chosen}) == enough, chosen


@pytest.mark.parametrize("needed", [1, 2, 3])
def test_a_group_asks_for_as_many_as_it_says(needed):
    policy = parse_policy(f"{WITNESSES}group g {needed} a b c\nquorum g\n")
    for count in range(4):
        assert quorum_met(policy, set(NAMES[:count])) == (count >= needed)


def test_without_a_quorum_nobody_need_sign():
    policy = parse_policy("quorum none\n")
    assert quorum_met(policy, set()) and policy.witnesses == ()


def test_names_that_the_policy_does_not_know_count_for_nothing():
    policy = parse_policy(WITNESSES + "quorum a\n")
    assert not quorum_met(policy, {"a", "w2.example", "w1.example2", "somebody"})
    assert quorum_met(policy, {"w1.example"})


@pytest.mark.parametrize(
    "text",
    [NESTED, "quorum none\n", f"log {LOG}\nquorum none\n", f"log {LOG} https://x/\n{NESTED}",
     f"witness 业主 {KEYS[0]} https://w/\nquorum 业主\n", WITNESSES + "group g 1 a\nquorum g\n"],
)  # fmt: skip
def test_what_is_written_is_what_was_read(text):
    policy = parse_policy(text)
    assert parse_policy(format_policy(policy)) == policy


def test_blanks_tabs_and_comments_change_nothing():
    spread = "\n# a comment\n\t # another\n" + NESTED.replace(" ", " \t ").replace("\n", "\t\n")
    assert parse_policy(spread) == parse_policy(NESTED)


@pytest.mark.parametrize(
    ("text", "line"),
    [("quorum none", 1), ("Quorum none\n", 1), ("quorum none\nquorum none\n", 2), ("quorum\n", 1),
     ("quorum a b\n", 1), ("quorum a\n" + WITNESSES, 1), (WITNESSES + "quorum g\n", 7),
     (f"log {KEYS[0]}\n", 1), (f"witness a {LOG}\n", 1), (f"witness a {KEYS[0]} u v\n", 1),
     (f"witness none {KEYS[0]}\n", 1), (f"witness a {KEYS[0]}\nwitness a {KEYS[1]}\n", 2),
     (f"witness a {KEYS[0]}\nwitness b {KEYS[0]}\n", 2), (f"log {LOG}\nlog {LOG}\n", 2),
     (WITNESSES + "group g 0 a\n", 7), (WITNESSES + "group g 2 a\n", 7),
     (WITNESSES + "group g 01 a\n", 7), (WITNESSES + "group g most a\n", 7),
     (WITNESSES + "group g all\n", 7), (WITNESSES + "group g all g\n", 7),
     (WITNESSES + "group g all a a\n", 7), (WITNESSES + "group a all b\n", 7),
     (WITNESSES + "group g all none\n", 7), (WITNESSES + "group g all a\ngroup h all a\n", 8),
     ("# \r\nquorum none\n", 1), ("quorum none\n\x00\n", 2), ("witness a a+00000000+AQ==\n", 1)],
)  # fmt: skip
def test_a_wrong_line_is_named(text, line):
    with pytest.raises(PolicyError, match=f"^line {line}: "):
        parse_policy(text)


def test_a_policy_without_a_quorum_is_none():
    with pytest.raises(PolicyError, match="quorum"):
        parse_policy(WITNESSES)


@given(st.one_of(st.binary(), st.text().map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_any_bytes_are_read_or_refused(data):
    for parse in (parse_policy, parse_submission, parse_size_answer):
        try:
            parse(data)
        except TlogError:
            continue


@given(st.lists(st.sampled_from([*NESTED.splitlines(), "quorum a", "group Z all X", "# x"])))
def test_lines_in_any_order_are_read_or_refused(lines):
    try:
        policy = parse_policy("".join(f"{line}\n" for line in lines))
    except PolicyError:
        return
    assert parse_policy(format_policy(policy)) == policy
    quorum_met(policy, NAMES[:2])


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_a_submission_is_read_as_it_was_written(old, proof):
    submission = Submission(old, tuple(proof), "text\n\n— name AAAAAAA=\n")
    assert parse_submission(format_submission(submission).encode()) == submission
