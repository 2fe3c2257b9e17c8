"""A real browser walks posting, receipt, reply, removal and notice, on a phone and on a desk."""

from __future__ import annotations

import http.client
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.visit import Visit
from tests.scenes import OPEN, REMOVED

WIDTHS = (390, 1280)
WAYS = [(390, True), (1280, True), (390, False)]
BODY = "合同附图上是中心花园。\n\n上周起划成了车位，晚上十一点还有车进出。"
FACTS = "第二段写出了楼下住户的姓名和电话。"


@pytest.fixture
def visit(live, open_page):
    """`visit(width)`: a browser on the board; nothing it complained of may be left at the end."""
    base, _scene = live
    visits: list[Visit] = []

    def start(width: int, *, script: bool = True, expected: tuple[int, ...] = ()) -> Visit:
        one = Visit(open_page(width, java_script_enabled=script), base, expected)
        visits.append(one)
        return one

    yield start
    assert not [complaint for one in visits for complaint in one.complaints]


def posted(author: Visit) -> str:
    """Post with a photo; the path of the complaint. The receipt page shows number and code."""
    author.open("/complaints/new")
    author.choose("/complaints", type="criticism", project="spring-garden", category="repair")
    author.fill("/complaints", title="中心花园成了车位", body=BODY, remedy="恢复花园。")
    author.attach_photo()
    author.tap("发表")
    expect(author.page.locator("h1")).to_have_text(re.compile(r"已经发表，编号 #\d+"))
    assert re.fullmatch(r"([A-Z2-7]{4} ){6}[A-Z2-7]{2}", author.page.locator(".code").inner_text())
    author.tap("看我的意见")
    expect(author.page.locator("[data-field=body]")).to_contain_text("晚上十一点")
    expect(author.page.locator(".unaltered")).to_be_visible()
    assert author.page.locator(".photos img").evaluate("image => image.naturalWidth") > 0
    return urlsplit(author.page.url).path


def answered(staff: Visit, path: str) -> None:
    """An official reply, with its badge."""
    staff.open(path)
    staff.unfold("公开答复")
    staff.fill("/replies", body="图纸已经查到，确实是花园。")
    staff.tap("公开发出答复")
    expect(staff.page.locator(".event-reply .badge-company")).to_be_visible()
    expect(staff.page.locator("[data-field=status]")).to_have_text("已答复")


def removed(moderator: Visit, second: Visit, path: str) -> None:
    """Propose it with a statement of reasons; somebody else agrees at the desk."""
    moderator.open(path)
    moderator.tap("提出下架（须写处理说明）")
    form = "/remove"
    moderator.choose(
        form, reason="personal-data", clause="3.2", detection="notice", automated_decision="none"
    )
    moderator.fill(form, facts=FACTS)
    moderator.tap("提交处理说明")
    expect(moderator.page.locator("main")).to_contain_text("复核中")
    second.open("/moderation")
    second.unfold("同意")
    expect(second.page.locator(".consequence:visible").first).to_contain_text("全网不可见")
    second.tap("确认同意")
    moderator.open(path)
    expect(moderator.page.locator("h1")).to_have_text("此处原有一条意见")


def read_notice(reader: Visit, path: str) -> None:
    """What is left in its place, and the way from there to the reasons."""
    reader.open(path)
    expect(reader.page.locator("main")).not_to_contain_text("晚上十一点")
    expect(reader.page.locator("main")).to_contain_text("申诉")
    reader.tap("为什么：看处理说明")
    expect(reader.page.locator("main")).to_contain_text(FACTS)


@pytest.mark.parametrize(("width", "script"), WAYS)
def test_from_posting_to_the_notice(live, visit, width, script):
    _base, scene = live
    who = ("author", "staff", "moderator", "auditor")
    seen = {name: visit(width, script=script, expected=(410,)) for name in who}
    for name in who:
        seen[name].sign_in(scene.names[name])
    path = posted(seen["author"])
    answered(seen["staff"], path)
    removed(seen["moderator"], seen["auditor"], path)
    read_notice(visit(width, script=script, expected=(410,)), path)
    seen["author"].open(path)
    expect(seen["author"].page.locator("#own")).to_contain_text("晚上十一点")


