"""The author's code on the author's device: drawn, kept and used there, and never sent."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
import segno
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, Route, expect

from forum.base.db import db
from forum.complaints.receipt_picture import QUIET, qr_path
from forum.complaints.receipts import summary_of
from forum.complaints.service import existing
from forum.log import queries as log
from forum.response import service as response
from forum.response.service import Resolution
from forum.tlog.authorkey import act_message, author_key, check_act, format_code, parse_code
from tests.browser.visit import Visit
from tests.scenes import Scene

CODE = re.compile(r"([A-Z2-7]{4} ){6}[A-Z2-7]{2}")
NO_ED25519 = """const real = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, data, name, ...rest) =>
  (name.name || name) === 'Ed25519' ? Promise.reject(new Error('NotSupportedError'))
                                    : real(format, data, name, ...rest);"""
NO_STORE = """Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"""
NOT_SECURE = "Object.defineProperty(window, 'isSecureContext', {value: false});"
# What editors put into a text: NFD, full-width and trailing spaces, Windows lines, emoji.
ODD = "　第一行 e\u0301\r\n\r\n二行\t\u00a0  \n🏠 末行　 \n\n"
ODD_KEPT = "　第一行 \u00e9\n\n二行\t\u00a0  \n🏠 末行"


class Author(Visit):
    """An author's browser, which keeps all that was sent from it."""

    def __init__(self, page: Page, base: str, expected: tuple[int, ...] = ()) -> None:
        super().__init__(page, base, expected)
        self.sent: list[str] = []
        page.on(
            "request", lambda request: self.sent.append(request.url + (request.post_data or ""))
        )

    def press(self, name: str, within: str = "main") -> None:
        """Tap a button of a form and wait for the page that comes."""
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role("button", name=name, exact=True).click()
        self.look()

    def fill_in(self, title: str = "地库漏水", body: str = "雨后积水三天。") -> None:
        self.open("/complaints/new")
        self.choose("/complaints", project="spring-garden", category="repair")
        self.fill("/complaints", title=title, body=body)

    def number(self) -> int:
        """The complaint that the receipt page is of."""
        return int(re.search(r"#(\d+)", self.page.locator("h1").inner_text())[1])

    def code(self) -> str:
        expect(self.page.locator(".code")).to_have_text(CODE)
        return self.page.locator(".code").inner_text()

    def post(self, **typed: str) -> tuple[int, str]:
        """Post; the number, and the code that is shown."""
        self.fill_in(**typed)
        self.press("发表")
        return self.number(), self.code()


@pytest.fixture
def browse(live: tuple[str, Scene], open_page: Callable[..., Page]) -> Any:
    """`browse()`: the author's browser, signed in; another call is another device."""
    base, scene = live
    authors: list[Author] = []

    def start(*, script: str = "", expected: tuple[int, ...] = (), width: int = 390) -> Author:
        page = open_page(width, permissions=["clipboard-read", "clipboard-write"])
        if script:
            page.add_init_script(script)
        author = Author(page, base, expected)
        authors.append(author)
        author.sign_in(scene.names["author"])
        return author

    yield start
    assert not [complaint for author in authors for complaint in author.complaints]


@pytest.fixture
def app(live: tuple[str, Scene]) -> Any:
    """The board behind the address, its context pushed."""
    app: Flask = live[1].app
    with app.app_context():
        yield app
        db.session.remove()


def entries(number: int) -> list[dict[str, Any]]:
    db.session.rollback()
    return [entry for _index, entry in log.entries_of(number)]


def acts_of(number: int) -> list[tuple[str, bool, str | None]]:
    """Kind, whether proven, and where it was signed, of every act of the author."""
    return [(e["kind"], e["proven"], e.get("made")) for e in entries(number) if "proven" in e]


