"""One-time codes and links: six digits to a phone or an e-mail, or a link to set a first password.

A code is never stored, not even in the outbox: it is computed from its row and the board's
secret key (HMAC-SHA-256, shortened to six digits as HOTP does, RFC 4226 section 5.3), so the
sender makes it at the moment of sending. What is kept is a digest under the same key, which
tells nobody without the key anything.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from forum.accounts.addresses import Address, parse_address
from forum.accounts.models import Account, OneTimeCode
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Invalid, TooMany
from forum.base.resources import setting

CODE_LIFE, LINK_LIFE = timedelta(minutes=10), timedelta(hours=48)
MOST_TRIES = 5
WINDOW = timedelta(hours=1)
MOST_PER_ADDRESS, MOST_IN_ALL = 3, 1000
KEEP = timedelta(days=7)
CODES = ("signup", "reset")


@dataclass(frozen=True)
class Outgoing:
    """What the sender needs: where to, what for, and the code or link token itself.

    `purpose`: signup, reset, invite, or known — someone asked to sign up with an address that
    already has an account, and only its owner may learn that.
    """

    address: Address
    purpose: str
    secret: str
    name: str  # of the account; empty when there is none
    reference: str  # names the message for ever: the same one is never sent as another


def issue(purpose: str, address: Address, account: Account | None) -> OneTimeCode:
    """A new code for `address`, in the open transaction; TooMany above the hourly bounds.

    The bounds count every request, whether or not the address belongs to an account.
    """
    _forget_old()
    since = clock.now() - WINDOW
    recent = select(func.count()).where(
        OneTimeCode.purpose.in_(CODES), OneTimeCode.created_at > since
    )
    if (db.session.scalar(recent.where(OneTimeCode.address == address.value)) or 0) >= (
        MOST_PER_ADDRESS
    ):
        raise TooMany(_l("一小时内最多发 3 次验证码。请查看已收到的，或过一小时再试。"), "address")
    if (db.session.scalar(recent) or 0) >= MOST_IN_ALL:
        raise TooMany(_l("现在申请验证码的人太多，请过一小时再试。"), "address")
    return _write(purpose, address.value, account, CODE_LIFE)


def issue_link(account: Account) -> tuple[OneTimeCode, str]:
    """A new invitation for `account`, in the open transaction: its row and its token."""
    where = account.email or account.phone or account.staff_no or ""
    row = _write("invite", where, account, LINK_LIFE)
    return row, f"{row.id}-{_secret(row)}"


def redeem(purpose: str, address: Address, code: str) -> OneTimeCode | None:
    """The newest code of this purpose and address, used up, if it is `code`; else one try fewer.

    None must be answered after the transaction was committed, or the try is not counted.
    """
    row = db.session.scalar(
        select(OneTimeCode)
        .where(OneTimeCode.purpose == purpose, OneTimeCode.address == address.value)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
    )
    if row is None or not _is_live(row) or row.tries >= MOST_TRIES:
        return None
    row.tries += 1
    if not hmac.compare_digest(row.digest, _digest(row, _digits_of(code))):
        return None
    row.used_at = clock.now()
    return row


def find_link(token: str) -> OneTimeCode:
    """The invitation that `token` opens; Invalid when it is none, expired, used or replaced."""
    number, _, secret = token.partition("-")
    plain = number.isascii() and number.isdigit() and len(number) <= 9
    row = db.session.get(OneTimeCode, int(number)) if plain else None
    if (
        row is None
        or row.purpose != "invite"
        or not _is_live(row)
        or not hmac.compare_digest(row.digest, _digest(row, secret))
        or row.id != _newest_link(row.account_id)
    ):
        raise Invalid(_l("这个链接已失效。请向管理员再要一个。"), "token")
    return row


def outgoing(code_id: int) -> Outgoing | None:
    """What is to be sent for a row; None when it is used or too old to be of any use."""
    row = db.session.get(OneTimeCode, code_id)
    if row is None or not _is_live(row):
        return None
    purpose = "known" if row.purpose == "signup" and row.account_id else row.purpose
    secret = f"{row.id}-{_secret(row)}" if row.purpose == "invite" else _secret(row)
    reference = f"code-{row.created_at:%Y%m%d%H%M%S}-{row.id}"
    account = db.session.get(Account, row.account_id) if row.account_id else None
    name = account.name if account else ""
    return Outgoing(parse_address(row.address), purpose, secret, name, reference)


def _write(purpose: str, where: str, account: Account | None, life: timedelta) -> OneTimeCode:
    now = clock.now()
    row = OneTimeCode(
        purpose=purpose,
        address=where,
        account_id=account.id if account else None,
        digest="",
        created_at=now,
        expires_at=now + life,
        tries=0,
    )
    db.session.add(row)
    db.session.flush()  # the code depends on the id
    row.digest = _digest(row, _secret(row))
    return row


def _is_live(row: OneTimeCode) -> bool:
    return row.used_at is None and row.expires_at > clock.now()


def _newest_link(account_id: int | None) -> int | None:
    return db.session.scalar(
        select(func.max(OneTimeCode.id)).where(
            OneTimeCode.purpose == "invite", OneTimeCode.account_id == account_id
        )
    )


def _forget_old() -> None:
    db.session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < clock.now() - KEEP))


def _secret(row: OneTimeCode) -> str:
    made = _keyed("zhiyan/v1/one-time", row.purpose, row.address, row.id, row.created_at)
    if row.purpose == "invite":
        return urlsafe_b64encode(made).decode().rstrip("=")
    return f"{int.from_bytes(made[:8], 'big') % 1_000_000:06d}"


def _digest(row: OneTimeCode, secret: str) -> str:
    return _keyed("zhiyan/v1/one-time-digest", row.purpose, row.address, row.id, secret).hex()


def _keyed(*parts: object) -> bytes:
    message = "\x00".join(str(part) for part in parts).encode()
    return hmac.new(str(setting("SECRET_KEY")).encode(), message, sha256).digest()


def _digits_of(code: str) -> str:
    """The code as typed on any keyboard: full-width digits, spaces and dashes are forgiven."""
    return "".join(str(int(char)) for char in code if char.isdecimal())
