"""Files by the digest of their bytes: photos as shown, and the bytes as they were received."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

_KEY = re.compile(r"[a-z]{1,16}/[0-9a-f]{64}\Z")


class FileStorage:
    """A folder; a file's key is ``<kind>/<sha256 of its bytes>``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, kind: str, data: bytes) -> str:
        """Store durably and answer with the key; storing the same bytes again changes nothing."""
        key = f"{kind}/{sha256(data).hexdigest()}"
        path = self._path(key)
        if path.exists():
            return key
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
        with open(fresh, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        return key

    def get(self, key: str) -> bytes | None:
        """The bytes; None when they are not there or are no longer what they were."""
        try:
            data = self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        return data if sha256(data).hexdigest() == key.partition("/")[2] else None

    def older_than(self, kind: str, moment: float) -> Iterator[str]:
        """Keys of the files of a kind that were written before `moment` (POSIX seconds)."""
        for path in sorted((self.folder / kind).glob("??/*")):
            if path.stat().st_mtime < moment and _KEY.match(f"{kind}/{path.name}"):
                yield f"{kind}/{path.name}"

    def delete(self, key: str) -> None:
        """Forget the bytes; nothing happens when they are not there."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.match(key):
            raise ValueError(f"not a storage key: {key!r}")
        kind, _, digest = key.partition("/")
        return self.folder / kind / digest[:2] / digest
