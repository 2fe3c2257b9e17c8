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
from forum.moderation.flag_models import FlagDecision, PartyNotice
from forum.moderation.models import Ruling, Statement
from forum.moderation.redress import appeal_path
from forum.moderation.redress_models import Appeal, Challenge
from forum.notifications.models import Notice

# Comments can be many: they are told on the site only. Quiet by default.
SITE_ONLY = ("comment",)
# What was hidden is back: why that is so is told, and not why it had been hidden.
BACK = ("restored", "uncovered", "relisted", "reinstated")


def tell(payload: dict[str, Any]) -> None:
    """Keep the notice and let the mail go; told again, it changes nothing."""
    ref = f"{payload['complaint']}-{payload['what']}-{payload['at']}-{payload.get('item', payload.get('appeal', ''))}"
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


def path_of(number: int, details: dict[str, Any]) -> str:
    """Where whoever was told of it looks next."""
    for name in ("appeal", "challenge"):
        if name in details:
            return f"/{name}s/{details[name]}"
    if number:
        return f"/complaints/{number}"
    # A suspension is about no complaint.
    return f"/statements/{details['statement']}" if "statement" in details else "/account/notices"


def _mail(account: Account, payload: dict[str, Any], details: dict[str, Any], ref: str) -> None:
    base = setting("FORUM_BASE_URL").rstrip("/")
    number = payload["complaint"]
    appeal = appeal_path(payload["what"], details)
    emit(
        "mail.due",
        to=account.email,
        template="told",
        locale=account.locale or setting("FORUM_LOCALE"),
        message_id=f"told-{ref.replace(':', '')}-{account.id}@{urlsplit(base).hostname}",
        context={
            "number": number,
            "what": payload["what"],
            "href": base + path_of(number, details),
            "details": details,
            "appeal_href": base + appeal if appeal else None,
            "statement_href": f"{base}/statements/{details['statement']}"
            if "statement" in details
            else None,
        },
    )


def _details(payload: dict[str, Any]) -> dict[str, Any]:
    """What stands in the notice beyond its headline: for a removal, all of its reasons."""
    known: dict[str, Any] = {
        name: payload[name]
        for name in ("item", "statement", "due", "ruling", "appeal", "challenge")
        if name in payload
    }
    outcome = _outcome(known)
    if outcome is not None:
        known["outcome"] = outcome
    written = db.session.get(Statement, payload.get("statement", 0))
    if written is not None and payload["what"].removeprefix("item.") in BACK:
        return known | {"reason": written.restored_reason}
    statement: Statement | Ruling | None = written
    if "ruling" in payload:
        statement = db.session.get(Ruling, payload["ruling"])
    if statement is not None:
        known |= {"reason": statement.reason, "clause": statement.clause, "facts": statement.facts}
    kept = db.session.get(FlagDecision, payload.get("decision", -1))
    if kept is not None and statement is None:
        known |= {"reason": kept.reason, "facts": kept.text, "decision": kept.entry}
    return known


def _outcome(known: dict[str, Any]) -> str | None:
    """What an auditor decided of the appeal or challenge that it is about."""
    row: Appeal | Challenge | None = db.session.get(Appeal, known.get("appeal", 0))
    row = row or db.session.get(Challenge, known.get("challenge", 0))
    return row.outcome if row is not None else None


def tell_party(number: int) -> None:
    """Mail whoever sent a notice how it was decided; told again, the mail is the same.

    Nothing is sent where they left a telephone number, or where an authority sent it.
    """
    notice = db.session.get(PartyNotice, number)
    answer = db.session.get(FlagDecision, notice.decided) if notice and notice.decided else None
    if notice is None or answer is None or notice.by != "party" or "@" not in notice.contact:
        return
    base = setting("FORUM_BASE_URL").rstrip("/")
    with transaction():
        emit(
            "mail.due", to=notice.contact, template="told", locale=setting("FORUM_LOCALE"),
            message_id=f"notice-{number}-{answer.entry}@{urlsplit(base).hostname}",
            context={
                "number": notice.complaint,
                "what": f"notice.answered.{answer.decision}",
                "href": f"{base}/complaints/{notice.complaint}",
                # Whoever has no account can have an auditor look at any entry.
                "appeal_href": f"{base}/log/entries/{answer.entry}/challenge",
                "details": {"reason": answer.reason, "facts": answer.text},
                "statement_href": f"{base}/statements/{answer.statement}"
                if answer.statement
                else None,
            },
        )  # fmt: skip


def answer_challenge(number: int) -> None:
    """Mail a challenge's answer to the address that was left for it, and forget the address."""
    with transaction():
        challenge = db.session.get(Challenge, number)
        if challenge is None or challenge.email is None or challenge.outcome is None:
            return
        base = setting("FORUM_BASE_URL").rstrip("/")
        emit(
            "mail.due", to=challenge.email, template="told", locale=setting("FORUM_LOCALE"),
            message_id=f"challenge-{number}-{challenge.decided_entry}@{urlsplit(base).hostname}",
            context={"number": number, "what": "challenge.answered",
                     "details": {"outcome": challenge.outcome},
                     "href": f"{base}/challenges/{number}", "statement_href": None},
        )  # fmt: skip
        challenge.email = None


def mark_read(account: Account) -> None:
    """The person has seen them all."""
    with transaction():
        db.session.query(Notice).filter(
            Notice.account_id == account.id, Notice.read_at.is_(None)
        ).update({"read_at": clock.now()})
