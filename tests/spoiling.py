"""Spoiling what is well formed, as Hypothesis strategies: cut, flipped, doubled, blown up, and
written in the ways that a lenient reader would let pass."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import strategies as st

Change = Callable[[bytes], bytes]
NUMBERS = (b"0", b"00", b"007", b"+7", b"-1", b" 7", b"7 ", b"1e3", b"0x7", b"7_0", b"7.0", b"",
           str(2**63).encode(), str(2**64).encode(), b"9" * 5000, "７".encode(), "٧".encode())  # fmt: skip
HUGE, MOST = 2**13, 28_000
# Hypothesis will not print longer examples; megabytes have a test of their own.


def spoilt(sample: bytes) -> st.SearchStrategy[bytes]:
    """`sample` after one to three changes; rarely, they cancel each other out."""
    at = st.integers(0, len(sample))
    change = st.one_of(
        at.map(_cut),
        at.map(_without_beginning),
        st.tuples(at, st.integers(1, 255)).map(_flip),
        st.tuples(at, st.binary(min_size=1, max_size=40)).map(_insert),
        st.tuples(at, at).map(_double),
        st.tuples(at, st.sampled_from(NUMBERS)).map(_renumber),
        st.sampled_from(_REWRITTEN).map(_rewrite),
        st.integers(0, 200).flatmap(lambda n: st.sampled_from([_drop_line(n), _repeat_line(n)])),
        st.just(lambda data: data + data[-1:] * HUGE),
    )
    return st.lists(change, min_size=1, max_size=3).map(lambda changes: _apply(changes, sample))


_REWRITTEN = (
    (b"\n", b"\r\n"), (b"\n\n", b"\n"), (b"\n", b"\n\n"), (b"=", b""), (b"=\n", b"==\n"),
    (b"+", b"-"), (b"/", b"_"), (b"A", b"B"), (b" ", b"  "), (b" ", b"\t"),
    ("—".encode(), b"-"), (b'"', b"'"), (b":", b": "), (b"{", b"[" * 5_000), (b"\n", b"\x00"),
    (b"e", "é".encode()), (b"\n", "\u2028".encode()), (b"", "\ufeff".encode()), (b"t", b"\xff"),
)  # fmt: skip


def _apply(changes: list[Change], data: bytes) -> bytes:
    for change in changes:
        data = change(data)[:MOST]
    return data


def _cut(at: int) -> Change:
    return lambda data: data[:at]


def _without_beginning(at: int) -> Change:
    return lambda data: data[at:]


def _flip(what: tuple[int, int]) -> Change:
    at, bits = what
    return lambda data: data[:at] + bytes(b ^ bits for b in data[at : at + 1]) + data[at + 1 :]


def _insert(what: tuple[int, bytes]) -> Change:
    at, more = what
    return lambda data: data[:at] + more + data[at:]


def _double(what: tuple[int, int]) -> Change:
    start, end = sorted(what)
    return lambda data: data[:end] + data[start:]


def _renumber(what: tuple[int, bytes]) -> Change:
    """The first number after a place, written otherwise."""
    at, number = what
    return lambda data: data[:at] + re.sub(rb"[0-9]+", lambda _: number, data[at:], count=1)


def _rewrite(what: tuple[bytes, bytes]) -> Change:
    old, new = what
    return lambda data: data.replace(old, new, 1) if not old else data.replace(old, new)


def _drop_line(number: int) -> Change:
    return lambda data: b"".join(_lines_but(data, number, 0))


def _repeat_line(number: int) -> Change:
    return lambda data: b"".join(_lines_but(data, number, 2))


def _lines_but(data: bytes, number: int, times: int) -> list[bytes]:
    lines = data.splitlines(keepends=True)
    if not lines:
        return []
    number %= len(lines)
    return lines[:number] + lines[number : number + 1] * times + lines[number + 1 :]
