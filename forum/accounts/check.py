"""Who is somebody inside, against the entries that made them so: no role without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from forum.accounts.models import Account
from forum.base.db import db
from forum.base.rights import INSIDE
from forum.log.check import Difference
from forum.log.held import differing, entries


def check_rows() -> Iterator[Difference]:
    """Roles and departments of staff numbers. An account may be gone; a right needs an entry."""
    standing: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for index, entry in entries("role.granted", "role.revoked"):
        standing[entry["staff"]] = (index, entry)
    inside = Account.role.in_(INSIDE) | Account.staff_no.is_not(None)
    for account in db.session.scalars(select(Account).where(inside).order_by(Account.id)):
        found = standing.get(account.staff_no or "")
        what = f"account {account.staff_no or account.id}"
        if found is None:
            yield Difference("row-unlogged", None, f"{what}: nobody made it {account.role}")
            continue
        yield from differing(found[0], what, _pairs(account, found[1]))


def _pairs(account: Account, entry: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    if entry["kind"] == "role.revoked":
        return {"role": (account.role, "member")}
    return {
        "role": (account.role, entry["role"]),
        "department": (account.department, entry["department"]),
    }
