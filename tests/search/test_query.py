"""Any text is some query; there is no syntax to get wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.search.query import MAX_TEXT, MAX_WORDS, parse


def _words(text: str) -> list[str]:
    return [word.text for word in parse(text).words]


@given(st.text())
def test_any_text_is_a_query(text):
    query = parse(text)
    assert len(query.words) <= MAX_WORDS and len(query.text) <= MAX_TEXT


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u3000"])
def test_nothing_typed_is_an_empty_query(text):
    assert parse(text).is_empty


def test_words_that_every_text_has_are_left_out_beside_others():
    assert _words("电梯的噪音") == ["电梯", "噪音"]
    assert _words("的") == ["的"]


def test_there_are_no_fields_wildcards_or_operators():
    assert _words("title:电梯 * 漏水~ OR (") == ["title", "电梯", "漏水", "or"]
    assert _words("*") == []


@pytest.mark.parametrize("text", ["#17", "＃17", "17", " 17 ", "１７", "请看#17那条"])
def test_a_number_is_recognised(text):
    assert parse(text).number == 17


@pytest.mark.parametrize("text", ["0", "17栋", "99999999999", "电梯", "1.7"])
def test_other_digits_are_no_number(text):
    assert parse(text).number is None


@pytest.mark.parametrize("text", ['"水 管"', "“水 管”", "「水 管」"])
def test_quotation_marks_of_either_script_make_a_phrase(text):
    (phrase,) = parse(text).phrases
    assert phrase.search("换水  管了") and not phrase.search("水坏管")


def test_what_is_too_long_is_cut_and_says_so():
    query = parse("电梯 " * 5_000)
    assert query.is_cut and query.words[0].text == "电梯"
    assert not parse("电梯").is_cut
