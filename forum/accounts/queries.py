"""Reading people: by number, by what they sign in with, and who is inside the company."""

from __future__ import annotations

from sqlalchemy import select

from forum.accounts.addresses import Address, parse_address, parse_staff_no
from forum.accounts.models import Account
from forum.base.db import db
from forum.base.refusal import Invalid
from forum.log.models import LogEntry
from forum.tlog.entry import parse_entry


def by_id(account_id: int) -> Account | None:
    """The account; None when there is none."""
    return db.session.get(Account, account_id)


def by_staff_no(staff_no: str) -> Account | None:
    """The person inside with this number (``S-017``); None when there is none."""
    return db.session.scalar(select(Account).where(Account.staff_no == staff_no))


def by_address(address: Address) -> Account | None:
    """Whose telephone or e-mail it is; None when nobody's."""
    column = Account.phone if address.channel == "phone" else Account.email
    return db.session.scalar(select(Account).where(column == address.value))


def by_sign_in_name(typed: str) -> Account | None:
    """Whom the typed telephone number, e-mail or staff number means; None when nobody."""
    staff_no = parse_staff_no(typed)
    if staff_no:
        return by_staff_no(staff_no)
    try:
        return by_address(parse_address(typed))
    except Invalid:
        return None


def of_session(value: str) -> Account | None:
    """The account a session cookie names as ``id.epoch``; None when that session has ended."""
    number, _, epoch = value.partition(".")
    account = by_id(int(number)) if number.isdigit() else None
    if account is None or account.disabled or str(account.session_epoch) != epoch:
        return None
    return account


def people_inside() -> list[Account]:
    """Everybody with a role above member who may sign in, by staff number."""
    people = db.session.scalars(
        select(Account).where(Account.role != "member", Account.disabled.is_(False))
    )
    return sorted(people, key=lambda person: _count(person.staff_no))


def next_staff_no() -> str:
    """One more than the highest staff number ever given.

    Read from the log, which outlives the rows: a number is never given to a second person.
    """
    granted = db.session.scalars(select(LogEntry.bytes).where(LogEntry.kind == "role.granted"))
    kept = db.session.scalars(select(Account.staff_no).where(Account.staff_no.is_not(None)))
    given = [parse_entry(data)["staff"] for data in granted] + list(kept)
    return f"S-{max(map(_count, given), default=0) + 1:03d}"


def _count(staff_no: str | None) -> int:
    return int((staff_no or "S-0").removeprefix("S-"))
