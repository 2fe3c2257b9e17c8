"""Passwords: Argon2id, and the rules a new one must keep. Nothing is asked of the network.

Parameters after the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l

from forum.base.refusal import Invalid

LEAST, LEAST_INSIDE, MOST = 8, 12, 128
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_COMMON = Path(__file__).with_name("common_passwords.txt")
_EDGES = re.compile(r"\A[\d\W_]+|[\d\W_]+\Z")


def make_hash(password: str) -> str:
    """The Argon2id hash to keep, with its salt and parameters; about 20 to 40 ms of work."""
    return _HASHER.hash(password)


def verify(kept: str | None, password: str) -> bool:
    """Whether `password` belongs to `kept`; the same work when there is no account to ask about."""
    try:
        return _HASHER.verify(kept or _nobody(), password[: MOST + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def check(password: str, *, inside: bool, avoid: Sequence[str | None], field: str) -> None:
    """Invalid unless `password` may become one: length, not common, none of `avoid` in it.

    `inside`: for roles above member. `avoid`: addresses and pseudonym of whoever chooses it.
    """
    least = LEAST_INSIDE if inside else LEAST
    if not least <= len(password) <= MOST:
        raise Invalid(_l("密码须为 %(least)s 到 %(most)s 个字符。", least=least, most=MOST), field)
    if is_common(password):
        raise Invalid(_l("这个密码太常见，容易被猜到，请换一个。"), field)
    if _holds_any(password, avoid):
        raise Invalid(_l("密码里不要包含您的手机号、邮箱或署名。"), field)


def is_common(password: str) -> bool:
    """Whether it is listed, listed with digits around it, one run, or few characters repeated."""
    folded = password.casefold()
    core = _EDGES.sub("", folded)
    return folded in _listed() or core in _listed() or _is_run(folded) or len(set(folded)) < 4


def _is_run(text: str) -> bool:
    """Whether every step is the same: aaaa, abcd, 4321, with 0 next to 9."""
    steps = {ord(b) - ord(a) for a, b in zip(text, text[1:], strict=False)}
    return any(steps <= same for same in ({0}, {1, -9}, {-1, 9}))


def _holds_any(password: str, avoid: Sequence[str | None]) -> bool:
    folded = password.casefold()
    parts = [(word or "").removeprefix("+86").partition("@")[0].casefold() for word in avoid]
    return any(len(part) >= 3 and part in folded for part in parts)


@lru_cache
def _listed() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").casefold().split())


@lru_cache
def _nobody() -> str:
    return make_hash("nobody has this password")
