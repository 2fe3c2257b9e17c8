"""A sample of entries that nobody chose: whoever has the log draws the same one.

The seed is the root of the log at the size at which the sample is drawn; it is fixed by every entry
before it, so neither the auditor nor the board can pick what will be looked at without everybody
seeing it. Draw number c (0, 1, 2, …) is the candidate at the place

    SHA-256( "zhiyan/v1/sample" ‖ 0x00 ‖ root (32 bytes) ‖ c (8 bytes, big-endian) )  mod  n

read as a big-endian integer; n is how many candidates there are, in the order of their indexes. A
place that was drawn before is passed over.

>>> draw(bytes(32), range(100, 110), 3)
[109, 101, 108]
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

PREFIX = b"zhiyan/v1/sample\x00"


def place(root: bytes, counter: int, candidates: int) -> int:
    """The place, from 0, that draw number `counter` falls on among so many candidates."""
    drawn = sha256(PREFIX + root + counter.to_bytes(8, "big")).digest()
    return int.from_bytes(drawn, "big") % candidates


def draw(root: bytes, candidates: Sequence[int], wanted: int) -> list[int]:
    """`wanted` different ones of `candidates` (indexes, rising), in the order in which they were
    drawn; all of them when there are not more. `root`: 32 bytes.
    """
    if len(root) != 32:
        raise ValueError("the seed is a root of 32 bytes")
    places: dict[int, None] = {}
    counter, most = 0, min(wanted, len(candidates))
    while len(places) < most:
        places.setdefault(place(root, counter, len(candidates)))
        counter += 1
    return [candidates[at] for at in places]
