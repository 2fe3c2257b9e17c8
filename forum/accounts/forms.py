"""The forms of sign-up, sign-in and the own account.

They say what is missing or too long at the field; what may be a name or a password is the
services' business, whose refusals `base.web.forms.blame` puts at the same place.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, Form, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from forum.accounts.addresses import MAX_NAME
from forum.accounts.passwords import MOST


def _text(label: Any, most: int, hint: Any = None, **attributes: Any) -> Field:
    return StringField(label, **_asked(most, hint, attributes))


def _password(label: Any, hint: Any = None, **attributes: Any) -> Field:
    return PasswordField(label, **_asked(MOST, hint, attributes))


def _asked(most: int, hint: Any, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "validators": [
            InputRequired(_l("请填写这一项。")),
            Length(max=most, message=_l("太长了，最多 %(most)s 个字符。", most=most)),
        ],
        "description": hint or "",
        "render_kw": attributes,
    }


def _next() -> Field:
    return HiddenField(default="")


def _address() -> Field:
    return _text(_l("手机号或邮箱"), 254, autocomplete="username", autocapitalize="none")


def _code() -> Field:
    hint = _l("6 位数字，以最近收到的一条为准。")
    return _text(_l("验证码"), 20, hint, inputmode="numeric", autocomplete="one-time-code")


def _new_password(hint: Any = None) -> Field:
    hint = hint or _l("至少 8 个字符（公司人员 12 个）。不要用生日或连号。")
    return _password(_l("设一个密码"), hint, autocomplete="new-password")


def _name() -> Field:
    hint = _l("别人看到的名字，不必是真名。以后可以改，已发表的不变。")
    return _text(_l("署名"), MAX_NAME, hint, autocomplete="nickname")


def _stay() -> Field:
    hint = _l("30 天内不用再登录。公用电脑请不要选。")
    return BooleanField(_l("在这台设备上保持登录"), description=hint)


class SignIn(Form):
    """Telephone, e-mail or staff number, and password."""

    address = _text(_l("手机号、邮箱或工号"), 254, autocomplete="username", autocapitalize="none")
    password = _password(_l("密码"), autocomplete="current-password")
    stay = _stay()
    next = _next()


class AskCode(Form):
    """Where the code goes: first step of signing up and of a reset."""

    address = _address()
    next = _next()


class SignUp(Form):
    """Second step: `ticket` is the address, signed, so that no cookie need remember it."""

    ticket = HiddenField()
    code = _code()
    name = _name()
    password = _new_password(_l("至少 8 个字符，不要用生日或连号。"))
    stay = _stay()
    next = _next()


class Reset(Form):
    """Second step of a reset."""

    ticket = HiddenField()
    code = _code()
    password = _new_password()


class AcceptInvite(Form):
    """The first password of somebody who was invited."""

    password = _new_password()


class Rename(Form):
    """The pseudonym of future posts."""

    name = _name()


class ChangePassword(Form):
    """The present password and a new one."""

    current = _password(_l("现在的密码"), autocomplete="current-password")
    password = _new_password()
