"""`forum backup DIR`: database and photos as they were at one moment, to be kept elsewhere.

A backup holds neither the log key nor the secret nor `last-signed`: whoever steals it cannot sign
or sign in, and a board that went back to it cannot forget what it signed. What is erased by law
stays in the backups of the last 30 days, so none is used or kept for longer.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from forum.base import clock
from forum.base.db import db
from forum.base.resources import instance, resource, setting
from forum.log import queries
from forum.upkeep.manifest import (
    DATABASE,
    DUMP,
    FILES,
    KEPT_DAYS,
    PARTIAL,
    BackupRefused,
    Manifest,
    digests,
    forget_expired,
    sync_folder,
    write_manifest,
)
from forum.upkeep.upgrade import stored_revision

PAGES = 1024  # of the database, copied in one step
Advance = Callable[[int], None]
Progress = Callable[[int, str], Any]


def back_up(folder: Path, *, keep_days: int = KEPT_DAYS, progress: Progress) -> Manifest:
    """Write a backup into the new `folder`; it appears whole or not at all.

    keep_days: at most 30. progress: as `terminal.progress`. BackupRefused when the folder is
    there already, or the database cannot be copied by this program.
    """
    folder = folder.absolute()
    if folder.exists():
        raise BackupRefused(f"{folder} is there already: every backup has a folder of its own")
    partial = folder.with_name(f".{folder.name}{PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    try:
        manifest = _fill(partial, min(keep_days, KEPT_DAYS), progress)
        os.replace(partial, folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return manifest


def _fill(folder: Path, keep_days: int, progress: Progress) -> Manifest:
    if db.engine.dialect.name == "sqlite":
        _copy_sqlite(folder / DATABASE, progress)
        size, root, note = _tip_of(folder / DATABASE)
    else:
        newest = queries.tip()
        db.session.rollback()
        size, root, note = (newest.size, newest.root, newest.note) if newest else (0, "", "")
        _dump_postgresql(folder / DUMP)
    copy_files(resource("storage").folder, folder / FILES, progress)
    made = clock.now()
    manifest = Manifest(
        v=1, origin=resource("log").origin, revision=str(stored_revision()),
        made_at=clock.format_utc(made),
        expires_at=clock.format_utc(made + timedelta(days=keep_days)),
        size=size, root=root, note=note, files=dict(digests(folder)),
    )  # fmt: skip
    write_manifest(folder, manifest)
    return manifest


def aside(live: Path) -> Path:
    """Keep the database that a restore replaces as a backup of its own beside it; the folder.

    It is the same file under a second name, so the rename that follows loses nothing.
    """
    made = clock.now()
    folder = live.with_name(f"before-restore-{made:%Y%m%dT%H%M%S.%fZ}")
    folder.mkdir(mode=0o700)
    os.link(live, folder / DATABASE)
    for companion in ("-wal", "-journal"):
        beside = live.with_name(live.name + companion)
        if beside.exists():
            os.link(beside, folder / f"{DATABASE}{companion}")
    try:
        size, root, note = _tip_of(folder / DATABASE)
    except (sqlite3.Error, TypeError):
        size, root, note = 0, "", ""  # damaged: that is why one restores
    write_manifest(folder, Manifest(
        v=1, origin=resource("log").origin, revision="", made_at=clock.format_utc(made),
        expires_at=clock.format_utc(made + timedelta(days=KEPT_DAYS)), size=size, root=root,
        note=note, files=dict(digests(folder)),
    ))  # fmt: skip
    return folder


def forget_aside() -> None:
    """The worker: what restores set aside is a backup too and goes when its days are over."""
    forget_expired(instance())


def _copy_sqlite(target: Path, progress: Progress) -> None:
    """The database of one moment, also while others write: SQLite's online backup."""
    source = sqlite3.connect(str(db.engine.url.database))
    with closing(source), closing(sqlite3.connect(target)) as copy:
        # With the snapshot held, writers do not make the copy begin anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (pages,) = source.execute("PRAGMA page_count").fetchone()
        with progress(pages, "database") as advance:
            _copy_pages(source, copy, advance)
        # One file that needs no companions.
        copy.execute("PRAGMA journal_mode=DELETE").fetchone()
    _sync_file(target)


def _copy_pages(source: sqlite3.Connection, copy: sqlite3.Connection, advance: Advance) -> None:
    left: list[int] = []

    def told(_status: int, remaining: int, total: int) -> None:
        advance((left[-1] if left else total) - remaining)
        left.append(remaining)

    source.backup(copy, pages=PAGES, progress=told, sleep=0)


def _tip_of(path: Path) -> tuple[int, str, str]:
    with closing(sqlite3.connect(path)) as base:
        query = "SELECT size, root, note FROM log_checkpoint ORDER BY size DESC LIMIT 1"
        found: tuple[int, str, str] = base.execute(query).fetchone()
    return found


def _dump_postgresql(target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupRefused(
            "pg_dump is not installed here: let who runs PostgreSQL back it up, and keep"
            f" {resource('storage').folder} with it"
        )
    url = make_url(setting("SQLALCHEMY_DATABASE_URI"))
    password, url = url.password, url._replace(drivername="postgresql", password=None)
    environ = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    run = subprocess.run(  # noqa: S603 — our own arguments
        [program, "--format=custom", "--no-owner", "--no-privileges", "--schema=public",
         f"--file={target}", f"--dbname={url.render_as_string()}"],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise BackupRefused(f"pg_dump: {(run.stderr.strip() or 'failed').splitlines()[-1]}")
    _sync_file(target)


def copy_files(source: Path, target: Path, progress: Progress) -> None:
    """Copy every stored photo that `target` lacks; one that goes away meanwhile was erased."""
    paths = [path for path in sorted(source.glob("*/??/*")) if len(path.name) == 64]
    with progress(len(paths), "photos") as advance:
        for path in paths:
            copy = target / path.relative_to(source)
            if not copy.exists():
                _copy_file(path, copy)
            advance(1)


def _copy_file(path: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    fresh = copy.with_name(f"{copy.name}.new")
    try:
        shutil.copyfile(path, fresh)
    except FileNotFoundError:
        fresh.unlink(missing_ok=True)
        return
    _sync_file(fresh)
    os.replace(fresh, copy)


def _sync_file(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())
