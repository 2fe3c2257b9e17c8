"""Settings: one sentence above each; read from the environment; no secret has a default.

`FORUM_SECRET_KEY` and `FORUM_LOG_KEY` may be left unset: `forum init` writes both into the
instance folder with mode 0600.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFAULTS: dict[str, Any] = {
    # The folder that holds database, keys, photos, search index and the mails of the default sender.
    "FORUM_INSTANCE": "./instance",
    # The key that signs session cookies; unset: the file secret.key in the instance.
    "FORUM_SECRET_KEY": None,
    # SQLAlchemy's address of the database; unset: SQLite in the instance.
    "FORUM_DATABASE_URL": None,
    # Which search engine is used.
    "FORUM_SEARCH": "whoosh",
    # Where mail goes: smtp://user:password@host:port, or unset for files in the instance.
    "FORUM_MAIL_URL": None,
    # The web hook that sends text messages (POST, JSON "to" and "text"), or unset for files.
    "FORUM_SMS_URL": None,
    # The address under which the board is reached; it also fixes the origin of a new log.
    "FORUM_BASE_URL": "http://127.0.0.1:8000",
    # The file with the log's signing key; unset: log.key in the instance.
    "FORUM_LOG_KEY": None,
    # The file that names the witnesses of the log and how many must cosign (C2SP tlog-policy).
    "FORUM_WITNESSES": None,
    # Whether new complaints wait before they are shown (off, on).
    "FORUM_HOLD": "off",
    # When the executives' digest is sent, local time.
    "FORUM_DIGEST_AT": "08:00",
    # The board's time zone.
    "FORUM_TIMEZONE": "Asia/Shanghai",
    # The language of visitors who ask for none that is offered.
    "FORUM_LOCALE": "zh_Hans",
    # What the board is called.
    "FORUM_BOARD_NAME": "直言",
    # The telephone number shown for emergencies.
    "FORUM_HOTLINE": "400-000-0000",
    # 1: serve over plain http on a public address although cookies then travel in the clear.
    "FORUM_ALLOW_HTTP": None,
    # How many proxies in front of the board set X-Forwarded-For and -Proto; 0: trust none.
    "FORUM_PROXIES": "0",
}

MAX_BODY = 64 * 1024 * 1024
MAX_FORM_TEXT = 512 * 1024


def settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Flask's configuration from the environment; ValueError names a setting that is wrong."""
    values = {name: environ.get(name) or default for name, default in DEFAULTS.items()}
    instance = Path(values["FORUM_INSTANCE"]).absolute()
    values["FORUM_INSTANCE"] = str(instance)
    _check(values)
    https = values["FORUM_BASE_URL"].startswith("https://")
    return values | {
        "SECRET_KEY": values["FORUM_SECRET_KEY"],
        "SQLALCHEMY_DATABASE_URI": values["FORUM_DATABASE_URL"]
        or f"sqlite:///{instance / 'zhiyan.db'}",
        # Nine photos of a phone with some room; the text of a form has its own, smaller bound.
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_MEMORY_SIZE": MAX_FORM_TEXT,
        "MAX_FORM_PARTS": 200,
        "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        "BABEL_DEFAULT_LOCALE": values["FORUM_LOCALE"],
        "BABEL_DEFAULT_TIMEZONE": values["FORUM_TIMEZONE"],
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
    }


def _check(values: Mapping[str, Any]) -> None:
    if not values["FORUM_BASE_URL"].startswith(("http://", "https://")):
        raise ValueError("FORUM_BASE_URL must begin with http:// or https://")
    if values["FORUM_HOLD"] not in ("off", "on"):
        raise ValueError("FORUM_HOLD must be off or on")
    if values["FORUM_SEARCH"] != "whoosh":
        raise ValueError("FORUM_SEARCH: only whoosh is built in so far")
    hour, _, minute = values["FORUM_DIGEST_AT"].partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise ValueError("FORUM_DIGEST_AT must be a time such as 08:00")
