"""What a backup says of itself, and how long it may be kept."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from forum.base import clock
from forum.base.resources import resource

KEPT_DAYS = 30
MANIFEST = "manifest.json"
DATABASE = "zhiyan.db"
DUMP = "database.dump"
FILES = "files"
PARTIAL = ".partial"
PIECE = 2**20  # bytes, read at a time


class BackupRefused(Exception):
    """There is no backup, or it must not be used; the message says why, in one line."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: the log it holds (`note` is signed) and a digest per file."""

    v: int
    origin: str
    revision: str
    made_at: str
    expires_at: str
    size: int
    root: str
    note: str
    files: Mapping[str, str]

    @property
    def expired(self) -> bool:
        """Whether it may hold what the law has had erased since."""
        return clock.now() >= clock.parse_utc(self.expires_at)


def read_manifest(folder: Path) -> Manifest:
    """What the backup in `folder` says of itself; BackupRefused when it is none."""
    try:
        found = Manifest(**json.loads((folder / MANIFEST).read_text("utf-8")))
        clock.parse_utc(found.expires_at)
    except (OSError, ValueError, TypeError):
        raise BackupRefused(f"{folder} is no backup of a board: {MANIFEST} is missing or damaged") from None  # fmt: skip
    if found.v != 1:
        raise BackupRefused(f"{folder} was made by a newer version of this program")
    return found


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put the manifest into the folder, on the disk when this returns."""
    with open(folder / MANIFEST, "w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def forget_expired(parent: Path) -> list[Path]:
    """Delete the backups of this log in `parent` whose days are over; which they were.

    Half a backup that was stopped a day ago goes as well.
    """
    gone = [folder for folder in _folders(parent) if _is_over(folder)]
    for folder in gone:
        shutil.rmtree(folder)
    return gone


def digests(folder: Path) -> Iterator[tuple[str, str]]:
    """Path below `folder` and SHA-256 (hex) of every file, the manifest left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / MANIFEST:
            yield path.relative_to(folder).as_posix(), digest_of(path)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    seen = sha256()
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            seen.update(piece)
    return seen.hexdigest()


def sync_folder(folder: Path) -> None:
    """What was renamed in the folder is on the disk when this returns."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folders(parent: Path) -> list[Path]:
    return [path for path in sorted(parent.iterdir()) if path.is_dir() and not path.is_symlink()]


def _is_over(folder: Path) -> bool:
    if folder.name.startswith(".") and folder.name.endswith(PARTIAL):
        written = datetime.fromtimestamp(folder.stat().st_mtime, tz=clock.now().tzinfo)
        return clock.now() - written > timedelta(days=1)
    try:
        manifest = read_manifest(folder)
    except BackupRefused:
        return False
    return manifest.origin == resource("log").origin and manifest.expired
