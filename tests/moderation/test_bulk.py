"""The same act on many: a preview, one entry for each, and all of them or none."""

from __future__ import annotations

import pytest
from flask import Flask

from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints.service import existing
from forum.log import queries as log
from forum.moderation import bulk, holding, two_people
from forum.moderation.bulk import Wish
from forum.moderation.models import Proposal
from forum.moderation.moving import Place
from tests.factories import (
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    csrf,
    sign_in,
)
from tests.moderation.rooms import LOCK, MOVE, differences, kinds_of


def some(how_many: int = 4) -> tuple[int, ...]:
    """Complaints of one author."""
    author = a_member()
    return tuple(a_complaint(author, title=f"第 {n + 1} 件").number for n in range(how_many))


def wishes(numbers: tuple[int, ...], into: int) -> list[Wish]:
    """Each act on these numbers, with all that it needs."""
    return [
        Wish("remove", numbers, statement=a_statement()),
        Wish("delist", numbers, statement=a_statement()),
        Wish("lock", numbers, grounds=LOCK),
        Wish("move", numbers, grounds=MOVE, place=Place(category="parking")),
        Wish("merge", numbers, into=into),
    ]


def test_every_item_has_its_own_entry(app: Flask) -> None:
    older, *numbers = some()
    done = [
        "statement.proposed",
        "statement.proposed",
        "complaint.locked",
        "complaint.moved",
        "merge.proposed",
    ]
    for wish, kind in zip(wishes(tuple(numbers), older), done, strict=True):
        assert [item.problem for item in bulk.preview(a_person("moderator"), wish)] == [None] * 3
        assert bulk.carry_out(a_person("moderator"), wish) == 3
        assert {kinds_of(number)[-1] for number in numbers} == {kind}
    assert existing(older).supporters == 0
    assert differences() == []


def test_a_bulk_removal_is_only_proposed(app: Flask) -> None:
    numbers, first = some(), a_person("moderator")
    bulk.carry_out(first, Wish("remove", numbers, statement=a_statement()))
    waiting = db.session.query(Proposal).order_by(Proposal.number).all()
    assert [p.complaint for p in waiting] == list(numbers)
    assert {existing(number).state for number in numbers} == {"visible"}
    with pytest.raises(NotAllowed):
        two_people.approve(first, waiting[0].number)
    two_people.approve(a_person("moderator"), waiting[0].number)
    assert existing(numbers[0]).state == "removed"


def test_every_statement_of_a_bulk_act_names_the_others_and_stands_alone(app: Flask) -> None:
    numbers, first = some(3), a_person("moderator")
    bulk.carry_out(first, Wish("delist", numbers, statement=a_statement()))
    made = db.session.query(Proposal).order_by(Proposal.number).all()
    said = [proposal.number for proposal in made]
    assert {proposal.bulk for proposal in made} == {said[0]}
    two_people.approve(a_person("moderator"), said[1])
    assert [existing(number).listed for number in numbers] == [True, False, True]
    visitor = app.test_client()
    for number in said:
        page = visitor.get(f"/statements/{number}").text
        assert 'data-together="3"' in page and "共 3 条，同一份理由" in page
        assert all(f'href="/statements/{each}">{each}</a>' in page for each in said)
    assert differences() == []


def test_one_of_one_is_nothing_together(sqlite_app: Flask) -> None:
    bulk.carry_out(a_person("moderator"), Wish("remove", some(1), statement=a_statement()))
    alone = db.session.query(Proposal).one()
    assert alone.bulk is None and bulk.together(alone) == []
    page = sqlite_app.test_client().get(f"/statements/{alone.number}").text
    assert "data-together" not in page


@pytest.mark.parametrize("act", [0, 1, 2, 3, 4])
def test_when_half_of_them_are_gone_nothing_is_changed(app: Flask, act: int) -> None:
    older, *numbers = some(5)
    gone = numbers[1::2]
    for number in gone:
        a_removal(existing(number))
    moderator = a_person("moderator")
    wish = wishes(tuple(numbers), older)[act]
    before = log.tip().size
    found = bulk.preview(moderator, wish)
    assert [item.number for item in found if item.problem] == gone
    assert all(not item.title for item in found if item.problem)
    with pytest.raises(Conflict) as refused:
        bulk.carry_out(moderator, wish)
    assert refused.value.evidence["numbers"] == gone
    assert all(f"#{number}（" in str(refused.value.sentence) for number in gone)
    assert log.tip().size == before and differences() == []


