"""A complaint's page and machine form against what the log committed to, part by part."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forum.monitor.board import Board
from forum.monitor.findings import Finding
from forum.monitor.hooks import Block, Page
from forum.monitor.web import VISITOR
from forum.monitor.words import LABELS, squeeze
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
    facts: dict[str, object] = {name: squeeze(page.fields.get(name)) for name in FACTS}
    blocks = [(b.kind, b.key, b.state, {k: squeeze(v) for k, v in b.parts.items()}, b.photos)
              for b in page.blocks]  # fmt: skip
    folded = sorted(page.folded)
    return facts | {"replies": blocks, "photos": page.photos, "article": page.article,
                    "folds": folded}  # fmt: skip


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
    _compare_labels(case, page)
    further: dict[str, tuple[str, tuple[object, ...]]] = {
        "verified": ("author-changed", (said.verified,)), "listed": ("not-listed", (said.listed,)),
        "claimed_at": ("time-changed", (said.claimed_at,)),
        "locked": ("locked-differs", (said.locked,)),
        "merged_into": ("status-differs", (said.merged_into,)),
        "pending": ("status-differs", _pending(said)),
        "statement": ("status-differs", (said.statement, said.delisted_by)),
    }  # fmt: skip
    for name, (code, expected) in further.items() if case.form else ():
        if case.form.get(name) not in expected:
            case.differs(code, f"{name}: {case.form.get(name)}", expected[0],
                         url=f"{case.url}.json")  # fmt: skip


def _pending(said: DeclaredComplaint) -> tuple[str | None, ...]:
    """What waits: of two things at once either may be named."""
    waits = ["withdrawal"] if said.withdrawal_due else []
    return tuple(waits + (["review"] if said.under_review else [])) or (None,)


def _compare_labels(case: Case, page: Page) -> None:
    """The words people read beside a value must be the words for that value."""
    for name, words in LABELS.items():
        shown, value = page.labels.get(name), page.fields.get(name, "")
        if shown is not None and value in words and squeeze(shown) != words[value]:
            case.differs(_CODES[name], shown, f"{words[value]}, which is {value}")


def compare_texts(case: Case, page: Page) -> None:
    """Title, body, author and remedy: the machine form opens the commitment, the page says the same."""
    said, form = case.said, case.form
    version = next(v for v in reversed(said.versions) if v.proven)
    text = f"{form.get('title')}\n{form.get('body')}"
    opens(case, version.entry, "text", text, version.text, "text-changed")
    opens(case, said.entry, "author", form.get("author"), said.commitments["author"],
           "author-changed")  # fmt: skip
    if "remedy" in said.commitments:
        opens(case, said.entry, "remedy", form.get("remedy"), said.commitments["remedy"],
               "text-changed")  # fmt: skip
    elif form.get("remedy"):
        case.differs("unlogged-content", form["remedy"], "no remedy")
    for name in ("title", "body", "author", "remedy"):
        if squeeze(page.fields.get(name)) != squeeze(form.get(name)):
            case.differs(_CODES[name], page.fields.get(name), form.get(name))


def compare_openings(case: Case) -> None:
    """What an entry closed is not opened by anything that is still published."""
    for (entry, name), salt in case.salts.items():
        if entry in case.said.closed and salt:
            case.differs("unlogged-content", f"what opens {name} of entry {entry}",
                         f"closed by entry {case.said.closed[entry]}", entry)  # fmt: skip


def opens(
    case: Case, entry: int, name: str, value: object, committed: str, code: str
) -> None:  # fmt: skip
    """Note it unless `value` opens what now stands for the commitment to `name` of `entry`."""
    at, field_there, commitment = case.said.commitment_of(entry, name, committed)
    if commitment is None:
        if value not in (None, ""):
            case.differs(
                "unlogged-content", value, f"closed by entry {case.said.closed[entry]}", entry
            )
        return
    salt = case.salts.get((at, field_there))
    try:
        opened = salt is not None and commit(field_there, salt, _text(value)) == commitment
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
    logged, said = case.said.replies, page.said
    found = ((get(reply, "id"), reply) for reply in items(case.form.get("replies")))
    given = {number: reply for number, reply in found if isinstance(number, int)}
    _compare_numbers(case, "page", list(said), list(logged))
    # What was taken down needs its notice on the page, and nothing for machines.
    left = [number for number, reply in logged.items() if reply.state == "visible"]
    _compare_numbers(case, "machine form", list(given), left)
    if [n for n in said if n in logged] != [n for n in logged if n in said]:
        case.differs("order-differs", list(said), list(logged))
    for number in logged.keys() & said.keys():
        if number in given or logged[number].state != "visible":
            compare_reply(case, logged[number], given.get(number), said[number])


def _compare_numbers(case: Case, where: str, seen: list[int], wanted: list[int]) -> None:
    logged = case.said.replies
    for number in set(wanted) - set(seen):
        case.differs("reply-missing", f"not in the {where}", number, logged[number].entry)
    for number in seen:
        if number not in logged:
            case.differs("unlogged-content", f"{where}: reply {number}", "no such entry")


def compare_reply(case: Case, said: DeclaredReply, given: Any, shown: Block) -> None:
    """One reply or comment, or the notice that stands in its place."""
    if said.state != "visible":
        _compare_tombstone(case, said, given, shown)
        return
    entry, commitments = said.entry, said.commitments
    body, by = get(given, "body"), get(given, "by")
    opens(case, entry, "text", body, commitments["text"], "text-changed")
    opens(case, entry, "author", by, commitments["author"], "author-changed")
    if squeeze(shown.text) != squeeze(body):
        case.differs("text-changed", shown.text, body, entry)
    if squeeze(shown.parts.get("by")) != squeeze(by):
        case.differs("author-changed", shown.parts.get("by"), by, entry)
    if get(given, "posted_at") != said.at or said.at not in shown.times:
        case.differs("time-changed", f"{get(given, 'posted_at')} {shown.times}", said.at, entry)
    if get(given, "kind") != said.kind or get(given, "role") != said.by:
        case.differs("status-differs", f"{get(given, 'kind')} by {get(given, 'role')}",
                     f"{said.kind} by {said.by}", entry)  # fmt: skip
    _compare_said_photos(case, said, [href for href, _small in shown.photos])


def _compare_tombstone(case: Case, said: DeclaredReply, given: Any, shown: Block) -> None:
    if shown.state != said.state:
        case.differs("unlogged-content", shown.text or shown.state, said.state, said.entry)
    elif shown.text or shown.photos or get(given, "body"):
        case.differs("unlogged-content", shown.text or get(given, "body"), said.state, said.entry)


def compare_photos(case: Case, page: Page) -> None:
    """The photos the complaint committed to, by digest, with their descriptions."""
    said = case.said
    wanted = _photos_left(said, said.entry, said.commitments)
    photos = items(case.form.get("photos"))
    if len(photos) != len(wanted) or len(page.photos) != len(wanted):
        case.differs("photo-missing", f"{len(photos)} photos, {len(page.photos)} on the page",
                     f"{len(wanted)} photos")  # fmt: skip
    for name, photo in zip(wanted, photos, strict=False):
        digest = get(photo, "sha256")
        opens(case, said.entry, name, digest, said.commitments[name], "photo-missing")
        alt = said.commitments.get(f"{name}.alt")
        if alt is not None:
            opens(case, said.entry, f"{name}.alt", get(photo, "alt"), alt, "photo-missing")
        if not any(_text(digest) in href for href, _small in page.photos):
            case.differs("photo-missing", page.photos, digest)


def _compare_said_photos(case: Case, said: DeclaredReply, shown: list[str]) -> None:
    wanted = _photos_left(case.said, said.entry, said.commitments)
    digests = [href.removeprefix("/photos/").removesuffix(".jpg") for href in shown]
    if len(digests) != len(wanted):
        case.differs("photo-missing", f"{len(digests)} photos", f"{len(wanted)} photos", said.entry)
    for name, digest in zip(wanted, digests, strict=False):
        opens(case, said.entry, name, digest, said.commitments[name], "photo-missing")


def _photos_left(
    said: DeclaredComplaint, entry: int, commitments: Mapping[str, str]
) -> list[str]:  # fmt: skip
    """The photos an entry committed to, without those that were cut out."""
    names = (n for n in commitments if n.startswith("photo.") and n.count(".") == 1)
    return sorted(n for n in names if said.commitment_of(entry, n, commitments[n])[2])


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
