"""A board on paper: entries written by hand, and a site that says exactly what a test makes it say.

For states that no verb of the board brings about yet; what an outsider must see is fixed by the
entries already.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forum.monitor.board import Board
from forum.monitor.complaint import Looker
from forum.monitor.findings import Finding
from forum.monitor.state import State
from forum.monitor.web import VISITOR, Answer, Site
from forum.tlog.commitment import commit
from forum.tlog.encoding import encode_base64
from forum.tlog.entry import format_entry
from forum.tlog.tile import TILE_WIDTH

SALT = b"\x07" * 32
TITLE, BODY, AUTHOR = "电梯坏了", "停在六楼。", "老张"
AT = "2026-11-22T03:04:05Z"
GROUNDS = {"by": "moderator", "staff": "S-017", "second": "S-018", "reason": "personal-data",
           "statement": 1, "clause": "3.2", "rules": 0}  # fmt: skip
STATEMENT = GROUNDS | {"detection": "notice", "automated_detection": False,
                       "automated_decision": "none", "scope": "everywhere", "until": None,
                       "lapses": None}  # fmt: skip


def committed(**texts: str) -> dict[str, str]:
    """Commitments to texts, all under one salt; in names `__` stands for a dot."""
    names = {name.replace("__", "."): text for name, text in texts.items()}
    return {name: commit(name, SALT, text) for name, text in names.items()}


class Paper:
    """Entries appended by hand, and the pages that a site makes of them."""

    def __init__(self, folder: Path) -> None:
        self.state, self.board = State(folder), Board("board.test/tlog")
        self.entries: list[bytes] = []
        self.found: list[Finding] = []
        self.say("log.opened", origin="board.test/tlog", previous=None)
        self.say("complaint.posted", complaint=1, by="author", staff=None, type="criticism",
                 project="garden", category="repair", verified=False, wanted_by=None,
                 author_key=None, made=None,
                 commitments=committed(text=f"{TITLE}\n{BODY}", author=AUTHOR))  # fmt: skip

    def say(self, kind: str, at: str = AT, **fields: Any) -> int:
        """Append an entry; its index."""
        data = format_entry({"v": 1, "kind": kind, "at": at} | fields)
        self.entries.append(data)
        size = len(self.entries)
        assert size <= TILE_WIDTH
        bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in self.entries)
        self.state.keep_bundle(0, size, bundle)
        self.state.remember("size", str(size))
        self.found += self.board.read([(size - 1, data)])
        return size - 1

    def form(self, **other: Any) -> dict[str, Any]:
        """The machine form of complaint 1 as it was posted, but for what is given."""
        openings = [{"entry": 1, "field": field, "salt": encode_base64(SALT)}
                    for field in ("text", "author")]  # fmt: skip
        return {"number": 1, "state": "visible", "listed": True, "locked": False, "status": "open",
                "type": "criticism", "city": "", "project": "garden", "category": "repair",
                "title": TITLE, "body": BODY, "author": AUTHOR, "verified": False, "posted_at": AT,
                "claimed_at": None, "remedy": None, "wanted_by": None, "pending": None,
                "supporters": 0, "merged_into": None, "statement": None, "photos": [],
                "replies": [], "openings": openings,
                "entries": list(self.board.entries[1])} | other  # fmt: skip

    def gone(self, state: str, **other: Any) -> dict[str, Any]:
        """The machine form of complaint 1 in a state in which it is not shown."""
        return {"number": 1, "state": state, "posted_at": AT, "statement": None,
                "entries": list(self.board.entries[1])} | other  # fmt: skip

    def look(self, form: dict[str, Any], page: str, status: int = 200) -> set[str]:
        """The codes of what is wrong with a complaint, shown as this page and this form."""
        number = form["number"]
        site = PaperSite({f"/complaints/{number}": (status, page),
                          f"/complaints/{number}.json": (200, json.dumps(form))})  # fmt: skip
        return {finding.code for finding in Looker(site, self.board, self.state).look(number)}


class PaperSite(Site):
    """A site whose answers are given beforehand, by path."""

    def __init__(self, answers: dict[str, tuple[int, str]]) -> None:
        super().__init__("http://board.test")
        self._answers = answers

    def get(self, path: str, vantage: str = VISITOR) -> Answer:
        """The answer that was given for `path`; 404 where none was."""
        status, body = self._answers.get(path, (404, ""))
        return Answer(self.base + path, status, {}, body.encode())


def page_of(form: dict[str, Any], more: str = "") -> str:
    """The page with the hooks of the contract that says what `form` says, and `more`."""
    fields = {"status": ("open", "待答复"), "type": ("criticism", "批评"),
              "project": (form["project"], "花园"), "category": (form["category"], "维修")}  # fmt: skip
    told = "".join(f'<b data-field="{name}" data-value="{value}">{words}</b>'
                   for name, (value, words) in fields.items())  # fmt: skip
    return (
        f'<article data-complaint="{form["number"]}" data-entry="{form["entries"][0]}">{told}<h1 data-field="title">{form["title"]}'
        f'</h1><b data-field="author">{form["author"]}</b><b data-field="supporters">'
        f'{form["supporters"]}</b><time datetime="{AT}" data-field="posted-at">2026-11-22 11:04'
        f'</time><div data-field="body"><p>{form["body"]}</p></div>{more}</article>'
    )


def notice_of(state: str, more: str = "") -> str:
    """The notice that stands in the place of complaint 1."""
    return f'<div data-complaint="1" data-state="{state}">此处原有一条意见</div>{more}'
