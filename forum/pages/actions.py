"""What may be done with a complaint, as HTML: made once for all readers who may do the same."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_login import current_user

from forum.base.web.cache import fragment
from forum.base.web.guard import with_token, without_token
from forum.pages.head import Head
from forum.pages.personal import is_author


def actions_html(head: Head, mine: dict[str, Any]) -> str:
    """complaints/_actions.html for whoever reads it; `mine`: what `personal` says of them."""

    def render() -> str:
        return render_template("complaints/_actions.html", **mine)

    if _is_own(head, mine):
        return render()
    can = frozenset(name for name, granted in mine["can"].items() if granted)
    key = (head.number, head.version, can)
    return with_token(fragment("actions", key, lambda: without_token(render)))


def _is_own(head: Head, mine: dict[str, Any]) -> bool:
    """Whether something of it is this reader's alone. Of visitors the whole page is kept."""
    signed_in = current_user.is_authenticated
    return (
        not signed_in
        or is_author(head)
        or bool(mine["own_words"] or mine["items"] or mine["stopped"])
    )
