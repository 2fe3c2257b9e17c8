"""The index finds what documents say, survives being killed, and never mixes old and new."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from forum.search import schema as schemas
from forum.search.index import IndexUnusable, RebuildRunning, SearchIndex
from forum.search.query import parse
from tests.search.conftest import a_document

ROOT = Path(__file__).parent.parent.parent
TEXTS = {
    1: ("电梯又坏了", "三号楼电梯一周坏了两次，物业说配件没到。"),
    2: ("地下车库漏水", "车库顶板滴水，漏了三个月，恶臭难闻。"),
    3: ("WiFi password sign", "The lift lobby has no WiFi. 物业费却涨了。"),
    4: ("业主委员会选举", "业主委员会换届选举没有公告。"),
}


@pytest.fixture
def written(index):
    index.write([a_document(n, *texts) for n, texts in TEXTS.items()], [])
    return index


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("坏", {1}), ("臭", {2}), ("水", {2}), ("梯", {1}),
        ("电梯", {1}), ("漏水", {2}), ("物业", {1, 3}), ("滴水", {2}),
        ("物业费", {3}), ("委员会", {4}),
        ("地下车库", {2}), ("业主委员会", {4}), ("换届选举", {4}),
        ("wifi", {3}), ("WIFI", {3}), ("lift", {3}), ("pass", {3}),
        ("物业 lift", {3}), ("电梯 物业", {1}), ("lift物业费", {3}), ("电梯 漏水", set()),
    ],
)  # fmt: skip
def test_words_of_any_length_and_script_are_found(written, find, text, numbers):
    assert set(find(text)) == numbers


def test_who_says_some_words_comes_after_who_says_all(written):
    ranking = written.find(parse("物业 电梯 选举"))
    assert ranking.full == []
    assert [c.number for c in ranking.partial][0] == 1
    assert {c.number for c in ranking.partial} == {1, 3, 4}


def test_a_title_counts_more_than_a_long_reply(index, find):
    reply = "关于停车问题，" + "我们正在研究，" * 40
    index.write([a_document(1, "投诉", "收费高", reply), a_document(2, "停车", "收费高")], [])
    assert find("停车") == [2, 1]


def test_replies_and_names_are_searched(index, find):
    index.write([a_document(1, "标题", "正文", "师傅已换阀门", project="棠湖里", city="佛山")], [])
    assert find("阀门") == find("棠湖里") == find("佛山 阀门") == [1]


@pytest.mark.parametrize("title", ["水", "7", "？？？", "的", "Lift!", "投诉投诉投诉", "！", "C++"])
def test_a_whole_title_finds_its_complaint_first(index, find, title):
    others = [a_document(n, f"{title}水7的投诉lift c", f"{title} " * 9) for n in range(2, 60)]
    index.write([a_document(1, title, "正文", project="春晓花园"), *others], [])
    assert find(title)[0] == find(f"{title} 春晓花园")[0] == find(f"春晓花园{title}")[0] == 1


def test_newest_first_is_the_order_of_numbers(written, find):
    assert find("物业", newest=True) == [3, 1]


def test_a_document_is_replaced_not_added(written, find):
    written.write([a_document(1, "门禁失灵", "刷卡进不去")], [])
    assert find("电梯") == [] and find("门禁") == [1]
    assert written.numbers() == set(TEXTS)


def test_what_is_forgotten_is_not_found_after_many_commits(written, find):
    for n in range(10, 40):
        written.write([a_document(n, f"第{n}条", "路灯不亮")], [n - 1])
    assert find("路灯") == [39]
    assert written.numbers() == {1, 2, 3, 4, 39}


def test_merging_keeps_segments_few_and_weights_as_they_were(index, find):
    for n in range(1, 41):
        index.write([a_document(n, "路灯" if n == 7 else "夜间", "路灯不亮")], [])
    assert find("路灯")[0] == 7 and len(find("路灯")) == 40
    assert len(list((index.folder / index.name()).glob("*.seg"))) < 8


def test_another_process_sees_what_was_written(written):
    reader = SearchIndex(written.folder)
    before = reader.version()
    assert [c.number for c in reader.find(parse("漏水")).full] == [2]
    written.write([], [2])
    assert reader.find(parse("漏水")).full == [] and reader.version() != before


def test_a_reader_follows_a_rebuild(written):
    reader = SearchIndex(written.folder)
    reader.find(parse("漏水"))
    for n in (5, 6):
        written.rebuild([a_document(n, "天台漏水")])
    assert [c.number for c in reader.find(parse("漏水")).full] == [6]
    assert len([p for p in written.folder.iterdir() if p.is_dir() and not p.is_symlink()]) == 2


def test_a_rebuild_takes_in_what_changed_meanwhile(written):
    changed = [a_document(1, "门禁失灵")]
    written.rebuild([a_document(1, "电梯"), a_document(2, "漏水")], lambda: (changed, [2]))
    assert written.numbers() == {1} and written.find(parse("电梯")).full == []


def test_a_rebuild_that_fails_leaves_the_old_index(written):
    def broken():
        yield a_document(9, "漏水")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        written.rebuild(broken())
    assert written.numbers() == set(TEXTS)


KILLED = """
import os, signal, sys
from pathlib import Path
from forum.search.index import SearchIndex
from tests.search.conftest import a_document

