"""What must hold before anything is served: the log is ours, guarded, and says how we are set.

`check(app)` is called by `forum serve` and `forum worker`, in the process that starts the others.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import inspect, select, text

from forum.base.db import db, transaction
from forum.base.resources import provide, resource, setting
from forum.log import queries, standing
from forum.log import service as log
from forum.log.models import LogEntry
from forum.log.triggers import missing_triggers
from forum.tlog.entry import parse_entry
from forum.upkeep.upgrade import why_not_current

NO_WITNESSES = "none"
NEAR = (".localhost", ".local", ".internal", ".lan", ".test", ".home.arpa")


class NotReady(Exception):
    """The board may not be served as it stands; the message says what to do, in one line."""


def check(app: Flask, bind: str | None = None) -> list[str]:
    """Refuse (NotReady) or answer with warnings; a changed setting is logged before serving.

    bind: the address the server will listen on, ``host:port`` or ``unix:path``; None for none.
    """
    warnings = _check_cookies(app, bind)
    with app.app_context():
        _require_log()
        _require_revision()
        _hold(app)
        _require_triggers()
        _require_durable_commits()
        _require_origin()
        refusals = _compare_with_past(warnings)
        if not refusals:
            log_settings()
        db.session.rollback()
        # What is forked off afterwards must not share an open connection.
        db.engine.dispose()
    return warnings


def has_log() -> bool:
    """Whether the database of the present application holds a log."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table(LogEntry.__tablename__):
            return False
    found = queries.tip() is not None
    db.session.rollback()
    return found


def log_settings() -> None:
    """Append `setting.changed` for every hiding setting that differs from its last logged value."""
    with transaction():
        for name, value in _hiding_settings().items():
            if (_logged(name) or _BEFORE_ANY.get(name)) != value:
                log.append("setting.changed", by="system", staff=None, setting=name, value=value)


# What holds before the first entry about a setting; a new board does not announce it.
_BEFORE_ANY = {"witnesses": NO_WITNESSES}


def _hiding_settings() -> dict[str, str]:
    """Settings that could be used to hide something, with their values as an entry writes them.

    The policy of the witnesses counts: without it a quorum could be dropped in silence.
    """
    path = setting("FORUM_WITNESSES")
    policy = sha256(Path(path).read_bytes()).hexdigest() if path else NO_WITNESSES
    return {"hold": setting("FORUM_HOLD"), "witnesses": policy}


def _logged(name: str) -> str | None:
    """The value that the newest entry about the setting gives; None when there is none."""
    changes = db.session.scalars(
        select(LogEntry.bytes)
        .where(LogEntry.kind == "setting.changed")
        .order_by(LogEntry.index.desc())
    )
    entries = (parse_entry(data) for data in changes)
    return next((entry["value"] for entry in entries if entry["setting"] == name), None)


def _require_log() -> None:
    try:
        resource("log")
    except KeyError:
        raise NotReady("there is no board here yet: run `forum init` first") from None
    if not has_log():
        raise NotReady("the database holds no log: run `forum init` first")


def _require_revision() -> None:
    why = why_not_current()
    if why:
        raise NotReady(why)


# Everything that serves the board holds a shared lock (flock) on this file of the instance.
LOCK = "serving.lock"


@contextmanager
def serving_alone(app: Flask) -> Iterator[None]:
    """Within the block nothing serves the board on this machine; NotReady while something does."""
    with open(Path(app.config["FORUM_INSTANCE"]) / LOCK, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady("the board is being served: stop it first") from None
        yield


def _hold(app: Flask) -> None:
    """Let nobody replace the database while this process, or one forked off it, is there."""
    if "serving" in app.extensions["zhiyan"]:
        return
    lock = os.open(Path(app.config["FORUM_INSTANCE"]) / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    weakref.finalize(app, os.close, lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NotReady("a backup is being restored: start again when that is done") from None
    provide(app, "serving", lock)


def _require_triggers() -> None:
    missing = missing_triggers(db.session.connection())
    if missing:
        raise NotReady("the log is unguarded, triggers are missing: " + ", ".join(sorted(missing)))


def _require_durable_commits() -> None:
    """A receipt is sent after the commit, so the commit must have reached the disk by then."""
    if db.engine.dialect.name != "postgresql":
        return
    if db.session.scalar(text("SHOW synchronous_commit")) == "off":
        raise NotReady("synchronous_commit is off: a crash would lose receipted complaints")


def _require_origin() -> None:
    opened, key = queries.entry(0), resource("log").origin
    if opened is None or opened.get("origin") != key:
        raise NotReady(f"the log in the database is not {key}, for which this node has the key")


def _compare_with_past(warnings: list[str]) -> tuple[str, ...]:
    """Why nothing may be written, also as warnings: whoever only reads can still be served."""
    found = standing.at_start()
    if found.forgotten:
        raise NotReady(found.forgotten)
    warnings += [f"nothing can be written: {reason}" for reason in found.refusals]
    warnings += [f"the witness {name} does not answer" for name in found.silent]
    return found.refusals


def _check_cookies(app: Flask, bind: str | None) -> list[str]:
    """Over plain http cookies can be read on the way: only tolerable near at hand."""
    base = app.config["FORUM_BASE_URL"]
    if base.startswith("https://"):
        return []
    hosts = [urlsplit(base).hostname or ""]
    if bind is not None and not bind.startswith("unix:"):
        hosts.append(bind.rpartition(":")[0].strip("[]"))
    public = [host for host in hosts if _is_public(host)]
    if public and app.config["FORUM_ALLOW_HTTP"] != "1":
        raise NotReady(
            f"{public[0]} is a public address and {base} is not https, so cookies could be read"
            " on the way: set FORUM_BASE_URL=https://… (or FORUM_ALLOW_HTTP=1)"
        )
    return [f"{base} is not https: sign-in cookies travel unprotected"] if public else []


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return host not in ("", "localhost") and not host.endswith(NEAR)
