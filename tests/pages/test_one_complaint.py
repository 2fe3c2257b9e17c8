"""One complaint's page says what the log says, and an outsider can tell whether it does."""

from base64 import b64decode
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from forum.base import clock
from forum.base.db import db
from forum.base.web import cache
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint
from forum.moderation import service as moderation
from forum.moderation.redress import months_after
from forum.response import service as response
from forum.response.service import Resolution
from forum.tlog.commitment import check_commitment
from tests.factories import a_code, a_complaint, a_member, a_person, a_removal, sign_in
from tests.pages.reading import Page, log_entries, look, machine

KEYS = (
    "number state listed locked status type city project category title body author verified"
    " posted_at claimed_at remedy wanted_by pending supporters merged_into statement photos"
    " replies openings entries"
).split()
KEY = "k" * 43
UNALTERED = "原文未改动 ✓"


def a_full_complaint() -> Complaint:
    """With a remedy and a date, a reply, a comment and a supporter."""
    complaint = a_complaint(
        title="花园里 <b>停了</b> 90 辆车",
        body="合同里写的是花园。\n现在是停车场。\n\n见 http://plan.example/a?b=1&c=2 第 3 页。",
        remedy="恢复花园，\n退还车位费。",
        wanted_by=clock.local_date() + timedelta(days=30),
    )
    response.reply(a_person(), complaint.number, "我们查过图纸，下周开始拆。")
    complaints.comment(a_member("二栋小李"), complaint.number, "我家也看得见。")
    complaints.support(a_member("五栋老陈"), complaint.number)
    return complaint


def code_proof(complaint: Complaint, key: str | None = None) -> Proof:
    return Proof(of=complaint.act_entry, code=a_code(key) if key else None)


def test_the_page_says_what_the_machine_form_says(app: Flask, client: FlaskClient) -> None:
    number = a_full_complaint().number
    page, form = look(client, f"/complaints/{number}"), machine(client, number)
    assert page.article == {"complaint": number, "entry": form["entries"][0]}
    same = "title body remedy author status type project category".split()
    assert {name: page.fields[name] for name in same} == {name: form[name] for name in same}
    assert page.fields["wanted-by"] == form["wanted_by"]
    assert page.fields["posted-at"] == form["posted_at"]
    assert page.fields["supporters"] == str(form["supporters"]) == "1"
    assert page.replies == [reply["id"] for reply in form["replies"]]


def test_the_machine_form_has_exactly_the_keys_of_the_contract(
    app: Flask, client: FlaskClient
) -> None:
    form = machine(client, a_full_complaint().number)
    assert list(form) == KEYS
    reply = "id kind entry role by body posted_at template".split()
    assert [list(said) for said in form["replies"]] == [reply, reply]
    assert [(said["kind"], said["role"]) for said in form["replies"]] == [
        ("reply", "staff"), ("comment", "member")]  # fmt: skip
    assert client.get("/complaints/99.json").status_code == 404


def test_what_is_shown_opens_every_commitment_of_the_log(app: Flask, client: FlaskClient) -> None:
    number = a_full_complaint().number
    form, log = machine(client, number), log_entries(client)
    said = {reply["entry"]: reply for reply in form["replies"]}
    values = {(e, "text"): r["body"] for e, r in said.items()}
    values |= {(e, "author"): r["by"] for e, r in said.items()}
    first = form["entries"][0]
    values |= {(first, "text"): f"{form['title']}\n{form['body']}",
               (first, "author"): form["author"], (first, "remedy"): form["remedy"]}  # fmt: skip
    for opening in form["openings"]:
        entry, field = opening["entry"], opening["field"]
        commitment = log[entry]["commitments"][field]
        check_commitment(field, b64decode(opening["salt"]), values.pop((entry, field)), commitment)
    assert not values


def test_the_page_shows_the_commitments_that_stand_in_the_log(
    app: Flask, client: FlaskClient
) -> None:
    number = a_full_complaint().number
    page = look(client, f"/complaints/{number}")
    assert page.commitments == log_entries(client)[page.article["entry"]]["commitments"]
    assert UNALTERED in client.get(f"/complaints/{number}").text


def test_entries_are_all_that_touched_the_complaint(app: Flask, client: FlaskClient) -> None:
    a_complaint()
    number = a_full_complaint().number
    log = log_entries(client)
    touched = [index for index, entry in enumerate(log) if entry.get("complaint") == number]
    assert machine(client, number)["entries"] == touched


def test_a_text_changed_behind_the_back_is_not_called_unaltered(
    app: Flask, client: FlaskClient
) -> None:
    number = a_complaint().number
    for change in ("body = 'x'", "body_html = '<p>x</p>'", "author = 'x'", "title = 'x'"):
        db.session.execute(text(f"UPDATE complaint SET {change} WHERE number = {number}"))
        db.session.commit()
        cache.install(app)
        html = client.get(f"/complaints/{number}").text
        assert UNALTERED not in html and "对不上" in html


def test_a_proven_edit_replaces_the_text_and_says_so(app: Flask, client: FlaskClient) -> None:
    author = a_member()
    complaint = a_complaint(author, key=KEY)
    author_acts.edit(author, complaint.number, "新标题", "新正文。", code_proof(complaint, KEY))
    html = client.get(f"/complaints/{complaint.number}").text
    assert Page(html).fields["title"] == "新标题"
    assert UNALTERED not in html and "原文有改动" in html and "对不上" not in html
    edited = log_entries(client)[-1]
    assert Page(html).commitments["text"] == edited["commitments"]["text"]


