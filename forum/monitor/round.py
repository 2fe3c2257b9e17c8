"""One round: follow the log, look everywhere, look again where something differs, and report."""

from __future__ import annotations

import random
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from forum.monitor import clocks, receipts
from forum.monitor.board import SHOWN, Board, moment
from forum.monitor.complaint import Looker
from forum.monitor.figures import Figures
from forum.monitor.findings import Evidence, Finding
from forum.monitor.follow import CouldNotCheck, Follower, LogBroken
from forum.monitor.hooks import Page
from forum.monitor.lists import Lists
from forum.monitor.search import is_found
from forum.monitor.state import State
from forum.monitor.web import Site
from forum.tlog.note import Verifier

# A page may honestly be this much older than the log.
CACHED = timedelta(seconds=60)
YOUNG = timedelta(days=30)
# Of more complaints than this the costlier looks are spread over several days' rounds.
EVERYTHING = 2_000

Check = Callable[[], list[Finding]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Options:
    """sample: the share of old complaints looked at. patience: seconds to wait before looking
    again at what differs while the log is fresh. now: the present, for tests."""

    sample: float = 1.0
    patience: float = CACHED.total_seconds()
    receipts: Sequence[Path] = ()
    witnesses: int = 0
    now: Callable[[], datetime] = lambda: datetime.fromtimestamp(time.time(), UTC)


@dataclass
class Report:
    """What the round came to; `findings` is empty on a clean board."""

    url: str
    size: int
    root: str
    time: str
    complaints: int
    balance: dict[str, int]
    witnesses: int
    findings: list[Finding] = field(default_factory=list)


class Round:
    """One round over one board."""

    def __init__(
        self, site: Site, state: State, follower: Follower, verifier: Verifier, evidence: Evidence,
        options: Options,
    ) -> None:  # fmt: skip
        self._site, self._state, self._follower = site, state, follower
        self._verifier, self._evidence, self._options = verifier, evidence, options
        self._board = Board(verifier.name)
        self._looker = Looker(site, self._board, state)
        self._lists = Lists(site, self._board, state)
        self._found: list[Finding] = []

    def run(self, progress: Progress = lambda done, total: None) -> Report:
        """Look at everything; CouldNotCheck when there is nothing to look at."""
        self._follow()
        if self._state.size == 0 and not self._found:
            raise CouldNotCheck("the log is empty")
        again = self._follower.ask_again() if not self._found else []
        self._found += [*again, *self._state.begin_round()]
        if self._state.size:
            suspects = list(self._suspects(progress))
            self._confirm(suspects)
        self._found += self._at_last()
        self._state.end_round()
        return self._report()

    def _follow(self) -> None:
        try:
            self._follower.follow()
        except LogBroken as broken:
            self._note_once(broken.finding)
        except CouldNotCheck as error:
            if self._state.size == 0:
                raise
            self._note_once(Finding("unreachable", None, None, "/tlog/checkpoint", str(error)))
        self._found += self._board.read(self._state.entries(self._board.size))

    def _note_once(self, finding: Finding) -> None:
        if all(known.code != finding.code for known in self._found):
            self._found.append(finding)

    def _suspects(self, progress: Progress) -> Iterator[tuple[Check, int | None]]:
        """The checks that found something at first sight, with the complaint they are about."""
        numbers = list(self._chosen())
        for done, number in enumerate(numbers, 1):
            entry = self._board.complaints[number].last_entry
            if not self._state.looked_at(number, entry):
                look = partial(self._look, number)
                if _safely(look):
                    yield look, number
                else:
                    self._state.note_look(number, entry, ())
            progress(done, len(numbers))
        figures = Figures(self._site, self._board, self._state)
        for check in (*self._lists.checks(), *figures.checks(), self._posting):
            if _safely(check):
                yield check, None

    def _confirm(self, suspects: list[tuple[Check, int | None]]) -> None:
        """What is still so on a second look is a finding; the log is followed before it."""
        if suspects:
            self._wait()
        for check, number in suspects:
            self._follow()
            found = [self._with_evidence(finding) for finding in _safely(check)]
            self._found += found
            if number is not None:
                entry = self._board.complaints[number].last_entry
                self._state.note_look(number, entry, found)

    def _wait(self) -> None:
        """Until what was honestly fresh is no longer so."""
        at = self._board.at
        fresh = bool(at) and self._options.now() - moment(at) < CACHED
        if fresh or self._claims()[0] > self._state.size:
            time.sleep(self._options.patience)

    def _look(self, number: int) -> list[Finding]:
        """One complaint on all its own surfaces."""
        turn = self._is_turn(number)
        found = self._looker.look(number, everywhere=turn)
        said = self._board.complaints[number]
        title = self._looker.titles.pop(number, "")
        if turn and said.state in SHOWN and title:
            found += is_found(self._site, said, title)
            found += self._lists.complaint_feed(number)
        return found

    def _is_turn(self, number: int) -> bool:
        """Whether today is the complaint's turn for the costlier looks."""
        days = -(-len(self._board.complaints) // EVERYTHING)
        return (number + self._options.now().toordinal()) % days == 0

    def _chosen(self) -> Iterator[int]:
        limit = self._options.now() - YOUNG
        for number in self._board.complaints:
            young = moment(self._board.touched[number]) > limit
            if young or random.random() < self._options.sample:  # noqa: S311 — a sample
                yield number

    def _posting(self) -> list[Finding]:
        answer = self._site.get("/complaints/new")
        page = Page(answer.text)
        if answer.ok and "/complaints" in page.forms and {"title", "body"} <= page.inputs:
            return []
        return [Finding("posting-closed", None, None, answer.url, answer.said, "the form")]

    def _at_last(self) -> list[Finding]:
        """What needs the whole round: deadlines, receipts, the trees that pages named."""
        if self._follower.signed is not None:
            self._follow()
        if self._follower.signed is None:
            # Nothing can be said of pages and receipts while the log itself does not hold.
            return []
        if self._claims()[0] > self._state.size:
            self._wait()
            self._follow()
        now, signed = self._options.now(), self._follower.signed
        found = [*clocks.deadlines(self._board, now)] if self._state.size else []
        claimed, false = self._claims()
        found += clocks.heartbeat(self._board, signed, now, self._options.witnesses, claimed)
        for path in self._options.receipts:
            found += receipts.check(path, self._board, self._state, self._verifier, self._evidence)
        return found + false

    def _claims(self) -> tuple[int, list[Finding]]:
        """The largest tree that a page named, and every one that is not a tree of the log."""
        largest, false = 0, []
        for claim, url in self._site.claims.items():
            size, _, root = claim.partition(" ")
            if not (size.isascii() and size.isdigit() and len(size) < 16):
                false.append(Finding("unreachable", None, None, url, claim, "a size and a root"))
                continue
            known = self._state.root_at(int(size))
            largest = max(largest, int(size))
            if known is not None and b64encode(known).decode("ascii") != root:
                false.append(Finding("split-view", None, None, url, claim,
                                     b64encode(known).decode("ascii")))  # fmt: skip
        return largest, false

    def _with_evidence(self, finding: Finding) -> Finding:
        body = self._site.recent.get(finding.url)
        return self._evidence.keep(finding, body) if body else finding

    def _report(self) -> Report:
        board, size = self._board, self._state.size
        signed = self._follower.signed
        cosigned = max(signed.cosignatures.values(), default=0) if signed else 0
        at = datetime.fromtimestamp(cosigned, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Report(
            url=self._site.base,
            size=size,
            root=b64encode(self._state.root_at(size) or b"").decode("ascii"),
            time=at if cosigned else board.at,
            complaints=len(board.complaints),
            balance=board.counts_at(size),
            witnesses=len(signed.cosignatures) if signed else 0,
            findings=list(dict.fromkeys(self._found)),
        )


def _safely(check: Check) -> list[Finding]:
    """What the check finds. Whatever a site sends, it must not end the round."""
    try:
        return check()
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as error:
        where = str(getattr(check, "args", ""))
        return [Finding("unreachable", None, None, where, repr(error), "an answer to be read")]
