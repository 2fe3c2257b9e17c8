"""Merging counts nobody twice, hides no text, and the author may undo it at any time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from forum.accounts.models import Account
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid, NotAllowed
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint
from forum.complaints.service import existing
from forum.moderation import appeals, bulk, merging
from forum.moderation.bulk import Wish
from forum.moderation.models import MergeProposal
from forum.pages import figures
from forum.response import service as response
from tests.factories import (
    a_code,
    a_complaint,
    a_member,
    a_merge,
    a_person,
    a_project,
    a_removal,
    an_erasure,
    csrf,
    sign_in,
)
from tests.moderation.rooms import differences, kinds_of, newest

KEY = "k" * 43


def a_pair(author: Account | None = None) -> tuple[Complaint, Complaint]:
    """An older complaint and a later one about the same matter."""
    older = a_complaint(title="一号楼电梯停了")
    return older, a_complaint(author or a_member("二栋小李"), title="电梯又坏了", key=KEY)


def supporters(complaint: Complaint) -> int:
    return existing(complaint.number).supporters


def test_a_merge_is_an_entry_and_both_pages_stay(app: Flask) -> None:
    (older, later), moderator = a_pair(), a_person("moderator")
    a_merge(later, older, moderator)
    entry = newest(later.number)
    assert (entry["kind"], entry["reason"], entry["into"], entry["supporters"]) == (
        "complaint.merged", "duplicate", older.number, 1)  # fmt: skip
    assert existing(later.number).state == "merged" and existing(later.number).due_at is None
    client = app.test_client()
    page = client.get(f"/complaints/{later.number}")
    assert page.status_code == 200 and "电梯又坏了" in page.text
    assert f"/complaints/{older.number}" in page.text
    assert f"/complaints/{later.number}" in client.get(f"/complaints/{older.number}").text
    assert client.get(f"/complaints/{later.number}.json").json["merged_into"] == older.number
    assert differences() == []


def test_nobody_is_counted_twice(app: Flask) -> None:
    older, later = a_pair()
    both, one = a_member("两条都点"), a_member("只点后一条")
    for person, complaint in ((both, older), (both, later), (one, later), (older.account, later)):
        complaints.support(person, complaint.number)
    a_merge(later, older)
    # The older one's own author is not a supporter of it; the later one's author is.
    assert supporters(older) == 3 and supporters(later) == 3
    assert complaints.support(one, older.number) == 3
    author_acts.unmerge(later.account, later.number,
                        Proof(existing(later.number).act_entry, a_code(KEY)))  # fmt: skip
    assert supporters(older) == 1 and supporters(later) == 3
    assert differences() == []


def test_who_counts_through_two_stays_when_one_is_undone(app: Flask) -> None:
    older, later = a_pair()
    third, moderator = a_complaint(a_member("三栋老王")), a_person("moderator")
    neighbour = a_member("两条都点")
    for complaint in (later, third):
        complaints.support(neighbour, complaint.number)
        a_merge(complaint, older, moderator)
    assert supporters(older) == 3
    merging.unmerge(moderator, later.number)
    assert supporters(older) == 2
    merging.unmerge(a_person("auditor"), third.number)
    assert supporters(older) == 0
    assert differences() == []


def test_me_too_belongs_to_the_one_that_is_listed(app: Flask) -> None:
    older, later = a_pair()
    a_merge(later, older)
    for act in (complaints.support, complaints.withdraw_support):
        with pytest.raises(Conflict) as elsewhere:
            act(a_member("路过的人"), later.number)
        assert f"#{older.number}" in str(elsewhere.value.sentence)
    assert complaints.withdraw_support(later.account, older.number) == 0
    merging.unmerge(a_person("moderator"), later.number)
    assert supporters(older) == 0 and differences() == []


@pytest.mark.parametrize("proven", [True, False])
def test_the_author_undoes_it_with_or_without_the_code(app: Flask, proven: bool) -> None:
    older, later = a_pair()
    a_merge(later, older)
    with pytest.raises(NotAllowed):
        author_acts.unmerge(older.account, later.number, Proof(existing(later.number).act_entry))
    with pytest.raises(Conflict):
        author_acts.unmerge(later.account, later.number, Proof(later.entry))
    proof = Proof(existing(later.number).act_entry, a_code(KEY) if proven else None)
    author_acts.unmerge(later.account, later.number, proof)
    entry = newest(later.number)
    assert (entry["kind"], entry["proven"], entry["supporters"]) == (
        "complaint.unmerged", proven, 0)  # fmt: skip
    shown = existing(later.number)
    assert shown.state == "visible" and shown.due_at is not None
    assert differences() == []


def test_what_can_be_merged_into_what(app: Flask) -> None:
    older, later = a_pair()
    third, moderator = a_complaint(), a_person("moderator")
    for number, into in ((older.number, later.number), (later.number, later.number)):
        with pytest.raises(Invalid):
            merging.merge(moderator, number, into)
    a_merge(later, older, moderator)
    with pytest.raises(Invalid):
        a_merge(third, later, moderator)
    with pytest.raises(Conflict):
        a_merge(later, older, moderator)
    a_merge(third, older, moderator)
    a_removal(older)
    with pytest.raises(Invalid):
        merging.merge(moderator, a_complaint().number, older.number)
    assert differences() == []


def test_one_with_others_merged_into_it_stays(sqlite_app: Flask) -> None:
    first, (older, later), moderator = a_complaint(), a_pair(), a_person("moderator")
    a_merge(later, older, moderator)
    with pytest.raises(Conflict):
        a_merge(older, first, moderator)


@pytest.mark.parametrize("role", ["member", "staff", "executive", "auditor", "admin"])
def test_only_a_moderator_merges(sqlite_app: Flask, role: str) -> None:
    older, later = a_pair()
    person = a_member("路人") if role == "member" else a_person(role)
    for act in (lambda: merging.merge(person, later.number, older.number),
                lambda: merging.decline(person, later.number)):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("role", ["author", "staff", "moderator"])
def test_a_proposal_stands_on_both_pages_until_it_is_decided(app: Flask, role: str) -> None:
    older, later = a_pair()
    person = later.account if role == "author" else a_person(role)
    merging.propose(person, later.number, older.number)
    assert newest(later.number)["by"] == role
    client = app.test_client()
    for one, other in ((older, later), (later, older)):
        page = client.get(f"/complaints/{one.number}").text
        assert "提议合并" in page and f"#{other.number}" in page
    with pytest.raises(Conflict):
        merging.propose(a_person("staff"), later.number, older.number)
    second = a_person("moderator")
    merging.merge(second, later.number, older.number)
    entry = newest(later.number)
    assert (entry["staff"], entry["second"]) == (second.staff_no, person.staff_no)
    assert db.session.query(MergeProposal).one().state == "merged"
    assert differences() == []


def test_who_proposed_a_merge_does_not_decide_it(app: Flask) -> None:
    first, (older, later), moderator = a_complaint(), a_pair(), a_person("moderator")
    with pytest.raises(Conflict, match="两个人"):
        merging.merge(moderator, later.number, older.number)
    merging.propose(moderator, later.number, older.number)
    with pytest.raises(NotAllowed) as own:
        merging.merge(moderator, later.number, older.number)
    assert own.value.evidence["rule"] == "own-approval"
    assert existing(later.number).state == "visible"
    with pytest.raises(Conflict, match=f"#{older.number}"):
        merging.merge(a_person("moderator"), later.number, first.number)
    page = sign_in(app, moderator).get("/moderation/merges").text
    assert "须由另一位管理人员决定" in page
    assert f"/complaints/{later.number}/merge?" not in page
    assert differences() == []


def test_many_are_only_proposed_and_another_one_decides_each(app: Flask) -> None:
    (older, later), moderator = a_pair(), a_person("moderator")
    bulk.carry_out(moderator, Wish("merge", (later.number,), into=older.number))
    assert kinds_of(later) == ["merge.proposed"] and existing(later.number).state == "visible"
    again = bulk.preview(a_person("moderator"), Wish("merge", (later.number,), into=older.number))
    assert "已有人提议" in (again[0].problem or "")
    second = a_person("moderator")
    merging.merge(second, later.number, older.number)
    entry = newest(later.number)
    assert (entry["staff"], entry["second"]) == (second.staff_no, moderator.staff_no)


def test_only_the_same_estate_and_type_are_the_same_matter(sqlite_app: Flask) -> None:
    older, staff = a_complaint(), a_person("staff")
    there, other = a_complaint(project=a_project("north-park")), a_complaint(type="praise")
    for complaint, why in ((there, "别的小区"), (other, "类型不同")):
        with pytest.raises(Invalid, match=why):
            merging.propose(staff, complaint.number, older.number)
        assert kinds_of(complaint) == []


def test_what_the_author_took_apart_is_not_put_together_again(app: Flask) -> None:
    older, later = a_pair()
    a_merge(later, older)
    proof = Proof(existing(later.number).act_entry, a_code(KEY))
    author_acts.unmerge(later.account, later.number, proof)
    for role in ("staff", "moderator"):
        with pytest.raises(Conflict, match="作者已把这两条拆开"):
            merging.propose(a_person(role), later.number, older.number)
    merging.propose(later.account, later.number, older.number)
    merging.merge(a_person("moderator"), later.number, older.number)
    assert newest(later.number)["second"] is None
    assert differences() == []


def test_what_an_upheld_appeal_took_apart_stays_apart(app: Flask) -> None:
    older, later = a_pair()
    a_merge(later, older)
    words = "这是两件不同的事，一件在一号楼，一件在二号楼。"
    appeal = appeals.file(later.account, existing(later.number).act_entry, words)
    appeals.decide(a_person("auditor"), appeal.number, "upheld", words)
    with pytest.raises(Conflict, match=f"第 {appeal.number} 号申诉成立"):
        merging.propose(a_person("moderator"), later.number, older.number)
    assert differences() == []


def test_only_the_author_inside_or_outside_proposes(sqlite_app: Flask) -> None:
    older, later = a_pair()
    for person in (older.account, a_member("路人"), a_person("executive"), a_person("auditor")):
        with pytest.raises(NotAllowed):
            merging.propose(person, later.number, older.number)


def test_a_declined_proposal_says_who_declined_to_whoever_comes_second(app: Flask) -> None:
    (older, later), first = a_pair(), a_person("moderator")
    merging.propose(later.account, later.number, older.number)
    merging.decline(first, later.number)
    with pytest.raises(Conflict) as late:
        merging.decline(a_person("moderator"), later.number)
    assert first.staff_no in str(late.value.sentence)
    assert kinds_of(later) == ["merge.proposed", "merge.declined"]
    assert differences() == []


def test_a_merged_one_is_taken_apart_before_it_is_taken_down(sqlite_app: Flask) -> None:
    older, later = a_pair()
    a_merge(later, older)
    with pytest.raises(Conflict, match="请先把它拆开") as refused:
        a_removal(later)
    assert f"#{older.number}" in str(refused.value.sentence)
    assert "不在展示" not in str(refused.value.sentence)


def test_merging_makes_nothing_timely(app: Flask) -> None:
    older, later = a_pair()
    third = a_complaint(title="还有一条")
    with clock.set_to(clock.now() + timedelta(days=40)):
        assert figures.count().overdue == 3
        a_merge(later, older)
        assert figures.count().overdue == 3
        response.reply(a_person(), older.number, "配件明天到，后天上午更换。")
        assert figures.count().overdue == 1
        response.reply(a_person(), third.number, "配件明天到，后天上午更换。")
        assert figures.count().overdue == 0
    assert differences() == []


def test_lists_show_the_older_one_as_long_as_it_can_be_seen(sqlite_app: Flask) -> None:
    older, later = a_pair()
    a_merge(later, older)
    client = sqlite_app.test_client()
    for path in ("/complaints", "/complaints?sort=supported", "/feed.atom", "/"):
        assert "电梯又坏了" not in client.get(path).text, path
        assert "一号楼电梯停了" in client.get(path).text, path
    a_removal(older)
    for path in ("/complaints", "/complaints?sort=supported", "/feed.atom", "/"):
        assert "电梯又坏了" in client.get(path).text, path


@pytest.mark.parametrize("which", [0, 1])
def test_an_erasure_of_either_leaves_the_log_clean(app: Flask, which: int) -> None:
    pair = a_pair()
    complaints.support(a_member("邻居"), pair[1].number)
    a_merge(pair[1], pair[0])
    an_erasure(pair[which])
    if which == 0:
        author_acts.unmerge(pair[1].account, pair[1].number,
                            Proof(existing(pair[1].number).act_entry, a_code(KEY)))  # fmt: skip
    assert differences() == []


def test_the_forms_propose_merge_and_undo(sqlite_app: Flask) -> None:
    older, later = a_pair()
    path = f"/complaints/{later.number}"
    staff, moderator = sign_in(sqlite_app, a_person()), sign_in(sqlite_app, a_person("moderator"))
    form = {"csrf_token": csrf(staff), "into": str(older.number)}
    assert staff.get(f"{path}/merge").status_code == 200
    assert staff.post(f"{path}/merge", data=form | {"into": "999"}).status_code == 400
    assert staff.post(f"{path}/merge", data=form).status_code == 303
    assert f"{path}/merge" in moderator.get("/moderation/merges").text
    form["csrf_token"] = csrf(moderator)
    assert moderator.post(f"{path}/merge", data=form).status_code == 303
    assert existing(later.number).state == "merged"
    author = sign_in(sqlite_app, later.account)
    assert "complaint.unmerged" in author.get(path).text
    form = {"csrf_token": csrf(author), "of": str(existing(later.number).act_entry)}
    assert author.post(f"{path}/unmerge", data=form).status_code == 303
    assert existing(later.number).state == "visible"


def test_the_form_is_for_those_who_may_and_of_what_can_be_read(sqlite_app: Flask) -> None:
    _older, later = a_pair()
    path = f"/complaints/{later.number}/merge"
    author, other = (sign_in(sqlite_app, person) for person in (later.account, a_member("路人")))
    assert "电梯又坏了" in author.get(path).text
    assert other.get(path).status_code == 403
    a_removal(later)
    moderator = sign_in(sqlite_app, a_person("moderator"))
    for browser in (author, moderator):
        answer = browser.get(path)
        assert answer.status_code == 409 and "电梯又坏了" not in answer.text
