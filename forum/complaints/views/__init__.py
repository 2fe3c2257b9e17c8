"""Posting, the receipt, and what homeowners do on a complaint's page. Pages are in `forum.pages`."""

from __future__ import annotations

from forum.complaints.views import acts, posting, receipt, thread
from forum.complaints.views.answers import blueprint

__all__ = ["acts", "blueprint", "posting", "receipt", "thread"]
