"""Our side of witnessing: the worker brings each new checkpoint to the witnesses and keeps what
they sign (c2sp.org/tlog-witness). Never in the posting path.

A witness is told from which size the log grew, with the proof. If it knows another size it says so
(409) and is asked once more. What it answers is verified with the keys of the policy alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, select

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.resources import resource
from forum.log import queries, rotation, standing
from forum.log.courier import Reply, Request, ask_all
from forum.log.models import LogCosignature
from forum.log.publishing import publish
from forum.log.queries import Tip
from forum.tlog import merkle
from forum.tlog.checkpoint import open_checkpoint
from forum.tlog.errors import TlogError
from forum.tlog.note import cosignature_time, format_signature_line, open_note
from forum.tlog.policy import Policy, Witness
from forum.tlog.submission import ADD_CHECKPOINT, Submission, format_submission, parse_size_answer

WITHIN = 5.0  # seconds for one round of requests
LONGEST_REST = 60.0  # seconds that a witness is left alone after it failed again and again
AHEAD = timedelta(hours=1)  # that a witness's clock may be ahead of ours
logger = logging.getLogger("forum.witnesses")


class Cosignature(NamedTuple):
    """A witness's verified line, with its line feed, and when it vouched."""

    name: str
    line: str
    time: datetime


class WitnessFailed(Exception):
    """A witness did not answer, or not with a cosignature; the text says what it did."""


@dataclass
class _Rest:
    """How often a witness failed in a row, and until when it is left alone (monotonic seconds)."""

    failures: int = 0
    until: float = 0.0


_resting: dict[str, _Rest] = {}


def gather() -> None:
    """Bring the newest checkpoint to every witness that has not signed it; then publish.

    One that is down is asked again after a while that grows to a minute; it delays the others by
    nothing but the one round in which it is found to be down.
    """
    policy: Policy = resource("policy") or Policy()
    newest = queries.tip()
    asked = _lacking(policy, newest.size) if newest else []
    if newest and asked:
        found = collect(newest, asked)
        _store(newest.size, found)
    publish()
    db.session.rollback()


def collect(newest: Tip, witnesses: Sequence[Witness]) -> list[Cosignature]:
    """The cosignatures that these witnesses give now, each verified; failures are logged."""
    known = {witness.verifier.name: witness for witness in witnesses}
    sizes = {name: _last_cosigned(name) for name in known}
    replies = _submit(newest, known, sizes)
    others = _other_sizes(replies, newest)
    if others:
        replies |= _submit(newest, {name: known[name] for name in others}, others)
    found = [_outcome(newest, known[name], reply) for name, reply in replies.items()]
    return [cosignature for cosignature in found if cosignature is not None]


def _lacking(policy: Policy, size: int) -> list[Witness]:
    """The witnesses to ask: reachable, not resting, and without a signature at this size."""
    signed = set(db.session.scalars(select(LogCosignature.name).where(LogCosignature.size == size)))
    return [
        witness
        for witness in policy.witnesses
        if witness.url is not None
        and witness.verifier.name not in signed
        and _rest(witness).until <= time.monotonic()
    ]


def _last_cosigned(name: str) -> int:
    query = select(db.func.max(LogCosignature.size)).where(LogCosignature.name == name)
    return db.session.scalar(query) or 0


def _submit(
    newest: Tip, witnesses: Mapping[str, Witness], sizes: Mapping[str, int]
) -> dict[str, Reply]:
    """One round: each witness is told that the log grew from its size to the newest."""
    requests = {}
    for name, witness in witnesses.items():
        proof = merkle.prove_consistency(sizes[name], newest.size, queries.read_nodes)
        body = format_submission(Submission(sizes[name], tuple(proof), newest.note))
        requests[name] = Request(standing.address(witness, ADD_CHECKPOINT), body.encode())
    db.session.rollback()
    return ask_all(requests, WITHIN)


def _other_sizes(replies: Mapping[str, Reply], newest: Tip) -> dict[str, int]:
    """What sizes the witnesses know that answered 409, as far as our log covers them."""
    sizes = {}
    for name, reply in replies.items():
        if reply.status != 409:
            continue
        try:
            sizes[name] = parse_size_answer(reply.body)
        except TlogError:
            continue
    # Whoever is ahead of us is looked into when its answer is told: see `_outcome`.
    return {name: size for name, size in sizes.items() if size <= newest.size}


def _outcome(newest: Tip, witness: Witness, reply: Reply) -> Cosignature | None:
    try:
        found = _verified(newest, witness, reply)
    except (WitnessFailed, TlogError) as error:
        _let_rest(witness, error)
        if reply.status in (409, 422):
            # It holds more of our log than we do, or another history of it, or cannot count.
            standing.compare([witness])
        return None
    _resting.pop(witness.verifier_key, None)
    return found


def _verified(newest: Tip, witness: Witness, reply: Reply) -> Cosignature:
    """The line by the witness's own key among those it sent; others are nobody's to us."""
    if reply.status != 200:
        said = reply.failure or reply.body[:200].decode("utf-8", "replace").strip()
        raise WitnessFailed(f"{reply.status} {said}" if reply.status else said)
    verifier = witness.verifier
    note = newest.note + reply.body.decode("utf-8", "replace")
    signed = open_checkpoint(note, rotation.known_keys(), [verifier])
    if verifier.name not in signed.cosignatures:
        raise WitnessFailed("there is no line by its key in the answer")
    line = open_note(note, [verifier]).signatures[0]
    at = cosignature_time(line.blob)
    if at > (clock.now() + AHEAD).timestamp():
        raise WitnessFailed("its clock is ahead of ours")
    return Cosignature(verifier.name, format_signature_line(line), datetime.fromtimestamp(at, UTC))


def _store(size: int, found: Sequence[Cosignature]) -> None:
    if not found:
        return
    with transaction():
        db.session.execute(
            insert(LogCosignature), [{"size": size, **one._asdict()} for one in found]
        )


def _rest(witness: Witness) -> _Rest:
    return _resting.setdefault(witness.verifier_key, _Rest())


def _let_rest(witness: Witness, error: Exception) -> None:
    rest = _rest(witness)
    rest.failures += 1
    rest.until = time.monotonic() + min(2.0 ** min(rest.failures, 10), LONGEST_REST)
    # A witness that stays away is one line, not a line a minute.
    say: Callable[..., None] = logger.warning if rest.failures == 1 else logger.debug
    say("no cosignature by %s: %s", witness.name, error)
