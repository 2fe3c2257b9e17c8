"""Coming and going: sign-in, sign-out, language."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer
from flask_babel import gettext as _
from flask_login import current_user

from forum.accounts import forms, limits, service, session
from forum.accounts.views.answers import HOME, again, blueprint, local, me
from forum.base.refusal import Invalid, Refusal
from forum.base.resources import setting
from forum.base.rights import route_acts
from forum.base.web.forms import posted
from forum.base.web.locale import COOKIE, LOCALES

YEAR = 365 * 24 * 3600  # seconds

route_acts(
    {
        "accounts.login": "sign-in",
        "accounts.login_post": "sign-in",
        "accounts.logout": "sign-in",
        "accounts.language": "read",
    }
)


@blueprint.get("/login")
def login() -> Answer:
    """The form; `next` is where to go afterwards, `said` what was done before."""
    onward = local(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(onward)
    return render_template("accounts/login.html", form=forms.SignIn(next=onward), **_page(onward))


@blueprint.post("/login")
def login_post() -> Answer:
    """Sign in."""
    form = posted(forms.SignIn)
    onward = local(form.next.data)
    if not form.validate():
        return again("accounts/login.html", form, **_page(onward))
    try:
        limits.count("sign-in")
        account = service.sign_in(form.address.data, form.password.data)
    except Refusal as refused:
        return again("accounts/login.html", form, refused, **_page(onward))
    session.begin(account, stay=form.stay.data)
    return redirect(onward, 303)


@blueprint.post("/logout")
def logout() -> Answer:
    """Sign this browser out."""
    session.end()
    return redirect(HOME, 303)


@blueprint.post("/language")
def language() -> Answer:
    """Keep the chosen language for a year, and with the account."""
    chosen = request.form.get("lang", "")
    if chosen not in LOCALES:
        raise Invalid(_("请选一种语言。"), "lang")
    if current_user.is_authenticated:
        service.set_locale(me(), chosen)
    response = redirect(local(request.form.get("next")), 303)
    secure = bool(setting("SESSION_COOKIE_SECURE"))
    response.set_cookie(COOKIE, chosen, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return response


def _page(onward: str) -> dict[str, Any]:
    said = {
        "password": _("新密码已设好，请用它登录。"),
        "everywhere": _("已在所有设备上退出登录。"),
    }
    return {
        "action": url_for("accounts.login"),
        "signup_href": url_for("accounts.signup", next=onward if onward != HOME else None),
        "reset_href": url_for("accounts.reset"),
        "said": said.get(request.args.get("said", "")),
    }
