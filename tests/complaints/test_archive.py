"""What an archive's file says is read exactly, and what it says wrongly is told with its line."""

import csv
import gzip
import json
from datetime import UTC, datetime

import openpyxl
import pytest

from forum.complaints.archive import BadRecord, ImportedComplaint, count_records, read_records
from forum.complaints.archive_files import UnreadableArchive

RECORD = {
    "id": "v-17",
    "author": "A000",
    "created_at": "2019-03-04T09:30:00+08:00",
    "title": "电梯又停了",
    "body": "早上停在六楼。\r\n等了二十分钟。 \n",
    "category": "物业",
    "city": "A市",
    "area": "A7县",
    "votes_for": 12,
    "reply_body": "您好，配件已到。",
    "reply_at": "2019-03-14T16:00:00+08:00",
}


def lines(path, *records):
    text = "\n".join(r if isinstance(r, str) else json.dumps(r) for r in records)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def only(path):
    (found,) = read_records(path)
    return found


def without(name):
    return {key: value for key, value in RECORD.items() if key != name}


def as_jsonl(path):
    return lines(path / "a.jsonl", RECORD)


def as_gzip(path):
    with gzip.open(path / "a.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(RECORD) + "\n")
    return path / "a.jsonl.gz"


def as_csv(path):
    with open(path / "a.csv", "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, RECORD)
        writer.writeheader()
        writer.writerow(RECORD)
    return path / "a.csv"


def as_xlsx(path):
    book = openpyxl.Workbook()
    book.active.append(list(RECORD))
    book.active.append(list(RECORD.values()))
    book.save(path / "a.xlsx")
    return path / "a.xlsx"


@pytest.mark.parametrize("write", [as_jsonl, as_gzip, as_csv, as_xlsx])
def test_every_format_gives_the_same_record(tmp_path, write):
    found = only(write(tmp_path))
    assert isinstance(found, ImportedComplaint), found
    assert (found.source_id, found.author, found.title) == ("v-17", "A000", "电梯又停了")
    assert found.body == "早上停在六楼。\n等了二十分钟。"
    assert found.claimed_at == datetime(2019, 3, 4, 1, 30, tzinfo=UTC)
    assert (found.category, found.city, found.area) == ("物业", "A市", "A7县")
    assert (found.supporters, found.type) == (12, "criticism")
    assert found.reply and found.reply.body == "您好，配件已到。"
    assert found.reply.source_id == "v-17/reply"


def test_a_complaint_without_a_title_is_named_by_its_beginning(tmp_path):
    body = "一二三四五六七八九十一二三四五六七八九十一二三"
    found = only(lines(tmp_path / "a.jsonl", RECORD | {"title": "  ", "body": body}))
    assert found.title == "一二三四五六七八九十一二三四五六七八九十"


def test_nothing_of_a_long_text_is_cut(tmp_path):
    told = {"title": "很长的标题\n" * 40, "body": "长" * 200_000}
    found = only(lines(tmp_path / "a.jsonl", RECORD | told))
    assert len(found.title) == 239 and "\n" not in found.title
    assert len(found.body) == 200_000


def test_a_time_without_a_zone_is_the_boards(tmp_path):
    found = only(lines(tmp_path / "a.jsonl", RECORD | {"created_at": "2019-03-04 09:30"}))
    assert found.claimed_at == datetime(2019, 3, 4, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("not json", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        (without("body"), "body is missing"),
        (without("id"), "id is missing"),
        (without("created_at"), "created_at is missing"),
        (without("reply_at"), "reply_at is missing although there is a reply_body"),
        (RECORD | {"body": ["a"]}, "body must be a text"),
        (RECORD | {"created_at": "yesterday"}, "created_at is not a date"),
        (RECORD | {"created_at": "0001-01-01T00:00:00+08:00"}, "created_at is not a date"),
        (RECORD | {"created_at": "2999-01-01"}, "in the future"),
        (RECORD | {"votes_for": -1}, "votes_for must be a whole number"),
        (RECORD | {"votes_for": True}, "votes_for must be a whole number"),
        (RECORD | {"type": "rage"}, "type must be one of"),
        (RECORD | {"author": "甲" * 81}, "author is longer than 80"),
        (RECORD | {"body": "a\ud800b"}, "body holds characters that are not text"),
        (RECORD | {"body": "a\x00b"}, "body holds characters that are not text"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_not_lost(tmp_path, bad, why):
    first, second, third = read_records(lines(tmp_path / "a.jsonl", RECORD, bad, RECORD))
    assert isinstance(first, ImportedComplaint) and isinstance(third, ImportedComplaint)
    assert isinstance(second, BadRecord) and second.line == 2
    assert why in second.why


def test_a_line_in_another_encoding_is_one_bad_line(tmp_path):
    good = json.dumps(RECORD, ensure_ascii=False)
    data = good.encode() + b"\n" + good.encode("gb18030") + b"\n" + good.encode() + b"\n"
    (tmp_path / "a.jsonl").write_bytes(data)
    found = list(read_records(tmp_path / "a.jsonl"))
    assert [getattr(one, "why", None) for one in found] == [None, "not in UTF-8", None]


def test_a_table_names_the_line_in_which_a_bad_record_begins(tmp_path):
    rows = 'id,created_at,body\n1,2019-01-01,"two\nlines"\n2,soon,text\n3,2019-01-01,a,b,c\n'
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    found = list(read_records(tmp_path / "a.csv"))
    assert found[0].body == "two\nlines"
    assert [one.line for one in found] == [2, 4, 5]
    assert "not a date" in found[1].why and "only 3 columns" in found[2].why


def test_a_file_that_breaks_off_keeps_what_came_before(tmp_path):
    data = gzip.compress((json.dumps(RECORD) + "\n").encode() * 400)
    (tmp_path / "a.jsonl.gz").write_bytes(data[: len(data) // 2])
    *good, last = read_records(tmp_path / "a.jsonl.gz")
    assert all(isinstance(one, ImportedComplaint) for one in good)
    assert last.why == "the file is damaged or breaks off here"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"x"),
        ("a.xlsx", b"not a workbook"),
        ("a.csv", b"name,text\n1,2\n"),
        ("missing.jsonl", None),
    ],
)
def test_a_file_that_is_no_archive_is_refused_in_one_line(tmp_path, name, data):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableArchive) as refused:
        count_records(tmp_path / name)
    assert name in str(refused.value) and "\n" not in str(refused.value)
