"""What the verified entries declare: every complaint's state, and what was due to happen when."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from forum.monitor.findings import Finding
from forum.tlog.authorkey import AuthorKeyError, act_message, check_act
from forum.tlog.case import GONE
from forum.tlog.declared import Declared, DeclaredComplaint
from forum.tlog.entry import COUNTS, HIDING, parse_entry
from forum.tlog.errors import TlogError
from forum.tlog.facts import Replay

BEGINNINGS = ("complaint.posted", "complaint.imported")
STATES = COUNTS[1:]
# What the balance counts among the visible.
WITHIN = ("delisted", "redacted")
_HIDING = frozenset(HIDING)
SHOWN = ("visible", "merged")
WITHDRAWAL_WAIT = timedelta(days=7)

Entry = dict[str, Any]
_NOTHING: Mapping[str, str] = {}


@dataclass
class Board:
    """The board as the log says it is, after `size` entries of the log named `origin`.

    entries: complaint → indexes that touched it. status_at, state_at: complaint → since when it is so.
    promises: open ones, item → (complaint, day). until: statement → (complaint, last day in
    force). statements: number → (complaint or None, indexes of the acts under it). hiding:
    indexes of hiding acts. cities, households: of projects. places: (kind, slug) → index of its
    newest entry. erased: indexes of what erasures closed. rules: indexes of the versions; opinions: of those signed. closing: index and day of the announced one. beat: time of the last heartbeat.
    """

    origin: str
    size: int = 0
    declared: Declared = field(default_factory=Declared)
    replay: Replay = field(init=False)
    entries: dict[int, array[int]] = field(default_factory=dict)
    status_at: dict[int, str] = field(default_factory=dict)
    state_at: dict[int, str] = field(default_factory=dict)
    promises: dict[int, tuple[int, str]] = field(default_factory=dict)
    until: dict[int, tuple[int | None, str]] = field(default_factory=dict)
    statements: dict[int, tuple[int | None, list[int]]] = field(default_factory=dict)
    hiding: array[int] = field(default_factory=lambda: array("q"))
    cities: dict[str, str] = field(default_factory=dict)
    households: dict[str, int] = field(default_factory=dict)
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    rules: array[int] = field(default_factory=lambda: array("q"))
    opinions: array[int] = field(default_factory=lambda: array("q"))
    closing: tuple[int, str] | None = None
    # (appeal or challenge, number) → index where it was filed, and where decided or None.
    redress: dict[tuple[str, int], tuple[int, int | None]] = field(default_factory=dict)
    beat: str = ""
    at: str = ""
    _waits: dict[int, str] = field(default_factory=dict)
    _days: list[tuple[int, str]] = field(default_factory=list)
    _counted: Counter[str] = field(default_factory=Counter)
    # Every move between states: its index, and the places of both states in STATES (-1: none).
    _moves: array[int] = field(default_factory=lambda: array("q"))

    def __post_init__(self) -> None:
        self.replay = Replay(self.declared)

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
        for at in range(0, len(self._moves), 3):
            index, before, after = self._moves[at : at + 3]
            if index >= size:
                break
            counted[STATES[after]] += 1
            if before >= 0:
                counted[STATES[before]] -= 1
        return _balance(counted)

    def counts(self) -> dict[str, int]:
        """The balance now."""
        return _balance(self._counted)

    def destroyed(self, number: int | None, index: int) -> bool:
        """Whether the words that entry `index` commits to were destroyed: closed by an act upon its
        complaint, or, where it names none, by any erasure."""
        said = self.complaints.get(number or 0)
        return index in (self.erased if said is None else said.closed)

    def place_paths(self) -> list[str]:
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

    def listed(self, path: str) -> list[DeclaredComplaint]:
        """Those of `within` that belong in lists and feeds, as cards or as notices: what is gone
        has its notice, also when it was de-listed before."""
        return [said for said in self.within(path)
                if (said.listed or said.state in GONE) and not self._stands_in(said)]  # fmt: skip

    def _stands_in(self, said: DeclaredComplaint) -> bool:
        """Whether it is merged into one that everybody finds: lists then show that one only."""
        if said.state != "merged" or said.merged_into is None:
            return False
        target = self.complaints[said.merged_into]
        return target.state == "visible" and target.listed

    def time_of(self, index: int) -> str:
        """The day of an entry, as the beginning of its `at`."""
        at = bisect_right(self._days, (index, "~"))
        return self._days[at - 1][1] if at else ""

    def _city(self, said: DeclaredComplaint) -> str:
        return self.cities.get(said.project, "")

    def _apply(self, index: int, entry: Entry) -> None:
        number, kind = entry.get("complaint"), entry["kind"]
        moves = kind in _HIDING or kind in BEGINNINGS
        before = _marks(self.complaints.get(number or 0)) if moves else ()
        self.declared.apply(index, entry)
        self.replay.read(index, entry)
        self._note(index, entry)
        if number is None:
            return
        said = self.complaints[number]
        self._slim(said, index, entry)
        touched = self.entries.get(number)
        if touched is None:
            self.entries[number] = array("q", (index,))
        else:
            touched.append(index)
        if moves and before != (after := _marks(said)):
            self._move(index, number, before, after)

    def _move(
        self, index: int, number: int, before: tuple[str, ...], after: tuple[str, ...]
    ) -> None:  # fmt: skip
        self._counted.update(after)
        self._counted.subtract(before)
        if before[:1] != after[:1]:
            was = STATES.index(before[0]) if before else -1
            if before:
                self.state_at[number] = self.at
            self._moves.extend((index, was, STATES.index(after[0])))

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
        counts = self.counts() | {name: self._counted[name] for name in WITHIN}
        logged = {name: entry[name] for name in counts}
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
        if not self._days or self._days[-1][1] != self.at[:10]:
            self._days.append((index, self.at[:10]))
        if entry["kind"].endswith(".erased"):
            self.erased.update(entry["closes"])
        if entry["kind"] in _HIDING:
            self.hiding.append(index)
            _measure(self, index, entry)
        note = _NOTES.get(entry["kind"])
        if note is not None:
            note(self, index, entry)


def _marks(said: DeclaredComplaint | None) -> tuple[str, ...]:
    """Under which names of the balance the complaint is counted; its state comes first."""
    if said is None or said.state != "visible":
        return () if said is None else (said.state,)
    cut = ("redacted",) if said.redacted else ()
    return ("visible", *(() if said.listed else ("delisted",)), *cut)


def moment(text: str) -> datetime:
    """The aware time behind an entry's `at`."""
    return datetime.fromisoformat(text)


