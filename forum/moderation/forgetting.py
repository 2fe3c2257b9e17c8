"""Words of appeals and challenges end with what they were about; auditors' reasons stay, as facts do."""

from __future__ import annotations

from sqlalchemy import update

from forum.base.db import db
from forum.moderation import evidence
from forum.moderation.redress_models import Appeal, Challenge


def forget_redress(complaint: int, item: int | None = None) -> None:
    """Destroy words and photos of appeals about a complaint, or about one item under it, and in
    challenges of entries about it; in the open transaction."""
    about = Appeal.complaint == complaint
    if item is not None:
        about &= Appeal.item == item
    db.session.execute(update(Appeal).where(about).values(words=""))
    evidence.forget(about)
    if item is None:
        over = update(Challenge).where(Challenge.complaint == complaint)
        db.session.execute(over.values(words="", email=None))
