"""People on a board, and what was sent to them."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from forum.accounts import service
from forum.base import outbox

PASSWORD = "四季花城的石榴树"
PHONE = "13800138000"


@pytest.fixture
def post(client):
    """Post a form as its page would: with the token when somebody is signed in."""

    def send(path: str, browser=client, **fields):
        page = browser.get("/account").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        return browser.post(path, data=fields | {"csrf_token": token[1] if token else ""})

    return send


@pytest.fixture
def inbox(app):
    """Carry out the outbox, then read what was sent: texts as (number, text), mails as messages."""
    folder = Path(app.config["FORUM_INSTANCE"])

    def read() -> list:
        outbox.drain()
        texts = [tuple(p.read_text().split("\n", 1)) for p in sorted(folder.glob("sms/*.txt"))]
        mails = sorted(folder.glob("mail/*.eml"))
        return texts + [message_from_bytes(p.read_bytes(), policy=policy.default) for p in mails]

    return read


@pytest.fixture
def code_for(inbox):
    """Ask for a code and read it from the message that came."""

    def ask(purpose: str, address: str) -> str:
        before = len(inbox())
        service.request_code(purpose, address)
        after = inbox()
        assert len(after) == before + 1
        newest = after[-1]
        body = newest[1] if isinstance(newest, tuple) else newest.get_body(("plain",)).get_content()
        return re.search(r"\b\d{6}\b", body)[0]

    return ask


@pytest.fixture
def member(app):
    """Somebody with an account."""
    return service.create_person(
        "榕树下老周", "member", by="system", phone=PHONE, password=PASSWORD
    )
