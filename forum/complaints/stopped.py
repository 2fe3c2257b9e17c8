"""What stands at the top of a form, or in its place, for whoever may not write at present."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from forum.accounts.suspended import refusal_of
from forum.base.web.errors import in_words


def stopped() -> dict[str, Any] | None:
    """Why whoever is signed in may not write at present, and where that leads on; None when they
    may."""
    refused = refusal_of(current_user) if current_user.is_authenticated else None
    return None if refused is None else in_words(refused)
