"""Moving puts a complaint where it belongs, and says from where and why."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.base import outbox
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints.service import existing
from forum.moderation import moving
from forum.moderation.moving import Place
from forum.moderation.rulings import Grounds
from forum.notifications.models import Notice
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_project,
    a_removal,
    csrf,
    sign_in,
)
from tests.moderation.rooms import MOVE, differences, kinds_of, newest

TO = Place(category="parking")


def test_a_move_says_where_it_stands_and_where_it_stood(app: Flask) -> None:
    complaint, moderator, there = a_complaint(), a_person("moderator"), a_project("lake-view")
    ruling = moving.move(moderator, complaint.number, Place(there, "parking", "question"), MOVE)
    entry = newest(complaint.number)
    assert (entry["kind"], entry["reason"]) == ("complaint.moved", "misfiled")
    assert (entry["project"], entry["category"], entry["type"]) == (there, "parking", "question")
    assert (ruling.was_project, ruling.was_category) == ("spring-garden", "repair")
    assert ruling.was_type == "criticism" and ruling.staff == moderator.staff_no
    moved = existing(complaint.number)
    assert (moved.project.slug, moved.category.slug, moved.type) == (there, "parking", "question")
    outbox.drain()
    told = db.session.query(Notice).one()
    assert told.what == "moved" and told.details["facts"] == MOVE.facts
    assert differences() == []


def test_the_old_list_loses_it_and_the_page_says_from_where(sqlite_app: Flask) -> None:
    complaint, there = a_complaint(title="三号楼没有车位"), a_project("lake-view")
    moving.move(a_person("moderator"), complaint.number, Place(project=there), MOVE)
    client = sqlite_app.test_client()
    assert "三号楼没有车位" not in client.get("/projects/spring-garden").text
    assert "三号楼没有车位" in client.get(f"/projects/{there}").text
    page = client.get(f"/complaints/{complaint.number}").text
    assert MOVE.facts in page and "spring-garden" in page
    assert client.get(f"/complaints/{complaint.number}.json").json["project"] == there


@pytest.mark.parametrize(
    ("to", "given"),
    [(Place(), MOVE), (Place(category="repair"), MOVE), (Place(project="nowhere"), MOVE),
     (Place(category="nothing"), MOVE), (Place(type="rant"), MOVE),
     (TO, Grounds("misfiled", "2.3", "")), (TO, Grounds("misfiled", "3.4", MOVE.facts)),
     (TO, Grounds("abuse", "3.4", MOVE.facts))],
)  # fmt: skip
def test_a_move_needs_another_place_and_its_grounds(sqlite_app: Flask, to, given) -> None:
    complaint = a_complaint()
    with pytest.raises(Invalid):
        moving.move(a_person("moderator"), complaint.number, to, given)
    db.session.rollback()
    assert kinds_of(complaint.number) == [] and existing(complaint.number).type == "criticism"


@pytest.mark.parametrize("role", ["member", "staff", "executive", "auditor", "admin"])
def test_only_a_moderator_moves(sqlite_app: Flask, role: str) -> None:
    person = a_member("二栋小李") if role == "member" else a_person(role)
    with pytest.raises(NotAllowed):
        moving.move(person, a_complaint().number, TO, MOVE)


def test_what_is_gone_is_not_moved(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    a_removal(complaint)
    with pytest.raises(Conflict):
        moving.move(a_person("moderator"), complaint.number, TO, MOVE)


def test_the_form_moves_it(sqlite_app: Flask) -> None:
    complaint = a_complaint()
    browser = sign_in(sqlite_app, a_person("moderator"))
    path = f"/complaints/{complaint.number}/move"
    form = {"csrf_token": csrf(browser), "project": "spring-garden", "category": "parking",
            "type": "criticism", "reason": "misfiled", "clause": "2.3", "facts": MOVE.facts}  # fmt: skip
    assert browser.get(path).status_code == 200
    assert browser.post(path, data=form | {"category": "repair"}).status_code == 400
    assert browser.post(path, data=form).status_code == 303
    assert existing(complaint.number).category.slug == "parking"