def check_signed(app: Flask, number: int) -> None:
    """Every signature holds for a stranger who knows only the entries."""
    posting, *later = entries(number)
    origin = app.extensions["zhiyan"]["log"].origin
    for e in later:
        if "sig" in e:
            text = e.get("commitments", {}).get("text")
            message = act_message(origin, number, e["kind"], e.get("status"), e["of"], text)
            check_act(posting["author_key"], message, e["sig"])


def resolved(scene: Scene, number: int) -> None:
    response.resolve(
        scene.people["staff"], number, Resolution("fixed", "execution"), "已换新配件。"
    )


def in_no_request(author: Author, code: str) -> bool:
    plain = code.replace(" ", "")
    spellings = (code, plain, plain.lower(), code.replace(" ", "+"), code.replace(" ", "%20"))
    return not [sent for sent in author.sent if any(one in sent for one in spellings)]


def test_the_browser_draws_the_code_and_sends_only_its_key(browse, app, screenshots):
    author = browse()
    number, code = author.post()
    posting = entries(number)[0]
    assert (posting["made"], posting["author_key"]) == ("device", author_key(parse_code(code)))
    assert in_no_request(author, code)
    author.picture(screenshots, "receipt-device")
    author.page.get_by_role("button", name="复制本人码").click()
    expect(author.page.get_by_role("button", name="已复制")).to_be_visible()
    copied = author.page.evaluate("navigator.clipboard.readText()")
    assert copied == format_code(parse_code(code))


def test_the_device_proves_every_later_act_by_itself(live, browse, app, screenshots):
    author = browse()
    number, code = author.post()
    author.open(f"/complaints/{number}/edit")
    expect(author.page.locator("main")).to_contain_text("这台设备保存着本人码")
    author.picture(screenshots, "edit-device")
    author.fill("/edit", title="  地库又漏水 ", body=ODD.replace("\r\n", "\n"))
    author.press("保存这一版")
    assert existing(number).body == ODD_KEPT and existing(number).title == "地库又漏水"
    resolved(live[1], number)
    author.open(f"/complaints/{number}")
    author.unfold("还没有解决")
    author.press("说明没有解决")
    author.unfold("撤回")
    author.picture(screenshots, "withdraw-device")
    author.expected = (410,)
    author.press("撤回这条意见")
    author.unfold("不撤回了")
    author.press("恢复这条意见")
    kinds = ("complaint.edited", "complaint.status", "complaint.withdrawn", "complaint.restored")
    assert acts_of(number) == [(kind, True, "device") for kind in kinds]
    check_signed(app, number)
    assert in_no_request(author, code)


def test_a_typed_code_never_leaves_the_device(browse, app, screenshots):
    number, code = browse().post()
    other = browse()
    other.open(f"/complaints/{number}")
    other.unfold("撤回")
    expect(other.page.locator("#own")).to_contain_text("不会离开这台设备")
    other.picture(screenshots, "withdraw-typed")
    field = other.page.locator('form[action$="/withdraw"] [id$="-code"]')
    field.fill(code.lower().replace(" ", "-"))
    other.expected = (410,)
    other.press("撤回这条意见")
    assert acts_of(number) == [("complaint.withdrawn", True, "device")]
    assert in_no_request(other, code.lower().replace(" ", "-")) and in_no_request(other, code)
    other.unfold("不撤回了")  # It was remembered, so the next act asks for nothing.
    other.press("恢复这条意见")
    assert acts_of(number)[-1] == ("complaint.restored", True, "device")


def test_a_code_of_another_complaint_is_named_before_anything_is_sent(browse, app, screenshots):
    author = browse()
    number, _code = author.post()
    other = browse()
    other.open(f"/complaints/{number}/edit")
    field, before = other.page.locator('[id$="-code"]'), len(other.sent)
    for wrong in ("AAAQ EAYE AUDA OCAJ BIFQ YDIO B4", "不是码", "1234"):
        field.fill(wrong)
        other.page.get_by_role("button", name="保存这一版").click()
        expect(other.page.get_by_role("alert")).to_contain_text("本人码不对")
        assert field.input_value() == wrong and len(other.sent) == before
    other.picture(screenshots, "wrong-code")
    other.look()
    field.fill("")
    other.fill("/edit", body="没有码也能改。")
    other.press("保存这一版")
    assert acts_of(number) == [("complaint.edited", False, None)]


