"""Which language a page is in: the reader's choice, the account's, the browser's, the board's.

Source strings are Chinese, so zh_Hans needs no catalogue. Babel looks a catalogue up by its exact
folder, so every kind of Chinese a browser asks for is mapped to the literal ``zh_Hans``.
"""

from __future__ import annotations

from gettext import NullTranslations

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations
from flask_login import current_user

LOCALES = {"zh_Hans": "中文", "en": "English"}
COOKIE = "lang"


def install(app: Flask) -> None:
    """Set Flask-Babel up and let templates know the languages."""
    Babel(app, locale_selector=locale)
    # A page asks some thirty times; Flask-Babel looks its context up at each of them.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().gettext(text),
        lambda one, many, n: _catalogue().ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.globals.update(current_locale=locale, locales=LOCALES)


def locale() -> str:
    """The language of the present request (or, outside of one, what `speaking` set)."""
    if not has_request_context():
        return g.get("locale") or "zh_Hans"
    if "locale" not in g:
        g.locale = _choose()
    return g.locale


def _catalogue() -> NullTranslations:
    """The catalogue of the present language; kept in `g` with the language it is of."""
    kept = g.get("catalogue")
    now = get_locale()
    if kept is None or kept[0] is not now:
        kept = g.catalogue = (now, get_translations())
    return kept[1]


def language_tag() -> str:
    """The same for ``<html lang>``: zh-Hans, en."""
    return locale().replace("_", "-")


def _choose() -> str:
    from flask import current_app

    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE), _account_locale()):
        if wanted in LOCALES:
            return str(wanted)
    for tag, _quality in request.accept_languages:
        if tag.lower().startswith("zh"):
            return "zh_Hans"
        if tag.lower().startswith("en"):
            return "en"
    return str(current_app.config["FORUM_LOCALE"])


def _account_locale() -> str | None:
    return current_user.locale if current_user.is_authenticated else None
