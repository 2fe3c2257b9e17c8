"""What is sent to people: once, in their language, with the tree it was sent under."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from forum.accounts import service
from forum.base import outbox
from forum.base.db import transaction
from forum.base.mail import SmtpMailer
from forum.base.resources import provide
from forum.log import queries as log

PHONE, EMAIL = "13800138000", "lin@example.com"


@pytest.fixture
def sent(app):
    """Carry out the outbox; texts and mails that are there afterwards."""
    folder = Path(app.config["FORUM_INSTANCE"])

    def read():
        outbox.drain()
        mails = [message_from_bytes(p.read_bytes(), policy=policy.default)
                 for p in sorted(folder.glob("mail/*.eml"))]  # fmt: skip
        return [p.read_text() for p in sorted(folder.glob("sms/*.txt"))], mails

    return read


def parts(mail):
    return [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]


def test_a_code_by_text_message_warns_of_who_asks_for_it(sent):
    service.request_code("signup", PHONE)
    (text,), mails = sent()
    assert text.startswith("+8613800138000\n【直言】") and "不会向您要" in text and not mails


def test_a_code_by_mail_has_both_forms_and_the_checkpoint(sent):
    service.request_code("signup", EMAIL)
    _texts, (mail,) = sent()
    plain, html = parts(mail)
    assert mail["To"] == EMAIL and "验证码" in mail["Subject"]
    assert "10 分钟内有效" in plain and "10 分钟内有效" in html and "style" not in html
    assert mail["Log-Checkpoint"] == f"{log.tip().size} {log.tip().root}"


def test_an_owner_hears_by_mail_that_somebody_signs_up_with_the_address(sent):
    service.create_person("阿琳", "member", by="system", email=EMAIL)
    service.request_code("signup", EMAIL)
    _texts, (mail,) = sent()
    assert "已经有账号" in mail["Subject"] and "/login" in parts(mail)[0]


def test_the_name_in_an_invitation_is_text_and_not_markup(sent):
    person = service.create_person("林<b>知夏", "staff", by="admin", email=EMAIL)
    token = service.invite(person)
    plain, html = parts(sent()[1][0])
    assert "林<b>知夏" in plain and "林&lt;b&gt;知夏" in html
    assert f"/invite/{token}" in plain and f"/invite/{token}" in html


def test_a_mail_keeps_its_id_however_often_it_is_sent(app, sent):
    context = {"name": "阿琳", "link": "http://board.test/x"}
    for _ in range(2):
        with transaction():
            outbox.emit("mail.due", to=EMAIL, template="invite", context=context,
                        locale="zh_Hans", message_id="told-1@board.test")  # fmt: skip
        _texts, mails = sent()
    assert [mail["Message-ID"] for mail in mails] == ["<told-1@board.test>"]


def test_a_mail_server_that_is_gone_loses_nothing(app, sent, caplog):
    mailer = app.extensions["zhiyan"]["mailer"]
    provide(app, "mailer", SmtpMailer("smtp://127.0.0.1:9"))
    service.request_code("signup", EMAIL)
    assert sent()[1] == [] and outbox.waiting() == 1
    provide(app, "mailer", mailer)
    with transaction():
        row = outbox.db.session.query(outbox.OutboxRow).one()
        row.due_at = row.created_at
    assert len(sent()[1]) == 1 and outbox.waiting() == 0