@pytest.mark.parametrize("script", [True, False])
def test_what_was_typed_is_still_there_after_a_mistake(live, visit, script):
    _base, scene = live
    author = visit(390, script=script, expected=(400,))
    author.sign_in(scene.names["author"])
    author.open("/complaints/new")
    author.choose("/complaints", project="spring-garden", category="repair")
    author.fill("/complaints", title="　", body=BODY)
    author.tap("发表")
    expect(author.page.locator("[role=alert]")).to_be_visible()
    expect(author.page.locator("textarea[name=body]")).to_have_value(BODY)
    author.page.locator("[role=alert] a").first.click()
    expect(author.page.locator(":target")).to_have_attribute("name", "title")


PAGES = {
    "home": ("visitor", "/", 200),
    "list": ("visitor", "/complaints", 200),
    "complaint": ("visitor", f"/complaints/{OPEN}", 200),
    "notice": ("visitor", f"/complaints/{REMOVED}", 410),
    "statement": ("visitor", "/statements/1", 200),
    "log": ("visitor", "/log", 200),
    "balance": ("visitor", "/transparency", 200),
    "rules": ("visitor", "/rules", 200),
    "search": ("visitor", "/search?q=花园", 200),
    "nowhere": ("visitor", "/complaints/99999", 404),
    "login": ("visitor", "/login", 200),
    "form": ("author", "/complaints/new", 200),
    "own": ("author", f"/complaints/{OPEN}", 200),
    "account": ("author", "/account", 200),
    "notices": ("author", "/account/notices", 200),
    "queue": ("staff", "/staff", 200),
    "answer": ("staff", f"/complaints/{OPEN}", 200),
    "remove": ("moderator", f"/complaints/{OPEN}/remove", 200),
    "notice-form": ("visitor", f"/complaints/{OPEN}/notice", 200),
    "flag": ("member", f"/complaints/{OPEN}/flag", 200),
    "counter": ("author", f"/complaints/{OPEN}/notices/1/counter", 200),
    "desk": ("moderator", "/moderation", 200),
    "flagged": ("moderator", f"/moderation/flagged/{OPEN}", 200),
    "audit": ("auditor", "/audit?show=all", 200),
    "sign": ("auditor", "/audit/report", 200),
    "opinion": ("visitor", "/audit/reports/1", 200),
    "sample": ("visitor", "/audit/sample", 200),
    "roles": ("visitor", "/about/roles", 200),
    "digest": ("executive", "/digests/{day}", 200),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("who", sorted({who for who, _path, _status in PAGES.values()}))
def test_every_page_fits_and_is_for_everybody(live, visit, screenshots, width, who):
    """No overflow, nothing that axe finds wrong, unfolded or not; pictures are left to look at."""
    from axe_playwright_python.sync_playwright import Axe

    _base, scene = live
    reader, wrong = visit(width, expected=(410, 404)), {}
    if who != "visitor":
        reader.sign_in(scene.names[who])
    for name, (whose, path, _status) in PAGES.items():
        if whose == who:
            reader.open(path.format(day=scene.day))
            reader.picture(screenshots, name)
            reader.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            reader.look()
            found = Axe().run(reader.page).response["violations"]
            wrong |= (
                {name: [(v["id"], v["nodes"][0]["html"][:200]) for v in found]} if found else {}
            )
    assert not wrong


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
def test_ten_megabytes_are_answered_with_a_page_and_not_a_broken_line(live, kind):
    base, _scene = live
    body = b"address=" + b"x" * 10_000_000
    if kind.startswith("multipart"):
        head = b'--b\r\nContent-Disposition: form-data; name="address"\r\n\r\n'
        body = head + body + b"\r\n--b--\r\n"
    line = http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)
    line.request("POST", "/login", body, {"Content-Type": kind})
    answer = line.getresponse()
    assert answer.status == 413 and "内容太大" in answer.read().decode()
    line.close()
