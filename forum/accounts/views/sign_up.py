"""Getting an account, a new password, or in with an invitation: two steps each, no cookie."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import Form

from forum.accounts import forms, limits, service, session
from forum.accounts.addresses import Address, parse_address, spoken
from forum.accounts.models import Account
from forum.accounts.views.answers import HOME, again, blueprint, local, personal
from forum.base.refusal import Invalid, Refusal
from forum.base.resources import setting
from forum.base.rights import route_acts
from forum.base.web.forms import posted
from forum.base.web.locale import locale
from forum.log.words import role_label

ENDPOINTS = """signup signup_post signup_verify signup_verify_post reset reset_post reset_verify
reset_verify_post invite invite_post"""

route_acts({f"accounts.{name}": "sign-in" for name in ENDPOINTS.split()})


@blueprint.get("/signup")
def signup() -> Answer:
    """First step: where the code goes."""
    form = forms.AskCode(next=local(request.args.get("next")))
    return render_template("accounts/signup.html", form=form, **_signup_page(form))


@blueprint.post("/signup")
def signup_post() -> Answer:
    """Send the code; the answer is the second step, the same for every address."""
    form = posted(forms.AskCode)
    if not form.validate():
        return again("accounts/signup.html", form, **_signup_page(form))
    try:
        where = _send_code("signup", form.address.data)
    except Refusal as refused:
        return again("accounts/signup.html", form, refused, **_signup_page(form))
    second = forms.SignUp(ticket=_ticket("signup", where), next=local(form.next.data))
    return personal("accounts/verify.html", form=second, **_verify_page(where, second))


@blueprint.get("/signup/verify")
def signup_verify() -> Answer:
    """Nothing to see without an address: back to the first step."""
    return redirect(url_for("accounts.signup"))


@blueprint.post("/signup/verify")
def signup_verify_post() -> Answer:
    """Second step: code, pseudonym and password make the account."""
    form = posted(forms.SignUp)
    where = _address_in(form.ticket.data, "signup")
    if where is None:
        first = forms.AskCode()
        return again("accounts/signup.html", first, _no_address(), **_signup_page(first))
    if not form.validate():
        return again("accounts/verify.html", form, **_verify_page(where, form))
    typed = (form.code.data, form.name.data, form.password.data)
    try:
        account = service.sign_up(where.value, *typed, locale=locale())
    except Refusal as refused:
        return again("accounts/verify.html", form, refused, **_verify_page(where, form))
    session.begin(account, stay=form.stay.data)
    return redirect(local(form.next.data), 303)


@blueprint.get("/reset")
def reset() -> Answer:
    """First step of a new password: where the code goes."""
    return render_template("accounts/reset.html", form=forms.AskCode(), **_reset_page())


@blueprint.post("/reset")
def reset_post() -> Answer:
    """Send the code if there is an account; the answer is the same either way."""
    form = posted(forms.AskCode)
    if not form.validate():
        return again("accounts/reset.html", form, **_reset_page())
    try:
        where = _send_code("reset", form.address.data)
    except Refusal as refused:
        return again("accounts/reset.html", form, refused, **_reset_page())
    second = forms.Reset(ticket=_ticket("reset", where))
    return personal("accounts/reset.html", form=second, **_reset_page(where))


@blueprint.get("/reset/verify")
def reset_verify() -> Answer:
    """Nothing to see without an address: back to the first step."""
    return redirect(url_for("accounts.reset"))


@blueprint.post("/reset/verify")
def reset_verify_post() -> Answer:
    """Second step: the new password. Signing in with it is a step of its own."""
    form = posted(forms.Reset)
    where = _address_in(form.ticket.data, "reset")
    if where is None:
        return again("accounts/reset.html", forms.AskCode(), _no_address(), **_reset_page())
    if not form.validate():
        return again("accounts/reset.html", form, **_reset_page(where))
    try:
        service.reset_password(where.value, form.code.data, form.password.data)
    except Refusal as refused:
        return again("accounts/reset.html", form, refused, **_reset_page(where))
    return redirect(url_for("accounts.login", said="password"), 303)


@blueprint.get("/invite/<token>")
def invite(token: str) -> Answer:
    """Whose invitation it is, and the form for a first password."""
    page = _invite_page(service.invited(token))
    return personal("accounts/invite.html", form=forms.AcceptInvite(), **page)


@blueprint.post("/invite/<token>")
def invite_post(token: str) -> Answer:
    """Set the first password; the link is used up."""
    form = posted(forms.AcceptInvite)
    page = _invite_page(service.invited(token))
    if not form.validate():
        return again("accounts/invite.html", form, **page)
    try:
        service.accept_invite(token, form.password.data)
    except Refusal as refused:
        return again("accounts/invite.html", form, refused, **page)
    return redirect(url_for("accounts.login", said="password"), 303)


def _send_code(purpose: str, typed: str) -> Address:
    limits.count("code")
    return service.request_code(purpose, typed, locale=locale())


def _tickets(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(str(setting("SECRET_KEY")), salt=f"zhiyan/v1/ticket/{purpose}")


def _ticket(purpose: str, where: Address) -> str:
    return str(_tickets(purpose).dumps(where.value))


def _address_in(ticket: str | None, purpose: str) -> Address | None:
    """The address of the first step; a ticket has no end of its own, its code has."""
    try:
        return parse_address(_tickets(purpose).loads(ticket or ""))
    except BadSignature:
        return None


def _no_address() -> Invalid:
    return Invalid(_("这一页不完整，请重新填写，我们再发一次验证码。"), "address")


def _signup_page(form: Form) -> dict[str, Any]:
    onward = local(form["next"].data)
    return {
        "action": url_for("accounts.signup_post"),
        "login_href": url_for("accounts.login", next=onward if onward != HOME else None),
    }


def _verify_page(where: Address, form: Form) -> dict[str, Any]:
    return {
        "action": url_for("accounts.signup_verify_post"),
        "sent_to": spoken(where),
        "again_action": url_for("accounts.signup_post"),
        "again_fields": {"address": where.value, "next": local(form["next"].data)},
    }


def _reset_page(where: Address | None = None) -> dict[str, Any]:
    if where is None:
        return {"action": url_for("accounts.reset_post"), "step": "request", "sent_to": None}
    return {
        "action": url_for("accounts.reset_verify_post"),
        "step": "change",
        "sent_to": spoken(where),
        "again_action": url_for("accounts.reset_post"),
        "again_fields": {"address": where.value},
    }


def _invite_page(account: Account) -> dict[str, Any]:
    return {
        "action": request.path,
        "name": account.name,
        "role_label": role_label(account.role),
        "sign_in_names": [x for x in (account.staff_no, account.email, account.phone) if x],
    }
