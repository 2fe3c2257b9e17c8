"""Receivers of the outbox that send something to a person. Each may be called again.

A message that is sent twice carries the same Message-ID both times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from forum.accounts import codes
from forum.accounts.codes import Outgoing
from forum.accounts.models import Account
from forum.base.db import db
from forum.base.mail import compose
from forum.base.outbox import Payload
from forum.base.refusal import NotFound
from forum.base.resources import resource, setting
from forum.complaints import receipts
from forum.complaints.models import Complaint
from forum.log import closing
from forum.log import queries as log
from forum.log.stamp import HEADER, words
from forum.log.words import REDRESS_LABELS, reason_label
from forum.notifications import service
from forum.notifications.words import headline

MAIL_OF = {
    "signup": "signup_code",
    "reset": "reset_code",
    "known": "known_address",
    "invite": "invite",
}


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail: its name, the subtype of ``application/``, its bytes."""

    name: str
    subtype: str
    data: bytes


Reader = Callable[[dict[str, Any]], dict[str, Any]]
_readers: dict[str, Reader] = {}


def read_context(template: str, reader: Reader) -> None:
    """Let `reader` turn what the payloads for `template` name into the context, at sending.

    What is large, or may have to be erased, then does not lie in the outbox.
    """
    _readers[template] = reader


def send_code(payloads: Sequence[Payload]) -> None:
    """Topic ``code.due``, payload ``{code, locale}``: send a one-time code or link.

    The payload only names the row: the code is computed here, so it is stored nowhere. One that
    is used or expired by now is not sent any more.
    """
    for payload in payloads:
        message = codes.outgoing(payload["code"])
        db.session.rollback()
        if message is None:
            continue
        with force_locale(payload["locale"]):
            if message.address.channel == "phone":
                resource("texter").send(message.address.value, _text_of(message))
            else:
                name, reference = MAIL_OF[message.purpose], f"{message.reference}@{_host()}"
                _send(message.address.value, name, _context_of(message), reference)


def tell_author(payloads: Sequence[Payload]) -> None:
    """Topic ``author.told``: keep a notice for the author, and let its mail follow."""
    for payload in payloads:
        service.tell(payload)


def tell_party(payloads: Sequence[Payload]) -> None:
    """Topic ``party.told``, payload ``{notice}``: let a notice's sender hear how it was decided."""
    for payload in payloads:
        service.tell_party(payload["notice"])
        db.session.rollback()


def answer_challenge(payloads: Sequence[Payload]) -> None:
    """Topic ``challenge.answered``, payload ``{challenge}``: mail whoever left an address."""
    for payload in payloads:
        service.answer_challenge(payload["challenge"])


def _with_headline(context: dict[str, Any]) -> dict[str, Any]:
    """The sentence in the language of the mail, which is only known when it is sent."""
    return context | {"headline": headline(context["what"], context["number"])}


def send_receipt(payloads: Sequence[Payload]) -> None:
    """Topic ``receipt.due``, payload ``{complaint}``: mail the author the receipt as a file.

    It is made when it is sent, so that nothing of it lies in the outbox; where the text was
    erased meanwhile, or the author has no address any more, nothing is sent.
    """
    for payload in payloads:
        complaint = db.session.get(Complaint, payload["complaint"])
        account = complaint.account if complaint is not None else None
        if complaint is None or account is None or not account.email:
            db.session.rollback()
            continue
        with force_locale(account.locale or setting("FORUM_LOCALE")):
            _send_receipt(complaint, account)


def _send_receipt(complaint: Complaint, account: Account) -> None:
    number, address = complaint.number, str(account.email)
    try:
        file = receipts.receipt_of(complaint)
    except NotFound:  # erased
        db.session.rollback()
        return
    context = {
        "number": number,
        "title": complaint.title,
        "receipt": receipts.summary_of(complaint),
        "file_name": receipts.file_name(number),
        "href": f"{_base_url()}/complaints/{number}",
        "vkey": resource("log").signer.vkey,
    }
    attached = Attachment(receipts.file_name(number), "json", file.encode())
    reference = f"receipt-{number}-{complaint.entry}@{_host()}"
    _send(address, "receipt", context, reference, attached)


