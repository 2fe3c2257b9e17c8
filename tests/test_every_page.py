"""What holds for every answer, whoever asks and whatever went wrong: policy, nothing inline."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.base.web.headers import POLICY
from tests.scenes import EVERYBODY, addresses

LOADED = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src",
          "video": "src", "audio": "src", "object": "data", "embed": "src", "form": "action",
          "button": "formaction", "use": "href", "image": "href"}  # fmt: skip


class Inline(HTMLParser):
    """Finds what the content policy forbids, and what would be loaded from another host."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.lang = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.lang = given.get("lang", "") if tag == "html" else self.lang
        self.ids += [given["id"]] if "id" in given else []
        if tag in ("style", "base") or (tag == "script" and "src" not in given):
            self.found.append(f"<{tag}>")
        self.found += [name for name in given if name == "style" or name.startswith("on")]
        self.found += [name for name in ("srcset", "background", "ping") if name in given]
        if tag == "meta" and given.get("http-equiv", "").lower() in ("refresh", "set-cookie"):
            self.found.append("meta http-equiv")
        self._address(tag, given)

    def _address(self, tag: str, given: dict[str, str]) -> None:
        target = given.get(LOADED.get(tag, ""), "")
        if urlsplit(target).scheme or urlsplit(target).netloc:
            self.found.append(f"{tag} {target}")
        if given.get("href", "").lower().lstrip().startswith(("javascript:", "data:")):
            self.found.append(given["href"])


def check(answer: TestResponse, path: str) -> None:
    """The headers of every answer, and for a page that nothing in it is inline."""
    headers = answer.headers
    assert headers["Content-Security-Policy"] == POLICY, path
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["Referrer-Policy"] == "same-origin", path
    assert "Traceback" not in answer.get_data(as_text=True), path
    if answer.mimetype == "text/html" and not answer.location:
        page = Inline(answer.text)
        assert not page.found, (path, page.found)
        assert page.lang == "zh-Hans", path
        assert len(page.ids) == len(set(page.ids)), (path, sorted(page.ids))
        assert len(headers["Log-Checkpoint"].split()) == 2, path
        assert f'name="log-checkpoint" content="{headers["Log-Checkpoint"]}"' in answer.text, path


def test_the_policy_allows_nothing_inline_and_no_other_host():
    assert "unsafe" not in POLICY and "*" not in POLICY and "http" not in POLICY
    assert "default-src 'none'" in POLICY and "frame-ancestors 'none'" in POLICY


@pytest.mark.parametrize("role", EVERYBODY.split())
def test_every_page_keeps_the_policy(scene, browsers, role):
    for _endpoint, path in addresses(scene, "GET"):
        if path.startswith("/photos/"):
            continue
        answer = browsers[role].get(path)
        if not path.startswith(("/static/", "/tlog/tile/")):
            check(answer, path)
        assert answer.headers["Content-Security-Policy"] == POLICY, path
        answer.close()


@pytest.mark.parametrize("role", ["visitor", "member", "staff", "moderator"])
def test_the_pages_of_every_state_keep_the_policy(scene, browsers, role):
    for number in (1, 2, 3, 4):
        for rest in ("", "/history", "/remove", "/edit"):
            path = f"/complaints/{number}{rest}"
            check(browsers[role].get(path), path)


@pytest.mark.parametrize("role", EVERYBODY.split())
def test_a_refused_form_keeps_the_policy(scene, browsers, role):
    for _endpoint, path in addresses(scene, "POST"):
        check(browsers[role].post(path), path)


@pytest.fixture
def breaking(scene, monkeypatch) -> Iterator[FlaskClient]:
    """A visitor of a board whose rules page has a bug in it."""

    def bug() -> None:
        raise ZeroDivisionError("secret of the machine room")

    monkeypatch.setitem(scene.app.view_functions, "moderation.rules", bug)
    yield scene.app.test_client()


ERRORS = [
    ("get", "/nothing/here", 404),
    ("get", "/complaints/999", 404),
    ("get", "/complaints/3", 410),
    ("put", "/complaints", 405),
    ("get", "/rules", 500),
]


@pytest.mark.parametrize(("method", "path", "status"), ERRORS)
def test_an_error_page_keeps_the_policy_and_tells_nothing(breaking, method, path, status):
    answer = breaking.open(path, method=method.upper())
    assert answer.status_code == status and "Set-Cookie" not in answer.headers
    assert "secret of the machine room" not in answer.text and "ZeroDivision" not in answer.text
    check(answer, path)


@pytest.mark.parametrize(
    "path",
    ["/complaints/999", "/complaints/999999999999999999999", "/complaints/0", "/complaints/01x",
     "/complaints/999/history", "/complaints/999/proof", "/statements/999", "/projects/nowhere",
     "/cities/nowhere", "/categories/nowhere", "/log/entries/999999", "/nothing/here"],
)  # fmt: skip
def test_an_unknown_address_is_a_page_with_a_search(scene, path):
    answer = scene.app.test_client().get(path)
    assert answer.status_code == 404
    assert 'action="/search"' in answer.text and 'name="q"' in answer.text
    check(answer, path)


@pytest.mark.parametrize(
    "path", ["/", "/complaints", "/complaints/1", "/complaints/3", "/log", "/x"]
)
def test_a_page_is_in_the_language_that_was_asked_for(scene, path):
    visitor = scene.app.test_client()
    assert Inline(visitor.get(f"{path}?lang=en").text).lang == "en"
    assert Inline(visitor.get(path, headers={"Accept-Language": "en-GB"}).text).lang == "en"
    assert Inline(visitor.get(path, headers={"Accept-Language": "zh-CN"}).text).lang == "zh-Hans"


def test_an_unknown_number_is_said_to_machines_in_their_language(scene):
    answer = scene.app.test_client().get("/complaints/999.json")
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert answer.json["error"]["status"] == 404
