"""The keys of one node: made by `forum init`, lent to the application at its start.

The log key is kept in the form of the Go note package, ``PRIVATE+KEY+<origin>+<key id>+<base64 of
type and seed>``, in a file of mode 0600.
"""

from __future__ import annotations

import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from forum.base import resources
from forum.log.last_signed import LastSigned
from forum.log.service import LogKeys
from forum.tlog.note import Signer, new_key
from forum.tlog.policy import Policy, parse_policy

PREFIX = "PRIVATE+KEY+"
LONGEST_NAME = 255


def origin_of(base_url: str) -> str:
    """The origin of a log served at `base_url`: its tile prefix without scheme."""
    parts = urlsplit(base_url)
    return f"{parts.netloc}{parts.path.rstrip('/')}/tlog"


def lend(app: Flask) -> None:
    """Lend the session secret and the log key to `app`, if `forum init` was run.

    Also the policy of FORUM_WITNESSES (resource "policy", None without one). ValueError when
    FORUM_BASE_URL names another log than the key was made for, or the policy cannot be used.
    """
    instance = Path(app.config["FORUM_INSTANCE"])
    policy = read_policy(app.config["FORUM_WITNESSES"])
    resources.provide(app, "policy", policy)
    secret = instance / "secret.key"
    if app.config["SECRET_KEY"] is None and secret.exists():
        app.config["SECRET_KEY"] = secret.read_text("ascii").strip()
    key = key_path(app)
    if key.exists():
        signer = read_signer(key)
        if signer.name != origin_of(app.config["FORUM_BASE_URL"]):
            raise ValueError(
                f"this instance keeps the log {signer.name}, for ever; "
                f"FORUM_BASE_URL={app.config['FORUM_BASE_URL']} would make it another"
            )
        if policy and policy.logs and signer.vkey not in [log.verifier_key for log in policy.logs]:
            raise ValueError(f"the policy of FORUM_WITNESSES is not about the log {signer.vkey}")
        resources.provide(app, "log", LogKeys(signer, LastSigned(instance / "last-signed")))


def read_policy(path: str | None) -> Policy | None:
    """Who must cosign (C2SP tlog-policy); None without a file. ValueError names file and line."""
    if path is None:
        return None
    try:
        policy = parse_policy(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"FORUM_WITNESSES={path}: {error}") from error
    for witness in policy.witnesses:
        if len(witness.verifier.name) > LONGEST_NAME:
            raise ValueError(
                f"FORUM_WITNESSES={path}: the name in {witness.name}'s key is too long"
            )
        if witness.url is not None and not _is_web_address(witness.url):
            raise ValueError(f"FORUM_WITNESSES={path}: {witness.url} is not a web address")
    return policy


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def key_path(app: Flask) -> Path:
    """Where the log key lies."""
    return Path(app.config["FORUM_LOG_KEY"] or Path(app.config["FORUM_INSTANCE"]) / "log.key")


def make(app: Flask) -> None:
    """Write a new session secret and a new log key (both 0600); FileExistsError if there is one."""
    instance = Path(app.config["FORUM_INSTANCE"])
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    signer = Signer(origin_of(app.config["FORUM_BASE_URL"]), seed := new_key())
    _name, key_id, _public = signer.vkey.split("+", 2)
    line = f"{PREFIX}{signer.name}+{key_id}+{b64encode(bytes([1]) + seed).decode()}\n"
    _write_private(key_path(app), line)
    if not (instance / "secret.key").exists():
        _write_private(instance / "secret.key", secrets.token_urlsafe(48) + "\n")
    lend(app)


def read_signer(path: Path) -> Signer:
    """The signer in the key file; ValueError when it is not one."""
    line = path.read_text("utf-8").strip()
    name, key_id, key = line.removeprefix(PREFIX).split("+", 2)
    data = b64decode(key, validate=True)
    signer = Signer(name, data[1:])
    if not line.startswith(PREFIX) or data[0] != 1 or signer.vkey.split("+")[1] != key_id:
        raise ValueError(f"{path} is not the key of a log")
    return signer


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
