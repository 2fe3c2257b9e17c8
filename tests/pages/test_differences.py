"""What changed is shown so that both texts can be read from it."""

import time

from hypothesis import given
from hypothesis import strategies as st

from forum.base.differences import Part, differences

words = st.text(alphabet="车位花园。\n ab1", max_size=40)


def texts(parts: list[Part]) -> tuple[str, str]:
    before = "".join(part.text for part in parts if part.op != "ins")
    return before, "".join(part.text for part in parts if part.op != "del")


@given(words, words)
def test_both_texts_can_be_read_from_the_parts(before: str, after: str) -> None:
    parts = differences(before, after)
    assert texts(parts) == (before, after)
    assert all(part.text for part in parts)
    assert all(one.op != two.op for one, two in zip(parts, parts[1:], strict=False))


def test_a_changed_word_is_one_change() -> None:
    assert differences("承诺 90 个车位", "承诺 12 个车位") == [
        Part("same", "承诺 "), Part("del", "90"), Part("ins", "12"), Part("same", " 个车位"),
    ]  # fmt: skip


def test_nothing_changed_is_one_run() -> None:
    assert differences("一行\n两行", "一行\n两行") == [Part("same", "一行\n两行")]
    assert differences("", "") == []


def test_a_line_that_stays_is_not_torn_apart() -> None:
    parts = differences("第一段。\n第二段。", "第一段。\n补上一段。\n第二段。")
    assert [part.op for part in parts] == ["same", "ins", "same"]


def test_two_long_texts_with_nothing_in_common_take_no_time() -> None:
    began = time.monotonic()
    for before, after in (("甲" * 10_000, "乙甲" * 5_000), ("ab\n" * 3_000, "ba\n" * 3_000)):
        assert texts(differences(before, after)) == (before, after)
    assert time.monotonic() - began < 2
