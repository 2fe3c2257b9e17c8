"""Template filters: times where the board lives, numbers with separators, hashed static links."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, url_for
from flask_babel import format_decimal

from forum.base import clock


def localtime(moment: datetime | None) -> str:
    """``2026-11-22 11:04`` where the board lives; empty for None."""
    if moment is None:
        return ""
    return moment.astimezone(clock.BOARD_ZONE).strftime("%Y-%m-%d %H:%M")


def localday(moment: datetime | None) -> str:
    """``2026-11-22`` where the board lives; empty for None."""
    return "" if moment is None else moment.astimezone(clock.BOARD_ZONE).strftime("%Y-%m-%d")


def utc(moment: datetime | None) -> str:
    """RFC 3339 for ``<time datetime>``."""
    return "" if moment is None else clock.format_utc(moment)


def install(app: Flask) -> None:
    """Make filters and `static_url` known to templates."""
    folder = Path(app.static_folder or "")

    @lru_cache
    def version(name: str) -> str:
        return sha256((folder / name).read_bytes()).hexdigest()[:12]

    @lru_cache
    def static_url(name: str) -> str:
        return url_for("static", filename=name, v=version(name))

    app.jinja_env.filters.update(
        localtime=localtime, localday=localday, utc=utc, number=format_decimal
    )
    app.jinja_env.globals["static_url"] = static_url
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 365 * 24 * 3600
