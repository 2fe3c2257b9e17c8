"""One complaint: its page and its machine form, held against what the log committed to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from forum.monitor.board import SHOWN, Board
from forum.monitor.compare import (
    Case,
    Form,
    compare_entries,
    compare_facts,
    compare_photos,
    compare_replies,
    compare_texts,
    compare_views,
    get,
    items,
    look_for_refusals,
    openings,
)
from forum.monitor.findings import Finding
from forum.monitor.hooks import Page, Rule, hidden_by, hiding_rules
from forum.monitor.state import State
from forum.monitor.web import ENGLISH, SEARCH_ENGINE, VISITOR, Answer, Site

GONE = 410
HIDDEN = (404, GONE)


class Looker:
    """Looks at single complaints; `titles` are those it saw."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state
        self._sheets: dict[str, list[Rule]] = {}
        self.titles: dict[int, str] = {}

    def look(self, number: int, *, everywhere: bool = True) -> list[Finding]:
        """Everything that is wrong with one complaint as the site shows it.

        everywhere: from all three places, not from two.
        """
        said = self._board.fill(number, self._state.entry)
        path = f"/complaints/{number}"
        answers = {
            VISITOR: self._site.get(path),
            SEARCH_ENGINE: self._site.get(path, SEARCH_ENGINE),
        }
        if everywhere:
            answers[ENGLISH] = self._site.get(path, ENGLISH)
        machine = self._site.get(f"{path}.json", ENGLISH)
        case = Case(said, answers[VISITOR].url, _object(machine), {})
        if said.state not in SHOWN:
            self._gone(case, answers, machine)
        elif self._is_shown(case, answers, machine):
            self._shown(case, {v: Page(a.text) for v, a in answers.items()}, answers)
        return case.found

    def _is_shown(self, case: Case, answers: Mapping[str, Answer], machine: Answer) -> bool:
        """Whether every visitor gets the page; notes who does not."""
        bad = {vantage: answer for vantage, answer in answers.items() if not answer.ok}
        for vantage, answer in bad.items():
            split = len(bad) < len(answers)
            hidden = answer.status in HIDDEN
            code = "split-view" if split else "silent-removal" if hidden else "unreachable"
            case.differs(code, f"{vantage}: {answer.said}", "the complaint", url=answer.url)
            if not split:
                return False
        if not machine.ok or not case.form:
            case.differs("unreachable", machine.said if not machine.ok else "no JSON object",
                         "the machine form", url=machine.url)  # fmt: skip
        elif case.form.get("state") != case.said.state:
            case.differs("silent-removal", case.form.get("state"), case.said.state, url=machine.url)
        return not bad

    def _shown(self, case: Case, pages: Mapping[str, Page], answers: Mapping[str, Answer]) -> None:
        page = pages[VISITOR]
        self.titles[case.said.number] = str(case.form.get("title") or "")
        self._open(case)
        self._look_for_hiding_rules(case, page)
        compare_views(case, pages)
        look_for_refusals(case, pages, answers)
        for hook, reason in page.folded.items():
            case.differs("folded", f"{hook}: {reason}", "text that can be read")
        if page.article != (str(case.said.number), str(case.said.entry)):
            case.differs("unreachable", page.article, "the article of this complaint")
            return
        compare_facts(case, page)
        compare_texts(case, page)
        compare_entries(case, self._board)
        compare_replies(case, page)
        compare_photos(case, page)
        self._fetch_photos(case)

    def _open(self, case: Case) -> None:
        """The salts that are published now, and those that were before."""
        given = list(openings(case.form))
        self._state.keep_openings(given)
        case.salts = {(entry, name): salt for entry, name, salt in given}
        entries = [case.said.entry, *(version.entry for version in case.said.versions),
                   *(reply.entry for reply in case.said.replies.values())]  # fmt: skip
        for entry in entries:
            for name in ("text", "author", "remedy"):
                salt = self._state.opening(entry, name)
                if salt is not None:
                    case.salts.setdefault((entry, name), salt)

    def _look_for_hiding_rules(self, case: Case, page: Page) -> None:
        """A style sheet can fold text away as well as markup can."""
        rules = hiding_rules(page.styles)
        for href in page.sheets:
            rules = rules + self._rules_of(href)
        for hook, chain in page.chains.items():
            rule = hidden_by(rules, chain)
            if rule:
                case.differs("folded", f"{hook}: {rule}", "text that can be read")

    def _rules_of(self, href: str) -> list[Rule]:
        if href not in self._sheets and href.startswith("/"):
            answer = self._site.get(href)
            self._sheets[href] = hiding_rules(answer.text) if answer.ok else []
        return self._sheets.get(href, [])

    def _fetch_photos(self, case: Case) -> None:
        for photo in items(case.form.get("photos")):
            url, digest = get(photo, "url"), get(photo, "sha256")
            if not isinstance(url, str) or not url.startswith("/"):
                case.differs("photo-missing", url, "an address on this site")
                continue
            answer = self._site.get(url)
            seen = hashlib.sha256(answer.body).hexdigest() if answer.ok else answer.said
            if seen != digest:
                case.differs("photo-missing", seen, digest, url=answer.url)

    def _gone(self, case: Case, answers: Mapping[str, Answer], machine: Answer) -> None:
        """What is gone by an entry must be gone for everybody, with its notice in its place."""
        said = case.said
        for vantage, answer in answers.items():
            page = Page(answer.text)
            if answer.status == 200 and page.article:
                case.differs("unlogged-content", f"{vantage}: the complaint", said.state)
            elif answer.status != GONE or page.notice != (str(said.number), said.state):
                case.differs("unreachable", f"{vantage}: {answer.said}",
                             f"HTTP 410 with the notice: {said.state}", url=answer.url)  # fmt: skip
        if not machine.ok or case.form.get("state") != said.state:
            case.differs("status-differs", case.form.get("state"), said.state, url=machine.url)
        elif "title" in case.form or "body" in case.form:
            case.differs("unlogged-content", "the text", said.state, url=machine.url)
        if case.form.get("posted_at") not in (None, said.posted_at):
            case.differs("time-changed", case.form.get("posted_at"), said.posted_at)
        if said.state == "removed":
            self._statement(case)

    def _statement(self, case: Case) -> None:
        number = case.said.statement
        answer = self._site.get(f"/statements/{number}")
        if not answer.ok or f"#{case.said.number}" not in answer.text:
            case.differs("statement-missing", answer.said, f"statement {number}", url=answer.url)
        if case.form.get("statement") != number:
            case.differs("statement-missing", case.form.get("statement"), number)


def _object(answer: Answer) -> Form:
    """The JSON object of an answer; empty for anything else."""
    try:
        found = json.loads(answer.text) if answer.ok else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