def test_one_fault_in_the_grounds_changes_nothing(sqlite_app: Flask) -> None:
    numbers, moderator = some(), a_person("moderator")
    before = log.tip().size
    for wish in (Wish("lock", numbers), Wish("remove", numbers), Wish("merge", numbers),
                 Wish("move", numbers, grounds=MOVE), Wish("lock", ()), Wish("shout", numbers),
                 Wish("lock", tuple(range(1, 200)), grounds=LOCK)):  # fmt: skip
        with pytest.raises((Invalid, Conflict)):
            bulk.carry_out(moderator, wish)
        db.session.rollback()
    assert log.tip().size == before


def test_two_moderators_at_once_one_wins(app: Flask) -> None:
    numbers, first = some(), a_person("moderator")
    bulk.carry_out(first, Wish("lock", numbers, grounds=LOCK))
    with pytest.raises(Conflict) as late:
        bulk.carry_out(a_person("moderator"), Wish("lock", numbers[2:], grounds=LOCK))
    assert first.staff_no in str(late.value.sentence)


def test_what_waits_is_published_together(sqlite_app: Flask) -> None:
    sqlite_app.config["FORUM_HOLD"] = "on"
    numbers = some()
    holding.publish(a_person("moderator"), numbers[0])
    with pytest.raises(Conflict):
        bulk.carry_out(a_person("moderator"), Wish("publish", numbers))
    bulk.carry_out(a_person("moderator"), Wish("publish", numbers[1:]))
    assert {existing(number).state for number in numbers} == {"visible"}


@pytest.mark.parametrize("role", ["member", "staff", "executive", "auditor", "admin"])
def test_only_a_moderator_acts_on_many(sqlite_app: Flask, role: str) -> None:
    person, numbers = (a_member("二栋小李") if role == "member" else a_person(role)), some()
    for verb in (bulk.preview, bulk.carry_out):
        with pytest.raises(NotAllowed):
            verb(person, Wish("lock", numbers, grounds=LOCK))


def test_the_forms_lead_from_choosing_over_the_preview_to_the_act(sqlite_app: Flask) -> None:
    one, two, three = some(3)
    a_removal(existing(three))
    browser = sign_in(sqlite_app, a_person("moderator"))
    assert f'name="numbers" value="{one}"' in browser.get("/moderation/bulk").text
    seen = browser.get(f"/moderation/bulk/preview?act=lock&numbers={one}&numbers={two}+{three}")
    assert seen.status_code == 200 and "不能：" in seen.text
    seen = browser.get(f"/moderation/bulk/preview?act=lock&numbers={one}&numbers={two}")
    assert "不能：" not in seen.text and 'name="facts"' in seen.text
    form = {"csrf_token": csrf(browser), "act": "lock", "numbers": [str(one), str(three)],
            "reason": "abuse", "clause": "3.4", "facts": LOCK.facts}  # fmt: skip
    assert browser.post("/moderation/bulk", data=form).status_code == 409
    assert not existing(one).locked
    form["numbers"] = [str(one), str(two)]
    assert browser.post("/moderation/bulk", data=form | {"facts": ""}).status_code == 400
    assert browser.post("/moderation/bulk", data=form).status_code == 303
    assert existing(one).locked and existing(two).locked
    for act in ("delist", "move", "merge", "remove", "refuse", "publish", ""):
        assert browser.get(f"/moderation/bulk/preview?act={act}&numbers={one}").status_code == 200


def test_when_one_of_many_goes_the_rest_goes_on_with_the_words_that_were_typed(app: Flask) -> None:
    one, two, three = some(3)
    browser = sign_in(app, a_person("moderator"))
    a_removal(existing(three))
    form = {"csrf_token": csrf(browser), "act": "lock", "numbers": [str(one), str(two), str(three)],
            "reason": "abuse", "clause": "3.4", "facts": LOCK.facts}  # fmt: skip
    refused = browser.post("/moderation/bulk", data=form)
    assert refused.status_code == 409 and "只处理其余 2 条" in refused.text
    assert LOCK.facts in refused.text and f'name="numbers" value="{three}"' not in refused.text
    again = browser.get(f"/moderation/bulk?act=lock&numbers={one}+{three}").text
    assert f'value="{one}" checked' in again and 'value="lock" required checked' in again
    assert f'value="{three}"' in again and f'value="{two}" checked' not in again
    done = browser.post("/moderation/bulk", data=form | {"numbers": [str(one), str(two)]})
    assert "已处理 2 条" in browser.get(done.location).text
    assert existing(one).locked and existing(two).locked
    late = browser.post("/moderation/bulk", data=form | {"numbers": [str(three)]})
    assert LOCK.facts in late.text and 'name="facts"' not in late.text
