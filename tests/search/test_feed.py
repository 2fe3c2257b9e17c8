"""The index follows the rows through the outbox, and is made again from them when it must."""

import shutil

import pytest
from flask import current_app

from forum.base import outbox, resources
from forum.base.db import db
from forum.complaints import service as complaints
from forum.pages import search_feed
from forum.pages.search import Asked, find
from forum.search.index import SearchIndex
from forum.search.query import parse
from tests.factories import a_complaint, a_member, a_project, a_removal


def work() -> None:
    """What the worker does until nothing is waiting."""
    while outbox.drain():
        pass


def _indexed(text: str) -> list[int]:
    return [c.number for c in search_feed.search_index().find(parse(text)).full]


def _shown(text: str) -> list[int]:
    found = find(Asked(text))
    return [row.number for row in found.full]


def _damage_found_at_start() -> None:
    """The index is cut short, and the process that has it open is started again."""
    folder = search_feed.search_index().folder
    for file in (folder / "current").glob("*.seg"):
        file.write_bytes(file.read_bytes()[:40])
    resources.provide(current_app, "search", SearchIndex(folder))


def test_a_complaint_is_found_once_the_worker_has_worked(app):
    number = a_complaint(title="天台长草").number
    work()
    assert _shown("天台") == _shown("春晓花园 天台") == [number]


def test_what_was_never_committed_is_never_indexed(sqlite_app):
    a_complaint(title="地库积水")
    with pytest.raises(RuntimeError), search_feed.transaction():
        complaints.comment(a_member("阿绿"), 1, "玻璃幕墙")
        raise RuntimeError
    work()
    assert _indexed("地库") == [1] and _indexed("幕墙") == []


def test_comments_and_replies_are_found(sqlite_app):
    number = a_complaint().number
    complaints.comment(a_member("阿绿"), number, "我家对讲机也没声音")
    work()
    assert _shown("对讲机") == [number]


def test_a_removed_complaint_leaves_the_index(app):
    complaint = a_complaint(title="天台长草")
    work()
    a_removal(complaint)
    work()
    assert _indexed("天台") == [] and search_feed.search_index().numbers() == set()


def test_a_removed_complaint_is_not_found_while_the_index_still_has_it(app):
    complaint = a_complaint(title="天台长草")
    work()
    a_removal(complaint)
    assert _indexed("天台") == [1] and _shown("天台") == []


def test_words_that_were_cut_are_not_found_while_the_index_still_has_them(sqlite_app):
    complaint = a_complaint(title="天台长草", body="找王经理 13800000000")
    work()
    complaint.body = "找王经理 ▇▇▇"
    db.session.commit()
    assert _indexed("13800000000") == [1]
    assert _shown("13800000000") == [] and _shown("王经理") == [1]
    assert not find(Asked("13800000000 王经理")).full


def test_rebuilding_gives_exactly_what_can_be_read(app):
    for title in ("漏水", "裂缝", "噪音"):
        removed = a_complaint(title=title)
    a_removal(removed)
    assert search_feed.rebuild() == 2
    assert search_feed.search_index().numbers() == {1, 2} == search_feed.readable_numbers()


def test_what_a_rebuild_has_taken_in_waits_no_longer(sqlite_app):
    a_complaint()
    search_feed.rebuild()
    status = search_feed.status()
    assert (status.documents, status.waiting, status.missing) == (1, 0, ())


def test_after_an_import_the_index_is_made_at_once(sqlite_app, monkeypatch):
    monkeypatch.setattr(search_feed, "MANY", 3)
    for title in ("漏水", "裂缝", "噪音"):
        a_complaint(title=title)
    work()
    assert search_feed.status().waiting == 0 and search_feed.search_index().numbers() == {1, 2, 3}


@pytest.mark.parametrize("harm", ["gone", "damaged"])
def test_without_an_index_titles_and_bodies_are_still_searched(app, harm):
    number = a_complaint(title="天台长草", body="顶层漏雨").number
    work()
    if harm == "gone":
        shutil.rmtree(search_feed.search_index().folder)
    else:
        _damage_found_at_start()
    found = find(Asked("天台 漏雨"))
    assert found.broken and [row.number for row in found.full] == [number]


def test_an_unusable_index_is_made_again_by_the_worker(app):
    number = a_complaint(title="天台长草").number
    work()
    _damage_found_at_start()
    for _reader in range(3):
        assert find(Asked("天台")).broken
    assert outbox.waiting() == 1
    work()
    assert not find(Asked("天台")).broken and _shown("天台") == [number]


def test_the_worker_makes_a_damaged_index_again_when_it_meets_it(sqlite_app):
    a_complaint(title="天台长草")
    work()
    _damage_found_at_start()
    a_complaint(title="电梯困人")
    work()
    assert (_shown("天台"), _shown("困人")) == ([1], [2])


def test_status_names_what_is_missing_and_what_is_too_much(sqlite_app):
    a_complaint()
    work()
    search_feed.search_index().write([], [1])
    status = search_feed.status()
    assert (status.missing, status.superfluous, status.usable) == ((1,), (), True)
    assert "missing: 1 (#1)" in status.lines()
    assert any("forum search rebuild" in line for line in status.lines())


def test_status_says_when_whoosh_gets_too_small(sqlite_app, monkeypatch):
    assert not any("20,000" in line for line in search_feed.status().lines())
    monkeypatch.setattr(search_feed, "readable_numbers", lambda: set(range(1, 20_002)))
    assert any("20,000" in line for line in search_feed.status().lines())


def test_a_new_estates_name_stays_whole(sqlite_app):
    a_project("lantern", city="广州")
    a_complaint(title="三期路灯", project="lantern")
    work()
    assert _shown("春晓花园 路灯") == [1]
