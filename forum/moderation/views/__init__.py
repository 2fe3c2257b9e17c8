"""Rules, statements of reasons, proposing measures and deciding them, restoring."""

from __future__ import annotations

from forum.moderation.views import (
    acts,
    appealing,
    bulk,
    closing,
    cuts,
    desk,
    flagged,
    flags,
    held,
    leads,
    merges,
    redress,
    rules,
    rules_publishing,
    rulings,
    sealed,
    statements,
)
from forum.moderation.views.answers import blueprint

__all__ = [
    "acts",
    "appealing",
    "blueprint",
    "bulk",
    "closing",
    "cuts",
    "desk",
    "flagged",
    "flags",
    "held",
    "leads",
    "merges",
    "redress",
    "rules",
    "rules_publishing",
    "rulings",
    "sealed",
    "statements",
]
