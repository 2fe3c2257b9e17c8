"""What the pages of this feature share: their blueprint, the form once more, the way onward."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue as Answer
from flask_login import current_user
from wtforms import Form

from forum.accounts.models import Account
from forum.base.refusal import Refusal
from forum.base.web.errors import status_of
from forum.base.web.forms import blame

HOME = "/"

blueprint = Blueprint("accounts", __name__)


def again(template: str, form: Form, refused: Refusal | None = None, **page: Any) -> Answer:
    """The page with what was typed and, at the field, what is wrong with it."""
    if refused is not None:
        blame(form, refused)
    return personal(template, form=form, **page), status_of(refused) if refused else 400


def personal(template: str, **page: Any) -> str:
    """A page that is for this one reader and that nothing may keep."""
    g.personal = True
    return render_template(template, **page)


def local(target: str | None) -> str:
    """`target` if it is an address on this board, else the first page.

    Browsers read a backslash as a slash and skip control characters, so neither may be in it.
    """
    target = target or HOME
    parts = urlsplit(target)
    odd = "\\" in target or any(char <= " " or char == "\x7f" for char in target)
    if odd or parts.scheme or parts.netloc or not target.startswith("/") or target[1:2] == "/":
        return HOME
    return target


def me() -> Account:
    """Whoever is signed in; only for routes that the rights table keeps from visitors."""
    return cast(Account, current_user._get_current_object())
