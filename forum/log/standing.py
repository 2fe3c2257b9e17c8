"""Whether this node may sign: its log held against what it signed before and what witnesses hold.

A database that was restored from a backup, or rewritten, is behind or beside them. Signing over
that would show two histories under one key, so nothing is signed until a person has acted.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from forum.base.db import db
from forum.base.resources import resource
from forum.log import queries, rotation
from forum.log.courier import Reply, Request, ask_all
from forum.log.last_signed import Signed
from forum.log.signing import LogKeys
from forum.tlog.checkpoint import open_checkpoint
from forum.tlog.errors import TlogError
from forum.tlog.note import Verifier
from forum.tlog.policy import Policy, Witness
from forum.tlog.submission import (
    ADD_CHECKPOINT,
    Submission,
    format_submission,
    monitoring_path,
    parse_size_answer,
)

WITHIN = 5.0
RESTORE = (
    "`forum log recover --from` a mirror adds them again; without any copy, `forum init"
    " --previous-origin` opens a new log"
)
logger = logging.getLogger("forum.log")


class Held(NamedTuple):
    """What a witness holds of our log. Without a note it is only its word, not our signature."""

    size: int
    root: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Standing:
    """Why nothing may be signed (one sentence each, with what to do), and who did not answer.

    `forgotten`: this node does not know what it signed, and nobody could tell it.
    """

    refusals: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    forgotten: str | None = None


def at_start() -> Standing:
    """The log against `last-signed` and against every witness that can be asked."""
    policy: Policy | None = resource("policy")
    asked = [w for w in policy.witnesses if w.url] if policy else []
    if not refusals():
        rotation.settle()
    silent = compare(asked)
    found = Standing(refusals(), silent, _nobody_remembers(asked, silent))
    if not found.refusals and not found.forgotten:
        _remember()
    db.session.rollback()
    return found


def refusals() -> tuple[str, ...]:
    """Why this node would refuse to sign now, from what it keeps itself; empty when it may."""
    keys: LogKeys = resource("log")
    found = []
    conflict = keys.last_signed.refusal()
    if conflict is not None:
        first, path = conflict.partition("\n")[0], keys.last_signed.refused_path
        found.append(f"{first}; evidence in {path}, remove it when this is settled")
    signed, newest = keys.last_signed.read(), queries.tip()
    size = newest.size if newest else 0
    if signed is not None and size < signed.size:
        found.append(f"the log has {size} entries, but {signed.size} were signed: {RESTORE}")
    elif signed is not None and queries.root_at(signed.size) != signed.root:
        found.append(f"the first {signed.size} entries are not those that were signed: {RESTORE}")
    return (*found, *rotation.refusals())


def compare(witnesses: Sequence[Witness]) -> tuple[str, ...]:
    """Hold the log against what these witnesses hold; the names of those who did not answer.

    What they show to be signed by us and is not in our log keeps this node from signing, in every
    process and after a restart: see `refusals`.
    """
    held, silent = _ask(witnesses)
    for name, one in held.items():
        _heed(name, one)
    return silent


def held_by(witnesses: Sequence[Witness]) -> tuple[dict[str, Held], tuple[str, ...]]:
    """What each of these witnesses holds of our log now, and who did not answer."""
    return _ask(witnesses) if witnesses else ({}, ())


def address(witness: Witness, path: str) -> str:
    """The address of `path` at a witness that has one."""
    return f"{(witness.url or '').rstrip('/')}/{path}"


def _ask(witnesses: Sequence[Witness]) -> tuple[dict[str, Held], tuple[str, ...]]:
    """What each holds: from its monitoring endpoint, or the size it names in a 409."""
    keys: LogKeys = resource("log")
    named = {witness.name: witness for witness in witnesses}
    newest = queries.tip()
    db.session.rollback()
    path = monitoring_path(keys.origin)
    notes = ask_all({n: Request(address(w, path)) for n, w in named.items()}, WITHIN)
    held, own = dict[str, Held](), rotation.own_keys()
    db.session.rollback()
    for name, reply in notes.items():
        found = _from_note(reply, named[name], own)
        if found is not None:
            held[name] = found
    rest = {n: w for n, w in named.items() if n not in held and notes[n].status}
    if rest and newest:
        body = format_submission(Submission(0, (), newest.note)).encode()
        posts = {name: Request(address(w, ADD_CHECKPOINT), body) for name, w in rest.items()}
        held |= _from_sizes(ask_all(posts, WITHIN))
    return held, tuple(name for name in named if name not in held)


def _from_note(reply: Reply, witness: Witness, keys: Sequence[Verifier]) -> Held | None:
    """The cosigned checkpoint of ours that a witness shows; None unless both signatures hold."""
    if reply.status != 200:
        return None
    try:
        signed = open_checkpoint(reply.body, keys, [witness.verifier])
    except TlogError as error:
        logger.warning("%s shows what is not a checkpoint of ours: %s", witness.name, error)
        return None
    if witness.verifier.name not in signed.cosignatures:
        return None
    root = b64encode(signed.checkpoint.root).decode("ascii")
    return Held(signed.checkpoint.size, root, signed.note)


def _from_sizes(replies: Mapping[str, Reply]) -> dict[str, Held]:
    held = {}
    for name, reply in replies.items():
        try:
            if reply.status == 409:
                held[name] = Held(parse_size_answer(reply.body))
            elif reply.status == 200:
                held[name] = Held(0)
        except TlogError:
            continue
    return held


def _heed(name: str, held: Held) -> None:
    """Draw the consequence of what a witness holds."""
    last_signed = resource("log").last_signed
    newest = queries.tip()  # Read anew: entries may have been added since the witness answered.
    size = newest.size if newest else 0
    if held.size > size and held.root is not None:
        # Signed with our key, so this node must never sign less; appending then refuses by itself.
        last_signed.raise_to(Signed(held.size, held.root))
        logger.error("%s holds %s entries of this log, which has %s", name, held.size, size)
    elif held.size > size:
        reason = f"the witness {name} says it cosigned {held.size} entries, the log has {size}"
        last_signed.refuse(f"{reason}: {RESTORE}, or strike it from the policy\n")
        logger.error(reason)
    elif held.root is not None and held.root != queries.root_at(held.size):
        reason = f"the witness {name} cosigned another history of the first {held.size} entries"
        last_signed.refuse(f"{reason}: {RESTORE}\n\n{held.note}")
        logger.error(reason)
    db.session.rollback()


def _nobody_remembers(asked: Sequence[Witness], silent: Sequence[str]) -> str | None:
    """A node that forgot what it signed must hear it from a witness, if there are witnesses."""
    path = resource("log").last_signed.path
    if resource("log").last_signed.read() is None and asked and len(silent) == len(asked):
        return f"{path} is missing and no witness answers: start again when one does"
    return None


def _remember() -> None:
    newest = queries.tip()
    if newest is not None:
        resource("log").last_signed.raise_to(Signed(newest.size, newest.root))
