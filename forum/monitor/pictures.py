"""Photos: the bytes served under a digest, and whether the small picture can be of the large one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from forum.monitor.compare import Case
from forum.monitor.web import Site

_NAMED = re.compile(r"/photos/([0-9a-f]{64})\b")
# A small picture is rounded to whole points.
TOLERANCE = 0.04


def look_at_photos(site: Site, case: Case, photos: Iterable[tuple[str, str]]) -> None:
    """Fetch each photo and its small picture: each must be what its address names."""
    for href, small in photos:
        large = _fetch(site, case, href)
        little = _fetch(site, case, small)
        if large and little and not _alike(size_of(large), size_of(little)):
            case.differs("photo-missing", f"a picture of {size_of(little)}",
                         f"a small one of {size_of(large)}", url=site.base + small)  # fmt: skip


def _fetch(site: Site, case: Case, href: str) -> bytes:
    named = _NAMED.search(href)
    if named is None or not href.startswith("/"):
        case.differs("photo-missing", href, "an address on this site that names its content")
        return b""
    answer = site.get(href)
    seen = hashlib.sha256(answer.body).hexdigest() if answer.ok else answer.said
    if seen != named[1]:
        case.differs("photo-missing", seen, named[1], url=answer.url)
        return b""
    return answer.body


def size_of(jpeg: bytes) -> tuple[int, int]:
    """(width, height) of a JPEG from its frame header (ITU-T T.81, B.2.2); (0, 0) of others."""
    at = 2
    while jpeg[:2] == b"\xff\xd8" and at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = jpeg[at + 5 : at + 7], jpeg[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        at += 2 + max(length, 2)
    return 0, 0


def _alike(large: tuple[int, int], small: tuple[int, int]) -> bool:
    if not all(large) or not all(small):
        return large == small
    return abs(large[0] * small[1] / (large[1] * small[0]) - 1) < TOLERANCE
