"""The keys of one node: made by `forum init`, lent to the application at its start.

The log key lies in `log.key`, or where FORUM_LOG_KEY says; of a log that changed its key there are
further files beside it (`ring.py`).
"""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from forum.base import resources
from forum.log.last_signed import LastSigned
from forum.log.ring import KeyRing, secret_line, write_private
from forum.log.ring import read_signer as read_signer
from forum.log.signing import LogKeys
from forum.tlog.note import new_key
from forum.tlog.policy import Policy, parse_policy

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
        ring = KeyRing(key)
        name = ring.current.name
        if name != origin_of(app.config["FORUM_BASE_URL"]):
            raise ValueError(
                f"this instance keeps the log {name}, for ever; "
                f"FORUM_BASE_URL={app.config['FORUM_BASE_URL']} would make it another"
            )
        _require_about(policy, ring)
        resources.provide(app, "log", LogKeys(ring, LastSigned(instance / "last-signed")))


def _require_about(policy: Policy | None, ring: KeyRing) -> None:
    """A policy that names logs must name ours: by the key that signs or, while it does, the former."""
    named = {log.verifier_key for log in policy.logs} if policy else set()
    if named and not named & set(ring.secret):
        raise ValueError(f"the policy of FORUM_WITNESSES is not about the log {ring.current.vkey}")


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
    line = secret_line(origin_of(app.config["FORUM_BASE_URL"]), new_key())
    write_private(key_path(app), line + "\n")
    if not (instance / "secret.key").exists():
        write_private(instance / "secret.key", secrets.token_urlsafe(48) + "\n")
    lend(app)
