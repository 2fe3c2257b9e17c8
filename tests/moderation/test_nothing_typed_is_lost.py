"""Who comes second reads what the first did, beside the words they typed themselves."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.moderation import flags, service
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    csrf,
    sign_in,
)
from tests.moderation.flagged import KEPT, a_flag, a_notice
from tests.moderation.rooms import kinds_of

FACTS = "第三段写着一句很长的话，重新写一遍要花很多工夫。"


def typed(browser: FlaskClient, **more: str) -> dict[str, str]:
    """A whole statement of reasons, as a form sends it."""
    return {"csrf_token": csrf(browser), "reason": "abuse", "clause": "3.4", "facts": FACTS,
            "detection": "notice", "automated_decision": "none", "alone": "two"} | more  # fmt: skip


def test_a_second_emergency_is_refused_beside_the_statement_that_was_written(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    service.remove_alone(moderator, complaint.number, a_statement(), "emergency")
    service.restore(moderator, complaint.number, "mistake")
    browser = sign_in(app, moderator)
    answer = browser.post(f"/complaints/{complaint.number}/remove",
                          data=typed(browser, alone="emergency"))  # fmt: skip
    assert answer.status_code == 409
    assert "请按双人复核提出" in answer.text and FACTS in answer.text
    assert browser.post(f"/complaints/{complaint.number}/remove",
                        data=typed(browser)).status_code == 303  # fmt: skip


@pytest.mark.parametrize("form", ["remove", "redact", "lock"])
def test_what_came_too_late_keeps_its_words_and_shows_none_that_are_sealed(
    app: Flask, form: str
) -> None:
    complaint = a_complaint()
    browser = sign_in(app, a_person("moderator"))
    a_removal(complaint)
    given = typed(browser, phrases="电梯停在六楼")
    answer = browser.post(f"/complaints/{complaint.number}/{form}", data=given)
    assert answer.status_code == 409 and FACTS in answer.text
    assert "已不在展示" in answer.text and complaint.title not in answer.text
    assert kinds_of(complaint)[-1] == "complaint.removed"


def test_a_new_flag_is_looked_at_without_writing_the_words_again(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    a_flag(complaint.number)
    browser = sign_in(app, moderator)
    form = {"csrf_token": csrf(browser), "reason": "abuse", "words": KEPT, "seen": "1-0"}
    a_flag(complaint.number, a_member("五栋老王"), words="第四段也骂人。")
    answer = browser.post(f"/complaints/{complaint.number}/keep", data=form)
    assert answer.status_code == 409 and "又有新的举报" in answer.text
    assert KEPT in answer.text and "第四段也骂人。" in answer.text
    seen = answer.text.split('name="seen"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    again = browser.post(f"/complaints/{complaint.number}/keep", data=form | {"seen": seen})
    assert again.status_code == 303 and kinds_of(complaint) == ["flag.decided"]


def test_who_keeps_it_second_reads_who_was_first_beside_their_own_words(app: Flask) -> None:
    complaint, first = a_complaint(), a_person("moderator")
    a_flag(complaint.number)
    flags.keep(first, complaint.number, None, "abuse", KEPT)
    browser = sign_in(app, a_person("moderator"))
    form = {"csrf_token": csrf(browser), "reason": "abuse", "words": FACTS, "seen": "1-0"}
    answer = browser.post(f"/complaints/{complaint.number}/keep", data=form)
    assert answer.status_code == 409
    assert FACTS in answer.text and str(first.staff_no) in answer.text and KEPT in answer.text


def test_a_flag_that_came_too_late_keeps_its_words_and_shows_none_that_are_sealed(
    app: Flask,
) -> None:
    complaint = a_complaint()
    browser = sign_in(app, a_member())
    a_removal(complaint)
    form = {"csrf_token": csrf(browser), "reason": "abuse", "words": FACTS}
    answer = browser.post(f"/complaints/{complaint.number}/flag", data=form)
    assert answer.status_code == 409 and FACTS in answer.text
    assert complaint.title not in answer.text and "电梯停在六楼" not in answer.text
    assert kinds_of(complaint)[-1] == "complaint.removed"


def test_a_second_answer_to_a_notice_keeps_its_words(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    a_notice(complaint.number)
    browser = sign_in(app, author)
    address = f"/complaints/{complaint.number}/notices/1/counter"
    form = {"csrf_token": csrf(browser), "text": FACTS}
    assert browser.post(address, data=form).status_code == 303
    answer = browser.post(address, data=form | {"text": "再说一遍：" + FACTS})
    assert answer.status_code == 409 and "再说一遍：" + FACTS in answer.text
