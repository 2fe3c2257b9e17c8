"""Guessing passwords: ten wrong ones in a row, and the name rests for five minutes."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete

from forum.accounts.models import Account, FailedSignIn
from forum.base import clock
from forum.base.db import db
from forum.base.resources import setting

MOST = 10
REST = timedelta(minutes=5)
KEEP = timedelta(days=1)


def key_of(account: Account | None, typed: str) -> str:
    """What failures are counted under: the account, else the name that was typed."""
    name = f"account {account.id}" if account else f"name {typed.strip().casefold()}"
    message = f"zhiyan/v1/failed-sign-in\x00{name}".encode()
    return hmac.new(str(setting("SECRET_KEY")).encode(), message, sha256).hexdigest()


def record(key: str, right: bool) -> datetime | None:
    """Count one try in the open transaction; until when the name rests, or None.

    While it rests even the right password is refused, or resting would not stop guessing.
    """
    now = clock.now()
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - KEEP))
    row = db.session.get(FailedSignIn, key)
    if row is not None and row.locked_until is not None and row.locked_until > now:
        return row.locked_until
    if right:
        forget(key)
        return None
    if row is None:
        row = FailedSignIn(key=key, failures=0)
        db.session.add(row)
    row.at = now
    row.failures += 1
    row.locked_until = None
    if row.failures >= MOST:
        row.failures, row.locked_until = 0, now + REST
    return row.locked_until


def forget(key: str) -> None:
    """Begin counting anew: the person proved who they are."""
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.key == key))
