"""A person at a browser: opens, fills in, taps; and notes whatever the browser complains of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect

from tests.factories import PASSWORD
from tests.scenes import a_picture

MEASURE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What can be tapped in the window, and under whose middle lies something else.
COVERED = """() => [...document.querySelectorAll('main a[href], main button, main summary')]
  .filter(target => {
    if (!target.checkVisibility()) return false;
    const box = [...target.getClientRects()].find(box => box.width && box.height);
    if (!box) return false;
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const hit = document.elementFromPoint(x, y);
    if (!hit || target.contains(hit) || hit.contains(target)) return false;
    for (let over = hit; over; over = over.parentElement)  // What stays in place can be scrolled from under.
      if (['fixed', 'sticky'].includes(getComputedStyle(over).position)) return false;
    return true;
  }).map(target => target.outerHTML.slice(0, 160))"""
WATCH = """document.addEventListener('securitypolicyviolation',
  event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));"""


class Visit:
    """One person's browser on one board. `complaints`: what no page may cause.

    A page that is refused (4xx) makes Chromium write a console line of its own; those that a
    walk expects are its `expected` statuses.
    """

    def __init__(self, page: Page, base: str, expected: tuple[int, ...] = ()) -> None:
        self.page, self.base, self.expected = page, base, expected
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)
        page.add_init_script(WATCH)

    def _console(self, message: ConsoleMessage) -> None:
        status = re.search(r"status of (\d{3})", message.text)
        if message.type in ("error", "warning") and not (
            status and int(status[1]) in self.expected
        ):
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.complaints.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status}: {response.url}")

    def open(self, path: str) -> None:
        """Go to an address of the board."""
        self.page.goto(self.base + path)
        self.look()

    def look(self) -> None:
        """What must hold on every page: it fits, hides what is hidden, has one heading and a language,
        and nothing lies over what can be tapped."""
        assert self.page.evaluate(MEASURE) <= 0, f"wider than the window: {self.page.url}"
        expect(self.page.locator("h1")).to_have_count(1)
        expect(self.page.locator("[hidden]:visible")).to_have_count(0)
        covered = self.page.evaluate(COVERED)
        assert covered == [], covered
        assert self.page.locator("html").get_attribute("lang") == "zh-Hans"

    def tap(self, name: str, *, within: str = "main") -> None:
        """Tap a button or a link by its words, and look at the page that comes."""
        target = self.page.locator(within)
        button = target.get_by_role("button", name=name, exact=True)
        (button if button.count() else target.get_by_role("link", name=name, exact=True)).click()
        self.page.wait_for_load_state()
        self.look()

    def unfold(self, words: str) -> None:
        """Open a part of the page that is folded."""
        self.page.locator("summary", has_text=words).first.click()

    def fill(self, form: str, **typed: Any) -> None:
        """Type into the fields of the form that goes to an address ending in `form`."""
        within = self.page.locator(f'form[method=post][action$="{form}"]:visible')
        for name, value in typed.items():
            within.locator(f'[name="{name}"]').first.fill(value)

    def choose(self, form: str, **chosen: str) -> None:
        """Choose in lists and between cards of that form."""
        within = self.page.locator(f'form[method=post][action$="{form}"]:visible')
        for name, value in chosen.items():
            listed = within.locator(f'select[name="{name}"]')
            if listed.count():
                listed.select_option(value)
            else:
                within.locator(f'label:has(input[name="{name}"][value="{value}"])').click()

    def attach_photo(self) -> None:
        """Choose a photo in the form."""
        photo = {"name": "IMG_7.jpg", "mimeType": "image/jpeg", "buffer": a_picture()}
        self.page.locator("input[type=file]").set_input_files(photo)

    def sign_in(self, address: str) -> None:
        """Sign in over the page."""
        self.open("/login")
        self.fill("/login", address=address, password=PASSWORD)
        self.tap("登录")

    def picture(self, folder: Path, name: str) -> None:
        """Leave a picture of the whole page as `<name>-<width>.png`."""
        width = (self.page.viewport_size or {"width": 0})["width"]
        self.page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
