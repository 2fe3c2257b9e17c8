"""Forms as a browser reads them from a page: what they would send, and what went wrong in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

UNSENT = frozenset({"file", "submit", "button", "image", "reset"})


@dataclass
class PageForm:
    """One form: where it goes and what it would send untouched (name → values, in order)."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def filled(self, **typed: Any) -> dict[str, Any]:
        """What is sent after `typed` was put in; a field typed as None is left away."""
        unknown = [name for name in typed if name not in self.names]
        assert not unknown, f"{self.action} has no field {unknown}"
        sent: dict[str, Any] = {**self.values, **typed}
        return {name: value for name, value in sent.items() if value is not None}


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.errors: dict[str, str] = {}
        self._inside = False
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._text: tuple[str, list[str]] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "p" and "error" in found.get("class", "").split():
            self._text = (found.get("id", ""), [])
        if tag == "form":
            self._inside = True
            self.forms.append(PageForm(found.get("action", ""), found.get("method", "get")))
        elif self._inside:
            self._control(tag, found)

    def _control(self, tag: str, found: dict[str, str]) -> None:
        if tag == "option" and self._select:
            self._options.append((found.get("value", ""), "selected" in found))
        elif tag == "select":
            self._select, self._options = found["name"], []
            self.forms[-1].names.append(found["name"])
        elif tag == "textarea":
            self.forms[-1].names.append(found["name"])
            self._text = (f"textarea {found['name']}", [])
        elif tag == "input" and "name" in found:
            self._input(found)

    def _input(self, found: dict[str, str]) -> None:
        form, kind = self.forms[-1], found.get("type", "text")
        form.names.append(found["name"])
        if kind in UNSENT or (kind in ("radio", "checkbox") and "checked" not in found):
            return
        form.values.setdefault(found["name"], []).append(found.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected]
            first = [value for value, _ in self._options[:1]]
            self.forms[-1].values[self._select] = chosen or first
            self._select = None
        elif tag in ("p", "textarea") and self._text is not None:
            self._finish_text()

    def _finish_text(self) -> None:
        where, parts = self._text or ("", [])
        text = "".join(parts)
        if where.startswith("textarea "):
            # HTML drops the line feed right after the tag.
            self.forms[-1].values[where.removeprefix("textarea ")] = [re.sub(r"\A\r?\n", "", text)]
        else:
            self.errors[where] = text.strip()
        self._text = None


def forms_on(html: str) -> list[PageForm]:
    """Every form of the page."""
    return _Reader(html).forms


def form_to(html: str, action: str, **hidden: str) -> PageForm:
    """The form that goes to `action` (and carries these values, where several go there)."""
    for form in forms_on(html):
        carries = all(form.values.get(name) == [value] for name, value in hidden.items())
        if form.action.partition("?")[0] == action and form.method == "post" and carries:
            return form
    raise AssertionError(f"no form to {action} {hidden or ''} on the page")


def errors_on(html: str) -> dict[str, str]:
    """The sentences at fields: id of the paragraph (``<field's id>-error``) → sentence."""
    return _Reader(html).errors


def fill(
    browser: FlaskClient,
    page: str,
    action: str,
    *,
    hidden: dict[str, str] | None = None,
    **typed: Any,
) -> TestResponse:
    """Open `page`, put `typed` into its form to `action`, and send it as a browser would."""
    opened = browser.get(page)
    form = form_to(opened.text, action, **(hidden or {}))
    return browser.post(form.action, data=form.filled(**typed))
