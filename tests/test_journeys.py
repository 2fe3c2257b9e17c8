"""The three paths of the house over HTTP, on each database, checked as a stranger would.

(a) a homeowner complains, (b) a moderator removes, (c) the digest is sent.
"""

from __future__ import annotations

import io
import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import text
from werkzeug.test import TestResponse

from forum.app import ROW_CHECKS
from forum.base import clock, outbox
from forum.base.db import db
from forum.digest import service as digest
from forum.log.check import check_log
from forum.tlog.commitment import CommitmentError
from forum.tlog.tile import TileMissing
from tests.digest.days import morning
from tests.factories import PASSWORD, a_complaint, a_member, a_person, a_project, sign_in
from tests.outsider import Outsider
from tests.page_forms import errors_on, fill, form_to

ADDRESS = "zhang@owners.test"
TITLE = "承诺的花园停了 90 辆车"
BODY = "合同附图上是中心花园。\n\n上周起划成了车位，见 http://plan.example/3 第 3 页。"
FACTS = "第二段写出了楼下住户的姓名和电话。"
STATEMENT = {
    "reason": "personal-data",
    "clause": "3.2",
    "facts": FACTS,
    "detection": "notice",
    "automated_decision": "none",
}


def a_photo(color: str = "darkgreen") -> tuple[io.BytesIO, str]:
    """A picture as a browser uploads it: its bytes and the name of the file."""
    out = io.BytesIO()
    Image.new("RGB", (320, 240), color).save(out, "JPEG")
    return io.BytesIO(out.getvalue()), "IMG_0001.jpg"


def fetched(browser: FlaskClient, path: str) -> bytes:
    """What is served under `path` to whoever uses `browser`."""
    answer = browser.get(path)
    if answer.status_code == 404:
        raise TileMissing(path)
    assert answer.status_code == 200, answer.text
    return answer.data


@pytest.fixture
def outsider(app: Flask) -> Outsider:
    """Somebody without an account, in a browser of their own."""
    visitor = app.test_client()
    return Outsider(lambda path: fetched(visitor, path))


def mails(app: Flask, pattern: str) -> list[EmailMessage]:
    """Carry out the outbox, then read the mail files whose names match."""
    while outbox.drain():
        pass
    folder = Path(app.config["FORUM_INSTANCE"]) / "mail"
    paths = sorted(folder.glob(pattern))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def a_homeowner(app: Flask) -> FlaskClient:
    """A browser in which somebody has just signed up with the code from the mail."""
    browser = app.test_client()
    second = fill(browser, "/signup", "/signup", address=ADDRESS)
    (mail,) = mails(app, "*.eml")
    code = re.search(r"\b\d{6}\b", mail.get_body(("plain",)).get_content())[0]
    form = form_to(second.text, "/signup/verify")
    data = form.filled(code=code, name="花城老张", password=PASSWORD)
    answer = browser.post(form.action, data=data)
    assert answer.status_code == 303, answer.text
    return browser


def posted(browser: FlaskClient, **typed: object) -> tuple[TestResponse, dict[str, object]]:
    """The answer to a filled-in posting form, and what was sent (without the photo)."""
    a_project()
    form = form_to(browser.get("/complaints/new").text, "/complaints")
    asked = {"project": "spring-garden", "category": "repair", "title": TITLE, "body": BODY}
    data = form.filled(**asked, remedy="恢复花园。", pseudonym="花城老张", **typed)
    return browser.post("/complaints", data=data | {"photos": a_photo()}), data


def shown_code(receipt: TestResponse) -> str:
    """The author's code, as it stands on the receipt page."""
    return re.search(r'class="code"[^>]*>([A-Z2-7 ]+)<', receipt.text)[1]


def balance(browser: FlaskClient) -> dict[str, int]:
    """The board's own count, which must add up at every moment."""
    counted = browser.get("/balance.json").json
    parts = "visible held refused removed erased merged withdrawn".split()
    assert counted["received"] == sum(counted[part] for part in parts)
    size, root = fetched(browser, "/tlog/checkpoint").decode().split("\n")[1:3]
    assert counted["checkpoint"] == {"size": int(size), "root": root}
    return {name: counted[name] for name in ("received", "visible", "removed")}


