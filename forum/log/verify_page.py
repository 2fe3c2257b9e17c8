"""What /verify needs: whom to believe, and on request what today's log can prove of a receipt.

The page checks nothing itself. It brings the keys, and the newest checkpoint with two proofs; the
reader's own browser (static/js/verify.js) or program does the checking.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import gettext as _

from forum.base.refusal import Invalid, Unavailable
from forum.base.resources import resource, setting
from forum.log import publishing, queries, rotation
from forum.log.queries import Tip
from forum.tlog import merkle
from forum.tlog.encoding import parse_decimal
from forum.tlog.errors import TlogError
from forum.tlog.note import Verifier
from forum.tlog.policy import Log, Policy, format_policy


@dataclass(frozen=True)
class Question:
    """What a receipt says of itself: the index of its entry, the size of the tree it was under."""

    index: int
    size: int


@dataclass(frozen=True)
class Today:
    """The answer: `note` is the signed checkpoint of now, of a tree of `size` entries.

    `proof` (a tlog-proof) and `growth` (base64 hashes, one a line) are None where there is none to
    give: the log is smaller than it was, which is `forgotten`, or does not hold its own nodes.
    """

    size: int
    note: str
    proof: str | None
    growth: str | None
    forgotten: bool


def question_from(args: Mapping[str, str]) -> Question | None:
    """What is asked by `index` and `size`; None when neither is there, Invalid when absurd."""
    given = [args.get(name) for name in ("index", "size")]
    if given == [None, None]:
        return None
    try:
        index, size = (parse_decimal((text or "").strip()) for text in given)
    except TlogError:
        raise Invalid(
            _("条数和序号要写成普通的数字。请照回执上的抄，或直接选择回执文件。")
        ) from None
    if index >= size:
        raise Invalid(_("序号必须小于条数：序号从 0 数起。请照回执上的抄。"))
    return Question(index, size)


def today(asked: Question) -> Today:
    """The newest checkpoint that covers what is asked, with the proofs there are under it."""
    shown, newest = publishing.current(), queries.tip()
    if shown is None or newest is None:
        raise Unavailable(_("意见记录还没有开始。"))
    under = shown if shown.size >= asked.size else newest
    forgotten = asked.size > under.size
    growth = None if forgotten else _growth(asked.size, under.size)
    return Today(under.size, under.note, _proof(asked.index, under), growth, forgotten)


def context(asked: Question | None, found: Today | None, refused: str | None) -> dict[str, Any]:
    """What log/verify.html takes."""
    policy: Policy = resource("policy") or Policy()
    return {
        "site": setting("FORUM_BASE_URL").rstrip("/"),
        "root": request.script_root,
        "vkey": rotation.vkey(),
        "witness_keys": [witness.verifier_key for witness in policy.witnesses],
        # Receipts of every age are brought here: each bears the key of its own time.
        "policy": policy_text(rotation.known_keys()),
        "asked": asked,
        "today": found,
        "refused": refused,
    }


def policy_text(log_keys: Sequence[Verifier]) -> str:
    """Whom to believe about this log (C2SP tlog-policy): these keys of its own, its witnesses."""
    where = setting("FORUM_BASE_URL").rstrip("/") + "/tlog"
    own = tuple(Log(key.vkey, where) for key in log_keys)
    return format_policy(replace(resource("policy") or Policy(), logs=own))


def _proof(index: int, under: Tip) -> str | None:
    try:
        return queries.prove(index, under) if index < under.size else None
    except TlogError:
        return None


def _growth(old: int, size: int) -> str | None:
    try:
        hashes = merkle.prove_consistency(old, size, queries.read_nodes)
    except TlogError:
        return None
    return "\n".join(b64encode(hash_).decode("ascii") for hash_ in hashes)
