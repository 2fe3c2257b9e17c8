"""The receipt as page, picture and mail: the same facts in all of them, and never a secret."""

from __future__ import annotations

import re
import secrets
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask

from forum.accounts import service as accounts
from forum.base import outbox
from forum.base.db import transaction
from forum.complaints import service
from forum.complaints.receipt_picture import QUIET, qr_path
from forum.complaints.receipts import summary_of
from forum.complaints.service import existing
from forum.log import queries as log
from forum.tlog.merkle import leaf_hash
from tests.factories import a_code, a_complaint, a_member, a_person, a_removal, csrf, sign_in
from tests.outsider import Outsider
from tests.page_forms import form_to

KEY = "r" * 43
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def mails(app: Flask) -> list[EmailMessage]:
    """Carry out the outbox, then read the receipts that were mailed."""
    while outbox.drain():
        pass
    folder = Path(app.config["FORUM_INSTANCE"]) / "mail"
    paths = sorted(folder.glob("receipt-*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def test_the_code_leads_to_the_page_that_verifies(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    leaf = leaf_hash(log.entry_bytes(complaint.entry)[0]).hex()
    expected = f"http://board.test/verify#n=1&e={complaint.entry}&l={leaf}"
    assert summary_of(complaint).verify == expected


def modules(path: str, width: int) -> list[list[bool]]:
    """The drawing read back, without its quiet zone."""
    inner = width - 2 * QUIET
    dark = [[False] * inner for _ in range(inner)]
    for x, y, right, left in (map(int, run) for run in RUN.findall(path)):
        assert right == left
        for k in range(right):
            dark[y - QUIET][x - QUIET + k] = True
    return dark


@pytest.mark.parametrize("content", ["a", "http://board.test/verify#n=1&e=40&l=" + "0f" * 32])
def test_the_drawing_is_the_code_and_nothing_else(content: str) -> None:
    import segno

    path, width = qr_path(content)
    assert RUN.sub("", path) == ""
    expected = segno.make(content, error="m", micro=False).matrix
    assert modules(path, width) == [[bool(module) for module in row] for row in expected]


def test_the_picture_shows_what_the_receipt_proves_and_no_secret(app: Flask) -> None:
    person = a_member()
    complaint = a_complaint(person, key=KEY, title="三号楼<电梯>一周坏了两次，谁也不说什么时候修好")
    answer = sign_in(app, person).get("/complaints/1/receipt/picture")
    texts = "\n".join(ElementTree.fromstring(answer.text).itertext())  # noqa: S314 — our own
    receipt = summary_of(existing(complaint.number))
    assert answer.mimetype == "image/svg+xml" and "style" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "三号楼<电梯>" in texts and "#1" in texts and receipt.leaf[:16] in texts
    assert receipt.root[:16] in texts and a_code(KEY) not in answer.text


def test_the_pictures_checkpoint_is_that_of_the_file(app: Flask) -> None:
    person = a_member()
    a_complaint(person)
    browser = sign_in(app, person)
    note = browser.get("/complaints/1/receipt").json["proof"].split("\n\n", 1)[1]
    receipt = summary_of(existing(1))
    assert note.splitlines()[1:3] == [str(receipt.size), receipt.root]


@pytest.mark.parametrize("path", ["receipt/picture", "receipt/page"])
def test_nobody_but_the_author_sees_the_receipt(sqlite_app: Flask, path: str) -> None:
    a_complaint()
    for person in (a_member("别人"), a_person("moderator"), a_person("admin")):
        assert sign_in(sqlite_app, person).get(f"/complaints/1/{path}").status_code == 403


def posted(app: Flask, person: object, times: int = 1) -> str:
    """Post over the form, as often as said with one key; that key."""
    browser, key = sign_in(app, person), secrets.token_urlsafe(32)
    service_project()
    form = form_to(browser.get("/complaints/new").text, "/complaints")
    data = form.filled(project="spring-garden", category="repair", title="地库<b>漏水", body="积水。",
                       idempotency=key)  # fmt: skip
    for _ in range(times):
        assert browser.post("/complaints", data=data).status_code == 201
    return key


def service_project() -> None:
    from tests.factories import a_project

    a_project()


def test_the_receipt_comes_by_mail_once_and_a_stranger_can_check_it(app: Flask) -> None:
    person = a_member(email="lin@owners.test")
    key = posted(app, person, times=3)
    (mail,) = mails(app)
    (file,) = mail.iter_attachments()
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert mail["To"] == "lin@owners.test" and file.get_filename() == "zhiyan-1.json"
    visitor = app.test_client()
    assert Outsider(lambda path: visitor.get(path).data).check_receipt(file.get_content()) > 0
    assert "地库<b>漏水" in plain and "地库&lt;b&gt;漏水" in html
    assert summary_of(existing(1)).verify in plain and "/complaints/1" in plain
    assert a_code(key) not in mail.as_string() + plain + html + file.get_content().decode()


def test_the_mail_names_the_tree_it_was_sent_under(app: Flask) -> None:
    posted(app, a_member())
    (mail,) = mails(app)
    assert mail["Log-Checkpoint"] == f"{log.tip().size} {log.tip().root}"


def test_who_has_no_address_gets_no_mail(sqlite_app: Flask) -> None:
    person = accounts.create_person("阿琳", "member", by="system", phone="13800138000")
    complaint = a_complaint(person)
    assert mails(sqlite_app) == [] and complaint.number == 1


def test_a_retry_of_the_worker_is_the_same_mail(sqlite_app: Flask) -> None:
    a_complaint()
    for _ in range(2):
        with transaction():
            outbox.emit("receipt.due", complaint=1)
        assert len(mails(sqlite_app)) == 1


def test_an_author_whose_complaint_was_removed_meanwhile_still_gets_the_receipt(
    sqlite_app: Flask,
) -> None:
    a_removal(a_complaint())
    assert len(mails(sqlite_app)) == 1


def test_somebody_signed_out_finds_what_was_typed(sqlite_app: Flask) -> None:
    person = a_member()
    service_project()
    browser = sign_in(sqlite_app, person)
    form = form_to(browser.get("/complaints/new").text, "/complaints")
    typed = form.filled(project="spring-garden", category="repair", title="地库漏水", body="积水。")
    browser.post("/logout", data={"csrf_token": csrf(browser)})
    answer = browser.post("/complaints", data=typed)
    kept = form_to(answer.text, "/complaints")
    assert answer.status_code == 401 and "/login?next=" in answer.text
    assert kept.values["body"] == ["积水。"]
    assert kept.values["idempotency"] == typed["idempotency"]


def test_and_posts_it_after_signing_in_again(sqlite_app: Flask) -> None:
    person = a_member()
    service_project()
    browser = sign_in(sqlite_app, person)
    form = form_to(browser.get("/complaints/new").text, "/complaints")
    typed = form.filled(project="spring-garden", category="repair", title="地库漏水", body="积水。")
    answer = browser.post("/complaints", data=typed | {"csrf_token": ""})
    kept = form_to(answer.text, "/complaints")
    assert answer.status_code == 400 and kept.values["title"] == ["地库漏水"]
    assert browser.post("/complaints", data=kept.values).status_code == 201
    assert service.existing(1).made == "server"
