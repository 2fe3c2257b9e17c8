"""Rules, statements of reasons, proposing measures and deciding them, restoring."""

from __future__ import annotations

from forum.moderation.views import acts, bulk, cuts, desk, held, merges, rules, rulings, statements
from forum.moderation.views.answers import blueprint

__all__ = [
    "acts",
    "blueprint",
    "bulk",
    "cuts",
    "desk",
    "held",
    "merges",
    "rules",
    "rulings",
    "statements",
]
