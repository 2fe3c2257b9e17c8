"""Who is signed in: Flask-Login over a signed cookie that names an account and its epoch.

Visitors get no cookie, and files that are the same for everybody never look at one.
"""

from __future__ import annotations

from flask import Flask, Request, Response, g, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, login_user, logout_user

from forum.accounts import queries
from forum.accounts.models import Account


class _Sessions(SecureCookieSessionInterface):
    """Flask's own sessions, except that static files have an empty one that is never saved."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if _is_for_file(app, request):
            return self.session_class()
        return super().open_session(app, request)


class _Logins(LoginManager):
    """Flask-Login without its second cookie: staying signed in is a permanent session here."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


def install(app: Flask) -> None:
    """Let `app` know who is asking. Comes before everything that wants to know."""
    # Thirty days from signing in, however often the board is visited: a session has an end.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.session_interface = _Sessions()
    logins = _Logins()
    # Telephones change their network address all day; "strong" would sign people out each time.
    logins.session_protection = "basic"
    logins.user_loader(_load)
    logins.init_app(app)


def begin(account: Account, *, stay: bool) -> None:
    """Sign this browser in, in a session with nothing of the one before; `stay`: for 30 days."""
    session.clear()
    session.permanent = stay
    login_user(account)


def stays() -> bool:
    """Whether this browser was to stay signed in."""
    return session.permanent


def end() -> None:
    """Sign this browser out and take its cookie away."""
    logout_user()
    session.clear()


def _load(value: str) -> Account | None:
    account = queries.of_session(value)
    if account is None:
        session.clear()  # ended elsewhere: the browser need not carry it any longer
    else:
        g.personal = True
    return account


def _is_for_file(app: Flask, request: Request) -> bool:
    # The route is not known yet when a session is opened.
    return request.path.startswith(f"{app.static_url_path}/")
