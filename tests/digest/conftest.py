"""The mails that were sent."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from forum.base import outbox


@pytest.fixture
def mails(app):
    """Carry out the outbox, then read every mail in the instance as a message."""
    folder = Path(app.config["FORUM_INSTANCE"]) / "mail"

    def read() -> list:
        outbox.drain()
        paths = sorted(folder.glob("digest-*.eml"))
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]

    return read
