"""What `forum log check` holds against the checkpoints that witnesses signed and the world saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from forum.base.db import db
from forum.base.resources import resource
from forum.log import rotation
from forum.log.check import Difference
from forum.log.models import LogCheckpoint, LogCosignature, LogPublished
from forum.tlog.checkpoint import open_checkpoint
from forum.tlog.errors import TlogError
from forum.tlog.note import CosignatureVerifier, Verifier
from forum.tlog.policy import Policy

BATCH = 1000


def check_cosigned() -> Iterator[Difference]:
    """Every stored cosignature by a witness of the policy, and every size that was published."""
    policy: Policy = resource("policy") or Policy()
    known = {verifier.name: verifier for verifier in policy.verifiers}
    log = rotation.known_keys()
    rows = db.session.execute(
        select(LogCosignature.size, LogCosignature.name, LogCosignature.line, LogCheckpoint.note)
        .outerjoin(LogCheckpoint, LogCheckpoint.size == LogCosignature.size)
        .order_by(LogCosignature.size, LogCosignature.name)
        .execution_options(yield_per=BATCH)
    )
    for row in rows:
        wrong = _wrong(row.note, row.line, log, known.get(row.name))
        if wrong:
            yield Difference("bad-cosignature", row.size, f"{row.name}: {wrong}")
    unsigned = select(LogCheckpoint.size).where(LogCheckpoint.size == LogPublished.size)
    for size in db.session.scalars(select(LogPublished.size).where(~unsigned.exists())):
        yield Difference("log-rollback", size, "it was published, and is not there any more")


def _wrong(
    note: str | None, line: str, log: Sequence[Verifier], witness: CosignatureVerifier | None
) -> str | None:
    """Why the line under this checkpoint does not hold; None when it does."""
    if note is None:
        return "there is no such checkpoint"
    try:
        # Of a witness that left the policy, or changed its key, only the form can be checked.
        open_checkpoint(note + line, log, [witness] if witness else [])
    except TlogError as error:
        return str(error)
    return None
