"""The log as people read it: what /log and its entries say must be what the entries say."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from forum.monitor.board import Board
from forum.monitor.findings import Finding
from forum.monitor.frame import look_at_frame
from forum.monitor.hooks import Block, Page
from forum.monitor.lists import Check
from forum.monitor.state import State
from forum.monitor.web import VISITOR, Site
from forum.tlog.checkpoint import parse_checkpoint
from forum.tlog.decided import DECIDERS
from forum.tlog.entry import parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.merkle import check_inclusion, leaf_hash
from forum.tlog.note import split_note
from forum.tlog.proof import parse_proof

PAGE = 50
# All of a longer log cannot be read as pages in a round; every hiding act of the last rounds can.
MOST_ROWS = 2_000
MOST_ENTRIES = 30


class LogPages:
    """Compares the readable log with the entries that were verified."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state
        self._labels: dict[tuple[str, bool], str] = {}

    def checks(self) -> Iterator[Check]:
        """The hiding acts, everything, and entries by themselves: the hiding ones first."""
        yield partial(self._list, "/log")
        yield partial(self._list, "/log?show=all")
        for index in self._chosen():
            yield partial(self._entry, index)

    def _chosen(self) -> list[int]:
        hiding, size = list(self._board.hiding), self._board.size
        every = (
            range(size) if size <= MOST_ENTRIES else random.sample(range(size), MOST_ENTRIES // 2)
        )
        return sorted({*hiding[-MOST_ENTRIES:], *every})

    def _list(self, path: str) -> list[Finding]:
        everything = path.endswith("all")
        wanted: Sequence[int] = range(self._board.size) if everything else self._board.hiding
        newest = list(islice(reversed(wanted), MOST_ROWS))
        rows, found = self._walk(path, len(newest))
        seen = [row.number for row in rows][: len(newest)]
        # Entries that came since stand above those that were verified.
        seen = [index for index in seen if index < self._board.size]
        expected = newest[: len(seen)] if len(newest) == MOST_ROWS else newest
        url = self._site.base + path
        found += [Finding("entry-missing", None, index, url, "not among them", f"entry {index}")
                  for index in expected if index not in set(seen)]  # fmt: skip
        if not found and seen != expected:
            found.append(Finding("order-differs", None, None, url, str(seen), str(expected)))
        for row in rows:
            found += self._row(row, url)
        return found

    def _walk(self, path: str, count: int) -> tuple[list[Block], list[Finding]]:
        rows: list[Block] = []
        found: list[Finding] = []
        next_path: str | None = path
        for _ in range(-(-count // PAGE) + 2):
            if next_path is None or len(rows) >= MOST_ROWS + PAGE:
                break
            answer = self._site.get(next_path)
            if not answer.ok:
                return rows, [*found, _unreachable(answer.url, answer.said)]
            page = Page(answer.text)
            found += look_at_frame(answer, page, VISITOR)
            rows += [block for block in page.of("log") if "data-about" in block.given or block.key]
            next_path = page.next if page.next and page.next.startswith("/log") else None
        return rows, found

    def _row(self, row: Block, url: str) -> Iterator[Finding]:
        """Kind, complaint and time are the entry's, and one kind has one name everywhere; what is
        proposed has another where it was only asked for, by who may not decide it."""
        data = self._state.entry(row.number) if row.key.isdigit() else None
        if data is None:
            return
        entry = parse_entry(data)
        kind, about = row.given["data-kind"], row.given.get("data-about")
        number = entry.get("complaint")
        told = {"kind": (kind, entry["kind"]), "complaint": (about, number and str(number)),
                "time": (entry["at"] if entry["at"] in row.times else str(row.times), entry["at"]),
                "name": (self._name(row, entry), row.parts.get("label", ""))}  # fmt: skip
        for name, (seen, expected) in told.items():
            if name == "complaint" and about is None:
                continue
            if seen != expected:
                yield Finding("entry-altered", number, row.number, url, f"{name}: {seen}",
                              str(expected))  # fmt: skip

    def _name(self, row: Block, entry: Mapping[str, Any]) -> str:
        asked = entry["kind"] == "statement.proposed" and entry["by"] not in DECIDERS
        return self._labels.setdefault((entry["kind"], asked), row.parts.get("label", ""))

    def _entry(self, index: int) -> list[Finding]:
        answer = self._site.get(f"/log/entries/{index}")
        if not answer.ok:
            return [_unreachable(answer.url, answer.said, index)]
        page, data = Page(answer.text), self._state.entry(index) or b""
        entry = parse_entry(data)
        wanted = {name: _in_words(value) for name, value in entry.items()}
        wanted |= {"=bytes": data.decode("ascii"), "=leaf": leaf_hash(data).hex()}
        found = look_at_frame(answer, page, VISITOR)
        proof = page.facts.pop("=proof", "")
        for name in wanted | page.facts:
            if page.facts.get(name) != wanted.get(name):
                found.append(Finding("entry-altered", entry.get("complaint"), index, answer.url,
                                     f"{name}: {page.facts.get(name)}", str(wanted.get(name))))  # fmt: skip
        for row in page.of("log"):
            found += self._row(row, answer.url)
        return found + self._proof(proof, index, data, answer.url)

    def _proof(self, text: str, index: int, data: bytes, url: str) -> list[Finding]:
        try:
            proof = parse_proof(text)
            tree = parse_checkpoint(split_note(proof.checkpoint)[0])
            check_inclusion(proof.hashes, index, tree.size, leaf_hash(data), tree.root)
            known = self._state.root_at(tree.size)
            if known is None or known == tree.root:
                return []
            problem = f"root {tree.root.hex()} at {tree.size}"
        except TlogError as error:
            problem = str(error)
        return [Finding("entry-altered", None, index, url, problem, "a proof of this entry")]


def _in_words(value: Any) -> str:
    """A field as the page writes it."""
    if isinstance(value, dict):
        return "\n".join(f"{name} {digest}" for name, digest in value.items())
    return value if isinstance(value, str) else json.dumps(value)


def _unreachable(url: str, said: str, index: int | None = None) -> Finding:
    return Finding("unreachable", None, index, url, said, "the readable log")
