"""Requests that never touch the session: static files and photos."""

from __future__ import annotations

from flask import request

STATIC = frozenset({"static", "complaints.photo"})


def is_static() -> bool:
    """Whether this request is for a file that is the same for everybody."""
    return request.endpoint in STATIC
