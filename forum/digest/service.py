"""Sending: once a date, ever. The issue, its log entry and its mails are one transaction."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit

from forum.base import clock
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.base.resources import setting
from forum.digest import queries
from forum.digest.compose import compose
from forum.digest.models import DigestIssue
from forum.digest.render import MAIL, render_text
from forum.digest.value import to_payload
from forum.log import service as log


def send(day: date) -> DigestIssue:
    """The issue of `day`, sent now unless it was before; NotFound for a day that cannot be sent.

    After the commit the outbox delivers one mail to each executive; a crash before that is made
    good by the next run of the worker, with the same Message-ID.
    """
    digest = compose(day)
    text = render_text(digest)
    with transaction():
        sent = queries.issue(day)
        if sent is not None:
            return sent
        entry = log.append("digest.sent", by="system", date=day.isoformat(), texts={"text": text})
        issue = DigestIssue(date=day, entry=entry.index, sent_at=entry.at,
                            payload=to_payload(digest), text=text)  # fmt: skip
        db.session.add(issue)
        _post(day)
        return issue


def send_due() -> None:
    """The worker, at the set hour: today's, and yesterday's if it was missed.

    A board that never sent any begins with today's. Acts of days that were missed before
    yesterday are in the next issue, which begins where the last one ended.
    """
    today = clock.local_date()
    newest = queries.newest()
    if newest is not None and newest.date < today - timedelta(days=1):
        send(today - timedelta(days=1))
    if newest is None or newest.date < today:
        send(today)


def _post(day: date) -> None:
    host = urlsplit(setting("FORUM_BASE_URL")).hostname
    for person in queries.recipients():
        emit(
            "mail.due",
            to=person.email,
            template=MAIL,
            context={"day": day.isoformat()},
            locale=person.locale or setting("FORUM_LOCALE"),
            message_id=f"digest-{day.isoformat()}-{person.id}@{host}",
        )
