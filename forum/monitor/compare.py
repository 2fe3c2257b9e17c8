"""A complaint's page and machine form against what the log committed to, part by part."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forum.monitor.board import Board
from forum.monitor.findings import Finding
from forum.monitor.hooks import Page, refuses
from forum.monitor.web import VISITOR, Answer
from forum.tlog.commitment import commit
from forum.tlog.declared import DeclaredComplaint, DeclaredReply
from forum.tlog.entry import MAX_INTEGER
from forum.tlog.errors import TlogError

# What a page shows of a complaint, the same in every language and for every visitor.
FACTS = ("title", "body", "remedy", "wanted-by", "author", "posted-at", "supporters", "status",
         "type", "project", "category")  # fmt: skip
_CODES = {"project": "category-differs", "category": "category-differs", "type": "category-differs",
          "status": "status-differs", "supporters": "support-differs", "posted-at": "time-changed",
          "wanted-by": "text-changed", "remedy": "text-changed", "title": "text-changed",
          "body": "text-changed", "author": "author-changed"}  # fmt: skip
_KEYS = {"posted-at": "posted_at", "wanted-by": "wanted_by"}
_FIELD = re.compile(r"[a-z0-9.]{1,40}", re.ASCII)
Form = Mapping[str, Any]
Salts = dict[tuple[int, str], bytes]


@dataclass
class Case:
    """One complaint as the log declares it, and as the site shows it."""

    said: DeclaredComplaint
    url: str
    form: Form
    salts: Salts
    found: list[Finding] = field(default_factory=list)

    def differs(
        self, code: str, seen: object, expected: object, entry: int | None = None, url: str = ""
    ) -> None:
        """Note a difference about this complaint."""
        at = self.said.entry if entry is None else entry
        self.found.append(
            Finding(code, self.said.number, at, url or self.url, _text(seen), _text(expected))
        )


def compare_views(case: Case, pages: Mapping[str, Page]) -> None:
    """Nobody sees another complaint than the visitor does."""
    seen = {vantage: _projection(page) for vantage, page in pages.items()}
    for vantage, facts in seen.items():
        if facts != seen[VISITOR]:
            odd = [k for k in facts | seen[VISITOR] if facts.get(k) != seen[VISITOR].get(k)]
            case.differs("split-view", f"{vantage}: {', '.join(odd)} differ", "one view for all")


def _projection(page: Page) -> dict[str, object]:
    facts: dict[str, object] = {name: _squeeze(page.fields.get(name)) for name in FACTS}
    replies = [(n, _squeeze(said.text), said.photos) for n, said in page.said.items()]
    return facts | {"replies": replies, "photos": page.photos, "article": page.article}


def look_for_refusals(case: Case, pages: Mapping[str, Page], answers: Mapping[str, Answer]) -> None:
    for vantage, answer in answers.items():
        header = answer.headers.get("x-robots-tag", "")
        said = [f"X-Robots-Tag: {header}"] if refuses(header) else []
        for rule in said + pages[vantage].refusals:
            case.differs("noindex", f"{vantage}: {rule}", "open to search engines")


def compare_facts(case: Case, page: Page) -> None:
    """What the log declares in plain words: on the page and in the machine form."""
    said = case.said
    plain = {
        "posted-at": said.posted_at, "status": said.status, "supporters": said.supporters,
        "type": said.type, "project": said.project, "category": said.category,
        "wanted-by": said.wanted_by,
    }  # fmt: skip
    for name, expected in plain.items():
        shown = page.fields.get(name)
        if _text(shown) != _text(expected):
            case.differs(_CODES[name], shown, expected)
        given = case.form.get(_KEYS.get(name, name))
        if case.form and given != expected:
            case.differs(_CODES[name], given, expected, url=f"{case.url}.json")
    pending = "withdrawal" if said.withdrawal_due else None
    further = {
        "verified": ("author-changed", said.verified), "listed": ("not-listed", True),
        "claimed_at": ("time-changed", said.claimed_at), "locked": ("locked-differs", False),
        "merged_into": ("status-differs", None), "pending": ("status-differs", pending),
        "statement": ("status-differs", said.statement),
    }  # fmt: skip
    for name, (code, expected) in further.items() if case.form else ():
        if case.form.get(name) != expected:
            case.differs(code, f"{name}: {case.form.get(name)}", expected, url=f"{case.url}.json")


def compare_texts(case: Case, page: Page) -> None:
    """Title, body, author and remedy: the machine form opens the commitment, the page says the same."""
    said, form = case.said, case.form
    version = next(v for v in reversed(said.versions) if v.proven)
    text = f"{form.get('title')}\n{form.get('body')}"
    _opens(case, version.entry, "text", text, version.text, "text-changed")
    _opens(case, said.entry, "author", form.get("author"), said.commitments["author"],
           "author-changed")  # fmt: skip
    if "remedy" in said.commitments:
        _opens(case, said.entry, "remedy", form.get("remedy"), said.commitments["remedy"],
               "text-changed")  # fmt: skip
    elif form.get("remedy"):
        case.differs("unlogged-content", form["remedy"], "no remedy")
    for name in ("title", "body", "author", "remedy"):
        if _squeeze(page.fields.get(name)) != _squeeze(form.get(name)):
            case.differs(_CODES[name], page.fields.get(name), form.get(name))


def _opens(
    case: Case, entry: int, name: str, value: object, commitment: str, code: str
) -> None:  # fmt: skip
    salt = case.salts.get((entry, name))
    try:
        opened = salt is not None and commit(name, salt, _text(value)) == commitment
    except TlogError:
        opened = False
    if not opened:
        expected = f"what opens {commitment}" + ("" if salt else ", with its salt")
        case.differs(code, value, expected, entry)


def compare_entries(case: Case, board: Board) -> None:
    logged = list(board.entries[case.said.number])
    given = items(case.form.get("entries"))
    if case.form and given != logged:
        missing = sorted(set(logged) - {n for n in given if isinstance(n, int)})
        case.differs("entry-missing", f"without {missing}" if missing else given, logged)


def compare_replies(case: Case, page: Page) -> None:
    """Everything that was said is there, in order and word for word, and nothing else is."""
    logged, given = case.said.replies, {}
    for reply in items(case.form.get("replies")):
        number = get(reply, "id")
        if isinstance(number, int):
            given[number] = reply
    for where, numbers in (("page", list(page.said)), ("machine form", list(given))):
        for number in logged:
            if number not in numbers:
                case.differs("reply-missing", f"not in the {where}", number, logged[number].entry)
        for number in numbers:
            if number not in logged:
                case.differs("unlogged-content", f"{where}: reply {number}", "no such entry")
    if [n for n in page.said if n in logged] != [n for n in logged if n in page.said]:
        case.differs("order-differs", list(page.said), list(logged))
    for number in logged.keys() & given.keys() & page.said.keys():
        _compare_reply(case, logged[number], given[number], page.said[number].text)
        _compare_said_photos(case, logged[number], page.said[number].photos)


def _compare_reply(case: Case, said: DeclaredReply, given: Any, shown: str) -> None:
    entry, commitments = said.entry, said.commitments
    body = get(given, "body")
    _opens(case, entry, "text", body, commitments["text"], "text-changed")
    _opens(case, entry, "author", get(given, "by"), commitments["author"], "author-changed")
    if _squeeze(shown) != _squeeze(body):
        case.differs("text-changed", shown, body, entry)
    if get(given, "posted_at") != said.at:
        case.differs("time-changed", get(given, "posted_at"), said.at, entry)
    if get(given, "kind") != said.kind or get(given, "role") != said.by:
        case.differs("status-differs", f"{get(given, 'kind')} by {get(given, 'role')}",
                     f"{said.kind} by {said.by}", entry)  # fmt: skip


def compare_photos(case: Case, page: Page) -> None:
    wanted = _photo_fields(case.said.commitments)
    photos = items(case.form.get("photos"))
    if len(photos) != len(wanted):
        case.differs("photo-missing", f"{len(photos)} photos", f"{len(wanted)} photos")
    for name, photo in zip(wanted, photos, strict=False):
        digest = get(photo, "sha256")
        _opens(case, case.said.entry, name, digest, case.said.commitments[name], "photo-missing")
        alt = case.said.commitments.get(f"{name}.alt")
        if alt is not None:
            _opens(case, case.said.entry, f"{name}.alt", get(photo, "alt"), alt, "photo-missing")
        if not any(_text(digest) in href for href in page.photos):
            case.differs("photo-missing", page.photos, digest)


def _compare_said_photos(case: Case, said: DeclaredReply, shown: list[str]) -> None:
    wanted = _photo_fields(said.commitments)
    digests = [href.removeprefix("/photos/").removesuffix(".jpg") for href in shown]
    if len(digests) != len(wanted):
        case.differs("photo-missing", f"{len(digests)} photos", f"{len(wanted)} photos", said.entry)
    for name, digest in zip(wanted, digests, strict=False):
        _opens(case, said.entry, name, digest, said.commitments[name], "photo-missing")


def _photo_fields(commitments: Mapping[str, str]) -> list[str]:
    return sorted(
        name for name in commitments if name.startswith("photo.") and name.count(".") == 1
    )


def openings(form: Form) -> Iterator[tuple[int, str, bytes]]:
    for opening in items(form.get("openings")):
        entry, name, salt = (get(opening, key) for key in ("entry", "field", "salt"))
        texts = isinstance(name, str) and isinstance(salt, str)
        if texts and _FIELD.fullmatch(name) and type(entry) is int and 0 <= entry <= MAX_INTEGER:
            try:
                yield entry, name, b64decode(salt, validate=True)
            except ValueError:
                continue


def get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _squeeze(value: object) -> str:
    """Text without white space: how lines are broken is the page's own."""
    return "".join(_text(value).split())
