"""Triggers that refuse any change to what is logged, on both databases.

They stop accidents and the application itself. The owner of a database can drop a trigger; that
is what witnesses, receipts and monitors are for.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

# Not simply every size: PostgreSQL would read the whole table for each row.
_SIGNED = "SELECT c.size FROM log_checkpoint c WHERE c.size = NEW.size"
APPEND_ONLY = {
    "log_entry": "idx = (SELECT coalesce(max(idx), -1) + 1 FROM log_entry)",
    "log_node": (
        "number = (SELECT coalesce(max(number), -1) + 1 FROM log_node WHERE level = NEW.level)"
    ),
    "log_checkpoint": "size > (SELECT coalesce(max(size), 0) FROM log_checkpoint)",
    "log_cosignature": f"size IN ({_SIGNED})",
    "log_published": (
        f"size > (SELECT coalesce(max(size), 0) FROM log_published) AND NEW.size IN ({_SIGNED})"
    ),
}


def trigger_names(dialect: str) -> set[str]:
    """The triggers that must exist on a database of `dialect` (sqlite, postgresql)."""
    acts = ["insert", "update", "delete"] + (["truncate"] if dialect == "postgresql" else [])
    return {f"{table}_refuses_{act}" for table in APPEND_ONLY for act in acts}


def trigger_statements(dialect: str) -> list[str]:
    """The SQL that creates them."""
    make = _postgresql if dialect == "postgresql" else _sqlite
    return [line for table, rule in APPEND_ONLY.items() for line in make(table, rule)]


def _sqlite(table: str, rule: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [
        f"CREATE TRIGGER {table}_refuses_insert BEFORE INSERT ON {table}"
        f" WHEN NOT (NEW.{rule}) {refuse}",
        f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} {refuse}",
    ]


def _postgresql(table: str, rule: str) -> list[str]:
    function = f"{table}_is_append_only"
    row = f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'INSERT' AND NEW.{rule} THEN RETURN NEW; END IF;"
        f" RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_refuses_insert BEFORE INSERT ON {table} {row}",
        f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} {row}",
        f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} {row}",
        f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    ]


def missing_triggers(connection: Connection) -> set[str]:
    """Which of the triggers this database lacks; empty is good."""
    sqlite = connection.dialect.name == "sqlite"
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    )
    return trigger_names(connection.dialect.name) - set(connection.scalars(text(query)))
