"""What the verified entries declare: every complaint's state, and what was due to happen when."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from forum.monitor.findings import Finding
from forum.tlog.authorkey import AuthorKeyError, act_message, check_act
from forum.tlog.declared import Declared, DeclaredComplaint
from forum.tlog.entry import COUNTS, HIDING, parse_entry
from forum.tlog.errors import TlogError

BEGINNINGS = ("complaint.posted", "complaint.imported")
STATES = COUNTS[1:]
SHOWN = ("visible", "merged")
WITHDRAWAL_WAIT = timedelta(days=7)

Entry = dict[str, Any]
_NOTHING: Mapping[str, str] = {}


@dataclass
class Board:
    """The board as the log says it is, after `size` entries of the log named `origin`.

    entries: complaint → indexes that touched it. moves: (index, state before or None, state
    after). status_at: complaint → time of its status. promises: open ones, item → (complaint,
    day). until: complaint → last day of its removal. statements: number → (complaint, index).
    hiding: indexes of hiding acts. cities: project → city. beat: time of the last heartbeat.
    """

    origin: str
    size: int = 0
    declared: Declared = field(default_factory=Declared)
    entries: dict[int, array[int]] = field(default_factory=dict)
    moves: list[tuple[int, str | None, str]] = field(default_factory=list)
    status_at: dict[int, str] = field(default_factory=dict)
    promises: dict[int, tuple[int, str]] = field(default_factory=dict)
    until: dict[int, str] = field(default_factory=dict)
    statements: dict[int, tuple[int, int]] = field(default_factory=dict)
    hiding: array[int] = field(default_factory=lambda: array("q"))
    cities: dict[str, str] = field(default_factory=dict)
    categories: set[str] = field(default_factory=set)
    touched: dict[int, str] = field(default_factory=dict)
    beat: str = ""
    at: str = ""
    _waits: dict[int, str] = field(default_factory=dict)

    @property
    def complaints(self) -> dict[int, DeclaredComplaint]:
        """Number → what the log declares of the complaint."""
        return self.declared.complaints

    def read(self, entries: Iterable[tuple[int, bytes]]) -> list[Finding]:
        """Take further entries into account, strictly; what is wrong with them."""
        found: list[Finding] = []
        for index, data in entries:
            try:
                entry = parse_entry(data)
                # Each entry is held against what was before it, and only then counts.
                found += self._objections(index, entry)
                self._apply(index, entry)
            except TlogError as error:
                found.append(Finding("entry-invalid", None, index, "", data.decode("ascii", "replace"),
                                     str(error)))  # fmt: skip
            self.size = index + 1
        return found

    def fill(self, number: int, entry_of: Callable[[int], bytes | None]) -> DeclaredComplaint:
        """A copy of what is declared of one complaint, with the commitments of its entries."""

        def commitments(index: int) -> dict[str, str]:
            return parse_entry(entry_of(index) or b"")["commitments"]

        said = self.complaints[number]
        return replace(
            said,
            commitments=commitments(said.entry),
            versions=[replace(v, text=commitments(v.entry)["text"]) for v in said.versions],
            replies={
                item: replace(reply, commitments=commitments(reply.entry))
                for item, reply in said.replies.items()
            },
        )

    def counts_at(self, size: int) -> dict[str, int]:
        """The balance after the first `size` entries, by the names of the contract."""
        counted: Counter[str] = Counter()
        for index, before, after in self.moves:
            if index >= size:
                break
            counted[after] += 1
            if before is not None:
                counted[before] -= 1
        states = {state: counted[state] for state in STATES}
        return {"received": sum(states.values())} | states

    def places(self) -> list[str]:
        """The paths of every project, category and city that has complaints."""
        found = {f"/projects/{said.project}" for said in self.complaints.values()}
        found |= {f"/categories/{said.category}" for said in self.complaints.values()}
        found |= {f"/cities/{self._city(said)}" for said in self.complaints.values()}
        return sorted(found - {"/cities/"})

    def within(self, path: str) -> list[DeclaredComplaint]:
        """The complaints of the place at `path`, newest first; of all for another path."""
        kind, slug = path.split("/")[1], path.split("/")[-1]
        of = {"projects": lambda c: c.project, "categories": lambda c: c.category,
              "cities": self._city}.get(kind)  # fmt: skip
        newest = (self.complaints[n] for n in range(len(self.complaints), 0, -1))
        return [said for said in newest if of is None or of(said) == slug]

    def _city(self, said: DeclaredComplaint) -> str:
        return self.cities.get(said.project, "")

    def _apply(self, index: int, entry: Entry) -> None:
        number = entry.get("complaint")
        before = self.complaints[number].state if number in self.complaints else None
        self._note(index, entry)
        self.declared.apply(index, entry)
        if number is not None:
            self._slim(self.complaints[number], index, entry)
            self.entries.setdefault(number, array("q")).append(index)
            self.touched[number] = entry["at"]
            after = self.complaints[number].state
            if after != before:
                self.moves.append((index, before, after))

    def _slim(self, said: DeclaredComplaint, index: int, entry: Entry) -> None:
        """Forget the commitments just read: `fill` reads them again for one complaint at a time,
        so that a million entries fit into little memory."""
        if index == said.entry:
            said.commitments = _NOTHING
        if said.versions[-1].entry == index:
            said.versions[-1].text = ""
        reply = said.replies.get(entry.get("item", 0))
        if reply is not None and reply.entry == index:
            reply.commitments = _NOTHING

    def _objections(self, index: int, entry: Entry) -> Iterator[Finding]:
        number = entry.get("complaint")
        if entry["at"] < self.at:
            yield Finding("entry-invalid", number, index, "", entry["at"], f"not before {self.at}")
        if entry["kind"] in BEGINNINGS and number != len(self.complaints) + 1:
            yield Finding("number-gap", number, index, "", f"complaint {number}",
                          f"complaint {len(self.complaints) + 1}")  # fmt: skip
        if entry["kind"] == "balance.counted":
            yield from self._check_count(index, entry)
        if entry.get("by") == "author" and "proven" in entry:
            yield from self._check_proof(index, entry)

    def _check_count(self, index: int, entry: Entry) -> Iterator[Finding]:
        counts = self.counts_at(index)
        logged = {name: entry[name] for name in COUNTS}
        if logged != counts:
            yield Finding("balance-differs", None, index, "", in_words(logged), in_words(counts))

    def _check_proof(self, index: int, entry: Entry) -> Iterator[Finding]:
        number, kind = entry["complaint"], entry["kind"]
        code = "withdrawal-unproven" if kind == "complaint.withdrawn" else "entry-invalid"
        complaint = self.complaints.get(number)
        if entry["proven"] and complaint is not None:
            text = entry.get("commitments", {}).get("text")
            try:
                message = act_message(self.origin, number, kind, entry.get("status"), entry["of"],
                                      text)  # fmt: skip
                check_act(complaint.author_key or "", message, entry["sig"])
            except AuthorKeyError as error:
                yield Finding(code, number, index, "", str(error), "the author's signature")
        elif kind == "complaint.withdrawn" and not self._waited(number, entry["at"]):
            yield Finding(code, number, index, "", f"taken back at {entry['at']}",
                          "a request seven days before it, not stopped")  # fmt: skip

    def _waited(self, number: int, at: str) -> bool:
        asked = self._waits.get(number)
        return asked is not None and moment(at) - moment(asked) >= WITHDRAWAL_WAIT

    def _note(self, index: int, entry: Entry) -> None:
        """What the replay of single complaints does not keep."""
        self.at = entry["at"]
        if entry["kind"] in HIDING:
            self.hiding.append(index)
        note = _NOTES.get(entry["kind"])
        if note is not None:
            note(self, index, entry)


def moment(text: str) -> datetime:
    """The aware time behind an entry's `at`."""
    return datetime.fromisoformat(text)


