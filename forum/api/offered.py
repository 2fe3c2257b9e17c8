"""The dump that the board offers for download by itself, once its closing is announced.

Before that the operator makes dumps (`forum open-data`); a board that will close must leave a copy
with whoever wants one. It is named by the size of the log it was read at, so that one which holds
words that were taken away since is never given out.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from forum.api.open_data import write_open_data
from forum.base.resources import setting
from forum.log.closing import announced
from forum.log.queries import newest_of
from forum.tlog.entry import KINDS

# What takes words away: a dump from before it is not given out any more.
TAKING = tuple(
    name for name in KINDS
    if name.endswith((".removed", ".redacted", ".refused", ".erased", ".withdrawn", "-detached"))
)  # fmt: skip


def renew(_payloads: object = None) -> None:
    """Make the dump anew; also the receiver of ``board.closing``."""
    folder = _folder()
    dump = write_open_data(folder / "open-data")
    fresh = folder / ".new.zip"
    with ZipFile(fresh, "w", ZIP_DEFLATED) as packed:
        for name in ("manifest.json", *sorted(dump.files)):
            packed.write(folder / "open-data" / name, f"open-data/{name}")
    forget()
    shutil.rmtree(folder / "open-data")
    fresh.rename(folder / f"open-data-{dump.as_of}.zip")


def renew_daily() -> int:
    """The worker: a new dump every day until the closing, and after it when the old one is void."""
    closing = announced()
    if closing is None or (closing.is_closed() and offered() is not None):
        return 0
    renew()
    return 1


def offered() -> Path | None:
    """The dump to give out; None when there is none, or words that it holds were taken away."""
    known = [path for path in _folder().glob("open-data-*.zip") if _size(path)]
    newest = max(known, key=_size, default=None)
    return newest if newest is not None and newest_of(TAKING) < _size(newest) else None


def forget(_payloads: object = None) -> None:
    """Receiver of ``content.erased``: no copy of what the law destroys stays here."""
    for path in _folder().glob("open-data-*.zip"):
        path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(setting("FORUM_INSTANCE")) / "open-data"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _size(path: Path) -> int:
    size = path.stem.rpartition("-")[2]
    return int(size) if size.isdigit() else 0
