"""Verbs of people: sign up, sign in, choose names and passwords, create the company's people.

Nothing here tells a stranger whether an address has an account: the same sentence, the same
bounds and the same work either way.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NoReturn

from flask_babel import lazy_gettext as _l

from forum.accounts import attempts, codes, passwords, queries
from forum.accounts.addresses import Address, parse_address, parse_name, parse_person
from forum.accounts.models import Account
from forum.base import clock, outbox
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, TooMany
from forum.base.resources import setting
from forum.base.rights import INSIDE
from forum.log import service as log
from forum.tlog.entry import SLUG


def request_code(purpose: str, address: str, *, locale: str | None = None) -> Address:
    """Send a six-digit code for `purpose` (signup, reset); the address it goes to.

    Invalid for what is no address, TooMany above the bounds of `codes`. Who signs up with an
    address that has an account is sent word of that instead; a reset of none sends nothing.
    """
    if purpose not in codes.CODES:
        raise ValueError(f"no code has the purpose {purpose}")
    where = parse_address(address)
    with transaction():
        account = queries.by_address(where)
        row = codes.issue(purpose, where, account)
        if purpose == "signup" or account is not None:
            outbox.emit("code.due", code=row.id, locale=locale or setting("FORUM_LOCALE"))
    return where


def sign_up(
    address: str, code: str, name: str, password: str, *, locale: str | None = None
) -> Account:
    """A new member under the pseudonym `name`; Invalid names the field that cannot be taken."""
    where, name = parse_address(address), parse_name(name)
    passwords.check(password, inside=False, avoid=(where.value, name), field="password")
    kept = passwords.make_hash(password)
    account = None
    with transaction():
        row = codes.redeem("signup", where, code)
        if row is not None and row.account_id is None and queries.by_address(where) is None:
            account = _new_account(name, "member", where)
            account.password_hash, account.locale = kept, locale
            db.session.flush()
    return account or _refuse_code()


def sign_in(address_or_staff_no: str, password: str) -> Account:
    """The account with this telephone, e-mail or staff number and this password.

    Invalid when there is none; TooMany while the name rests after ten failures in a row.
    """
    account = queries.by_sign_in_name(address_or_staff_no)
    right = passwords.verify(account.password_hash if account else None, password)
    if account is None or account.disabled or not right:
        _record(attempts.key_of(account, address_or_staff_no), False)
        raise Invalid(_l("账号或密码不对。忘了密码可以重设。"), "password")
    _record(attempts.key_of(account, address_or_staff_no), True)
    if passwords.is_outdated(account.password_hash or ""):
        kept = passwords.make_hash(password)
        with transaction():
            account.password_hash = kept
    return account


def reset_password(address: str, code: str, new_password: str) -> Account:
    """Set a new password with a code that was sent; every session of the account ends."""
    where = parse_address(address)
    passwords.check(new_password, inside=False, avoid=(where.value,), field="password")
    kept = passwords.make_hash(new_password)
    account = None
    with transaction():
        row = codes.redeem("reset", where, code)
        if row is not None and row.account_id is not None:
            account = queries.by_address(where)
        if account is not None:
            # Only now is it known whose it is; a refusal leaves the code as it was.
            _check_own(account, new_password, "password")
            _set_password(account, kept)
    return account or _refuse_code()


def change_password(account: Account, password: str, new_password: str) -> None:
    """Replace `password`, which must be the present one; every session of the account ends."""
    right = passwords.verify(account.password_hash, password)
    _record(attempts.key_of(account, ""), right)
    if not right:
        raise Invalid(_l("现在的密码不对。"), "current")
    _check_own(account, new_password, "password")
    kept = passwords.make_hash(new_password)
    with transaction():
        _set_password(account, kept)


def rename(account: Account, name: str) -> None:
    """Another pseudonym for future posts; what was posted keeps the one it was posted under."""
    name = parse_name(name)
    with transaction():
        account.name = name


def set_locale(account: Account, locale: str) -> None:
    """Which language (as `base.web.locale.LOCALES`) mail to the account is written in."""
    with transaction():
        account.locale = locale


def sign_out_everywhere(account: Account) -> None:
    """End every session of the account, this one too."""
    with transaction():
        account.session_epoch += 1


def create_person(
    name: str,
    role: str,
    *,
    by: str,
    department: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    password: str | None = None,
    verified: bool = False,
    until: date | None = None,
) -> Account:
    """A new account made by `by` (system, admin).

    A role above member gets the next staff number and its `role.granted` entry; `department` is
    a department's slug; `until`: the last day of the role, if it ends by itself (see `terms`).
    Without a password the person gets in with `invite`.
    """
    wheres = _addresses(email, phone)
    _check_new_person(role, department, until)
    name = parse_name(name) if role == "member" else parse_person(name)
    if password is not None:
        passwords.check(
            password, inside=role in INSIDE, avoid=(email, phone, name), field="password"
        )
    kept = passwords.make_hash(password) if password is not None else None
    with transaction():
        account = _new_account(name, role, *wheres)
        account.password_hash, account.verified = kept, verified
        account.department = department
        if role in INSIDE:
            _grant(account, by, until)
        db.session.flush()
    return account


def invite(account: Account) -> str:
    """A token for one link, good for 48 hours, with which the person sets a first password.

    It is sent as well when the account has an address; an earlier link no longer works.
    """
    with transaction():
        row, token = codes.issue_link(account)
        if account.email or account.phone:
            locale = account.locale or setting("FORUM_LOCALE")
            outbox.emit("code.due", code=row.id, locale=locale)
    return token


def invited(token: str) -> Account:
    """Whose invitation it is; Invalid when the link no longer works. Changes nothing."""
    account = queries.by_id(codes.find_link(token).account_id or 0)
    if account is None or account.disabled:
        raise Invalid(_l("这个链接已失效。请向管理员再要一个。"), "token")
    return account


def accept_invite(token: str, password: str) -> Account:
    """Set the first password with the link, which is then used up; every session ends."""
    _check_own(invited(token), password, "password")
    kept = passwords.make_hash(password)
    with transaction():
        account = invited(token)
        codes.find_link(token).used_at = clock.now()
        _set_password(account, kept)
    return account


def _record(key: str, right: bool) -> None:
    with transaction():
        resting = attempts.record(key, right)
    if resting is not None:
        raise TooMany(_l("密码连续输错 10 次。请过 5 分钟再试，或重设密码。"), "password")


def _set_password(account: Account, kept: str) -> None:
    account.password_hash = kept
    account.session_epoch += 1
    attempts.forget(attempts.key_of(account, ""))


def _check_own(account: Account, password: str, field: str) -> None:
    avoid = (account.email, account.phone, account.name)
    passwords.check(password, inside=account.role in INSIDE, avoid=avoid, field=field)


def _refuse_code() -> NoReturn:
    raise Invalid(_l("验证码不对或已过期。请核对最近收到的一条，或再发一次。"), "code")


def _addresses(email: str | None, phone: str | None) -> list[Address]:
    wheres = []
    for channel, typed in (("email", email), ("phone", phone)):
        where = parse_address(typed) if typed else None
        if where is not None and where.channel != channel:
            raise Invalid(_l("请填写 11 位手机号，或完整的邮箱地址。"), channel)
        wheres += [where] if where else []
    return wheres


def _check_new_person(role: str, department: str | None, until: date | None) -> None:
    if until is not None and (role == "member" or until < clock.local_date()):
        raise Invalid(_l("期限应在今天之后，并且只有公司的身份才有期限。"), "until")
    if role != "member" and role not in INSIDE:
        raise Invalid(_l("没有这种身份。"), "role")
    if department is not None and not re.fullmatch(SLUG, department):
        raise Invalid(_l("没有这个部门。"), "department")


def _new_account(name: str, role: str, *wheres: Address) -> Account:
    for where in wheres:
        if queries.by_address(where) is not None:
            raise Conflict(_l("这个手机号或邮箱已有账号。"), where.channel)
    reached = {where.channel: where.value for where in wheres}
    account = Account(name=name, role=role, created_at=clock.now(), **reached)
    db.session.add(account)
    return account


def _grant(account: Account, by: str, until: date | None) -> None:
    account.staff_no = queries.next_staff_no()
    log.append(
        "role.granted", by=by, staff=account.staff_no, granted_by=None, role=account.role,
        department=account.department, second=None, until=until.isoformat() if until else None,
        texts={},
    )  # fmt: skip