def _balance(counted: Mapping[str, int]) -> dict[str, int]:
    states = {state: counted[state] for state in STATES}
    return {"received": sum(states.values())} | states


def in_words(counts: dict[str, int]) -> str:
    """Counts as text for a finding."""
    return " ".join(f"{name}={count}" for name, count in counts.items() if count)


def _opened(board: Board, _index: int, entry: Entry) -> None:
    board.beat = entry["at"]


def _status(board: Board, _index: int, entry: Entry) -> None:
    board.status_at[entry["complaint"]] = entry["at"]


def _measure(board: Board, index: int, entry: Entry) -> None:
    """Under which statement something was hidden or restored, and until when."""
    statement = entry.get("statement")
    if statement is None or entry["kind"] == "flag.decided":
        return  # an answer to flags names the statement, and neither begins nor ends a measure
    board.statements.setdefault(statement, (entry.get("complaint"), []))[1].append(index)
    if not entry["kind"].startswith("statement."):
        board.until.pop(statement, None)
    if entry.get("until"):
        # Of a suspension nobody outside knows whom it is about.
        board.until[statement] = (entry.get("complaint"), entry["until"])


def _asked(board: Board, _index: int, entry: Entry) -> None:
    board._waits[entry["complaint"]] = entry["at"]


def _stopped(board: Board, _index: int, entry: Entry) -> None:
    board._waits.pop(entry["complaint"], None)


def _promised(board: Board, _index: int, entry: Entry) -> None:
    board.promises[entry["item"]] = (entry["complaint"], entry["until"])


def _settled(board: Board, _index: int, entry: Entry) -> None:
    board.promises.pop(entry["item"], None)


def _place(board: Board, index: int, entry: Entry) -> None:
    board.places[entry["place"], entry["slug"]] = index
    if entry["place"] == "project":
        board.households[entry["slug"]] = entry["households"] or 0
        if entry["within"]:
            board.cities[entry["slug"]] = entry["within"]


def _published(board: Board, index: int, _entry: Entry) -> None:
    board.rules.append(index)


def _closing(board: Board, index: int, entry: Entry) -> None:
    board.closing = (index, entry["until"])


def _redress(board: Board, index: int, entry: Entry) -> None:
    kind = entry["kind"].partition(".")[0]
    key = (kind, entry[kind])
    known = board.redress.get(key)
    board.redress[key] = (index, None) if known is None else (known[0], index)


def _signed(board: Board, index: int, _entry: Entry) -> None:
    board.opinions.append(index)


_NOTES = {
    "log.opened": _opened,
    "balance.counted": _opened,
    "complaint.status": _status,
    "withdrawal.requested": _asked,
    "withdrawal.stopped": _stopped,
    "promise.made": _promised,
    "promise.kept": _settled,
    "promise.broken": _settled,
    "place.changed": _place,
    "rules.published": _published,
    "audit.reported": _signed,
    "appeal.filed": _redress,
    "appeal.decided": _redress,
    "challenge.filed": _redress,
    "challenge.decided": _redress,
    "board.closing": _closing,
}
