"""What a witness keeps in its folder: its key, the keys of the logs, and one file per log.

key                            the private key, 0600
logs                           a verifier key a line
<hex SHA-256(origin)>.note     the newest checkpoint that was cosigned, with the cosignature
<hex SHA-256(origin)>.lock     held while a request about that log is judged and stored
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from forum.tlog.checkpoint import parse_checkpoint
from forum.tlog.encoding import decode_base64, encode_base64
from forum.tlog.errors import TlogError
from forum.tlog.note import COSIGNATURE, CosignatureSigner, Verifier, new_key, split_note
from forum.witness.judge import Cosigned

PREFIX = "PRIVATE+KEY+"
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


class StoreError(Exception):
    """The folder does not hold what a witness needs, or not as it left it."""


class Slot:
    """The file of one log, while its lock is held."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Cosigned:
        """What was cosigned last. StoreError when the file is damaged.

        A damaged file is not an unknown log: to begin again at 0 would be to forget.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return Cosigned()
        try:
            checkpoint = parse_checkpoint(split_note(data)[0])
        except TlogError as error:
            raise StoreError(f"{self._path} is damaged: {error}") from error
        return Cosigned(checkpoint.size, checkpoint.root)

    def write(self, note: str) -> None:
        """Replace the file, and return only when a power cut cannot take it back."""
        _write_durably(self._path, note.encode("utf-8"))


class Store:
    """The folder of one witness."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, name: str) -> CosignatureSigner:
        """Write a new key; FileExistsError when the folder has one. NoteError for a bad name."""
        signer = CosignatureSigner(name, seed := new_key())
        _name, key_id, _key = signer.vkey.split("+", 2)
        line = f"{PREFIX}{name}+{key_id}+{encode_base64(bytes([COSIGNATURE]) + seed)}\n"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.folder / "key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        return signer

    def signer(self) -> CosignatureSigner:
        """The witness's key; StoreError when there is none or the file is not one."""
        path = self.folder / "key"
        try:
            line = path.read_text("utf-8").strip()
            name, key_id, key = line.removeprefix(PREFIX).split("+", 2)
            data = decode_base64(key)
            signer = CosignatureSigner(name, data[1:])
        except FileNotFoundError:
            raise StoreError(f"{self.folder} has no key: run forum-witness init first") from None
        except ValueError as error:
            raise StoreError(f"{path} is not the key of a witness") from error
        wanted = (PREFIX, COSIGNATURE, signer.vkey.split("+")[1])
        if (line[: len(PREFIX)], data[0], key_id) != wanted:
            raise StoreError(f"{path} is not the key of a witness")
        return signer

    def add_log(self, vkey: str) -> bool:
        """Know a log by its key from now on; whether that is new. NoteError for a bad key.

        Several keys of one origin are all trusted: that is how a log changes its key.
        """
        Verifier(vkey)
        known = [verifier.vkey for keys in self.logs().values() for verifier in keys]
        if vkey in known:
            return False
        _write_durably(self.folder / "logs", "".join(f"{v}\n" for v in [*known, vkey]).encode())
        return True

    def logs(self) -> dict[str, list[Verifier]]:
        """The keys of every log by its origin, read anew; StoreError when a line is not a key."""
        path, found = self.folder / "logs", dict[str, list[Verifier]]()
        try:
            for line in path.read_text("utf-8").splitlines():
                verifier = Verifier(line)
                found.setdefault(verifier.name, []).append(verifier)
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise StoreError(f"{path} is damaged: {error}") from error
        return found

    @contextmanager
    def locked(self, origin: str) -> Iterator[Slot]:
        """The file of a log; within the block no other request, thread or process has it."""
        name = sha256(origin.encode("utf-8")).hexdigest()
        with open(self.folder / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield Slot(self.folder / f"{name}.note")

    def note(self, name: str) -> bytes | None:
        """The cosigned checkpoint of the log whose origin has this hash; None: never cosigned."""
        if not _HEX.fullmatch(name):
            return None
        try:
            return (self.folder / f"{name}.note").read_bytes()
        except FileNotFoundError:
            return None


def _write_durably(path: Path, data: bytes) -> None:
    fresh = path.with_name(f"{path.name}.new")
    with open(fresh, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
