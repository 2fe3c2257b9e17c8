"""Keyset paging: "after this one", never "page 400", so that every page costs the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for


def after(name: str = "after") -> int | None:
    """The key after which the page begins; None for the first page or an unreadable key."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def next_link(rows: Sequence[Any], limit: int, key: Any, name: str = "after") -> str | None:
    """The address of the page after `rows` (which were asked for with ``limit + 1``)."""
    if len(rows) <= limit:
        return None
    args = {**request.view_args, **request.args.to_dict(), name: key}  # type: ignore[dict-item]
    return url_for(str(request.endpoint), **args)


def first_link(name: str = "after") -> str | None:
    """The address of the first page; None when this is it."""
    if name not in request.args:
        return None
    args = {k: v for k, v in request.args.to_dict().items() if k != name}
    return url_for(str(request.endpoint), **{**(request.view_args or {}), **args})
