"""Looking at what was taken from view: the entry that says so is committed before anything is shown."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.accounts.models import Account
from forum.base import rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict
from forum.complaints.service import existing, touch
from forum.log import service as log
from forum.moderation.erasing_appealed import erased_by
from forum.moderation.models import Statement
from forum.moderation.sealed import SealedPart, sealed_content


def view(person: Account, number: int) -> list[SealedPart]:
    """What the statement of this number took from view; that this person looked is public.

    NotFound, NotAllowed (rule ``sealed``); Conflict when nothing is kept (any more).
    """
    rights.require(person.role, "sealed.view")
    with transaction():
        parts = sealed_content(person, number)
        statement = db.session.get_one(Statement, number)
        require_something(statement, parts)
        entry = log.append(
            "sealed.viewed", complaint=statement.complaint, item=statement.item, of=statement.entry,
            by=person.role, staff=person.staff_no, statement=number,
        )  # fmt: skip
        if statement.complaint is not None:
            touch(existing(statement.complaint), entry)
    return parts


def require_something(statement: Statement, parts: list[SealedPart]) -> None:
    """Conflict, saying why, when there is nothing to look at."""
    if parts:
        return
    if statement.destroyed_at is not None:
        raise Conflict(_l("封存的原文已按规则销毁，没有人能再看到。"))
    erased = erased_by(statement.complaint, statement.item)
    if erased is not None:
        raise Conflict(
            _l("原文已依法清除（公开记录第 %(entry)d 条），没有人能再看到。", entry=erased), entry=erased
        )  # fmt: skip
    raise Conflict(_l("这项处理没有封存的原文：已经恢复，或没有遮住内容。"))
