"""One complaint: its page and its machine form, held against what the log committed to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from forum.monitor.board import SHOWN, Board
from forum.monitor.compare import (
    Case,
    Form,
    compare_entries,
    compare_facts,
    compare_openings,
    compare_photos,
    compare_replies,
    compare_texts,
    compare_views,
    openings,
)
from forum.monitor.findings import Finding
from forum.monitor.frame import look_at_frame
from forum.monitor.history import look_at_history, look_at_unproven
from forum.monitor.hooks import Page, Rule, hidden_by, hiding_rules
from forum.monitor.pictures import look_at_photos
from forum.monitor.state import State
from forum.monitor.web import VISITOR, Answer, Site
from forum.monitor.words import squeeze

GONE = 410
HIDDEN = (404, GONE)
# Of a complaint that is not shown, its machine form says this and nothing more.
LEFT = {"number", "state", "posted_at", "statement", "entries"}
# Under these no text of a complaint is what was committed to.
UNTRUE = ("text-changed", "author-changed", "unlogged-content")


class Looker:
    """Looks at single complaints; `titles` are those it saw."""

    def __init__(self, site: Site, board: Board, state: State) -> None:
        self._site, self._board, self._state = site, board, state
        self._sheets: dict[str, list[Rule]] = {}
        self.titles: dict[int, str] = {}

    def look(self, number: int, others: Sequence[str] = ()) -> list[Finding]:
        """Everything that is wrong with one complaint as the site shows it.

        others: as whom one looks beside the visitor; as everybody when none is named.
        """
        said = self._board.fill(number, self._state.entry)
        path = f"/complaints/{number}"
        everybody = (VISITOR, *others) if others else self._site.vantages
        answers = {vantage: self._site.get(path, vantage) for vantage in everybody}
        machine = self._site.get(f"{path}.json", everybody[-1])
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
        page, said = pages[VISITOR], case.said
        self.titles[said.number] = str(case.form.get("title") or "")
        self._open(case)
        for vantage, answer in answers.items():
            case.found += look_at_frame(answer, pages[vantage], vantage, said.number)
        self._look_for_hiding_rules(case, page)
        compare_views(case, pages)
        for hook, reason in page.folded.items():
            case.differs("folded", f"{hook}: {reason}", "text that can be read")
        if page.article != (str(said.number), str(said.entry)):
            case.differs("unreachable", page.article, "the article of this complaint")
            return
        compare_facts(case, page)
        compare_texts(case, page)
        compare_openings(case)
        compare_entries(case, self._board)
        compare_replies(case, page)
        compare_photos(case, page)
        look_at_unproven(case, page)
        if len(said.versions) > 1:
            look_at_history(self._site, case)
        pictures = [*page.photos, *(p for block in page.said.values() for p in block.photos)]
        look_at_photos(self._site, case, pictures)
        self._keep_words(case)

    def _keep_words(self, case: Case) -> None:
        """What the log committed to, for lists and feeds to be held against."""
        if not any(finding.code in UNTRUE for finding in case.found):
            words = tuple(squeeze(case.form.get(name)) for name in ("title", "body", "author"))
            self._state.keep_words(case.said.number, case.said.act_entry, words)

    def _open(self, case: Case) -> None:
        """The salts that are published now, and those that were before, unless they were closed."""
        given = list(openings(case.form))
        closed = case.said.closed
        self._state.forget_openings(closed)
        self._state.keep_openings(row for row in given if row[0] not in closed)
        case.salts.update({(entry, name): salt for entry, name, salt in given})
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
            if not href.startswith("/") or href.startswith("//"):
                case.differs("folded", f"a style sheet of {href}", "our own style sheets")
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

    def _gone(self, case: Case, answers: Mapping[str, Answer], machine: Answer) -> None:
        """What is gone by an entry is gone for everybody, with its notice in its place; what is
        held has its place already."""
        said = case.said
        status = 200 if said.state == "held" else GONE
        for vantage, answer in answers.items():
            page = Page(answer.text)
            if page.article:
                case.differs("unlogged-content", f"{vantage}: the complaint", said.state)
            elif answer.status != status or page.notice != (str(said.number), said.state):
                case.differs("unreachable", f"{vantage}: {answer.said}, notice {page.notice}",
                             f"HTTP {status} with the notice: {said.state}", url=answer.url)  # fmt: skip
            elif said.statement and f"/statements/{said.statement}" not in page.links:
                case.differs("statement-missing", f"{vantage}: no link", f"statement {said.statement}",
                             url=answer.url)  # fmt: skip
        self._compare_rest(case, machine)
        self._state.forget_openings(said.closed)

    def _compare_rest(self, case: Case, machine: Answer) -> None:
        said, form = case.said, case.form
        if not machine.ok or form.get("state") != said.state:
            case.differs("status-differs", form.get("state"), said.state, url=machine.url)
        elif further := sorted(set(form) - LEFT):
            case.differs("unlogged-content", ", ".join(further), said.state, url=machine.url)
        if form.get("posted_at") != said.posted_at:
            case.differs("time-changed", form.get("posted_at"), said.posted_at, url=machine.url)
        if form.get("statement") != said.statement:
            case.differs(
                "statement-missing", form.get("statement"), said.statement, url=machine.url
            )
        compare_entries(case, self._board)


def _object(answer: Answer) -> Form:
    """The JSON object of an answer; empty for anything else."""
    try:
        found = json.loads(answer.text) if answer.ok else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