def send_mail(payloads: Sequence[Payload]) -> None:
    """Topic ``mail.due``, payload ``{to, template, context, locale, message_id}``: send a mail.

    `template` names a folder of templates/mail; its three parts get `context`, and beside it
    board_name, base_url, hotline, reason_label and redress_label.
    """
    for payload in payloads:
        template = payload["template"]
        with force_locale(payload["locale"]):
            context = _readers.get(template, dict)(payload["context"])
            _send(payload["to"], template, context, payload["message_id"])


def _send(
    to: str,
    template: str,
    context: dict[str, Any],
    message_id: str,
    attached: Attachment | None = None,
) -> None:
    parts = {
        name: _rendered(f"mail/{template}/{name}", context)
        for name in ("subject.txt", "body.txt", "body.html")
    }
    parts |= _with_closing(parts["body.txt"], parts["body.html"])
    message = compose(
        to,
        parts["subject.txt"],
        parts["body.txt"],
        parts["body.html"],
        sender=f"forum@{_host()}",
        message_id=message_id,
    )
    if attached is not None:
        message.add_attachment(
            attached.data, maintype="application", subtype=attached.subtype, filename=attached.name
        )
    tip = log.tip()
    if tip is not None:
        # Each mail carries the tree out of the operator's reach.
        message[HEADER] = words(tip)
    db.session.rollback()  # no read transaction stays open while a mail server takes its time
    resource("mailer").send(message)


def _with_closing(text: str, html: str) -> dict[str, str]:
    """Every mail says at its foot that the board will close, once that is announced."""
    found = closing.announced()
    if found is None:
        return {}
    said, href = closing.sentence(found), f"{_base_url()}/closing"
    foot = f'<p><a href="{escape(href)}">{escape(said)}</a></p>'
    return {"body.txt": f"{text.rstrip()}\n\n{said}\n{href}\n",
            "body.html": html.replace("</body>", f"{foot}\n</body>")}  # fmt: skip


def _rendered(template: str, context: dict[str, Any]) -> str:
    """Without the frame of the pages, which belongs to a request."""
    shared = {
        "board_name": setting("FORUM_BOARD_NAME"),
        "base_url": _base_url(),
        "hotline": setting("FORUM_HOTLINE"),
        "reason_label": reason_label,
        "redress_label": REDRESS_LABELS.__getitem__,
    }
    return current_app.jinja_env.get_template(template).render({**shared, **context})


def _context_of(message: Outgoing) -> dict[str, Any]:
    if message.purpose == "invite":
        return {"name": message.name, "link": _link(message)}
    return {"code": message.secret}


def _text_of(message: Outgoing) -> str:
    board = setting("FORUM_BOARD_NAME")
    if message.purpose == "invite":
        sentence = _(
            "请打开链接设置密码，48 小时内有效，请勿转给别人：%(link)s", link=_link(message)
        )
    elif message.purpose == "known":
        sentence = _("有人用这个号码注册，但它已有账号。请直接登录，忘了密码可以重设。")
    elif message.purpose == "reset":
        sentence = _(
            "重设密码的验证码 %(code)s，10 分钟内有效。我们的员工不会向您要。", code=message.secret
        )
    else:
        sentence = _(
            "注册验证码 %(code)s，10 分钟内有效。我们的员工不会向您要。", code=message.secret
        )
    return f"【{board}】{sentence}"


def _link(message: Outgoing) -> str:
    return f"{_base_url()}/invite/{message.secret}"


def _base_url() -> str:
    return str(setting("FORUM_BASE_URL")).rstrip("/")


def _host() -> str:
    return urlsplit(_base_url()).hostname or "localhost"


read_context("told", _with_headline)
