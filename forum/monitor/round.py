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

from forum.monitor import claims, clocks, receipts, vouched
from forum.monitor.board import SHOWN, Board, moment
from forum.monitor.claims import CACHED
from forum.monitor.complaint import Looker
from forum.monitor.crawlers import Crawlers
from forum.monitor.feeds import Feeds
from forum.monitor.figures import Figures
from forum.monitor.findings import Evidence, Finding
from forum.monitor.follow import CouldNotCheck, Follower, LogBroken
from forum.monitor.hooks import Page
from forum.monitor.lists import Lists
from forum.monitor.log_pages import LogPages
from forum.monitor.opinions import Opinions
from forum.monitor.redress import RedressPages
from forum.monitor.search import is_found
from forum.monitor.state import State
from forum.monitor.statements import Statements
from forum.monitor.web import ENGLISH_ENGINE, RETURNING, Site
from forum.tlog.note import Verifier

YOUNG = timedelta(days=30)
# Of more complaints than this the costlier looks are spread over several days' rounds.
EVERYTHING = 900
# Without these the form cannot be sent.
NEEDED = {"type", "project", "category", "title", "body", "remedy", "wanted_by"}

Check = Callable[[], list[Finding]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Options:
    """sample: the share of old complaints looked at. patience: seconds to wait before looking
    again at what differs while the log is fresh. witnesses: the names of those that must
    cosign. now: the present, for tests."""

    sample: float = 1.0
    patience: float = CACHED.total_seconds()
    receipts: Sequence[Path] = ()
    witnesses: Sequence[str] = ()
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
        self._feeds = Feeds(site, self._board, state)
        self._least = 0
        self._found: list[Finding] = []

    def run(self, progress: Progress = lambda done, total: None) -> Report:
        """Look at everything; CouldNotCheck when there is nothing to look at."""
        self._follow()
        if self._state.size == 0 and not self._found:
            raise CouldNotCheck("the log is empty")
        self._least = claims.settled(self._state, self._options.now())
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
        numbers, checks = list(self._chosen()), list(self._checks())
        total = len(numbers) + len(checks)
        for done, number in enumerate(numbers, 1):
            entry = self._board.complaints[number].last_entry
            if not self._state.looked_at(number, entry):
                look = partial(self._look, number)
                if _safely(look):
                    yield look, number
                else:
                    self._state.note_look(number, entry, ())
            progress(done, total)
        for done, check in enumerate(checks, len(numbers) + 1):
            if _safely(check):
                yield check, None
            progress(done, total)

    def _checks(self) -> Iterator[Check]:
        """Everything but the complaints one by one; those first, which verify the words."""
        here, now = (self._site, self._board), self._options.now
        yield from Lists(*here, self._state, now).checks()
        yield from self._feeds.checks()
        yield from Crawlers(*here).checks()
        yield from Figures(*here, self._state, now).checks()
        yield from Statements(*here, self._state).checks()
        yield from Opinions(*here, self._state).checks()
        yield from RedressPages(*here, self._state).checks()
        yield from LogPages(*here, self._state).checks()
        yield self._posting

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
        if fresh or claims.largest(self._site) > self._state.size:
            time.sleep(self._options.patience)

    def _look(self, number: int) -> list[Finding]:
        """One complaint on all its own surfaces."""
        turn = self._is_turn(number)
        small = len(self._board.complaints) <= EVERYTHING
        others = () if small else (RETURNING, ENGLISH_ENGINE) if turn else (ENGLISH_ENGINE,)
        found = self._looker.look(number, others)
        said = self._board.complaints[number]
        title = self._looker.titles.pop(number, "")
        if turn and said.state in SHOWN and said.listed and title:
            found += is_found(self._site, said, title)
        if turn:
            found += self._feeds.of_complaint(number)
        return found

    def _is_turn(self, number: int) -> bool:
        """Whether today is the complaint's turn for the costlier looks."""
        days = -(-len(self._board.complaints) // EVERYTHING)
        return (number + self._options.now().toordinal()) % days == 0

    def _chosen(self) -> Iterator[int]:
        limit = (self._options.now() - YOUNG).date().isoformat()
        for number, said in self._board.complaints.items():
            young = self._board.time_of(said.last_entry) >= limit
            if young or random.random() < self._options.sample:  # noqa: S311 — a sample
                yield number

    def _posting(self) -> list[Finding]:
        closing = self._board.closing
        if closing is not None and closing[1] <= str(
            self._options.now().astimezone(clocks.BOARD_ZONE).date()
        ):
            # Announced thirty days ahead, in the log: from then on there is nothing to post to.
            return []
        answer = self._site.get("/complaints/new")
        page = Page(answer.text)
        lacking = NEEDED - page.inputs
        if answer.ok and "/complaints" in page.forms and not lacking:
            return []
        seen = f"{answer.said}, without {', '.join(sorted(lacking)) or 'the form'}"
        return [Finding("posting-closed", None, None, answer.url, seen, "the form")]

    def _at_last(self) -> list[Finding]:
        """What needs the whole round: deadlines, receipts, the trees that pages named."""
        if self._follower.signed is not None:
            self._follow()
        signed = self._follower.signed
        if signed is None:
            # Nothing can be said of pages while the log itself does not hold.
            return self._receipts()
        if claims.largest(self._site) > self._state.size:
            self._wait()
            self._follow()
        now, board = self._options.now(), self._board
        vouched.remember(self._state, self._follower.signed or signed)
        found = [*clocks.deadlines(board, now)] if self._state.size else []
        found += clocks.heartbeat(board, now, claims.largest(self._site))
        found += vouched.check(self._site, self._state, board, self._options.witnesses)
        found += claims.check(self._site, self._state, self._least)
        return found + self._receipts()

    def _receipts(self) -> list[Finding]:
        """What the receipts that people hold say; what was found of their complaints breaks them."""
        known, found = receipts.Known(self._board, self._state, tuple(self._found)), []
        for path in self._options.receipts:
            found += receipts.check(path, known, self._follower.keys, self._evidence)
        return found

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
