"""`forum log export DIR`: the log as files that any web server can serve in our place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from flask_babel import lazy_gettext as _l

from forum.base.db import db
from forum.base.refusal import Unavailable
from forum.log import queries, rotation
from forum.tlog.tile import bundles_for, format_bundle, format_tile_path, tiles_for


@dataclass(frozen=True)
class Exported:
    """What is in the folder now: entries, tiles of hashes, bundles of entries."""

    size: int
    tiles: int
    bundles: int


def export_log(folder: Path) -> Exported:
    """Write the log as published now into `folder`, beside what an earlier export left there.

    Every file appears whole, and the checkpoint last: whoever reads meanwhile never meets a
    checkpoint whose tiles are missing. Unavailable before the log is opened.
    """
    tip = queries.published()
    if tip is None:
        raise Unavailable(_l("意见记录还没有开始。"))
    tiles, bundles = list(tiles_for(tip.size)), list(bundles_for(tip.size))
    for tile in tiles:
        row = queries.read_row(8 * int(tile.level), tile.number << 8, tile.width)
        _write(folder / format_tile_path(*tile), b"".join(row))
    for bundle in bundles:
        entries = queries.entry_bytes(bundle.number << 8, bundle.width)
        _write(folder / format_tile_path(*bundle), format_bundle(entries))
    db.session.rollback()
    _write_keys(folder, tip.size)
    db.session.rollback()
    _write(folder / "checkpoint", tip.note.encode())
    return Exported(tip.size, len(tiles), len(bundles))


def _write_keys(folder: Path, size: int) -> None:
    """The newest key, and what leads to it from every earlier one."""
    _write(folder / "vkey", f"{rotation.vkey()}\n".encode())
    indexes = [change.index for change in queries.rotations() if change.index < size]
    for index in indexes:
        _write(folder / "rotations" / str(index), (rotation.note_of(index) or "").encode())
    if indexes:
        _write(folder / "rotations" / rotation.INDEXES, rotation.format_indexes(indexes).encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with open(fresh, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
