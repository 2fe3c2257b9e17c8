"""The key files of one node: `log.key`, and beside it one file for every key the log ever had.

`log.key` holds the key that signs; `log.key.<key id>` the same and each former one. A former key
is kept whole (0600) as long as it signs beside its successor; after that only its verifier key
is left in the file, with which old checkpoints are checked. A secret is written in the form of
the Go note package, ``PRIVATE+KEY+<origin>+<key id>+<base64 of type and seed>``.

Which of the keys signs is not said here but by the log, whose newest `key.rotated` entry names it.
"""

from __future__ import annotations

import fcntl
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forum.tlog.note import Signer, Verifier

PREFIX = "PRIVATE+KEY+"


class KeyRing:
    """The keys in the files of one node. Other processes may add files: see `signer`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_files()

    @property
    def current(self) -> Signer:
        """What `log.key` held when the files were read last."""
        return self._current

    @property
    def secret(self) -> list[str]:
        """The verifier keys of all keys that could sign here."""
        return list(self._signers)

    @property
    def verifiers(self) -> list[Verifier]:
        """Every key of which there is a file, `log.key` first."""
        return [Verifier(vkey) for vkey in dict.fromkeys((*self._signers, *self._former))]

    def signer(self, vkey: str) -> Signer | None:
        """The key behind a verifier key, looked for in the files if need be; None: not here."""
        if vkey not in self._signers:
            self._read_files()
        return self._signers.get(vkey)

    def keep(self, line: str) -> None:
        """Write a key's file beside `log.key`, durably, unless it is there."""
        path = self._file_of(line.removeprefix(PREFIX))
        if not path.exists():
            _replace(path, line)

    def settle_on(self, vkey: str) -> None:
        """Let `log.key` hold the key of `vkey`, which must be in one of the files."""
        if self._current.vkey == vkey:
            return
        self.set_aside()
        _replace(self.path, self._file_of(vkey).read_text("utf-8").strip())
        self._read_files()

    def retire(self, vkey: str) -> None:
        """Destroy the secret of a former key; its verifier key stays."""
        if vkey in self._signers and vkey != self._current.vkey:
            _replace(self._file_of(vkey), vkey)
            self._read_files()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Within the block no other process of this node changes the files."""
        with open(self.path.with_name(self.path.name + ".lock"), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def set_aside(self) -> None:
        """Let what `log.key` holds stand in a file of its own as well."""
        self.keep(self.path.read_text("utf-8").strip())

    def _file_of(self, key: str) -> Path:
        """The file of a key, from its verifier key or from its own line without the prefix."""
        return self.path.with_name(f"{self.path.name}.{key.split('+')[1]}")

    def _read_files(self) -> None:
        current = read_signer(self.path)
        signers, former = {current.vkey: current}, []
        of_a_key = re.compile(re.escape(self.path.name) + r"\.[0-9a-f]{8}")
        for path in sorted(self.path.parent.iterdir()):
            if not of_a_key.fullmatch(path.name):
                continue
            line = path.read_text("utf-8").strip()
            if line.startswith(PREFIX):
                signer = read_signer(path)
                signers.setdefault(signer.vkey, signer)
            else:
                former.append(Verifier(line).vkey)
        # All at once: another thread may be looking for a key meanwhile.
        self._current, self._signers, self._former = current, signers, former


def secret_line(name: str, seed: bytes) -> str:
    """A key as it stands in its file."""
    _name, key_id, _public = Signer(name, seed).vkey.split("+", 2)
    return f"{PREFIX}{name}+{key_id}+{b64encode(bytes([1]) + seed).decode()}"


def read_signer(path: Path) -> Signer:
    """The signer in a key file; ValueError when it is not one."""
    line = path.read_text("utf-8").strip()
    name, key_id, key = line.removeprefix(PREFIX).split("+", 2)
    data = b64decode(key, validate=True)
    signer = Signer(name, data[1:])
    if not line.startswith(PREFIX) or data[0] != 1 or signer.vkey.split("+")[1] != key_id:
        raise ValueError(f"{path} is not the key of a log")
    return signer


def write_private(path: Path, text: str) -> None:
    """A new file of mode 0600, on the disk when this returns; FileExistsError if there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, line: str) -> None:
    """Let the file hold `line`, whole or not at all, and not return before the disk has it."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    write_private(fresh, line + "\n")
    os.replace(fresh, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