def test_who_chooses_to_leaves_an_act_unproven(live, browse, app):
    author = browse()
    number, _code = author.post()
    author.open(f"/complaints/{number}/edit")
    author.page.get_by_label("这次不用本人码").check()
    author.fill("/edit", body="这一版不用本人码。")
    author.press("保存这一版")
    assert acts_of(number) == [("complaint.edited", False, None)]


def test_what_went_stale_is_signed_again_by_the_next_tap(browse, app):
    author = browse(expected=(409,))
    number, _code = author.post()
    author.open(f"/complaints/{number}/edit")
    second = author.page.context.new_page()
    second.goto(f"{author.base}/complaints/{number}/edit")
    second.locator("textarea[name=body]").fill("另一页先改了。")
    with second.expect_navigation():
        second.get_by_role("button", name="保存这一版").click()
    author.fill("/edit", body="这一页后改。")
    author.press("保存这一版")
    expect(author.page.locator("[role=alert]").first).to_contain_text("刚刚有了变化")
    author.press("保存这一版")
    assert existing(number).body == "这一页后改。"
    assert acts_of(number) == [("complaint.edited", True, "device")] * 2


@pytest.mark.parametrize("script", [NO_ED25519, NO_STORE, NOT_SECURE])
def test_a_browser_that_cannot_leaves_it_to_the_server(browse, app, script):
    author = browse(script=script)
    number, code = author.post()
    posting = entries(number)[0]
    assert (posting["made"], posting["author_key"]) == ("server", author_key(parse_code(code)))
    expect(author.page.locator("main")).to_contain_text("这个码由网站算出")
    author.open(f"/complaints/{number}/edit")
    author.fill("/edit", body="改一下。")
    author.page.locator('[id$="-code"]').fill(code)
    author.press("保存这一版")
    # A browser that only cannot keep a code can still sign with a typed one.
    made = "device" if script == NO_STORE else "server"
    assert acts_of(number) == [("complaint.edited", True, made)]


def test_a_form_that_failed_keeps_its_key_and_another_form_has_another(browse, app):
    author = browse(expected=(400,))
    author.fill_in(title="　")
    author.press("发表")
    author.fill("/complaints", title="地库漏水")
    author.press("发表")
    number, code = author.number(), author.code()
    keys = [one for sent in author.sent if "author_key" in sent for one in _keys(sent)]
    assert keys == [author_key(parse_code(code))] * 2
    _number, other = author.post()
    assert other != code and entries(number)[0]["author_key"] == keys[0]


def _keys(sent: str) -> list[str]:
    return re.findall(r'name="author_key"\s+([0-9a-f]{64})', sent) or parse_qs(sent).get(
        "author_key", []
    )


def test_a_repeated_posting_shows_the_same_code_and_alarms_nobody(browse, app):
    author = browse()
    number, code = author.post()
    with author.page.expect_navigation():
        author.page.reload()
    assert (author.number(), author.code()) == (number, code)
    author.open(f"/complaints/{number}/receipt/page")
    expect(author.page.locator(".code")).to_have_count(0)
    author.page.get_by_role("button", name="再看一次本人码").click()
    assert author.code() == code


def test_a_code_can_be_taken_off_the_device(browse, app):
    author = browse()
    number, _code = author.post()
    author.page.get_by_role("button", name="从这台设备删去").click()
    expect(author.page.locator("main")).to_contain_text("已从这台设备删去")
    assert author.page.evaluate("Object.keys(localStorage).filter(k => k.includes('author'))") == []
    author.open(f"/complaints/{number}/edit")
    expect(author.page.locator('[id$="-code"]')).to_be_visible()


