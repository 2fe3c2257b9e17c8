"""One's own complaints stay findable by their author, whatever became of them."""

from flask import Flask

from tests.factories import a_complaint, a_member, a_removal, sign_in


def test_the_author_finds_all_of_them_and_nobody_elses(sqlite_app: Flask) -> None:
    author = a_member()
    a_complaint(author, title="我的第一条")
    a_removal(a_complaint(author, title="被下架的一条"))
    a_complaint(a_member("别人"), title="别人的一条")
    page = sign_in(sqlite_app, author).get("/account/complaints")
    assert page.status_code == 200 and "我的第一条" in page.text and "#2" in page.text
    assert "此处原有一条意见" in page.text and "别人的一条" not in page.text
    assert 'href="/account/complaints"' in sign_in(sqlite_app, author).get("/account").text


def test_who_posted_nothing_is_shown_the_way(sqlite_app: Flask) -> None:
    page = sign_in(sqlite_app, a_member()).get("/account/complaints").text
    assert "您还没有提过意见。" in page and "/complaints/new" in page
