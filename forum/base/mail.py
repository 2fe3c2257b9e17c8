"""Sending mail and text messages: to files in the instance by default, or over SMTP and a web hook.

Only outbox receivers send, so nothing leaves before its reason is committed.
"""

from __future__ import annotations

import json
import os
import smtplib
import urllib.request
from collections.abc import Callable, Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from forum.base import clock

TIMEOUT = 20  # seconds that a mail server or web hook may take


class Mailer(Protocol):
    """Something that carries mail away."""

    def send(self, message: EmailMessage) -> None:
        """Hand the message over; OSError (or smtplib's errors) when it could not be taken."""
        ...


class Texter(Protocol):
    """Something that carries text messages away."""

    def send(self, to: str, text: str) -> None:
        """Hand the text over; OSError when it could not be taken."""
        ...


def compose(
    to: str, subject: str, text: str, html: str | None, *, sender: str, message_id: str
) -> EmailMessage:
    """A mail with a fixed Message-ID, so that a repeated send can be recognised as the same."""
    message = EmailMessage()
    message["From"] = formataddr(("直言", sender))
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


class FileMailer:
    """Writes every mail as an .eml file named by its Message-ID: the same mail, the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the file whole or not at all."""
        name = message["Message-ID"].strip("<>").replace("/", "_")
        _write(self.folder / f"{name}.eml", message.as_bytes())

    def forget(self, says: Callable[[str], object]) -> int:
        """Delete the mails of which any part or header `says` so; how many there were."""
        return _forget(self.folder.glob("*.eml*"), lambda data: says(_words(data)))


class SmtpMailer:
    """Delivers over SMTP: ``smtp://[user:password@]host[:port]``, or ``smtps://``."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        """One connection per mail; digests and notices are few."""
        secure = self.url.scheme == "smtps"
        make = smtplib.SMTP_SSL if secure else smtplib.SMTP
        port = self.url.port or (465 if secure else 25)
        with make(self.url.hostname or "localhost", port, timeout=TIMEOUT) as server:
            if not secure and server.has_extn("starttls"):
                server.starttls()
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
            server.send_message(message)


class FileTexter:
    """Writes every text message as a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, to: str, text: str) -> None:
        """One file a message, named by time and number called."""
        stamp = clock.now().strftime("%Y%m%dT%H%M%S.%f")
        _write(self.folder / f"{stamp}-{to.lstrip('+')}.txt", f"{to}\n{text}\n".encode())

    def forget(self, says: Callable[[str], object]) -> int:
        """Delete the messages that `says` so; how many there were."""
        return _forget(self.folder.glob("*.txt*"), lambda data: says(data.decode(errors="replace")))


class HookTexter:
    """Posts JSON ``{"to", "text"}`` to the operator's web hook."""

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, to: str, text: str) -> None:
        """OSError unless the hook answers with success."""
        body = json.dumps({"to": to, "text": text}).encode()
        request = urllib.request.Request(  # noqa: S310 — the operator's own setting
            self.url, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310
            pass


def mailer_for(url: str | None, instance: Path) -> Mailer:
    """The mailer that the setting FORUM_MAIL_URL asks for."""
    return SmtpMailer(url) if url else FileMailer(instance / "mail")


def texter_for(url: str | None, instance: Path) -> Texter:
    """The texter that the setting FORUM_SMS_URL asks for."""
    return HookTexter(url) if url else FileTexter(instance / "sms")


def _words(data: bytes) -> str:
    """Everything a mail says, decoded: headers, texts, attached files."""
    message = message_from_bytes(data, policy=policy.default)
    said = [f"{name}: {value}" for name, value in message.items()]
    for part in message.walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            said.append(content.decode(errors="replace") if isinstance(content, bytes) else "")
    return "\n".join(said)


def _forget(files: Iterable[Path], says: Callable[[bytes], object]) -> int:
    forgotten = 0
    for path in files:
        try:
            if says(path.read_bytes()):
                path.unlink(missing_ok=True)
                forgotten += 1
        except FileNotFoundError:  # a mail under way was just given its name
            continue
    return forgotten


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(data)
    os.replace(fresh, path)