def other_key(body: str) -> str:
    return re.sub(r'(name="author_key"\s+)[0-9a-f]{64}', r"\g<1>" + "ab" * 32, body)


def no_key(body: str) -> str:
    return re.sub(r'(name="author_key"\s+)[0-9a-f]{64}', r"\g<1>", body)


@pytest.mark.parametrize("flaw", [other_key, no_key])
def test_a_server_that_stores_another_key_is_caught(browse, app, screenshots, flaw):
    """The flaw is planted between browser and board: what is stored is not what was drawn."""
    author = browse()

    def tamper(route: Route) -> None:
        body = route.request.post_data_buffer or b""
        route.continue_(post_data=flaw(body.decode()).encode())

    author.page.route(re.compile(r"/complaints$"), tamper)
    author.fill_in()
    author.press("发表")
    alarm = author.page.get_by_role("alert")
    expect(alarm).to_contain_text("公钥对不上")
    stored = entries(author.number())[0]["author_key"]
    assert alarm.locator("[data-found]").inner_text() == stored
    assert alarm.locator("[data-expected]").inner_text() != stored
    author.look()
    author.picture(screenshots, f"receipt-alarm-{flaw.__name__}")


def test_a_page_that_names_another_key_later_gets_no_signature(browse, app, screenshots):
    author = browse()
    number, _code = author.post()

    def tamper(route: Route) -> None:
        answer = route.fetch()
        body = re.sub(
            r'data-author-key="[0-9a-f]+"', f'data-author-key="{"cd" * 32}"', answer.text()
        )
        route.fulfill(response=answer, body=body)

    author.page.route(re.compile(r"/edit$"), tamper)
    author.open(f"/complaints/{number}/edit")
    expect(author.page.get_by_role("alert")).to_contain_text("与这台设备记住的不一样")
    author.picture(screenshots, "edit-alarm")
    assert acts_of(number) == []


def test_the_picture_can_be_kept_as_a_png(browse, app, screenshots):
    author = browse()
    number, code = author.post(title="三号楼电梯一周坏了两次，物业说在等配件，谁也不说哪天修好")
    author.unfold("回执图片")
    save = author.page.get_by_role("link", name="存成图片")
    expect(save).to_be_visible()
    with author.page.expect_download() as download:
        save.click()
    data = download.value.path().read_bytes()
    assert (
        data.startswith(b"\x89PNG") and download.value.suggested_filename == f"zhiyan-{number}.png"
    )
    (screenshots / "receipt-picture.png").write_bytes(data)
    author.look()
    author.picture(screenshots, "receipt-picture-page")


def test_the_code_in_the_png_is_the_address_that_verifies(browse, app):
    """Looked at as a camera does: dark or light in the middle of each module of the PNG."""
    author = browse()
    number, _code = author.post()
    author.unfold("回执图片")
    expect(author.page.get_by_role("link", name="存成图片")).to_be_visible()
    url = author.page.locator(".receipt-picture").get_attribute("src")
    png = Image.open(io.BytesIO(b64decode(url.partition(",")[2]))).convert("L")
    link = summary_of(existing(number)).verify
    assert link.startswith(f"{author.base}/verify#n={number}&e=")
    _path, width = qr_path(link)
    assert seen_in(png, width) == [
        [bool(dark) for dark in row] for row in segno.make(link, error="m").matrix
    ]


def seen_in(png: Image.Image, width: int) -> list[list[bool]]:
    """The modules of the code, `width` with its margin, in a picture twice the drawing's size."""
    module, inner = 2 * 420 / width, range(QUIET, width - QUIET)

    def is_dark(x: int, y: int) -> bool:
        return png.getpixel((300 + int((x + 0.5) * module), 480 + int((y + 0.5) * module))) < 128

    return [[is_dark(x, y) for x in inner] for y in inner]
