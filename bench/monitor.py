"""What following a log costs the monitor: a million entries of a busy board, in a process of its own.

`python -m bench.monitor FOLDER` is that process; it prints its figures as JSON.
"""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.result import Result
from forum.monitor.board import Board
from forum.monitor.state import State
from forum.tlog.entry import format_entry
from forum.tlog.merkle import leaf_hash, new_nodes
from forum.tlog.tile import TILE_WIDTH, parse_bundle

ENTRIES = 1_000_000
STRICT_RATE, ROOT_RATE, MEMORY = 25_000, 200_000, 200  # per second of a processor, MB
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
Entry = dict[str, Any]


def measure(folder: Path) -> list[Result]:
    """A log in `folder`, followed by a process that does nothing else."""
    _write(folder / "million.log")
    command = [sys.executable, "-m", "bench.monitor", str(folder)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    note = f"{said['complaints']:,} complaints"
    return [
        Result("monitor: entries verified strictly", said["strict"], "per second", "≥", STRICT_RATE,
               "of one processor"),
        Result("monitor: root alone", said["root"], "per second", "≥", ROOT_RATE, "of one processor"),
        Result("monitor: memory at a million entries", said["memory"], "MB", "<", MEMORY, note),
    ]  # fmt: skip


def _write(path: Path) -> None:
    with path.open("wb") as file:
        for entry in _entries():
            data = format_entry(entry)
            file.write(len(data).to_bytes(2, "big") + data)


def _entries() -> Iterator[Entry]:
    """A busy board: of a hundred entries six complaints, eight replies, ten comments, me-toos."""
    chance, supporters = random.Random(17), Counter[int]()
    yield {"v": 1, "kind": "log.opened", "at": _at(0), "origin": "x.test/tlog", "previous": None}
    for k in range(1, ENTRIES):
        dice = chance.random()
        if dice < 0.06 or not supporters:
            supporters[len(supporters) + 1] = 0
            yield _posted(k, len(supporters), chance)
            continue
        number = chance.randint(max(1, len(supporters) - 2_000), len(supporters))
        if dice < 0.24:
            yield _said(k, number, chance, official=dice < 0.14)
            continue
        supporters[number] += 1
        yield {"v": 1, "kind": "support.added", "at": _at(k), "complaint": number, "by": "member",
               "verified": True, "supporters": supporters[number]}  # fmt: skip


def _posted(k: int, number: int, chance: random.Random) -> Entry:
    return {"v": 1, "kind": "complaint.posted", "at": _at(k), "complaint": number, "by": "author",
            "staff": None, "type": "criticism", "project": f"p-{chance.randint(1, 300)}",
            "category": "repair", "verified": False, "wanted_by": None,
            "author_key": _digest(chance), "made": "device",
            "commitments": {"text": _digest(chance), "author": _digest(chance)}}  # fmt: skip


def _said(k: int, number: int, chance: random.Random, *, official: bool) -> Entry:
    entry = {"v": 1, "at": _at(k), "complaint": number, "item": k,
             "commitments": {"text": _digest(chance), "author": _digest(chance)}}  # fmt: skip
    if official:
        return entry | {"kind": "reply.posted", "by": "staff", "staff": "S-001",
                        "department": None, "reply": "reply", "until": None}  # fmt: skip
    return entry | {"kind": "comment.posted", "by": "member", "verified": False}


def _digest(chance: random.Random) -> str:
    return hashlib.sha256(chance.randbytes(8)).hexdigest()


def _at(k: int) -> str:
    return (FIRST + timedelta(seconds=25 * k)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _bundles(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """(number, width, bytes) of every bundle in the file."""
    with path.open("rb") as file:
        number, parts = 0, list[bytes]()
        while head := file.read(2):
            parts.append(head + file.read(int.from_bytes(head, "big")))
            if len(parts) == TILE_WIDTH:
                yield number, TILE_WIDTH, b"".join(parts)
                number, parts = number + 1, []
        if parts:
            yield number, len(parts), b"".join(parts)


def _follow(folder: Path) -> dict[str, float]:
    state = State(folder / "monitor")
    with state.change():
        for number, width, data in _bundles(folder / "million.log"):
            state.keep_bundle(number, width, data)
        state.remember("size", str(ENTRIES))
    board, begun = Board("x.test/tlog"), time.process_time()
    found = board.read(state.entries())
    strict = time.process_time() - begun
    if found:
        raise RuntimeError(f"{len(found)} findings, first {found[0]}")
    memory = _highest()
    return {"strict": ENTRIES / strict, "root": ENTRIES / _root(folder), "memory": memory,
            "complaints": len(board.complaints)}  # fmt: skip


def _highest() -> float:
    """The most memory this process ever had, in MB. `ru_maxrss` would be that of whoever started it
    where that was larger."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024  # stated in kB


def _root(folder: Path) -> float:
    """Processor seconds from the bytes of all entries to their root."""
    size, frontier, used = 0, list[bytes](), 0.0
    for _number, width, data in _bundles(folder / "million.log"):
        begun = time.process_time()
        leaves = [leaf_hash(entry) for entry in parse_bundle(data, width)]
        _nodes, frontier = new_nodes(size, leaves, frontier)
        size += width
        used += time.process_time() - begun
    return used


if __name__ == "__main__":
    print(json.dumps(_follow(Path(sys.argv[1]))))
