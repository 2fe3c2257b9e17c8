"""A notice says that one person decided alone where a second could have: showing again takes one."""

from __future__ import annotations

from flask import Flask

from forum.moderation import service
from tests.factories import a_complaint, a_person, a_statement


def test_who_shows_again_is_not_said_to_have_done_it_alone(sqlite_app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    service.remove_alone(moderator, complaint.number, a_statement(), "emergency")
    client = sqlite_app.test_client()
    path = f"/complaints/{complaint.number}"
    assert client.get(path).text.count("（单人）") == 1
    service.restore(a_person("moderator"), complaint.number, "mistake")
    shown = client.get(path).text
    assert shown.count("（单人）") == 1 and "已恢复显示" in shown
