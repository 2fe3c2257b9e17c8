"""Wrong input into every form: a sentence at the field, what was typed is kept, nothing stored."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.factories import a_complaint, csrf
from tests.forms_of_the_board import FORMS, Form
from tests.page_forms import errors_on, form_to
from tests.plugin import could_not_run
from tests.rows import row_counts
from tests.scenes import Scene, a_picture

URLENCODED = "application/x-www-form-urlencoded"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
COUNTS = frozenset({"failed_sign_in", "one_time_code", "outbox"})
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"

WRONG_TEXTS = {
    "missing": None,
    "blank": "　 \n",
    "too-long": "字" * 11_000,
    "gbk": "停车".encode("gbk"),
    "nul": "停车\x00场",
}
WRONG_CHOICES = {"missing": None, "unknown": "no-such-choice", "gbk": "批评".encode("gbk")}
WRONG_DATES = {
    "no-date": "昨天",
    "no-day": "2026-13-45",
    "past": "2020-01-01",
    "zero": "0000-00-00",
}
MAY_BE_EMPTY = ("missing", "blank")


def _cases() -> Iterator[Any]:
    for name, form in FORMS.items():
        kinds = (
            (WRONG_TEXTS, [*form.texts, *form.secrets]),
            (WRONG_CHOICES, form.choices),
            (WRONG_DATES, form.dates),
        )
        for wrong, fields in kinds:
            for field in fields:
                for what, value in wrong.items():
                    if not (field in form.optional and what in MAY_BE_EMPTY):
                        yield pytest.param(name, field, value, id=f"{name}-{field}-{what}")


def sent(browser: FlaskClient, action: str, data: dict[str, Any]) -> TestResponse:
    """The answer to a form whose values may be any bytes."""
    return browser.post(action, data=urlencode(data, doseq=True), content_type=URLENCODED)


def is_at(field: str, page: str) -> bool:
    """Whether a sentence stands at the field, and the field refers to it."""
    for place, sentence in errors_on(page).items():
        if place == f"{field}-error" or place.endswith(f"-{field}-error"):
            return bool(sentence) and re.search(f'aria-describedby="[^"]*{place}', page) is not None
    return False


def told_elsewhere(name: str, field: str) -> str:
    """Signing in says at the password that something is wrong, never which of the two."""
    return "password" if name == "login" else field


def check_refused(answer: TestResponse, lang: str = "zh-Hans") -> None:
    """It was refused politely: 4xx, a page in this language, no traceback, no cookie."""
    assert 400 <= answer.status_code < 500, answer.status_code
    assert f'<html lang="{lang}"' in answer.text
    assert "Traceback" not in answer.text and "werkzeug" not in answer.text.lower()
    assert "Set-Cookie" not in answer.headers


def check_kept(form: Form, page: str, action: str, typed: dict[str, Any], wrong: str) -> None:
    """Every other field has what was typed into it; passwords never come back."""
    again = form_to(page, action.partition("?")[0])
    for name, value in form.right().items():
        if name in form.secrets:
            assert value not in page
        elif name != wrong:
            assert again.values.get(name) == [typed[name]], name


@pytest.mark.parametrize(("name", "field", "value"), list(_cases()))
def test_a_wrong_field_is_named_and_the_rest_kept(scene, browsers, name, field, value):
    form = FORMS[name]
    browser = browsers[form.who]
    action, found = form.open(browser, scene)
    before = row_counts(without=COUNTS)
    typed = found.filled(**form.right() | {field: value})
    answer = sent(browser, action, typed)
    check_refused(answer)
    place = told_elsewhere(name, field)
    assert is_at(field, answer.text) or is_at(place, answer.text), errors_on(answer.text)
    check_kept(form, answer.text, action, typed, field)
    assert row_counts(without=COUNTS) == before


ENGLISH = [name for name, form in FORMS.items() if form.who != "nobody"]


@pytest.mark.parametrize("name", ENGLISH)
def test_the_sentence_is_in_the_language_of_the_page(scene, browsers, name):
    form = FORMS[name]
    browser = browsers[form.who]
    action, found = form.open(browser, scene, "?lang=en")
    wrong = [field for field in form.right() if field not in form.optional]
    typed = dict.fromkeys(wrong) if wrong else {"code": "?"}
    answer = sent(browser, action, found.filled(**typed))
    check_refused(answer, "en")
    sentences = errors_on(answer.text).values()
    assert sentences
    if not any(Path(scene.app.root_path).glob("translations/en/LC_MESSAGES/messages.mo")):
        could_not_run("the English sentences", "there is no English catalogue yet")
    assert not [sentence for sentence in sentences if CHINESE.search(sentence)]


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.acts])
@pytest.mark.parametrize("of", [None, "", "0", "-1", "x", "9" * 30, "１"])
def test_an_act_upon_something_else_is_refused(scene, browsers, name, of):
    form = FORMS[name]
    action, found = form.open(browsers["member"], scene)
    before, typed = row_counts(), found.filled(**form.right() | {"code": ""} | {"of": of})
    answer = sent(browsers["member"], action, typed)
    check_refused(answer)
    assert 'role="alert"' in answer.text and row_counts() == before
    assert answer.status_code == (400 if of in (None, "", "x") else 409)
    check_kept(form, answer.text, action, typed, "code")


def test_after_a_change_the_next_try_is_about_the_newest_state(scene, browsers):
    form = FORMS["edit"]
    action, found = form.open(browsers["member"], scene)
    typed = found.filled(**form.right() | {"of": "1", "code": ""})
    answer = sent(browsers["member"], action, typed)
    assert answer.status_code == 409 and "刚刚有了变化" in answer.text
    assert form_to(answer.text, action).values["of"] == found.values["of"]


@pytest.mark.parametrize("status", ["", "removed", "resolved", "erased", "x" * 5000, "open"])
def test_an_author_cannot_choose_another_state(scene, browsers, status):
    form = FORMS["confirm"]
    action, found = form.open(browsers["member"], scene)
    before = row_counts()
    answer = sent(browsers["member"], action, found.filled(status=status))
    check_refused(answer)
    assert row_counts() == before


TEXTUAL = [name for name, form in FORMS.items() if form.texts and form.choices]


@pytest.mark.parametrize("name", TEXTUAL)
def test_a_script_is_kept_as_the_text_it_is(scene, browsers, name):
    form = FORMS[name]
    action, found = form.open(browsers[form.who], scene)
    one = next(iter(form.choices))
    typed = found.filled(**form.right() | dict.fromkeys(form.texts, SCRIPT) | {one: "wrong"})
    answer = sent(browsers[form.who], action, typed)
    check_refused(answer)
    assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
    again = form_to(answer.text, action)
    assert all(again.values[field] == [SCRIPT] for field in form.texts)


@pytest.mark.parametrize("name", FORMS)
def test_ten_megabytes_are_refused_with_a_sentence(scene, browsers, name):
    form = FORMS[name]
    action, found = form.open(browsers[form.who], scene)
    field = next(iter([*form.texts, *form.secrets, *form.choices]))
    before = row_counts(without=COUNTS)
    answer = sent(browsers[form.who], action, found.filled(**{field: "x" * 10_000_000}))
    check_refused(answer)
    assert answer.status_code == 413 and "太大" in answer.text
    assert row_counts(without=COUNTS) == before


def test_a_thousand_fields_are_refused(scene, browsers):
    data = {f"field{n}": "x" for n in range(1000)}
    for kind in (URLENCODED, "multipart/form-data"):
        answer = browsers["member"].post("/complaints", data=data, content_type=kind)
        check_refused(answer)
        assert answer.status_code == 413


def a_bomb() -> bytes:
    """A PNG of a few kilobytes that unpacks to 30,000 × 30,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return len(data).to_bytes(4, "big") + kind + data + crc.to_bytes(4, "big")

    side = (30_000).to_bytes(4, "big")
    rows = zlib.compress(bytes(1_000_000), 9)
    header = chunk(b"IHDR", side + side + bytes([8, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
FILES = {
    "text": [b"just some text"],
    "empty": [b""],
    "bomb": [a_bomb()],
    "cut-off": [a_picture()[:900]],
    "svg": [SVG],
    "pdf": [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"],
    "too-large": [a_picture() + bytes(20 * 1024 * 1024)],
    "ten": [a_picture(8, 8)] * 10,
    "one-of-two": [a_picture(8, 8), b"text"],
}


def stored_files(scene: Scene) -> list[Path]:
    """Everything in the board's file storage."""
    folder = Path(scene.app.config["FORUM_INSTANCE"]) / "files"
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("what", FILES)
def test_what_is_no_photo_is_named_and_the_text_kept(scene, browsers, what):
    form = FORMS["complaint"]
    action, found = form.open(browsers["member"], scene)
    typed = found.filled(**form.right())
    files = [FileStorage(io.BytesIO(data), "IMG_1.jpg") for data in FILES[what]]
    before = row_counts(), stored_files(scene)
    boundary, body = encode_multipart(typed | {"photos": files})
    answer = browsers["member"].post(
        action, data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )
    check_refused(answer)
    assert is_at("photos", answer.text), errors_on(answer.text)
    check_kept(form, answer.text, action, typed, "photos")
    assert (row_counts(), stored_files(scene)) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("idempotency", "x"), ("idempotency", "k" * 44), ("idempotency", "é" * 43),
     ("idempotency", "k" * 42 + "\x00"), ("author_key", "x"), ("author_key", "A" * 64),
     ("author_key", "é" * 64)],
)  # fmt: skip
def test_a_broken_hidden_field_is_said_and_nothing_posted(scene, browsers, field, value):
    form = FORMS["complaint"]
    action, found = form.open(browsers["member"], scene)
    before, typed = row_counts(), found.filled(**form.right() | {field: value})
    answer = sent(browsers["member"], action, typed)
    check_refused(answer)
    assert 'role="alert"' in answer.text and row_counts() == before
    check_kept(form, answer.text, action, typed, field)


@pytest.mark.parametrize(
    "path",
    ["comments", "support", "unsupport", "edit", "status", "withdraw", "withdraw/stop",
     "withdraw/undo", "replies", "resolve", "remove", "erase", "ask", "restore"],
)  # fmt: skip
@pytest.mark.parametrize("number", ["999", "9" * 30])
def test_an_unknown_number_is_not_found(scene, browsers, path, number):
    who = {
        "replies": "staff",
        "resolve": "staff",
        "remove": "moderator",
        "restore": "moderator",
        "erase": "auditor",
        "ask": "executive",
    }
    browser = browsers[who.get(path, "member")]
    form = next((f for f in FORMS.values() if f.action.endswith(f"/{path}")), FORMS["comment"])
    data = form.right() | {"of": "1", "status": "confirmed", "csrf_token": csrf(browser)}
    before, answer = row_counts(), browser.post(f"/complaints/{number}/{path}", data=data)
    assert answer.status_code == 404 and 'action="/search"' in answer.text
    assert row_counts() == before


STRANGE = """
/complaints?after=x /complaints?after=-1 /complaints?after=999999999999999 /complaints?city=%CD%A3
/complaints?city=%00 /complaints?project=%00&category=%00 /complaints?q=%00
/complaints?sort=x&status=x&type=x&project=x&category=x /search?q=%CD%A3%B3%B5 /search?q=%00
/search?q=((*%26%26|%22 /search?q=%23999999999999999999999 /search?q=a&project=%00&after=9999999999
/log?from=x&to=0000-00-00&complaint=x&kind=x&by=x&project=%CD /log?complaint=999999999999999999999
/log?complaint=9999999999 /log?project=%00&kind=%00 /log?before=9999999999 /log?after=9999999999
/log?from=9999-12-31&to=0001-01-01 /log?to=9999-12-31 /?lang=%CD /rules?version=%D9%A1
/rules?version=99999999 /login?next=%0d%0a//x /statements/999999999 /complaints/999999999
/complaints/1/proof?entry=%D9%A1 /complaints/1/proof?entry=-1 /complaints/1/proof?entry=9999999999
/tlog/tile/%CD /tlog/tile/0/x999/x999/x999/999 /projects/%CD%A3 /projects/%00 /cities/%00
/categories/%00 /photos/%00.jpg /invite/%00 /invite/999999999999-x /invite/9999999999-x
/complaints/new?project=%00
""".split()


def test_a_strange_address_is_answered_calmly(app, client):
    a_complaint()
    wrong = []
    for path in [*STRANGE, "/search?q=" + "x" * 5000]:
        answer = client.get(path)
        if answer.status_code >= 500 or "Set-Cookie" in answer.headers:
            wrong.append((path, answer.status_code))
    assert not wrong


def test_a_nul_in_a_field_is_no_accident(app, client):
    for path, data in (
        ("/login", {"address": "a\x00b", "password": "a\x00b"}),
        ("/signup", {"address": "a\x00b@board.test"}),
        ("/language", {"lang": "\x00"}),
        ("/invite/1-\x00", {"password": "x"}),
    ):
        assert client.post(path, data=data).status_code == 400, path


@pytest.mark.parametrize("path", ["/complaints/0001", "/complaints/1.0", "/complaints/-1", "/complaints/+1",
                                  "/complaints/4294967297", "/complaints/%D9%A1", "/statements/01",
                                  "/statements/9999999999", "/log/entries/00", "/complaints/01.json"])  # fmt: skip
def test_a_number_has_one_address(scene, browsers, path):
    assert browsers["visitor"].get(path).status_code == 404
