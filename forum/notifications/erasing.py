"""Taking back what was said about a complaint that was erased: mails kept here, notices, waiting mail.

What a mail server took away already is out of reach; mails to the file spool are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select

from forum.base.db import db, transaction
from forum.base.mail import FileMailer, FileTexter
from forum.base.outbox import OutboxRow, Payload
from forum.base.resources import resource
from forum.notifications.models import Notice

# The notice of the erasure itself says only what its statement says.
KEPT = ("erased", "item.erased")
MAIL = "mail.due:mail"


def forget_mails(payloads: Sequence[Payload]) -> None:
    """Receiver of content.erased ({"number"}): delete the spooled messages that name the complaint."""
    for payload in payloads:
        number = payload["number"]
        named = re.compile(rf'(complaints/|#|"number":\s*){number}(?!\d)').search
        for carrier in (resource("mailer"), resource("texter")):
            if isinstance(carrier, FileMailer | FileTexter):
                carrier.forget(named)


def forget_notices(payloads: Sequence[Payload]) -> None:
    """Receiver of content.erased: notices and waiting mails of the complaint lose their details."""
    for payload in payloads:
        number = payload["number"]
        with transaction():
            for notice in db.session.scalars(select(Notice).where(Notice.complaint == number)):
                if notice.what not in KEPT:
                    notice.details = _plain(notice.details)
            for row in db.session.scalars(select(OutboxRow).where(OutboxRow.receiver == MAIL)):
                context = row.payload["context"]
                if context.get("number") == number and context.get("what") not in KEPT:
                    details = _plain(context.get("details", {}))
                    row.payload = row.payload | {"context": context | {"details": details}}


def _plain(details: Payload) -> Payload:
    return {name: value for name, value in details.items() if name != "facts"}
