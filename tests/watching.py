"""Watches every commit of a board: each public change needs its entry, in the same transaction.

What was public before a commit and what is after it is read by SQL on the committing connection,
so nothing that a verb does to rows, by whatever way, escapes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from sqlalchemy import Connection, event

from forum.base.db import Base, db
from forum.log.public import PUBLIC

Row = Mapping[str, Any]
Shown = dict[tuple[Any, ...], Row]

PLACES = ("city", "project", "category", "department")
UNDER_A_COMPLAINT = ("complaint_version", "reply", "photo", "support", "promise")
# Table → the kind of entry that makes a row, and what names the row: its column, the entry's field.
NAMED = {"rules": ("rules.published", "version", "version"),
         "audit_report": ("audit.reported", "number", "report"),
         "closing": ("board.closing", "until", "until"),
         "digest_issue": ("digest.sent", "date", "date")}  # fmt: skip
_TEXT = ("complaint.posted", "complaint.imported", "complaint.redacted", "complaint.restored",
         "complaint.erased", "sealed.destroyed")  # fmt: skip
# Columns of a complaint that not just any entry about it may change.
KINDS_OF = {
    **dict.fromkeys(("title", "body", "body_html"), (*_TEXT, "complaint.edited")),
    **dict.fromkeys(("author", "remedy", "wanted_by", "author_key", "made"), _TEXT),
    **dict.fromkeys(("posted_at", "claimed_at", "entry", "imported"),
                    ("complaint.posted", "complaint.imported")),
    **dict.fromkeys(("type", "project_id", "category_id"),
                    ("complaint.posted", "complaint.imported", "complaint.moved")),
    **dict.fromkeys(("state", "state_at", "statement"), ("complaint.*",)),
    **dict.fromkeys(("status", "status_at"),
                    ("complaint.posted", "complaint.imported", "complaint.status")),
    "listed": ("complaint.posted", "complaint.imported", "complaint.delisted", "complaint.relisted"),
    "locked": ("complaint.posted", "complaint.imported", "complaint.locked", "complaint.unlocked"),
    "merged_into": ("complaint.posted", "complaint.*merged", "complaint.erased"),
    "held_until": ("complaint.posted", "complaint.held", "complaint.published", "complaint.refused",
                   "complaint.erased"),
    "imported_supporters": ("complaint.imported", "complaint.*merged"),
    "supporters": ("complaint.posted", "complaint.imported", "support.*", "complaint.*merged"),
    "withdrawal_due": ("complaint.posted", "withdrawal.*", "complaint.withdrawn", "complaint.erased"),
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A public row before and after a commit; None where it was not there."""

    table: str
    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        """The row as it is, or was."""
        return self.after or self.before or {}

    @property
    def columns(self) -> tuple[str, ...]:
        """What differs; nothing where the whole row came or went."""
        if self.before is None or self.after is None:
            return ()
        return tuple(name for name in self.row if self.before[name] != self.after[name])

    def is_covered(self, entries: list[tuple[int, Row]]) -> bool:
        """Whether these entries say what happened to it."""
        about = [entry for index, entry in entries if self._is_about(index, entry)]
        if self.table != "complaint":
            return bool(about)
        return bool(about) and all(
            any(fnmatch(entry["kind"], kind) for entry in about for kind in KINDS_OF.get(name, "*"))
            for name in self.columns
        )

    def _is_about(self, index: int, entry: Row) -> bool:
        row, table, kind = self.row, self.table, entry["kind"]
        if table == "complaint":
            return row["number"] in (entry.get("complaint"), entry.get("into"))
        if table in ("ruling", "merge_proposal") or (table == "support" and "into" in entry):
            return self._is_about_merging(index, entry)
        if table in UNDER_A_COMPLAINT:
            return row["complaint"] == entry.get("complaint")
        if table in ("flag_decision", "party_notice"):
            # Their words go with what they are about.
            over = kind.endswith(".erased") and row["complaint"] == entry["complaint"]
            return over or index in (row["entry"], row.get("decided"), row.get("countered"))
        if table in ("appeal", "challenge"):
            return row["number"] == entry.get(table)
        if table in ("statement", "proposal"):
            # With an erased complaint ends what else waited for it.
            over = kind == "complaint.erased" and row["complaint"] == entry["complaint"]
            return over or row["number"] == entry.get("statement")
        if table in PLACES:
            return (kind, table, row["slug"]) == (
                "place.changed",
                entry.get("place"),
                entry.get("slug"),
            )
        if table == "account":
            return kind.startswith("role.") and row["staff_no"] == entry["staff"]
        if table in NAMED:
            named, column, name = NAMED[table]
            return kind == named and str(row[column]) == str(entry[name])
        assert table == "opening", f"{table}: say here which entries are about its rows"
        # Undoing a cut opens again what it closed, and closes what it had shown instead.
        back = kind.endswith(".restored") and row["complaint"] == entry["complaint"]
        shows = row["field"].rpartition(".")[2]
        closed = entry.get("closes", ())
        return back or index == row["entry"] or row["entry"] in closed or shows in map(str, closed)

    def _is_about_merging(self, index: int, entry: Row) -> bool:
        row, kind = self.row, entry["kind"]
        if self.table == "support":
            return row["complaint"] == entry["into"]
        decides = self.table == "merge_proposal" and kind in ("merge.declined", "complaint.merged")
        return index == row["entry"] or (decides and row["complaint"] == entry["complaint"])


