"""/verify in a real browser: what it says of a receipt, what it cannot check, and that it asks nobody."""

from __future__ import annotations

import base64
import json
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from forum.tlog.checkpoint import Checkpoint, sign_checkpoint
from forum.tlog.merkle import leaf_hash
from forum.tlog.note import Signer
from forum.tlog.receipt import MAX_RECEIPT, parse_receipt
from tests.browser.receipts import ALL_GOOD, TITLE, WISH, Board, check, said
from tests.browser.tampered import TAMPERS, flip, leaf, signed_tree

NO_SUBTLE = "Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined});"


def test_a_good_receipt_is_found_good_without_a_single_request(board, reader):
    page = reader(1280)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    assert check(page, board.text) == ("good", ALL_GOOD)
    assert check(page, board.text.replace("90", "91"))[0] == "bad"
    assert requests == []


def test_a_receipt_can_be_pasted_by_keyboard_alone(board, reader):
    page = reader()
    page.locator("#verify-pasted").focus()
    page.keyboard.insert_text("\n " + board.text)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert said(page) == ("good", ALL_GOOD)
    assert page.evaluate("document.activeElement.dataset.part") == "offline-verdict"


def test_a_receipt_can_be_dropped(board, reader):
    page = reader(1280)
    page.evaluate(
        """text => { const data = new DataTransfer();
        data.items.add(new File([text], 'zhiyan-1.json'));
        document.querySelector('[data-part=file]').dispatchEvent(
          new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }""",
        board.text,
    )
    assert said(page)[0] == "good"


def test_the_values_stand_under_each_step(board, reader):
    page = reader(1280)
    check(page, board.text)
    for summary in page.locator("[data-step] summary").all():
        summary.click()
    shown = page.locator('[data-part="offline-steps"]').inner_text()
    receipt = parse_receipt(board.text)
    for value in (TITLE, WISH, leaf_hash(receipt.entry).hex(),
                  board.signer.vkey, "w1.example", "w2.example", "1 号意见"):  # fmt: skip
        assert value in shown


def test_nothing_in_a_receipt_becomes_part_of_the_page(board, reader):
    page = reader()
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    for part in ("origin", "text"):
        changed = json.loads(board.text)
        changed["openings"]["text"]["value"] = evil
        changed["openings"][evil] = changed["openings"].pop("author")
        assert check(page, json.dumps(changed))[0] == "bad", part
    assert page.locator("#verify img, #verify script").count() == 0


def test_without_ed25519_the_signature_is_not_checked_and_the_verdict_not_good(board, reader):
    page = reader(script=NO_SUBTLE)
    verdict, steps = check(page, board.text)
    assert verdict == "unsigned"
    assert steps == ALL_GOOD | {"signature": "none", "quorum": "none"}
    expect(page.locator('[data-step="signature"]')).to_contain_text("forum-monitor")
    assert check(page, TAMPERS["author"](board))[0] == "bad"
    assert check(page, TAMPERS["another board"](board))[1]["signature"] == "bad"


def test_a_browser_without_webcrypto_computes_the_same_hashes(board, reader):
    page = reader(1280, script=NO_SUBTLE)
    for tamper in ("title", "salt", "entry's type", "proof hash", "index", "root", "size"):
        data = TAMPERS[tamper](board)
        expected, (_verdict, steps) = board.says(data), check(page, data)
        assert isinstance(expected, dict)
        for step in ("leaf", "commitments", "inclusion"):
            assert (steps[step] == "good") is expected[step], (tamper, step)


def test_without_a_secure_connection_the_page_says_so(board, reader):
    insecure = NO_SUBTLE + "Object.defineProperty(window, 'isSecureContext', {get: () => false});"
    page = reader(script=insecure)
    assert check(page, board.text)[0] == "unsigned"
    expect(page.locator('[data-step="signature"]')).to_contain_text("https")


def test_without_script_the_page_explains_other_ways(board, reader):
    page = reader(java_script_enabled=False)
    expect(page.locator('[data-part="without-script"]')).to_be_visible()
    page.locator("summary", has_text="forum-monitor").click()
    command = f"forum-monitor {board.base} --vkey {board.signer.vkey} --witness "
    expect(page.locator("pre", has_text=command)).to_be_visible()