def in_words(counts: dict[str, int]) -> str:
    """Counts as text for a finding."""
    return " ".join(f"{name}={count}" for name, count in counts.items() if count)


def _opened(board: Board, _index: int, entry: Entry) -> None:
    board.beat = entry["at"]


def _status(board: Board, _index: int, entry: Entry) -> None:
    board.status_at[entry["complaint"]] = entry["at"]


def _removed(board: Board, index: int, entry: Entry) -> None:
    board.statements[entry["statement"]] = (entry["complaint"], index)
    if entry["until"]:
        board.until[entry["complaint"]] = entry["until"]


def _restored(board: Board, _index: int, entry: Entry) -> None:
    board.until.pop(entry["complaint"], None)


def _asked(board: Board, _index: int, entry: Entry) -> None:
    board._waits[entry["complaint"]] = entry["at"]


def _stopped(board: Board, _index: int, entry: Entry) -> None:
    board._waits.pop(entry["complaint"], None)


def _promised(board: Board, _index: int, entry: Entry) -> None:
    board.promises[entry["item"]] = (entry["complaint"], entry["until"])


def _settled(board: Board, _index: int, entry: Entry) -> None:
    board.promises.pop(entry["item"], None)


def _place(board: Board, _index: int, entry: Entry) -> None:
    if entry["place"] == "project" and entry["within"]:
        board.cities[entry["slug"]] = entry["within"]
    if entry["place"] == "category":
        board.categories.add(entry["slug"])


_NOTES = {
    "log.opened": _opened,
    "balance.counted": _opened,
    "complaint.status": _status,
    "complaint.removed": _removed,
    "complaint.restored": _restored,
    "withdrawal.requested": _asked,
    "withdrawal.stopped": _stopped,
    "promise.made": _promised,
    "promise.kept": _settled,
    "promise.broken": _settled,
    "place.changed": _place,
}
