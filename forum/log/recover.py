"""Having lost entries back from a copy: the log forward again to what was signed.

After a database went back to a backup, the log is shorter than what this node signed and others
saw. Nothing may be signed over that. The copy's entries are taken byte for byte, and only if they
lead from the entries that are here to a root that our own key signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select

from forum.base.db import current_transaction, db
from forum.base.resources import resource
from forum.log import queries, standing
from forum.log.last_signed import Signed
from forum.log.mirror import CannotRecover, Copy
from forum.log.models import LogCheckpoint, LogCosignature, LogEntry, LogNode, LogPublished
from forum.log.signing import LogKeys
from forum.tlog import merkle
from forum.tlog.checkpoint import SignedCheckpoint, open_checkpoint
from forum.tlog.encoding import encode_base64
from forum.tlog.entry import KINDS, parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.note import (
    CosignatureVerifier,
    cosignature_time,
    format_signature_line,
    split_note,
)
from forum.tlog.policy import Policy


@dataclass(frozen=True)
class Shown:
    """A copy's checkpoint, its signatures verified: ours in `note`, of known witnesses beside."""

    size: int
    root: str
    note: str
    cosignatures: tuple[Mapping[str, Any], ...]


def read_checkpoint(copy: Copy) -> Shown:
    """The copy's checkpoint; CannotRecover unless our key signed it for this log."""
    policy: Policy = resource("policy") or Policy()
    try:
        data = copy.checkpoint()
        signed = open_own(data, policy.verifiers)
        _text, lines = split_note(data)
    except TlogError as error:
        raise CannotRecover(f"{copy.name}: no checkpoint of this log: {error}") from None
    size, root = signed.checkpoint.size, encode_base64(signed.checkpoint.root)
    own = "".join(
        format_signature_line(line) for line in lines if line.name == signed.checkpoint.origin
    )
    cosignatures = tuple(
        {"size": size, "name": line.name, "line": format_signature_line(line),
         "time": datetime.fromtimestamp(cosignature_time(line.blob), UTC)}
        for line in lines
        if line.name in signed.cosignatures
    )  # fmt: skip
    return Shown(size, root, f"{signed.text}\n{own}", cosignatures)


def open_own(note: bytes | str, witnesses: Sequence[CosignatureVerifier] = ()) -> SignedCheckpoint:
    """A checkpoint under any key that this log has or had; TlogError names the rule broken."""
    keys: LogKeys = resource("log")
    refused: TlogError | None = None
    for verifier in keys.ring.verifiers:
        try:
            return open_checkpoint(note, verifier, witnesses)
        except TlogError as error:
            refused = refused or error
    raise refused or TlogError("this node has no key of the log")


@dataclass(frozen=True)
class Known:
    """What others hold of this log, asked before anything is changed; `silent` did not answer."""

    held: Mapping[str, standing.Held]
    silent: Sequence[str]


def ask_witnesses() -> Known:
    """What the witnesses of the policy hold. Ends the read transaction."""
    policy: Policy | None = resource("policy")
    return Known(*standing.held_by([w for w in policy.witnesses if w.url] if policy else []))


def require_enough(size: int, shown: Shown, known: Known) -> None:
    """CannotRecover while the copy, and the log that is here, hold less than was ever signed.

    size: entries that are here. What was signed is known from `last-signed` and the witnesses.
    """
    keys: LogKeys = resource("log")
    signed = keys.last_signed.read()
    sizes = {name: one.size for name, one in known.held.items()}
    sizes |= {"this node": signed.size} if signed else {}
    most = max(sizes.values(), default=0)
    if max(size, shown.size) < most:
        who = next(name for name, count in sizes.items() if count == most)
        raise CannotRecover(
            f"{most - max(size, shown.size)} entries are still missing: the copy has {shown.size},"
            f" and {who} signed {most}; nothing was changed, look for a newer copy"
        )


def add_missing(copy: Copy, shown: Shown) -> int:
    """Store the entries that the copy has and this database lacks; how many. In a transaction.

    CannotRecover when they do not lead from what is here to the signed root, or pass by a root
    that was signed before.
    """
    before = queries.tip()
    size = before.size if before else 0
    if shown.size > size:
        frontier = _add_entries(copy, size, shown.size)
        if encode_base64(merkle.root_from_frontier(frontier)) != shown.root:
            raise CannotRecover(
                f"the entries of {copy.name} do not lead from the {size} that are here to its own"
                " checkpoint: another history, or damaged files"
            )
        _add_checkpoint(shown)
    elif queries.root_at(shown.size) != shown.root:
        raise CannotRecover(f"{copy.name} holds another history of the first {shown.size} entries")
    _require_what_was_signed(max(size, shown.size))
    return max(0, shown.size - size)


