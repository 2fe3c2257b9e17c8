"""`last-signed`: the newest size and root this node signed, outside the database and its backup.

It is raised after COMMIT and before the answer, so a crash leaves it behind, never ahead. A
database that is smaller than it, or has another root at its size, was restored or rewritten:
signing over that would fork the log. `signing-refused` beside it holds what a witness showed us of
another history of ours.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Signed(NamedTuple):
    """A tree this node has put its name to."""

    size: int
    root: str  # base64


class LastSigned:
    """The file of one node."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Signed | None:
        """What it holds; None when this node never signed. ValueError when it is damaged."""
        try:
            words = self.path.read_text("ascii").split()
        except FileNotFoundError:
            return None
        if len(words) != 2 or not words[0].isdecimal():
            raise ValueError(f"{self.path} is damaged")
        return Signed(int(words[0]), words[1])

    def raise_to(self, signed: Signed) -> None:
        """Write `signed` durably unless the file already names a size at least as large."""
        with self._locked():
            before = self.read()
            if before is not None and before.size >= signed.size:
                return
            fresh = self.path.with_name(self.path.name + ".new")
            with open(fresh, "w", encoding="ascii") as file:
                file.write(f"{signed.size} {signed.root}\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self.path)
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    @property
    def refused_path(self) -> Path:
        """The file whose being there keeps this node from signing; a person removes it."""
        return self.path.with_name("signing-refused")

    def refuse(self, reason: str) -> None:
        """Sign no more from now on, in no process of this node; the first reason is kept."""
        with self._locked():
            if self.refused_path.exists():
                return
            with open(self.refused_path, "w", encoding="utf-8") as file:
                file.write(reason)
                file.flush()
                os.fsync(file.fileno())

    def settle(self) -> None:
        """What kept this node from signing is settled; the evidence is kept beside it."""
        with self._locked():
            if self.refused_path.exists():
                os.replace(self.refused_path, self.refused_path.with_suffix(".settled"))

    def refusal(self) -> str | None:
        """Why this node signs no more; None when it may."""
        try:
            return self.refused_path.read_text("utf-8")
        except FileNotFoundError:
            return None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with open(self.path.with_name(self.path.name + ".lock"), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