@pytest.fixture
def saved(board, open_page, tmp_path) -> Path:
    """Page and script in a folder, as "save page as" leaves them: after a check, resources beside."""
    page = open_page(1280)
    page.goto(board.base + "/verify")
    check(page, board.text.replace("90", "91"))
    html = page.content()
    for kind in ("css", "js"):
        shutil.copytree(Path(board.app.static_folder or "") / kind, tmp_path / "files" / kind)
    html = re.sub(r'(src|href)="/static/([^"?]+)[^"]*"', r'\1="files/\2"', html)
    html = html.replace("</head>", "<title>saved</title></head>")
    copy = tmp_path / "verify.html"
    copy.write_text(html, encoding="utf-8")
    return copy


def test_a_saved_copy_checks_without_a_network(board, open_page, saved):
    page = open_page(390, offline=True)
    page.route(re.compile("^https?:"), lambda route: route.abort())
    page.goto(saved.as_uri())
    expect(page.locator('[data-part="result"]')).to_be_hidden()
    assert check(page, board.text) == ("good", ALL_GOOD)
    assert check(page, TAMPERS["proof hash"](board))[0] == "bad"
    action = page.locator("form[data-part=ask]").evaluate("form => form.action")
    assert action == board.base + "/verify"
    link = page.locator('[data-part="complaint"] a')
    assert link.get_attribute("href") == f"{board.base}/complaints/1"


def test_a_receipt_in_the_address_is_checked_and_not_sent(board, reader):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = board.text.encode()
    packed = deflate.compress(raw) + deflate.flush()
    for data in (raw, packed):
        word = base64.urlsafe_b64encode(data).decode().rstrip("=")
        page = reader(path=f"/verify#r={word}")
        assert said(page) == ("good", ALL_GOOD)


@pytest.mark.parametrize("bomb", [b"\xff" * 50, b"", None])
def test_a_damaged_receipt_in_the_address_is_a_sentence(reader, bomb):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflate.compress(bytes(30 * MAX_RECEIPT)) + deflate.flush() if bomb is None else bomb
    page = reader(path=f"/verify#r={base64.urlsafe_b64encode(data).decode().rstrip('=')}")
    assert said(page)[0] == "unreadable"


def test_the_short_form_of_the_picture_is_compared_with_the_file(board, reader):
    receipt = parse_receipt(board.text)
    index = re.search(r"^index (\d+)$", receipt.proof, re.M)[1]
    leaf = leaf_hash(receipt.entry).hex()
    page = reader(path=f"/verify#n=1&e={index}&l={leaf}")
    expect(page.locator('[data-part="picture"]')).to_contain_text(leaf)
    assert check(page, board.text) == ("good", ALL_GOOD | {"picture": "good"})
    page.goto(f"{board.base}/verify#n=1&e={index}&l={leaf[:-1]}{'0' if leaf[-1] != '0' else '1'}")
    assert check(page, board.text) == ("bad", ALL_GOOD | {"picture": "bad"})


def ask_today(page: Page) -> tuple[str, dict[str, str]]:
    page.get_by_role("button", name="取今天的证明来对").click()
    page.wait_for_load_state()
    return said(page, "today")


TODAY_GOOD = {"today-signature": "good", "today-growth": "good", "today-inclusion": "good"}


def test_todays_log_still_contains_the_receipt(board, reader):
    page = reader()
    check(page, board.text)
    assert ask_today(page) == ("today-good", TODAY_GOOD)
    assert said(page) == ("good", ALL_GOOD)
    assert "index=" in page.url and "size=" in page.url
    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(page.locator('[data-part="result"]')).to_be_hidden()
    check(page, board.text)
    assert said(page, "today") == ("today-good", TODAY_GOOD)
    check(page, board.lone)
    assert said(page, "today")[0] == "today-other"