def test_a_homeowner_posts_and_holds_a_receipt_that_anybody_can_check(app, outsider):
    before = outsider.checkpoint()
    browser = a_homeowner(app)
    answer, sent = posted(browser)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    code, size = shown_code(answer), outsider.checkpoint().size
    again = browser.post("/complaints", data=sent | {"photos": a_photo()})
    assert shown_code(again) == code and outsider.checkpoint().size == size
    index = outsider.check_receipt(fetched(browser, "/complaints/1/receipt"))
    outsider.check_page(1)
    outsider.check_served_proof(1, index)
    outsider.check_growth(before)
    assert code.replace(" ", "").encode() not in fetched(browser, "/complaints/1/receipt")
    assert shown_nowhere_again(browser, code)


@pytest.mark.parametrize("column", ["title", "body", "author"])
def test_an_outsider_sees_a_text_that_was_changed_without_an_entry(sqlite_app, column):
    visitor = sqlite_app.test_client()
    outsider = Outsider(lambda path: fetched(visitor, path))
    a_complaint()
    outsider.check_page(1)
    html = ", body_html = '<p>没有这回事。</p>'" if column == "body" else ""
    db.session.execute(text(f"UPDATE complaint SET {column} = '没有这回事。'{html}"))
    db.session.commit()
    sqlite_app.extensions["zhiyan-pages"].__init__()
    sqlite_app.extensions["zhiyan-fragments"].__init__()
    with pytest.raises(CommitmentError):
        outsider.check_page(1)


def shown_nowhere_again(browser: FlaskClient, code: str) -> bool:
    pages = ("/complaints/1/receipt/page", "/complaints/1", "/account", "/complaints/1.json")
    return not any(code in text or code.replace(" ", "") in text
                   for text in (browser.get(path).text for path in pages))  # fmt: skip


def test_the_same_form_with_another_text_is_refused(app, outsider):
    browser = a_homeowner(app)
    _answer, sent = posted(browser)
    size = outsider.checkpoint().size
    other = browser.post("/complaints", data=sent | {"body": "别的内容", "photos": a_photo()})
    assert other.status_code == 409 and "别的内容" in other.text
    assert outsider.checkpoint().size == size


def test_the_company_promises_and_resolves_and_only_the_author_confirms(app, outsider):
    author = a_homeowner(app)
    code = shown_code(posted(author)[0])
    staff = sign_in(app, a_person())
    by = (clock.local_date() + timedelta(days=7)).isoformat()
    said = {"body": "图纸确实是花园。一周内恢复。", "until": by}
    assert fill(staff, "/complaints/1", "/complaints/1/replies", **said).status_code == 303
    assert outsider.machine(1)["status"] == "promised"
    done = {"outcome": "fixed", "cause": "execution", "body": "车位线已铲除，请到现场核对。"}
    assert fill(staff, "/complaints/1", "/complaints/1/resolve", **done).status_code == 303
    assert outsider.machine(1)["status"] == "resolved"
    assert len(mails(app, "told-*.eml")) == 2
    confirmed(author, code.lower())
    outsider.check_author_act(1, outsider.machine(1)["entries"][-1])
    outsider.check_page(1)


def confirmed(author: FlaskClient, code: str) -> None:
    answer = fill(author, "/complaints/1", "/complaints/1/status",
                  hidden={"status": "confirmed"}, code=code)  # fmt: skip
    assert answer.status_code == 303, answer.text
    assert author.get("/complaints/1.json").json["status"] == "confirmed"


def test_the_last_entry_of_a_confirmed_case_says_how_it_was_proven(app, outsider):
    author = a_homeowner(app)
    code = shown_code(posted(author)[0])
    staff = sign_in(app, a_person())
    done = {"outcome": "fixed", "cause": "execution", "body": "已恢复。"}
    fill(staff, "/complaints/1", "/complaints/1/resolve", **done)
    confirmed(author, code)
    act = outsider.entry(outsider.machine(1)["entries"][-1])
    told = {name: act[name] for name in ("kind", "status", "by", "proven", "made")}
    assert told == {"kind": "complaint.status", "status": "confirmed", "by": "author",
                    "proven": True, "made": "server"}  # fmt: skip


def removed(app: Flask, moderator: FlaskClient, number: int = 1) -> None:
    """Propose it with every fact, and let another moderator agree."""
    page = f"/complaints/{number}/remove"
    answer = fill(moderator, page, page, **STATEMENT)
    assert answer.status_code == 303, errors_on(answer.text)
    second = sign_in(app, a_person("moderator"))
    agreed = fill(second, "/moderation", f"{answer.location}/approve")
    assert agreed.status_code == 303


