"""Telling the author: a notice on the site, and a mail from the same facts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.base.resources import setting
from forum.moderation.models import Ruling, Statement
from forum.notifications.models import Notice

# Comments can be many: they are told on the site only. Quiet by default.
SITE_ONLY = ("comment",)


def tell(payload: dict[str, Any]) -> None:
    """Keep the notice and let the mail go; told again, it changes nothing."""
    ref = f"{payload['complaint']}-{payload['what']}-{payload['at']}-{payload.get('item', '')}"
    with transaction():
        known = select(Notice.id).where(Notice.account_id == payload["account"], Notice.ref == ref)
        account = db.session.get(Account, payload["account"])
        if account is None or db.session.scalar(known) is not None:
            return
        details = _details(payload)
        db.session.add(
            Notice(account_id=account.id, complaint=payload["complaint"], what=payload["what"],
                   details=details, ref=ref, at=clock.parse_utc(payload["at"]))
        )  # fmt: skip
        if account.email and payload["what"] not in SITE_ONLY:
            _mail(account, payload, details, ref)


def _mail(account: Account, payload: dict[str, Any], details: dict[str, Any], ref: str) -> None:
    base = setting("FORUM_BASE_URL").rstrip("/")
    number = payload["complaint"]
    emit(
        "mail.due",
        to=account.email,
        template="told",
        locale=account.locale or setting("FORUM_LOCALE"),
        message_id=f"told-{ref.replace(':', '')}-{account.id}@{urlsplit(base).hostname}",
        context={
            "number": number,
            "what": payload["what"],
            # A suspension is about no complaint.
            "href": f"{base}/complaints/{number}" if number else f"{base}/account/notices",
            "details": details,
            "statement_href": f"{base}/statements/{details['statement']}"
            if "statement" in details
            else None,
        },
    )


def _details(payload: dict[str, Any]) -> dict[str, Any]:
    """What stands in the notice beyond its headline: for a removal, all of its reasons."""
    known: dict[str, Any] = {
        name: payload[name] for name in ("item", "statement", "due") if name in payload
    }
    statement: Statement | Ruling | None = db.session.get(Statement, payload.get("statement", 0))
    if "ruling" in payload:
        statement = db.session.get(Ruling, payload["ruling"])
    if statement is not None:
        known |= {"reason": statement.reason, "clause": statement.clause, "facts": statement.facts}
    return known


def mark_read(account: Account) -> None:
    """The person has seen them all."""
    with transaction():
        db.session.query(Notice).filter(
            Notice.account_id == account.id, Notice.read_at.is_(None)
        ).update({"read_at": clock.now()})
