"""Page, text and HTML are made from one value, and so cannot disagree."""

import re

import pytest

from forum.base import clock
from forum.base.db import transaction
from forum.digest import service
from forum.digest.compose import compose
from forum.digest.render import render_text
from tests.digest.days import morning
from tests.factories import a_complaint, a_member, a_person, a_removal, sign_in

FACTS = "第二段辱骂楼下住户，点名道姓。"


@pytest.fixture
def app(sqlite_app):
    """A board on SQLite: forms are made from a value, which knows no database."""
    return sqlite_app


@pytest.fixture
def forms(app, mails):
    """The digest of a day on which everything happened: as page, text mail and HTML mail."""
    executive, author = a_person("executive"), a_member()
    with clock.set_to(morning(0)):
        for n in range(12):
            a_complaint(
                author, title=f"第 {n} 件事", body="<b>原话</b>\n\n第二段。", remedy="换一台新的"
            )
    with clock.set_to(morning(20)):
        a_removal(a_complaint(author), reason="personal-data")
        service.send(clock.local_date())
        mail = mails()[0]
        page = sign_in(app, executive).get(f"/digests/{clock.local_date()}")
    assert page.status_code == 200
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return {"page": page.text, "text": text, "html": html}


def words(form: str) -> str:
    """What is read: without markup and white space."""
    return re.sub(r"<[^>]*>|\s+", "", form)


def test_every_form_names_the_same_numbers(forms):
    sentences = (
        "已超时12条", "最久的10条：", "待答复12条", "删改：下架1条，恢复0条，撤回0条",
        "0个独立外部见证。", "全部收到13条，看得见12条，已下架1条。",
    )  # fmt: skip
    for name, form in forms.items():
        missing = [sentence for sentence in sentences if sentence not in words(form)]
        assert not missing, f"{name} lacks {missing}"


def test_every_form_gives_the_reason_and_the_facts_of_a_removal(forms):
    for form in forms.values():
        assert "理由：泄露个人信息，规则第3.2条，处理人S-" in words(form)
        assert FACTS in form
        assert "/statements/1" in form


def test_every_form_holds_the_writers_words_in_full(forms):
    assert "<b>原话</b>\n\n第二段。" in forms["text"]
    for name in ("page", "html"):
        assert "<p>&lt;b&gt;原话&lt;/b&gt;</p><p>第二段。</p>" in forms[name]
        assert "换一台新的" in forms[name]


def test_every_form_carries_the_signed_checkpoint_out_of_the_house(forms):
    for form in forms.values():
        assert "board.test/tlog" in form and "— board.test/tlog" in form


def test_the_page_keeps_to_the_content_policy_and_links_stay_on_the_board(forms):
    assert "style=" not in forms["page"].split("<main", 1)[1]
    assert 'href="http://board.test/complaints/' in forms["html"]
    assert 'href="/complaints/' in forms["page"]


def test_the_mail_speaks_the_readers_language_about_the_same_value(app, mails):
    reader = a_person("executive")
    with transaction():
        reader.locale = "en"
    a_complaint(title="只有中文的标题")
    with clock.set_to(morning(0)):
        service.send(clock.local_date())
        assert "只有中文的标题" in mails()[0].get_body(("plain",)).get_content()


def test_an_empty_board_has_a_digest_too(app):
    with clock.set_to(morning(0)):
        text = render_text(compose(clock.local_date()))
    assert "没有超时的意见。" in text and "没有下架、恢复或撤回任何意见。" in text
    assert "\n\n\n" not in text


def test_the_archive_lists_every_issue_for_those_who_may_read_it(app):
    with clock.set_to(morning(0)):
        service.send(clock.local_date())
        page = sign_in(app, a_person("auditor")).get("/digests").text
        assert f"/digests/{clock.local_date()}" in page
        assert sign_in(app, a_member()).get("/digests").status_code == 403
        assert app.test_client().get("/digests").status_code in (302, 303)


@pytest.mark.parametrize("address", ["/digests/2026-1-1", "/digests/20260101", "/digests/2020-01-01",
                                     "/digests/x", "/digests?before=x"])  # fmt: skip
def test_a_day_without_an_issue_is_a_page_that_is_not_there(app, address):
    assert sign_in(app, a_person("admin")).get(address).status_code == 404