@pytest.mark.parametrize("fact", STATEMENT)
def test_a_removal_lacking_one_fact_removes_nothing(sqlite_app, fact):
    a_complaint()
    moderator = sign_in(sqlite_app, a_person("moderator"))
    page = "/complaints/1/remove"
    answer = fill(moderator, page, page, **STATEMENT | {fact: "" if fact == "clause" else None})
    assert answer.status_code == 400
    assert [name for name in errors_on(answer.text) if name.endswith(f"-{fact}-error")]
    assert balance(moderator) == {"received": 1, "visible": 1, "removed": 0}


def test_a_removal_leaves_a_notice_and_tells_the_author(app, outsider):
    author, visitor = a_homeowner(app), app.test_client()
    posted(author)
    receipt = fetched(author, "/complaints/1/receipt")
    assert balance(visitor) == {"received": 1, "visible": 1, "removed": 0}
    removed(app, sign_in(app, a_person("moderator")))
    assert balance(visitor) == {"received": 1, "visible": 0, "removed": 1}
    gone = visitor.get("/complaints/1")
    assert gone.status_code == 410 and TITLE not in gone.text and "申诉" in gone.text
    assert FACTS in visitor.get("/statements/1").text
    assert set(outsider.machine(1)) == {"number", "state", "posted_at", "statement", "entries"}
    (mail,) = mails(app, "told-*.eml")
    for told in (author.get("/account/notices").text, mail.get_body(("plain",)).get_content()):
        assert FACTS in unescape(told) and "申诉" in told
    outsider.check_receipt(receipt)
    outsider.check_receipt(fetched(author, "/complaints/1/receipt"))


def test_what_is_removed_is_not_found_and_what_is_restored_is(app, outsider):
    a_complaint(title=TITLE)
    visitor, moderator = app.test_client(), sign_in(app, a_person("moderator"))
    assert is_found(app, visitor)
    removed(app, moderator)
    assert not is_found(app, visitor)
    answer = fill(moderator, "/complaints/1", "/complaints/1/restore", reason="mistake")
    assert answer.status_code == 303 and visitor.get("/complaints/1").status_code == 200
    assert is_found(app, visitor)
    assert balance(visitor) == {"received": 1, "visible": 1, "removed": 0}
    outsider.check_page(1)
    assert "已于" in visitor.get("/statements/1").text


def is_found(app: Flask, visitor: FlaskClient) -> bool:
    """Whether the search knows it, both at once (the row decides) and after the index followed."""
    at_once = 'data-number="1"' in visitor.get("/search?q=花园").text
    mails(app, "*.eml")
    later = 'data-number="1"' in visitor.get("/search?q=花园").text
    assert later or not at_once
    return later


def test_the_digest_goes_out_once_and_says_what_was_removed_and_why(app, outsider):
    a_complaint(a_member(), title="电梯又坏了")
    a_complaint(a_member())
    people = [a_person("executive"), a_person("executive")]
    removed(app, sign_in(app, a_person("moderator")), number=2)
    before = outsider.checkpoint()
    with clock.set_to(morning(0)):
        day = clock.local_date()
        assert digest.send(day).entry == digest.send(day).entry
        sent = mails(app, "digest-*.eml")
        page = sign_in(app, people[0]).get(f"/digests/{day}").text
    assert sorted(mail["To"] for mail in sent) == sorted(person.email for person in people)
    bodies = {mail.get_body(("plain",)).get_content() for mail in sent}
    assert len(bodies) == 1 and FACTS in bodies.pop() and FACTS in page and "电梯又坏了" in page
    outsider.check_growth(before)
    assert outsider.entry(outsider.checkpoint().size - 1)["kind"] == "digest.sent"


def test_after_all_three_paths_the_log_check_is_clean(app, outsider):
    author = a_homeowner(app)
    posted(author)
    fill(sign_in(app, a_person()), "/complaints/1", "/complaints/1/replies", body="在查。")
    removed(app, sign_in(app, a_person("moderator")))
    a_person("executive")
    with clock.set_to(morning(0)):
        digest.send(clock.local_date())
        mails(app, "*.eml")
        assert check_log(ROW_CHECKS) == []
    assert outsider.log()
