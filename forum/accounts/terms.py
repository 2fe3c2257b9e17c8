"""How long somebody holds a role inside: until the day it was given for, or until it is taken back.

Whoever loses a role loses the account with it: its name is that of somebody of the company, and
must not go on as a homeowner's. The number is never given again.
"""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l

from forum.accounts import queries
from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import transaction
from forum.base.refusal import Conflict, NotFound
from forum.log import service as log
from forum.log.held import entries


def revoke(staff_no: str, *, by: str = "admin") -> Account:
    """Take the role of this staff number back, by whoever runs commands on the machine (admin), or
    because its time is over (system); every session ends.

    NotFound when nobody has the number, Conflict when the role was taken back before.
    """
    with transaction():
        account = queries.by_staff_no(staff_no)
        if account is None:
            raise NotFound(_l("没有这个工号。"), staff=staff_no)
        if account.role == "member":
            raise Conflict(_l("这个工号的身份已经收回。"), staff=staff_no)
        log.append("role.revoked", by=by, staff=staff_no, granted_by=None, role=account.role,
                   second=None)  # fmt: skip
        account.role, account.disabled = "member", True
        account.session_epoch += 1
        return account


def end_terms() -> int:
    """The worker: roles whose last day is over are taken back. How many."""
    over = [staff for staff, until in _standing().items() if until < clock.local_date()]
    ended = 0
    for staff in over:
        account = queries.by_staff_no(staff)
        if account is not None and account.role != "member":
            revoke(staff, by="system")
            ended += 1
    return ended


def _standing() -> dict[str, date]:
    """Staff number → last day, of the roles that were given until a day and not taken back."""
    found: dict[str, date] = {}
    for _index, entry in entries("role.granted", "role.revoked"):
        found.pop(entry["staff"], None)
        if entry.get("until"):
            found[entry["staff"]] = date.fromisoformat(entry["until"])
    return found
