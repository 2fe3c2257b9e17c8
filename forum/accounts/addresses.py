"""Where a person can be reached, and under what name: parsed strictly, once, into one form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from forum.base.refusal import Invalid
from forum.base.resources import setting
from forum.base.text import is_readable, normalise_line

MAX_NAME = 20
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})\Z", re.ASCII)
# The local part as browsers check it (HTML, "valid e-mail address"), and a domain with a dot.
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\Z"
)
_STAFF_NO = re.compile(r"s-?(\d{3,6})\Z", re.ASCII)
_STAFF_LOOK = re.compile(r"s\s*[-‐-―－_]\s*\d", re.IGNORECASE)
OFFICIAL = ("官方", "客服", "管理员", "管理員", "版主", "直言", "admin", "moderator", "zhiyan")
# Letters and symbols by their category, but blank on every screen.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


@dataclass(frozen=True)
class Address:
    """A telephone number (``+86`` and 11 digits) or an e-mail address in lower case."""

    channel: str  # phone, email
    value: str


def parse_address(text: str) -> Address:
    """The address that was typed; Invalid unless it is a mainland mobile number or an e-mail."""
    typed = unicodedata.normalize("NFKC", text).strip()
    mobile = _MOBILE.match(re.sub(r"[\s()./-]", "", typed))
    if mobile:
        return Address("phone", f"+86{mobile[1]}")
    email = typed.lower()
    if _EMAIL.match(email) and len(email) <= 254 and len(email.partition("@")[0]) <= 64:
        return Address("email", email)
    raise Invalid(_l("请填写 11 位手机号，或完整的邮箱地址。"), "address")


def parse_staff_no(text: str) -> str | None:
    """``S-017`` from what was typed (``s-017``, ``S017``); None when it is no staff number."""
    found = _STAFF_NO.match(unicodedata.normalize("NFKC", text).strip().lower())
    return f"S-{found[1]}" if found else None


def spoken(address: Address) -> str:
    """The whole address for whoever typed it, so that a slip is seen: ``138 0013 8000``."""
    digits = address.value.removeprefix("+86")
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if address.channel == "phone" else digits


def masked(address: Address) -> str:
    """The address as a page shows it: ``138****8000``, ``z***@example.com``."""
    if address.channel == "phone":
        digits = address.value.removeprefix("+86")
        return f"{digits[:3]}****{digits[-4:]}"
    local, _, domain = address.value.partition("@")
    return f"{local[0]}***@{domain}"


def parse_name(text: str) -> str:
    """The pseudonym that was typed, in one form; Invalid when nobody may post under it.

    Two people may have the same one: a pseudonym is not an identity, the complaint's key is.
    """
    name = " ".join(normalise_line(text).split())
    if not is_readable(name) or _has_invisible(name):
        raise Invalid(_l("署名里有看不见的字符，请重新输入。"), "name")
    if not 1 <= len(name) <= MAX_NAME:
        raise Invalid(_l("署名须为 1 到 20 个字。"), "name")
    if _looks_official(name):
        raise Invalid(_l("这个署名容易被认作公司人员，请换一个。"), "name")
    return name


def parse_person(text: str) -> str:
    """The name of one of the company's people, in one form; Invalid when it is none."""
    name = " ".join(normalise_line(text).split())
    if not 1 <= len(name) <= 40 or not is_readable(name) or _has_invisible(name):
        raise Invalid(_l("姓名须为 1 到 40 个字。"), "name")
    return name


def _has_invisible(name: str) -> bool:
    """Controls, direction marks, zero-width and private characters: a name that cannot be read."""
    return any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") or c in _BLANK for c in name)


def _looks_official(name: str) -> bool:
    folded = unicodedata.normalize("NFKC", name).casefold()
    bare = re.sub(r"[\s\W_]", "", folded)
    board = re.sub(r"[\s\W_]", "", str(setting("FORUM_BOARD_NAME")).casefold())
    words = (*OFFICIAL, board) if board else OFFICIAL
    # Spaces and dots between the characters ("官 方") make it no less official.
    return any(word in bare for word in words) or _STAFF_LOOK.search(folded) is not None
