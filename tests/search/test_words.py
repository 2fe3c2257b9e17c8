"""Words are the same in documents, queries and rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.search.words import Word, cut, cut_finely, fold, learn


@given(st.text())
def test_folding_keeps_every_position(text):
    assert len(fold(text)) == len(text)


def test_width_and_case_do_not_matter():
    assert fold("ＷｉＦｉ　密码１２３") == "wifi 密码123"


def test_what_only_divides_is_no_word():
    assert cut("？！…… —— ，。") == []
    assert cut("电梯，物业！") == ["电梯", "物业"]


def test_a_long_word_is_also_found_by_the_words_in_it():
    assert {"委员", "委员会"} <= set(cut_finely("业主委员会"))


def test_a_learnt_name_stays_whole():
    learn(["棠湖听澜轩"])
    assert cut("我住棠湖听澜轩三期")[1:2] == ["棠湖听澜轩"]


@pytest.mark.parametrize(
    ("word", "said", "not_said"),
    [
        ("漏水", "一直漏水严重", "漏了水"),
        ("12", "12栋、a座12", "123"),
        ("lift", "lifts", "uplift"),
        ("a7", "a7县", "a75 ba7"),
    ],
)
def test_a_word_is_found_where_it_is_said(word, said, not_said):
    assert Word(word).pattern.search(said)
    assert not Word(word).pattern.search(not_said)
