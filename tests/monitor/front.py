"""What an operator can put between the application and its visitors: another answer for some."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

Change = Callable[[str, str, dict[str, str], bytes], tuple[str, dict[str, str], bytes]]


class Front:
    """A WSGI front that lets `change(path, agent, headers, body)` answer in the board's place."""

    def __init__(self, inner: Any, change: Change, where: Callable[[str, str], bool]) -> None:
        self._inner, self._change, self._where = inner, change, where

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path, agent = environ["PATH_INFO"], environ.get("HTTP_USER_AGENT", "")
        if not self._where(path, agent):
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


def put_before(app: Flask, where: Callable[[str, str], bool], change: Change) -> None:
    """Stand between `app` and the visitors for whom `where(path, agent)` holds."""
    app.wsgi_app = Front(app.wsgi_app, change, where)  # type: ignore[method-assign]


def replacing(old: str, new: str) -> Change:
    """The same answer with `old` replaced by `new`; nothing else tells of it."""

    def change(
        status: str, _agent: str, headers: dict[str, str], body: bytes
    ) -> tuple[str, dict[str, str], bytes]:  # fmt: skip
        assert old.encode() in body, f"{old} is not in the answer"
        return status, headers, body.replace(old.encode(), new.encode())

    return change


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