def settle_refusal(known: Known) -> None:
    """Lift a refusal to sign, if there is one and every witness holds what is here now.

    CannotRecover when one still contradicts, or did not answer: then a person must look.
    """
    keys: LogKeys = resource("log")
    if keys.last_signed.refusal() is None:
        return
    newest = queries.tip()
    size = newest.size if newest else 0
    other = [name for name, held in known.held.items() if held.size > size or _differs(held)]
    if not known.held or known.silent or other:
        who = ", ".join([*other, *known.silent]) or "no witness to ask"
        raise CannotRecover(
            f"signing is refused, and that is not settled ({who}): read"
            f" {keys.last_signed.refused_path}, and remove it when it is"
        )
    keys.last_signed.settle()


def lost_ranges() -> tuple[range, ...]:
    """The entries that came back without what they had committed to, as the log itself says."""
    rows = db.session.execute(
        select(LogEntry.index, LogEntry.bytes)
        .where(LogEntry.kind == "backup.restored")
        .order_by(LogEntry.index)
    )
    return tuple(range(parse_entry(data)["size"], index) for index, data in rows)


def entries_since(first: int, *kinds: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Index and decoded entry of these kinds (all when none is named) from index `first` on."""
    query = select(LogEntry.index, LogEntry.bytes).where(LogEntry.index >= first)
    if kinds:
        query = query.where(LogEntry.kind.in_(kinds))
    for index, data in db.session.execute(query.order_by(LogEntry.index)).all():
        yield index, parse_entry(data)


def _differs(held: standing.Held) -> bool:
    return held.root is not None and held.root != queries.root_at(held.size)


def _add_entries(copy: Copy, first: int, size: int) -> list[bytes]:
    """Store entries and nodes as they come; the frontier of the tree they end in."""
    frontier = queries.read_nodes(merkle.frontier_nodes(first)) if first else []
    projects: dict[int, str | None] = {}
    index = first
    for piece in copy.entries(first, size):
        rows = [_row(index + n, data, projects, copy.name) for n, data in enumerate(piece)]
        leaves = [merkle.leaf_hash(data) for data in piece]
        nodes, frontier = merkle.new_nodes(index, leaves, frontier)
        db.session.execute(insert(LogEntry), rows)
        db.session.execute(
            insert(LogNode), [{"level": a, "number": b, "hash": c} for a, b, c in nodes]
        )
        index += len(piece)
    if index != size:
        raise CannotRecover(f"{copy.name} ends after {index} of its {size} entries")
    return frontier


def _row(index: int, data: bytes, projects: dict[int, str | None], where: str) -> dict[str, Any]:
    """The row of an entry as appending it made it."""
    try:
        entry = parse_entry(data)
    except TlogError as error:
        raise CannotRecover(f"{where}: entry {index} is none of this log: {error}") from None
    complaint = entry.get("complaint")
    project = entry.get("project")
    if complaint is not None:
        project = project or projects.get(complaint) or _project_of(complaint)
        projects[complaint] = project
    return {
        "index": index,
        "bytes": data,
        "kind": entry["kind"],
        "at": datetime.fromisoformat(entry["at"]),
        "hides": KINDS[entry["kind"]].hides,
        "by": entry.get("by"),
        "complaint": complaint,
        "project": project,
    }


def _project_of(complaint: int) -> str | None:
    return db.session.scalar(
        select(LogEntry.project)
        .where(LogEntry.complaint == complaint)
        .order_by(LogEntry.index.desc())
        .limit(1)
    )


def _add_checkpoint(shown: Shown) -> None:
    """Keep the copy's checkpoint; whoever read it from us before must not be shown an older one."""
    keys: LogKeys = resource("log")
    db.session.execute(
        insert(LogCheckpoint), [{"size": shown.size, "root": shown.root, "note": shown.note}]
    )
    if shown.cosignatures:
        db.session.execute(insert(LogCosignature), list(shown.cosignatures))
    if resource("policy") is not None or queries.published_size() is not None:
        db.session.execute(insert(LogPublished), [{"size": shown.size}])
    signed = Signed(shown.size, shown.root)
    current_transaction().after_commit.append(lambda: keys.last_signed.raise_to(signed))


def _require_what_was_signed(size: int) -> None:
    """The log that is here now passes by every root that is known to have been signed."""
    keys: LogKeys = resource("log")
    signed = keys.last_signed.read()
    if signed is not None and (size < signed.size or queries.root_at(signed.size) != signed.root):
        raise CannotRecover(
            f"the first {signed.size} entries are not those that this node signed: another history"
        )
