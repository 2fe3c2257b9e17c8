"""A sample is the same for everybody who has the log, and nobody chose it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.sample import draw

ROOTS = st.binary(min_size=32, max_size=32)


def drawn_by_an_outsider(root: bytes, candidates: list[int], wanted: int) -> list[int]:
    """The formula as the page states it, written anew."""
    found: list[int] = []
    c = 0
    while len(found) < min(wanted, len(candidates)):
        message = b"zhiyan/v1/sample" + b"\x00" + root + c.to_bytes(8, "big")
        place = int(hashlib.sha256(message).hexdigest(), 16) % len(candidates)
        if candidates[place] not in found:
            found.append(candidates[place])
        c += 1
    return found


@given(ROOTS, st.sets(st.integers(0, 10**6), max_size=40), st.integers(0, 50))
def test_an_outsider_draws_the_same(root, chosen, wanted):
    candidates = sorted(chosen)
    assert draw(root, candidates, wanted) == drawn_by_an_outsider(root, candidates, wanted)


@given(ROOTS, st.integers(1, 60))
def test_nothing_is_drawn_twice_and_everything_can_be(root, many):
    assert sorted(draw(root, range(many), many)) == list(range(many))


def test_nothing_is_drawn_of_nothing():
    assert draw(bytes(32), [], 10) == []


def test_another_root_draws_others():
    drawn = {tuple(draw(bytes([n]) * 32, range(1000), 5)) for n in range(50)}
    assert len(drawn) == 50


def test_every_candidate_is_as_likely_as_the_others():
    counts = [0] * 10
    for n in range(5000):
        counts[draw(n.to_bytes(32, "big"), range(10), 1)[0]] += 1
    assert all(400 < count < 600 for count in counts), counts


@pytest.mark.parametrize("root", [b"", bytes(31), bytes(33)])
def test_a_seed_is_a_whole_root(root):
    with pytest.raises(ValueError, match="32 bytes"):
        draw(root, [1, 2], 1)
