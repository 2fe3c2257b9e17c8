"""`forum open-data DIR`: everything public as plain files, for whoever wants to keep or count it.

Nothing hidden is in it: of a complaint that is not shown there is what its page says (number,
state, statement, entries), and no salt that would help to guess its words. The folder appears
whole, and last of all in place of an earlier one.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import select

from forum.api.records import OPENED, Record, entries, openings_of, records
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict
from forum.base.resources import resource, setting
from forum.complaints.models import Complaint
from forum.log.export import export_log
from forum.log.queries import tip
from forum.pages import rows
from forum.pages.machine import machine_form

MANIFEST = "manifest.json"
STEP = 500  # complaints between two words on how far it is
COLUMNS = ("number", "state", "listed", "locked", "status", "type", "city", "project", "category",
           "title", "body", "author", "verified", "posted_at", "claimed_at", "remedy", "wanted_by",
           "supporters", "merged_into", "statement", "replies", "photos", "first_entry")  # fmt: skip
LICENCE = ("Records, figures and the log: CC0 1.0. Texts belong to their authors; anybody may copy,"
           " count and quote them, naming this board and the number.")  # fmt: skip
README = """Open data of {board}, {base}

complaints.jsonl   every complaint as /complaints/<n>.json has it
complaints.csv     the same in columns; a cell that a spreadsheet would run begins with '
replies.jsonl      replies and comments, with the number of their complaint
versions.jsonl     every text that a complaint had
records/           statements of reasons, proposals, rules, appeals … one file for each kind
openings.jsonl     salts that open what the log committed to (see docs/entries.md of the software)
entries.jsonl      the log's entries, decoded
log/               the log for machines (C2SP tlog-tiles); forum-monitor and others verify it
manifest.json      size and root of the log, and the SHA-256 of every file here

{licence}
"""


@dataclass
class Dump:
    """What was written: files by path, as (bytes, SHA-256), and how much of what.

    as_of: how many entries the log had when the rows were read; entries: when it was written.
    """

    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    complaints: int = 0
    as_of: int = 0
    entries: int = 0


def write_open_data(folder: Path, advance: Callable[[int], object] = lambda count: None) -> Dump:
    """Write everything public into `folder`, in place of an earlier dump that is there.

    advance: called with the number of complaints written since. Conflict when the folder holds
    something else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise Conflict(f"{folder} holds other things; choose an empty folder")
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    dump = Dump()
    with current_app.test_request_context(base_url=_base()):
        _read_as_of_now()
        _write_rows(fresh, dump, advance)
        db.session.rollback()
    dump.entries = export_log(fresh / "log").size
    _write_manifest(fresh, dump)
    _replace(folder, fresh)
    return dump


def count() -> int:
    """How many complaints a dump has."""
    return db.session.scalar(select(db.func.count()).select_from(Complaint)) or 0


def _read_as_of_now() -> None:
    """All rows are read as they stand at one moment; SQLite's read transactions are so anyway."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _write_rows(folder: Path, dump: Dump, advance: Callable[[int], object]) -> None:
    newest = tip()
    dump.as_of = newest.size if newest else 0
    with (
        _lines(folder, dump, "complaints.jsonl") as complaints,
        _lines(folder, dump, "replies.jsonl") as replies,
        _lines(folder, dump, "versions.jsonl") as versions,
        _lines(folder, dump, "openings.jsonl") as openings,
        _lines(folder, dump, "complaints.csv") as table,
    ):
        table.row(COLUMNS)
        for number in list(db.session.scalars(select(Complaint.number).order_by(Complaint.number))):
            form = machine_form(number)
            complaints.json(form)
            table.row(_cells(form))
            replies.many({"complaint": number, **reply} for reply in form.get("replies", ()))
            openings.many(form.get("openings", ()))
            versions.many(_versions(form))
            dump.complaints += 1
            if dump.complaints % STEP == 0:
                advance(STEP)
        advance(dump.complaints % STEP)
        _write_records(folder, dump, openings)
    with _lines(folder, dump, "entries.jsonl") as log:
        log.texts(entries(dump.as_of))


def _write_records(folder: Path, dump: Dump, openings: _File) -> None:
    for table in OPENED:
        with _lines(folder, dump, f"records/{table}.jsonl") as file:
            for record in records(table):
                file.json(record)
                openings.many(openings_of(table, record))


def _versions(form: Record) -> Iterator[Record]:
    """Every text it had, where its page shows them."""
    if "title" not in form:
        return
    for row in rows.versions_of(form["number"]):
        yield {"complaint": form["number"], "entry": row.entry, "title": row.title,
               "body": row.body, "at": clock.format_utc(row.at), "proven": row.proven}  # fmt: skip


def _cells(form: Record) -> list[str]:
    counted = {"replies": len(form.get("replies", ())), "photos": len(form.get("photos", ())),
               "first_entry": form["entries"][0] if form["entries"] else None}  # fmt: skip
    if "title" not in form:
        counted = {"first_entry": counted["first_entry"]}
    return [_cell({**form, **counted}.get(name)) for name in COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    # What a spreadsheet would take for a formula, it gets as text.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


class _File:
    """One file being written: its bytes are counted and hashed as they go."""

    def __init__(self, path: Path, name: str, dump: Dump) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="")
        self._table = csv.writer(self._file, lineterminator="\n")
        self._path, self._name, self._dump = path, name, dump

    def json(self, value: Record) -> None:
        """One JSON object on a line."""
        self._file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")

    def many(self, values: Iterable[Record]) -> None:
        """A line each."""
        for value in values:
            self.json(value)

    def texts(self, lines: Iterable[str]) -> None:
        """Lines as they are."""
        self._file.writelines(f"{line}\n" for line in lines)

    def row(self, cells: Iterable[str]) -> None:
        """A line of a table."""
        self._table.writerow(list(cells))

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
        self._dump.files[self._name] = _digest(self._path)


def _lines(folder: Path, dump: Dump, name: str) -> _File:
    return _File(folder / name, name, dump)


def _write_manifest(folder: Path, dump: Dump) -> None:
    words = README.format(board=setting("FORUM_BOARD_NAME"), base=_base(), licence=LICENCE)
    (folder / "README.txt").write_text(words, encoding="utf-8")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in dump.files:
            dump.files[name] = _digest(path)
    _signed, size, root = (folder / "log" / "checkpoint").read_text("utf-8").split("\n")[:3]
    manifest = {
        "url": _base(), "origin": resource("log").origin,
        "checkpoint": {"size": int(size), "root": root}, "complaints": dump.complaints,
        "made_at": clock.format_utc(clock.now()), "licence": LICENCE,
        "files": [{"path": name, "bytes": size, "sha256": digest}
                  for name, (size, digest) in sorted(dump.files.items())],
    }  # fmt: skip
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _replace(folder: Path, fresh: Path) -> None:
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _base() -> str:
    return str(setting("FORUM_BASE_URL")).rstrip("/")
