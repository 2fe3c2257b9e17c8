"""Hits are shown in the row's own words, and whatever people wrote stays text."""

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from forum.search.highlight import excerpt, mark
from forum.search.query import parse


def test_what_was_asked_for_is_marked():
    assert mark("电梯又坏了，ＬＩＦＴ also", parse("lift 电梯")) == (
        "<mark>电梯</mark>又坏了，<mark>ＬＩＦＴ</mark> also"
    )


def test_a_phrase_is_marked_as_one():
    assert mark("漏水维修不及时", parse("“漏水维修”")) == "<mark>漏水维修</mark>不及时"


@given(st.text(), st.text())
def test_marking_changes_nothing_but_the_marks(text, query):
    marked = mark(text, parse(query))
    assert marked.replace("<mark>", "").replace("</mark>", "") == escape(text)


def test_markup_in_a_post_stays_text():
    marked = mark("<script>电梯</script>", parse("电梯 script"))
    assert "<script>" not in marked and "&lt;<mark>script</mark>&gt;<mark>电梯</mark>" in marked


def test_an_excerpt_is_short_and_shows_the_first_hit():
    text = "前言" * 200 + "电梯坏了" + "后语" * 200
    shown = excerpt(text, parse("电梯"))
    assert "<mark>电梯</mark>" in shown and len(shown) < 160
    assert shown.startswith("…") and shown.endswith("…")


def test_an_excerpt_without_a_hit_is_the_beginning():
    assert excerpt("物业\n不管", parse("电梯")) == "物业 不管"
