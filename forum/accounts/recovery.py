"""Roles whose entries came back. Accounts that were lost cannot be made again from the log."""

from __future__ import annotations

from sqlalchemy import select

from forum.accounts.models import Account
from forum.base.db import db
from forum.log.recover import entries_since


def recover_rows(first: int) -> None:
    """Give and take the roles of people who are there, as the entries from `first` on say.

    Whoever lost a role after the backup was made must not have it again.
    """
    for _index, entry in entries_since(first, "role.granted", "role.revoked"):
        account = db.session.scalar(select(Account).where(Account.staff_no == entry["staff"]))
        if account is None:
            continue
        if entry["kind"] == "role.revoked":
            account.role = "member"
        else:
            account.role, account.department = entry["role"], entry["department"]
        account.session_epoch += 1