def _served(page: Page, change: Callable[[str], str]) -> None:
    """From now on /verify with a question answers with a changed page."""

    def answer(route: Route) -> None:
        got = route.fetch()
        route.fulfill(response=got, body=change(got.text()))

    page.route(re.compile(r"/verify\?"), answer)


def _in(part: str, change: Callable[[str], str]) -> Callable[[str], str]:
    pattern = re.compile(rf'(data-part="{part}">)([^<]*)')
    return lambda html: pattern.sub(lambda found: found[1] + change(found[2]), html)


def _other_tree(board: Board) -> Callable[[str], str]:
    """A checkpoint that the log really signed, for a history in which the receipt never was."""

    def change(note: str) -> str:
        size = int(note.split("\n")[1])
        return sign_checkpoint(Checkpoint(board.signer.name, size, bytes(32)), board.signer)

    return change


def _smaller(board: Board) -> Callable[[str], str]:
    def change(_note: str) -> str:
        return sign_checkpoint(Checkpoint(board.signer.name, 1, bytes(32)), board.signer)

    return change


LIES: dict[str, tuple[Callable[[Board], Callable[[str], str]], set[str]]] = {
    "a flipped signature": (
        lambda b: _in("live-note", lambda note: note.replace(" " + _log_blob(note), " " + flip(_log_blob(note), 20))),
        {"today-signature"}),
    "another history": (lambda b: _in("live-note", _other_tree(b)), {"today-growth", "today-inclusion"}),
    "a smaller log": (lambda b: _in("live-note", _smaller(b)), {"today-growth", "today-inclusion"}),
    "a flipped consistency hash": (
        lambda b: _in("live-growth", lambda lines: "\n".join([flip(lines.split("\n")[0]), *lines.split("\n")[1:]])),
        {"today-growth"}),
    "no consistency hash": (lambda b: _in("live-growth", lambda lines: ""), {"today-growth"}),
    "a proof of another entry": (
        lambda b: _in("live-proof", lambda proof: re.sub(r"index \d+", "index 0", proof)), {"today-inclusion"}),
    "no proof of the entry": (
        lambda b: lambda html: html.replace('data-part="live-proof"', ""), {"today-inclusion"}),
}  # fmt: skip


def _log_blob(note: str) -> str:
    return re.search(r"^— 127\S+ (\S+)$", note, re.M)[1]


@pytest.mark.parametrize("lie", LIES)
def test_a_log_that_lies_today_is_found_out(board, reader, lie):
    change, broken = LIES[lie]
    page = reader()
    check(page, board.text)
    _served(page, change(board))
    verdict, steps = ask_today(page)
    assert (verdict, {name for name, result in steps.items() if result == "bad"}) == (
        "today-bad",
        broken,
    )


def test_a_log_that_has_forgotten_entries_is_an_alarm(board, reader):
    page = reader()
    check(page, signed_tree(board, 999, leaf(board), index=998))
    page.get_by_role("button", name="取今天的证明来对").click()
    expect(page.get_by_role("alert")).to_contain_text("今天只有")


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_of_the_page_are_left_to_be_looked_at(board, reader, screenshots, width):
    page = reader(width)
    page.screenshot(path=screenshots / f"verify-{width}.png", full_page=True)
    check(page, board.text)
    page.locator("[data-step=commitments] summary").click()
    page.screenshot(path=screenshots / f"verify-good-{width}.png", full_page=True)
    ask_today(page)
    page.screenshot(path=screenshots / f"verify-today-{width}.png", full_page=True)
    check(page, TAMPERS["title"](board))
    page.screenshot(path=screenshots / f"verify-bad-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_receipt_from_before_a_change_of_key_is_good_while_the_page_knows_that_key(board, reader):
    page = reader()
    newer = Signer(board.signer.name, bytes(range(32))).vkey
    page.route("**/verify", lambda route: route.fulfill(
        response=(got := route.fetch()),
        body=got.text().replace('data-part="policy">', f'data-part="policy">log {newer}\n'),
    ))  # fmt: skip
    page.reload()
    assert check(page, board.text) == ("good", ALL_GOOD)