@dataclass
class Watch:
    """faults: public changes without their entry; kinds, changes: since `start` was last called."""

    faults: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    _shown: dict[str, Shown] = field(default_factory=dict)
    _size: int = 0

    def start(self) -> None:
        """Forget what was seen, but not what is shown."""
        self.kinds, self.changes, self.faults = [], [], []

    def look(self, connection: Connection) -> None:
        """What is public now is what was committed before."""
        self._shown = {table: _read(connection, table) for table in PUBLIC}
        self._size = len(_entries(connection, 0))

    def before_commit(self, connection: Connection) -> None:
        """Hold what a commit changes against the entries it adds."""
        entries = _entries(connection, self._size)
        shown = {table: _read(connection, table) for table in PUBLIC}
        changes = [c for table in PUBLIC for c in _changes(table, self._shown[table], shown[table])]
        inside = "transaction" in db.session().info
        self.faults += [
            f"{change.table} {tuple(change.row.values())[:3]} {change.columns or 'whole'}"
            + ("" if inside else " outside of transaction()")
            for change in changes
            if not inside or not change.is_covered(entries)
        ]
        self.kinds += [entry["kind"] for _index, entry in entries]
        self.changes += changes
        self._shown, self._size = shown, self._size + len(entries)


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch the present application's database until the block ends."""
    watch = Watch()
    with db.engine.connect() as connection:
        watch.look(connection)
    event.listen(db.engine, "commit", watch.before_commit)
    try:
        yield watch
    finally:
        event.remove(db.engine, "commit", watch.before_commit)


def _read(connection: Connection, table: str) -> Shown:
    model = Base.metadata.tables[table]
    names = [column.name for column in model.columns if column.name not in PUBLIC[table]]
    keys = [column.name for column in model.primary_key]
    columns = ", ".join(f'"{name}"' for name in dict.fromkeys([*keys, *names]))
    rows = connection.exec_driver_sql(f'SELECT {columns} FROM "{table}"').mappings().all()  # noqa: S608
    inside = table == "account"  # members are not seen until they post
    return {
        tuple(row[key] for key in keys): {name: _plain(row[name]) for name in names}
        for row in rows
        if not inside or row["staff_no"] is not None or row["role"] != "member"
    }


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _entries(connection: Connection, first: int) -> list[tuple[int, Row]]:
    rows = connection.exec_driver_sql(
        f"SELECT idx, bytes FROM log_entry WHERE idx >= {first} ORDER BY idx"  # noqa: S608
    )
    return [(index, json.loads(bytes(data))) for index, data in rows]


def _changes(table: str, before: Shown, after: Shown) -> Iterator[Change]:
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            yield Change(table, before.get(key), after.get(key))
