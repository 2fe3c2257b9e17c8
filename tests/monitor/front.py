"""What an operator can put between the application and its visitors: another answer for some."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

Change = Callable[[str, str, dict[str, str], bytes], tuple[str, dict[str, str], bytes]]

Where = Callable[[str, str], bool]
Asked = Callable[[dict[str, Any]], bool]


class Front:
    """A WSGI front that lets `change(path, agent, headers, body)` answer in the board's place.

    asked: what else must hold of the request (its WSGI environment).
    """

    def __init__(self, inner: Any, change: Change, where: Where, asked: Asked) -> None:
        self._inner, self._change, self._where, self._asked = inner, change, where, asked

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path, agent = environ["PATH_INFO"], environ.get("HTTP_USER_AGENT", "")
        if not self._where(path, agent) or not self._asked(environ):
            return self._inner(environ, start)
        said: dict[str, Any] = {}

        def note(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            said.update(status=status, headers=dict(headers))

        answer = self._inner(environ, note)
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        status, headers, body = self._change(said["status"], agent, said["headers"], body)
        headers["Content-Length"] = str(len(body))
        start(status, list(headers.items()))
        return [body]


def put_before(
    app: Flask, where: Where, change: Change, asked: Asked = lambda environ: True
) -> None:
    """Stand between `app` and the visitors for whom `where(path, agent)` holds."""
    app.wsgi_app = Front(app.wsgi_app, change, where, asked)  # type: ignore[method-assign]


def replacing(old: str, new: str) -> Change:
    """The same answer with `old` replaced by `new`; nothing else tells of it."""

    def change(
        status: str, _agent: str, headers: dict[str, str], body: bytes
    ) -> tuple[str, dict[str, str], bytes]:  # fmt: skip
        assert old.encode() in body, f"{old} is not in the answer"
        return status, headers, body.replace(old.encode(), new.encode())

    return change


def rewriting(pattern: str, new: str) -> Change:
    """The same answer with the first match of `pattern` rewritten."""

    def change(
        status: str, _agent: str, headers: dict[str, str], body: bytes
    ) -> tuple[str, dict[str, str], bytes]:  # fmt: skip
        text, count = re.subn(pattern, new, body.decode(), count=1, flags=re.DOTALL)
        assert count, f"{pattern} is not in the answer"
        return status, headers, text.encode()

    return change


def without_header(name: str) -> Change:
    """The same answer with one header less."""
    return lambda status, _agent, headers, body: (
        status, {n: v for n, v in headers.items() if n != name}, body,
    )  # fmt: skip


def answering(status: str, body: str = "", **headers: str) -> Change:
    """Another answer altogether."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda *_asked: (status, given or {"Content-Type": "text/html"}, body.encode())


def with_header(name: str, value: str) -> Change:
    """The same answer with one more header."""
    return lambda status, _agent, headers, body: (status, headers | {name: value}, body)


def change_template(app: Flask, name: str, old: str, new: str) -> None:
    """Another template file in the place of ours."""
    source, _path, _fresh = app.jinja_env.loader.get_source(app.jinja_env, name)
    assert old in source, f"{old} is not in {name}"
    changed = DictLoader({name: source.replace(old, new)})
    app.jinja_loader = ChoiceLoader([changed, app.jinja_loader])
    app.jinja_env.cache.clear()
