"""Taking back what was said about a complaint that was erased: mails kept here, notices, waiting mail.

What a mail server took away already is out of reach; mails to the file spool are not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from sqlalchemy import select

from forum.base.db import db, transaction
from forum.base.mail import FileMailer, FileTexter
from forum.base.outbox import OutboxRow, Payload
from forum.base.resources import resource
from forum.notifications.models import Notice

# The notice of the erasure itself says only what its statement says.
KEPT = ("erased", "item.erased")
MAIL = "mail.due:mail"
# The number that is told of a suspension, which names no complaint.
ABOUT_NONE = 0


def forget_mails(payloads: Sequence[Payload]) -> None:
    """Receiver of content.erased ({"number", "statements"}): delete the spooled messages that name
    the complaint, or a suspension whose reasons quoted it."""
    for payload in payloads:
        number = payload["number"]
        places = [rf'(?:complaints/|#|"number":\s*){number}']
        places += [f"statements/{statement}" for statement in payload.get("statements", ())]
        named = re.compile(rf"(?:{'|'.join(places)})(?!\d)").search
        for carrier in (resource("mailer"), resource("texter")):
            if isinstance(carrier, FileMailer | FileTexter):
                carrier.forget(named)


def forget_notices(payloads: Sequence[Payload]) -> None:
    """Receiver of content.erased: notices and waiting mails of the complaint, and of suspensions
    whose reasons quoted it, lose their details."""
    for payload in payloads:
        number, statements = payload["number"], payload.get("statements", ())
        with transaction():
            told = Notice.complaint.in_((number, ABOUT_NONE))
            for notice in db.session.scalars(select(Notice).where(told)):
                if _repeats(notice.complaint, notice.what, notice.details, number, statements):
                    notice.details = _plain(notice.details)
            for row in db.session.scalars(select(OutboxRow).where(OutboxRow.receiver == MAIL)):
                context = row.payload["context"]
                named = context.get("number"), context.get("what"), context.get("details", {})
                if _repeats(*named, number, statements):
                    details = _plain(context.get("details", {}))
                    row.payload = row.payload | {"context": context | {"details": details}}


def _repeats(
    about: int | None, what: str | None, details: Payload, number: int, statements: Collection[int]
) -> bool:
    """Whether what was told may repeat what was erased of the complaint `number`."""
    if about == ABOUT_NONE:
        return details.get("statement") in statements
    return about == number and what not in KEPT


def _plain(details: Payload) -> Payload:
    return {name: value for name, value in details.items() if name != "facts"}
