"""`forum restore DIR`: back to a backup, and the log forward again.

Everything is made ready beside the board and put in its place in one step: a restore that fails,
or is killed, leaves the board as it was. What the log holds beyond the backup is had back from the
database that is replaced or from a mirror, so that nothing that was signed is ever contradicted;
what the law has had erased since is erased again before anybody can read it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import make_url, update

from forum.app import create_app
from forum.base import clock, outbox, resources
from forum.base.db import db, transaction
from forum.base.outbox import OutboxRow
from forum.base.resources import resource
from forum.base.storage import FileStorage
from forum.log import recover
from forum.log.last_signed import LastSigned
from forum.log.mirror import CannotRecover, Copy, DatabaseCopy, open_mirror
from forum.log.signing import LogKeys
from forum.moderation import erasure
from forum.startup import serving_alone
from forum.tlog import merkle
from forum.tlog.errors import TlogError
from forum.upkeep.backup import Progress, copy_files
from forum.upkeep.backup import aside as put_aside
from forum.upkeep.manifest import (
    DATABASE,
    FILES,
    KEPT_DAYS,
    BackupRefused,
    Manifest,
    digest_of,
    read_manifest,
    sync_folder,
)
from forum.upkeep.recovery import recover_board
from forum.upkeep.upgrade import upgrade


@dataclass(frozen=True)
class Wish:
    """What to restore. log_from: a mirror of the log as it was, by default the database here.

    replace: also when the board here is newer; even_expired: also a backup older than 30 days.
    """

    folder: Path
    log_from: str | None = None
    replace: bool = False
    even_expired: bool = False


@dataclass(frozen=True)
class Restored:
    """What came of it: entries in the backup, entries had back beyond it, the database set aside."""

    size: int
    added: int
    aside: Path | None


def restore(environ: Mapping[str, str], wish: Wish, progress: Progress) -> Restored:
    """Put the backup in the place of the board that these settings name.

    BackupRefused, CannotRecover or NotReady say why not; the board is then as it was.
    """
    app = create_app(environ)
    with app.app_context():
        live = _database_of(app)
        manifest = read_manifest(wish.folder)
        _require_own(app, manifest)
        with _nobody_else(app, live):
            _require_wanted(wish, manifest, live)
            _check_files(wish.folder, manifest, progress)
            _check_database(wish.folder / DATABASE, manifest)
            with _stage(live) as stage:
                added = _prepare(environ, wish.folder, _copy_of_log(wish, live), stage, progress)
                copy_files(stage / FILES, resource("storage").folder, progress)
                aside = put_aside(live) if live.exists() else None
                _put_in_place(stage / DATABASE, live)
                _remember_signed(stage)
    return Restored(manifest.size, added, aside)


def _database_of(app: Flask) -> Path:
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BackupRefused(
            "on PostgreSQL, stop the board and put the dump back with pg_restore; then run"
            " `forum upgrade` and `forum log recover --from` a mirror, which erases again what"
            " was erased since"
        )
    return Path(url.database)


def _require_own(app: Flask, manifest: Manifest) -> None:
    if "log" not in app.extensions["zhiyan"]:
        raise BackupRefused(
            "no backup holds the log key: put log.key, secret.key and last-signed of the board"
            f" into {app.config['FORUM_INSTANCE']} first"
        )
    if manifest.origin != resource("log").origin:
        raise BackupRefused(
            f"this is a backup of {manifest.origin}, not of {resource('log').origin}"
        )


def _require_wanted(wish: Wish, manifest: Manifest, live: Path) -> None:
    if manifest.expired and not wish.even_expired:
        raise BackupRefused(
            f"the backup is older than {KEPT_DAYS} days and may hold what was erased since;"
            " --even-expired uses it if the log of all erasures is at hand"
        )
    if wish.replace or not live.exists():
        return
    try:
        size = recover.read_checkpoint(DatabaseCopy(live)).size
    except CannotRecover:
        return  # a database that cannot be read is why one restores
    if size > manifest.size:
        raise BackupRefused(
            f"the board here has {size} entries, the backup {manifest.size}: the words of what was"
            " written in between would be lost; --replace does it all the same"
        )


@contextmanager
def _nobody_else(app: Flask, live: Path) -> Iterator[None]:
    """Within the block no program has the board open; BackupRefused while one has."""
    with serving_alone(app):
        db.session.remove()
        db.engine.dispose()
        if live.exists():
            _settle(live)
        yield


def _settle(live: Path) -> None:
    """Let the database be one file; that also finds out whether somebody has it open."""
    try:
        with closing(sqlite3.connect(live, timeout=1)) as base:
            base.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BackupRefused("another program has the database open: stop it first") from None
    except sqlite3.DatabaseError:
        return  # damaged; it is set aside as it is


def _check_files(folder: Path, manifest: Manifest, progress: Progress) -> None:
    with progress(len(manifest.files), "digests") as advance:
        for name, digest in manifest.files.items():
            path = folder / name
            if ".." in Path(name).parts or not path.is_file() or digest_of(path) != digest:
                raise BackupRefused(f"{path} is missing or not what the backup was made of")
            advance(1)
    if DATABASE not in manifest.files:
        raise BackupRefused(f"{folder} holds no SQLite database")


def _check_database(path: Path, manifest: Manifest) -> None:
    """The copy is sound, and its entries lead to the root that our key signed."""
    tree = merkle.Tree()
    try:
        signed = _open(manifest.note)
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
            (sound,) = base.execute("PRAGMA quick_check").fetchone()
            for (data,) in base.execute("SELECT bytes FROM log_entry ORDER BY idx"):
                tree.append([data])
    except (TlogError, sqlite3.Error) as error:
        raise BackupRefused(f"the backup's log does not hold: {error}") from None
    if sound != "ok" or (tree.size, tree.root) != signed or tree.size != manifest.size:
        raise BackupRefused("the backup's log does not lead to the checkpoint that was signed")


def _open(note: str) -> tuple[int, bytes]:
    checkpoint = recover.open_own(note).checkpoint
    return checkpoint.size, checkpoint.root


@contextmanager
def _stage(live: Path) -> Iterator[Path]:
    """A folder beside the database in which everything is made ready."""
    stage = live.with_name(".restore")
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True, mode=0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _copy_of_log(wish: Wish, live: Path) -> Copy:
    """Where the log is known as it was before the restore."""
    if wish.log_from:
        return open_mirror(wish.log_from)
    if live.exists():
        return DatabaseCopy(live.absolute())
    if resource("log").last_signed.read() is None and not recover.ask_witnesses().held:
        raise BackupRefused(
            "nothing here tells what was signed after the backup was made: put last-signed back,"
            " or give --log with a mirror of the log"
        )
    return DatabaseCopy((wish.folder / DATABASE).absolute())


def _prepare(
    environ: Mapping[str, str], folder: Path, copy: Copy, stage: Path, progress: Progress
) -> int:
    """Database and photos of the backup in `stage`, brought up to date; how many entries came."""
    shutil.copyfile(folder / DATABASE, stage / DATABASE)
    copy_files(folder / FILES, stage / FILES, progress)
    staged = create_app({**environ, "FORUM_DATABASE_URL": f"sqlite:///{stage / DATABASE}"})
    _lend_stage(staged, stage)
    upgrade(staged)
    with staged.app_context():
        _forget_effects()
        added = recover_board(copy, restored=True)
        _forget_effects(but=erasure.TOPIC)
        while outbox.drain():
            pass
        db.session.remove()
        db.engine.dispose()
    # Nothing of what was erased again may be left in pages that are free now.
    with closing(sqlite3.connect(stage / DATABASE)) as base:
        base.execute("PRAGMA journal_mode=DELETE").fetchone()
        base.execute("VACUUM")
    return added


def _forget_effects(but: str = "-") -> None:
    """Whatever waited to be carried out when the backup was made was carried out since.

    Above all no mail leaves twice; the search index is made anew.
    """
    waiting = OutboxRow.done_at.is_(None) & ~OutboxRow.receiver.startswith(f"{but}:")
    with transaction():
        values = {"done_at": clock.now(), "error": "before a restore"}
        db.session.execute(update(OutboxRow).where(waiting).values(values))


def _lend_stage(staged: Flask, stage: Path) -> None:
    """Photos and `last-signed` of its own: until all is in its place, nothing counts as signed."""
    keys: LogKeys = resource("log")
    for path in (keys.last_signed.path, keys.last_signed.refused_path):
        if path.exists():
            shutil.copyfile(path, stage / path.name)
    staged_signed = LastSigned(stage / keys.last_signed.path.name)
    resources.provide(staged, "log", LogKeys(keys.ring, staged_signed))
    resources.provide(staged, "storage", FileStorage(stage / FILES))


def _put_in_place(fresh: Path, live: Path) -> None:
    """One rename, after which the board is the restored one."""
    for companion in ("-wal", "-shm", "-journal"):
        live.with_name(live.name + companion).unlink(missing_ok=True)
    with open(fresh, "rb") as file:
        os.fsync(file.fileno())
    os.chmod(fresh, 0o600)
    os.replace(fresh, live)
    sync_folder(live.parent)


def _remember_signed(stage: Path) -> None:
    """What was signed in the stage is signed now."""
    kept = resource("log").last_signed
    staged = LastSigned(stage / kept.path.name)
    signed = staged.read()
    if signed is not None:
        kept.raise_to(signed)
    if staged.refusal() is None:
        kept.settle()
