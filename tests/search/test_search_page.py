"""The search page: what visitors see, whatever they type."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from forum.base import clock
from forum.base.db import db
from forum.complaints import service as complaints
from forum.pages import search_feed
from tests.factories import a_complaint, a_member, a_project, a_removal, sign_in
from tests.search.test_feed import work


def _numbers(page: str) -> list[int]:
    return [int(part.split('"')[0]) for part in page.split('data-number="')[1:]]


def _search(client, q: str, **more) -> str:
    answer = client.get("/search", query_string={"q": q, **more})
    assert answer.status_code == 200
    return answer.text


def _many(count: int, **more) -> None:
    author = a_member()
    for n in range(count):
        a_complaint(author, title=f"路灯{n}", body="夜里路灯不亮", **more)
    work()


def test_a_hit_is_a_card_with_the_words_marked(app, client):
    number = a_complaint(title="天台长草", body="顶层<b>漏雨</b>三年").number
    work()
    page = _search(client, "天台 漏雨")
    assert _numbers(page) == [number] and f'href="/complaints/{number}"' in page
    assert "<mark>天台</mark>长草" in page and "&lt;b&gt;<mark>漏雨</mark>&lt;/b&gt;" in page


def test_a_hit_in_a_reply_shows_the_reply(app, client):
    number = a_complaint().number
    complaints.comment(a_member("阿绿"), number, "我家对讲机也没声音")
    work()
    assert "回复：我家<mark>对讲机</mark>也没声音" in _search(client, "对讲机")


@pytest.mark.parametrize("gone", [False, True])
def test_a_number_comes_first_and_is_explained_when_gone(app, client, gone):
    first = a_complaint(title="漏水")
    a_complaint(title="见2栋", body="1号也一样")
    if gone:
        a_removal(first)
    work()
    page = _search(client, "#1")
    assert _numbers(page) == ([2] if gone else [1, 2])
    assert ('#1 已不在展示。 <a href="/complaints/1">' in page) == gone


def test_a_phrase_is_said_word_for_word(app, client):
    a_complaint(title="甲", body="水管漏水，维修拖延")
    a_complaint(title="乙", body="漏水维修不及时")
    work()
    assert _numbers(_search(client, "“漏水维修”")) == [2]
    assert set(_numbers(_search(client, "漏水 维修"))) == {1, 2}


def test_filters_narrow_and_say_how_to_go_back(app, client):
    a_project("lantern", city="广州")
    a_complaint(title="路灯不亮", project="lantern", category="safety", type="suggestion")
    a_complaint(title="路灯太亮")
    work()
    for name, value in (("project", "lantern"), ("category", "safety"), ("type", "suggestion")):
        assert _numbers(_search(client, "路灯", **{name: value})) == [1]
    assert _numbers(_search(client, "路灯", city="c-1")) == [1]
    assert _numbers(_search(client, "路灯", status="open")) == [2, 1]
    assert "去掉条件" in _search(client, "路灯", status="confirmed")


def test_days_are_the_boards_days_and_both_included(sqlite_app):
    client, last_minute = sqlite_app.test_client(), clock.now().replace(hour=15, minute=59)
    for days in (1, 2, 3):
        with clock.set_to(last_minute + timedelta(days=days)):
            a_complaint(title="路灯不亮")
    work()
    second = (last_minute + timedelta(days=2)).date().isoformat()
    assert _numbers(_search(client, "路灯", **{"from": second, "to": second})) == [2]
    assert _numbers(_search(client, "路灯", to=second)) == [2, 1]


@pytest.mark.parametrize(
    "args",
    [{"from": "gestern"}, {"to": "2026-13-01"}, {"to": "9999-12-31"}, {"sort": "paid"},
     {"type": "rant"}, {"status": "x"}],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_told(sqlite_app, args):
    answer = sqlite_app.test_client().get("/search", query_string={"q": "路灯", **args})
    assert answer.status_code == 400


def test_a_place_that_does_not_exist_is_told(sqlite_app):
    assert sqlite_app.test_client().get("/search?q=路灯&project=nowhere").status_code == 404


@pytest.mark.parametrize(
    "q",
    ["", "   ", "？！……", "((((", "*", "title:[a TO z]", "a AND OR NOT", '"', "“”", "\x00", "%",
     "_", "\\", "';--", "<script>alert(1)</script>", "\ud83d\ude00".encode("utf-16", "surrogatepass")
     .decode("utf-16"), "的" * 2_000, "电梯" * 5_000, "x" * 10_000, "1" * 10_000, "\u202e电梯"],
)  # fmt: skip
def test_whatever_is_typed_gets_a_page_with_a_sentence(sqlite_app, q):
    a_complaint(title="路灯不亮")
    work()
    page = _search(sqlite_app.test_client(), q)
    assert "<script>alert" not in page
    assert _numbers(page) or 'class="empty"' in page


def test_odd_titles_are_found_whole_with_their_project(sqlite_app):
    client = sqlite_app.test_client()
    titles = [
        "水",
        "7",
        "？？？",
        "的",
        "Lift!",
        "物业物业物业",
        "“无语”",
        "#3",
        "100%",
        "a_b",
        "——",
    ]
    for title in [*titles, *("水7的物业Lift无语3" for _ in range(25))]:
        a_complaint(title=title, body=f"{' '.join(titles)} 说明")
    work()
    for number, title in enumerate(titles, 1):
        for q in (title, f"{title} 春晓花园"):
            assert number in _numbers(_search(client, q)), q


def test_pages_follow_each_other_without_gap_or_repeat(app, client):
    _many(47)
    seen, args = [], {"sort": "newest"}
    while True:
        page = _search(client, "路灯", **args)
        seen += _numbers(page)
        if 'rel="next"' not in page:
            break
        address = page.split('rel="next" href="')[1].split('"')[0]
        args["after"] = address.split("after=")[1].split("&")[0]
    assert seen == list(range(47, 0, -1))


def test_the_count_is_exact_when_small_and_at_least_when_not(sqlite_app):
    client = sqlite_app.test_client()
    _many(21)
    assert "至少 21 条" in _search(client, "路灯")
    a_complaint(title="门禁坏了")
    work()
    assert "共 1 条" in _search(client, "门禁")


def test_a_page_is_filled_although_many_hits_are_hidden(sqlite_app):
    client = sqlite_app.test_client()
    _many(50)
    db.session.execute(db.text("UPDATE complaint SET state = 'withdrawn' WHERE number > 20"))
    db.session.commit()
    assert len(search_feed.search_index().numbers()) == 50
    assert _numbers(_search(client, "路灯", sort="newest")) == list(range(20, 0, -1))


def test_who_says_some_words_only_fills_up_a_short_page(sqlite_app):
    client = sqlite_app.test_client()
    a_complaint(title="车位被占", body="一楼")
    a_complaint(title="车位漏水", body="负二层")
    work()
    page = _search(client, "车位 漏水")
    assert _numbers(page) == [2, 1] and "1 条写到全部的词" in page


def test_removals_are_counted_by_place_and_time_never_by_words(app, client):
    a_project("lantern", city="广州")
    a_removal(a_complaint(title="车位漏水", project="lantern"))
    a_complaint(title="路灯不亮", project="lantern")
    a_complaint(title="车位太窄")
    work()
    for q in ("路灯", "车位", "无此词语"):
        assert "已下架 1 条" in _search(client, q, project="lantern")
        assert "已下架" not in _search(client, q, project="spring-garden").split("<main")[1]
    assert "/log?kind=complaint.removed&amp;project=lantern" in _search(
        client, "路灯", project="lantern"
    )


def test_a_new_index_makes_a_new_page_without_a_new_entry(sqlite_app):
    client = sqlite_app.test_client()
    a_complaint(title="天台长草")
    assert "正在重建" in _search(client, "天台")
    work()
    page = _search(client, "天台")
    assert "正在重建" not in page and _numbers(page) == [1]


def test_an_index_cut_short_while_it_is_read_is_no_error(sqlite_app):
    client = sqlite_app.test_client()
    a_complaint(title="天台长草")
    work()
    _search(client, "长草")
    for file in (search_feed.search_index().folder / "current").glob("*"):
        file.write_bytes(b"")
    assert _numbers(_search(client, "天台")) == [1]


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_search_asks_the_database_more_than_twelve_times(sqlite_app, signed_in):
    author = a_member()
    _many(30)
    a_complaint(author, title="7号楼道")
    work()
    browser = sign_in(sqlite_app, author) if signed_in else sqlite_app.test_client()
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for q in ("路灯", "路灯 楼道", "7 路灯 楼道", "#31 路灯 夜里", "？？", "“夜里路灯” 楼道"):
        asked.clear()
        _search(browser, q, project="spring-garden", status="open")
        assert len(asked) <= 12, (q, asked)


def test_the_search_works_where_nothing_can_be_written(sqlite_app, monkeypatch):
    def refuse(*_args, **_more):
        raise db.exc.OperationalError("INSERT", {}, Exception("disk full"))

    a_complaint(title="天台长草")
    monkeypatch.setattr(search_feed, "emit", refuse)
    assert _numbers(_search(sqlite_app.test_client(), "天台")) == [1]


def test_visitors_get_no_cookie_and_a_checkpoint(app, client):
    answer = client.get("/search?q=路灯")
    assert "Set-Cookie" not in answer.headers and answer.headers["Log-Checkpoint"]