def test_an_unproven_edit_stands_beneath_the_text_it_does_not_replace(
    app: Flask, client: FlaskClient
) -> None:
    author = a_member()
    complaint = a_complaint(author, body="原来的话。")
    author_acts.edit(author, complaint.number, "别的标题", "别的话。", code_proof(complaint))
    html = client.get(f"/complaints/{complaint.number}").text
    assert Page(html).fields["body"] == "原来的话。" == machine(client, complaint.number)["body"]
    assert html.index("原来的话。") < html.index("不取代上面的原文") < html.index("别的话。")
    assert "对不上" not in html


def test_a_removed_complaint_leaves_a_notice_in_its_place(app: Flask, client: FlaskClient) -> None:
    complaint = a_complaint(title="不该看见的标题")
    statement = a_removal(complaint)
    answer = client.get(f"/complaints/{complaint.number}")
    assert answer.status_code == 410
    assert "不该看见的标题" not in answer.text and "停在六楼" not in answer.text
    for fact in (
        "此处原有一条意见",
        "辱骂或威胁他人",
        "，复核人 S-",
        f"/statements/{statement}",
        "六个月",
    ):
        assert fact in answer.text
    removal = len(log_entries(client)) - 1
    assert f"/log/entries/{removal}" in answer.text
    assert machine(client, complaint.number) == {
        "number": complaint.number, "state": "removed", "statement": statement,
        "posted_at": clock.format_utc(complaint.posted_at), "entries": [complaint.entry, removal - 3, removal - 1, removal],  # proposed, approved
    }  # fmt: skip
    assert look(client, f"/complaints/{complaint.number}/history", 410)


def test_a_notice_is_never_answered_with_not_modified(app: Flask, client: FlaskClient) -> None:
    number = a_complaint().number
    seen = client.get(f"/complaints/{number}").headers["ETag"]
    assert client.get(f"/complaints/{number}", headers={"If-None-Match": seen}).status_code == 304
    a_removal(complaints.existing(number))
    gone = client.get(f"/complaints/{number}")
    again = client.get(
        f"/complaints/{number}", headers={"If-None-Match": gone.headers.get("ETag", seen)}
    )
    assert again.status_code == 410


def test_what_was_removed_stays_readable_for_its_author_alone(app: Flask) -> None:
    author, other = a_member(), a_member("别人")
    complaint = a_complaint(author)
    a_removal(complaint)
    path = f"/complaints/{complaint.number}"
    own = sign_in(app, author).get(path)
    assert own.status_code == 410 and "停在六楼" in own.text
    assert "停在六楼" not in sign_in(app, other).get(path).text
    assert "停在六楼" not in app.test_client().get(path).text


def test_a_withdrawal_says_whether_the_author_proved_it(app: Flask, client: FlaskClient) -> None:
    author = a_member()
    complaint = a_complaint(author, key=KEY)
    author_acts.withdraw(author, complaint.number, code_proof(complaint, KEY))
    answer = client.get(f"/complaints/{complaint.number}")
    assert answer.status_code == 410 and "作者撤回（本人验证）" in answer.text
    assert "六个月" not in answer.text
    assert "不撤回了" in sign_in(app, author).get(f"/complaints/{complaint.number}").text


def test_a_waiting_withdrawal_is_marked_on_page_and_machine_form(
    app: Flask, client: FlaskClient
) -> None:
    author = a_member()
    complaint = a_complaint(author)
    author_acts.withdraw(author, complaint.number, code_proof(complaint))
    assert "未经本人验证" in client.get(f"/complaints/{complaint.number}").text
    assert machine(client, complaint.number)["pending"] == "withdrawal"


def test_events_stand_in_the_order_of_the_log(app: Flask, client: FlaskClient) -> None:
    number, staff = a_complaint().number, a_person()
    until = clock.local_date() + timedelta(days=3)
    response.reply(staff, number, "第一句，先查。", holding=True, until=until)
    complaints.comment(a_member("邻居"), number, "第二句，等着。")
    response.reply(staff, number, "第三句，周末修。", until=until)
    response.resolve(staff, number, Resolution("fixed", "execution"), "第四句，换好了。")
    html = client.get(f"/complaints/{number}").text
    order = ["第一句", "第二句", "第三句", "第四句", "承诺已兑现</span><time", "等提意见的业主确认"]
    places = [html.index(words) for words in order[:5]]
    assert places == sorted(places) and order[5] in html
    assert "已修好" in html and "我查一查" in html


def test_a_removal_stays_in_the_course_of_a_restored_complaint(
    app: Flask, client: FlaskClient
) -> None:
    number = a_complaint().number
    statement = a_removal(complaints.existing(number))
    moderation.restore(a_person("moderator"), number, "mistake")
    html = client.get(f"/complaints/{number}").text
    assert "这条意见曾被下架" in html and "这条意见已恢复显示" in html
    assert html.count(f"/statements/{statement}") == 4 and UNALTERED in html


def test_a_number_nobody_got_is_a_404_with_search(app: Flask, client: FlaskClient) -> None:
    for number in ("7", "0", "99999999999999999999"):
        answer = client.get(f"/complaints/{number}")
        assert answer.status_code == 404, number


def test_an_appeal_ends_on_the_same_day_six_months_later() -> None:
    assert months_after(date(2026, 11, 22), 6) == date(2027, 5, 22)
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 6, 30), 6) == date(2026, 12, 30)
