"""The own account: pseudonym, password, language, ending sessions.

The list of own complaints belongs to a higher feature, which fills the block `own_complaints`
of the template.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue as Answer
from flask_babel import gettext as _

from forum.accounts import forms, service, session
from forum.accounts.addresses import masked, parse_address
from forum.accounts.models import Account
from forum.accounts.views.answers import blueprint, me, personal
from forum.base.refusal import Refusal
from forum.base.rights import route_acts
from forum.base.web.errors import status_of
from forum.base.web.forms import blame, posted
from forum.log.words import role_label

route_acts(
    {
        "accounts.account": "own-account",
        "accounts.back_to_account": "own-account",
        "accounts.rename": "own-account",
        "accounts.change_password": "own-account",
        "accounts.sign_out_everywhere": "own-account",
    }
)


@blueprint.get("/account")
def account() -> Answer:
    """The own account."""
    return personal("accounts/account.html", **account_page())


@blueprint.get("/account/<any(name, password):_section>")
def back_to_account(_section: str) -> Answer:
    """Where somebody lands who reloads a refused form, or changes the language there."""
    return redirect(url_for("accounts.account"))


@blueprint.post("/account/name")
def rename() -> Answer:
    """Another pseudonym for what is posted from now on."""
    form = posted(forms.Rename)
    return _change("rename", form, lambda: service.rename(me(), form.name.data), _("署名已更改。"))


@blueprint.post("/account/password")
def change_password() -> Answer:
    """Another password; all other devices are signed out, this one stays."""
    form = posted(forms.ChangePassword)

    def change() -> None:
        stay = session.stays()
        service.change_password(me(), form.current.data, form.password.data)
        session.begin(me(), stay=stay)

    return _change("password", form, change, _("密码已更改，其他设备都已退出登录。"))


@blueprint.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> Answer:
    """End all sessions of the account, this one too."""
    service.sign_out_everywhere(me())
    session.end()
    return redirect(url_for("accounts.login", said="everywhere"), 303)


def account_page(**forms_with_errors: Any) -> dict[str, Any]:
    """What the account's template takes; a form that was refused stands in for its fresh one."""
    who = me()
    fresh = {"password": forms.ChangePassword()}
    if who.role == "member":
        fresh["rename"] = forms.Rename(name=who.name)
    return {
        "account": _shown(who),
        "sections": _sections(fresh | forms_with_errors),
        "logout_action": url_for("accounts.logout"),
        "everywhere_action": url_for("accounts.sign_out_everywhere"),
        "language_action": url_for("accounts.language"),
    }


def _change(section: str, form: Any, act: Callable[[], None], done: str) -> Answer:
    if form.validate():
        try:
            act()
        except Refusal as refused:
            blame(form, refused)
            page = account_page(**{section: form})
            return personal("accounts/account.html", **page), status_of(refused)
        flash(done, "success")
        return redirect(url_for("accounts.account"), 303)
    return personal("accounts/account.html", **account_page(**{section: form})), 400


def _sections(own_forms: dict[str, Any]) -> list[dict[str, Any]]:
    known = {
        "rename": (url_for("accounts.rename"), _("改署名"), _("保存署名")),
        "password": (url_for("accounts.change_password"), _("改密码"), _("保存新密码")),
    }
    return [
        dict(zip(("action", "title", "label"), known[name], strict=True), form=own_forms[name])
        for name in known
        if name in own_forms
    ]


def _shown(who: Account) -> dict[str, Any]:
    addresses = [masked(parse_address(text)) for text in (who.phone, who.email) if text]
    return {
        "name": who.name,
        "role_label": role_label(who.role),
        "address": " · ".join(addresses),
        "verified_label": _("已认证业主") if who.verified else None,
        "staff": who.staff_no,
    }
