"""Each reader is offered what they may do, and nothing else."""

import re

import pytest
from flask import Flask

from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint
from forum.complaints.service import existing
from forum.response import service as response
from forum.response.service import Resolution
from tests.factories import a_code, a_complaint, a_member, a_person, a_removal, csrf, sign_in

KEY = "k" * 43
OFFERS = {
    "support": "/support",
    "unsupport": "/unsupport",
    "comment": "/comments",
    "edit": "/edit",
    "withdraw": "/withdraw",
    "receipt": "/receipt/page",
    "reply": "/replies",
    "resolve": "/resolve",
    "remove": "/remove",
    "status": "/status",
}


@pytest.fixture
def app(sqlite_app: Flask) -> Flask:
    """One database is enough here: what is offered is decided from role, ownership and state."""
    return sqlite_app


def offered(app: Flask, complaint: Complaint, person=None) -> set[str]:
    """The acts whose address stands on the complaint's page."""
    browser = sign_in(app, person) if person else app.test_client()
    path = f"/complaints/{complaint.number}"
    html = browser.get(path).text
    return {act for act, end in OFFERS.items() if f'"{path}{end}"' in html}


def test_a_visitor_is_offered_to_sign_in(app: Flask) -> None:
    complaint = a_complaint()
    assert offered(app, complaint) == set()
    html = app.test_client().get(f"/complaints/{complaint.number}").text
    assert f"/login?next=/complaints/{complaint.number}" in html


@pytest.mark.parametrize(
    ("role", "acts"),
    [("staff", {"reply", "resolve"}), ("executive", {"reply", "resolve"}),
     ("moderator", {"remove"}), ("auditor", {"remove"}), ("admin", set())],
)  # fmt: skip
def test_people_inside_are_offered_their_work(app: Flask, role: str, acts: set[str]) -> None:
    assert offered(app, a_complaint(), a_person(role)) == acts


def test_a_neighbour_supports_once_and_may_take_it_back(app: Flask) -> None:
    complaint, neighbour = a_complaint(), a_member("邻居")
    assert offered(app, complaint, neighbour) == {"support", "comment"}
    complaints.support(neighbour, complaint.number)
    assert offered(app, complaint, neighbour) == {"unsupport", "comment"}


def test_every_reader_acts_with_the_token_of_their_own_session(app: Flask) -> None:
    path = f"/complaints/{a_complaint().number}"
    for reader in (a_member("甲"), a_member("乙")):
        browser = sign_in(app, reader)
        tokens = re.findall(r'name="csrf_token" value="([^"]*)"', browser.get(path).text)
        assert len(tokens) > 1
        sent = {"body": "我家也是。", "csrf_token": tokens[-1]}
        assert browser.post(f"{path}/comments", data=sent).status_code == 303


def test_the_author_confirms_what_the_company_calls_solved(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author, key=KEY)
    own = {"comment", "edit", "withdraw", "receipt"}
    assert offered(app, complaint, author) == own
    resolution = Resolution("fixed", "execution")
    response.resolve(a_person(), complaint.number, resolution, "主板换好了，请看。")
    assert offered(app, complaint, author) == own | {"status"}
    browser = sign_in(app, author)
    sent = {"of": existing(complaint.number).act_entry, "status": "confirmed",
            "code": a_code(KEY), "csrf_token": csrf(browser)}  # fmt: skip
    assert browser.post(f"/complaints/{complaint.number}/status", data=sent).status_code == 303
    html = app.test_client().get(f"/complaints/{complaint.number}").text
    assert "业主确认已解决，不用再做什么" in html and "（本人验证）" in html


def test_a_waiting_withdrawal_can_be_stopped_by_its_author_alone(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    author_acts.withdraw(author, complaint.number, Proof(of=complaint.act_entry))
    stop = f"/complaints/{complaint.number}/withdraw/stop"
    assert stop in sign_in(app, author).get(f"/complaints/{complaint.number}").text
    assert stop not in sign_in(app, a_member("别人")).get(f"/complaints/{complaint.number}").text


def test_a_removed_complaint_can_be_restored_by_a_moderator(app: Flask) -> None:
    complaint, moderator = a_complaint(), a_person("moderator")
    a_removal(complaint, moderator)
    path = f"/complaints/{complaint.number}"
    browser = sign_in(app, moderator)
    assert f"{path}/restore" in browser.get(path).text
    assert f"{path}/restore" not in sign_in(app, a_person("staff")).get(path).text
    sent = {"reason": "mistake", "csrf_token": csrf(browser)}
    assert browser.post(f"{path}/restore", data=sent).status_code == 303
    assert app.test_client().get(path).status_code == 200


def test_the_forms_of_one_page_do_not_share_an_id(app: Flask) -> None:
    author = a_member()
    complaint = a_complaint(author)
    response.resolve(
        a_person(), complaint.number, Resolution("fixed", "rule"), "改了规定，贴在大堂。"
    )
    html = sign_in(app, author).get(f"/complaints/{complaint.number}").text
    ids = [part.split('"', 1)[0] for part in html.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