def documents():
    for number in range(1, 50):
        yield a_document(number, "天台")
    os.kill(os.getpid(), signal.SIGKILL)

index = SearchIndex(Path(sys.argv[1]))
index.write(documents(), [1]) if sys.argv[2] == "write" else index.rebuild(documents())
"""


@pytest.mark.parametrize("act", ["write", "rebuild"])
def test_being_killed_half_way_changes_nothing_and_blocks_nobody(written, find, act):
    arguments = [sys.executable, "-W", "ignore", "-c", KILLED, str(written.folder), act]
    assert subprocess.run(arguments, cwd=ROOT).returncode == -signal.SIGKILL
    assert written.numbers() == set(TEXTS) and find("天台") == []
    written.write([a_document(9, "天台")], [])
    assert find("天台") == [9] and find("漏水") == [2]
    written.rebuild([a_document(5, "天台")])
    assert find("天台") == [5]


def test_one_rebuild_at_a_time(written):
    def nested():
        with pytest.raises(RebuildRunning):
            SearchIndex(written.folder).rebuild([])
        yield a_document(9, "漏水")

    written.rebuild(nested())
    assert written.numbers() == {9}


def test_nobody_else_can_read_or_write_it(written):
    for folder in (written.folder, written.folder / written.name()):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700


def test_without_an_index_there_is_no_answer_rather_than_a_short_one(tmp_path):
    index = SearchIndex(tmp_path / "none")
    with pytest.raises(IndexUnusable):
        index.find(parse("电梯"))
    with pytest.raises(IndexUnusable):
        index.write([], [1])
    assert (index.version(), index.name(), index.size()) == ("", "", 0)


@pytest.mark.parametrize("damage", ["cut", "garbled", "gone"])
def test_a_damaged_index_gives_no_answer(written, damage):
    for file in (written.folder / written.name()).glob("*.seg"):
        data = file.read_bytes()
        if damage == "gone":
            file.unlink()
        else:
            file.write_bytes(data[: len(data) // 3] if damage == "cut" else b"\xff" * len(data))
    with pytest.raises(IndexUnusable):
        SearchIndex(written.folder).find(parse("电梯"))


def test_an_index_of_another_schema_is_none(written, monkeypatch):
    monkeypatch.setattr("forum.search.index.VERSION", schemas.VERSION + 1)
    with pytest.raises(IndexUnusable):
        SearchIndex(written.folder).find(parse("电梯"))
