"""The dump of open data: all that is public, nothing that is hidden, and proof of both."""

import csv
import hashlib
import json
from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask

from forum.api import offered, open_data
from forum.api.open_data import MANIFEST, write_open_data
from forum.api.records import OPENED
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Conflict
from forum.cli import main
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.covering import Cuts
from forum.log import queries as log
from forum.log.public import PUBLIC
from forum.moderation import closing, two_people
from forum.moderation.closing import Announcement
from forum.moderation.measures import Measure
from forum.response import service as response
from forum.tlog.commitment import commit
from tests.factories import (
    a_code,
    a_complaint,
    a_member,
    a_person,
    a_removal,
    a_statement,
    an_erasure,
)

# What is hidden in one way each; none of these words may be in any file.
SECRET = {"removed": "紫藤廊架倒塌", "erased": "伤者林栀子", "withdrawn": "虞美人花坛", "held": "茉莉会所漏水",
          "comment": "我看见栀子被抬走", "redacted": "柒佰元医药费"}  # fmt: skip
VISIBLE = "三号楼电梯一周坏了两次"


def _decide(measure: Measure) -> None:
    proposal = two_people.propose(a_person("moderator"), measure)
    two_people.approve(a_person("auditor"), proposal.number)


@pytest.fixture
def board(app: Flask) -> Flask:
    """A board on which something is hidden in every way there is."""
    shown = a_complaint(body="=1+1 之后", key="s" * 43)
    response.reply(a_person(), shown.number, "我们在查图纸。")
    said = complaints.comment(a_member(), shown.number, SECRET["comment"])
    _decide(Measure("remove", shown.number, a_statement(), said.id))
    cut = a_complaint(body=f"请赔偿{SECRET['redacted']}。")
    given = a_statement("personal-data", facts="写出了一笔个人的钱款。")
    _decide(Measure("redact", cut.number, given, None, Cuts((SECRET["redacted"],))))
    a_removal(a_complaint(title=SECRET["removed"]))
    an_erasure(a_complaint(body=SECRET["erased"]))
    gone = a_complaint(title=SECRET["withdrawn"], key="w" * 43)
    proof = Proof(gone.act_entry, a_code("w" * 43))
    author_acts.withdraw(gone.account, gone.number, proof)
    app.config["FORUM_HOLD"] = "on"
    a_complaint(title=SECRET["held"])
    return app


@pytest.fixture
def dump(board: Flask, tmp_path: Path) -> Path:
    write_open_data(tmp_path / "dump")
    return tmp_path / "dump"


def _lines(dump: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (dump / name).read_text("utf-8").splitlines()]


def test_nothing_hidden_is_in_any_file(dump: Path):
    everything = b"".join(path.read_bytes() for path in dump.rglob("*") if path.is_file())
    assert VISIBLE.encode() in everything and "我们在查图纸".encode() in everything
    for word in SECRET.values():
        assert word.encode() not in everything
        assert json.dumps(word).strip('"').encode() not in everything
    assert b"@board.test" not in everything


def test_each_complaint_is_there_as_its_page_for_machines_has_it(board: Flask, dump: Path):
    rows, browser = _lines(dump, "complaints.jsonl"), board.test_client()
    assert [row["number"] for row in rows] == list(range(1, 7))
    assert rows == [browser.get(f"/complaints/{n}.json").json for n in range(1, 7)]
    assert [row["state"] for row in rows] == [
        "visible", "visible", "removed", "erased", "withdrawn", "held"]  # fmt: skip


def test_the_table_has_a_line_for_each_and_runs_nothing(dump: Path):
    with (dump / "complaints.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 and tuple(rows[0]) == open_data.COLUMNS
    assert rows[0]["body"] == "'=1+1 之后" and rows[0]["replies"] == "1"
    assert rows[2]["title"] == "" and rows[2]["state"] == "removed"


def test_what_is_given_opens_what_the_log_committed_to(dump: Path):
    entries = {line["index"]: line["entry"] for line in _lines(dump, "entries.jsonl")}
    salts = {(o["entry"], o["field"]): b64decode(o["salt"]) for o in _lines(dump, "openings.jsonl")}
    first = _lines(dump, "complaints.jsonl")[0]
    facts = _lines(dump, "records/statement.jsonl")[0]
    rules = _lines(dump, "records/rules.jsonl")
    given = [(first["entries"][0], "text", f"{first['title']}\n{first['body']}"),
             (facts["entry"], "facts", facts["facts"])]  # fmt: skip
    for entry, field, words in given:
        opened = commit(field, salts[entry, field], words)
        assert opened == entries[entry]["commitments"][field]
    assert len(rules) == 1 and (rules[0]["entry"], "text") in salts


def test_no_salt_is_given_for_words_that_are_hidden(dump: Path):
    hidden = {i for row in _lines(dump, "complaints.jsonl") if "title" not in row
              for i in row["entries"]}  # fmt: skip
    salts = {(o["entry"], o["field"]) for o in _lines(dump, "openings.jsonl")}
    assert {field for entry, field in salts if entry in hidden} <= {"facts"}


def test_the_log_in_it_is_the_whole_log_and_signed(board: Flask, dump: Path):
    note = (dump / "log" / "checkpoint").read_text("utf-8")
    entries = [log.entry_bytes(i)[0] for i in range(log.tip().size)]
    assert [line["index"] for line in _lines(dump, "entries.jsonl")] == list(range(len(entries)))
    vkey = (dump / "log" / "vkey").read_text("utf-8").strip()
    assert note.split("\n")[1] == str(len(entries)) and vkey


def test_the_manifest_names_every_file_with_its_sum_and_says_what_may_be_done(dump: Path):
    manifest = json.loads((dump / MANIFEST).read_text("utf-8"))
    there = {p.relative_to(dump).as_posix() for p in dump.rglob("*") if p.is_file()} - {MANIFEST}
    assert {file["path"] for file in manifest["files"]} == there
    for file in manifest["files"]:
        data = (dump / file["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
    assert "CC0" in manifest["licence"] and manifest["complaints"] == 6
    assert "CC0" in (dump / "README.txt").read_text("utf-8")


def test_another_dump_takes_its_place_whole(board: Flask, dump: Path):
    (dump / "left-over").touch()
    assert write_open_data(dump).complaints == 6
    assert not (dump / "left-over").exists() and (dump / MANIFEST).exists()
    assert [path.name for path in dump.parent.iterdir() if path.name.startswith(".")] == []


def test_a_folder_with_other_things_is_left_alone(sqlite_app: Flask, tmp_path: Path):
    (tmp_path / "letter.txt").touch()
    with pytest.raises(Conflict):
        write_open_data(tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != "instance"] == ["letter.txt"]


def test_the_command_says_how_far_it_is(
    sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    for _number in range(3):
        a_complaint()
    db.session.rollback()
    monkeypatch.setattr("forum.terminal.board", lambda: sqlite_app)
    monkeypatch.setattr(open_data, "STEP", 2)
    with pytest.raises(SystemExit) as done:
        main(["open-data", str(tmp_path / "dump")])
    said = capsys.readouterr().out
    assert done.value.code == 0 and "2 of 3" in said and "3 of 3" in said
    assert "3 complaints and" in said


def test_every_public_table_is_given_or_read_otherwise():
    otherwise = {"complaint", "complaint_version", "reply", "photo", "support", "opening",
                 "account", "digest_issue"}  # fmt: skip
    assert OPENED.keys() | otherwise == PUBLIC.keys()


def _closing_board() -> None:
    until = clock.local_date() + timedelta(days=30)
    words = "本板迁往新址，旧的内容一直可查，没有解决的意见照办。"
    draft = closing.propose(a_person("admin"), Announcement(until, words))
    closing.approve(a_person("executive"), draft.id)
    while outbox.drain():
        pass
    db.session.rollback()


def test_when_the_board_is_to_close_a_dump_is_made_and_given_out(sqlite_app: Flask):
    a_complaint()
    visitor = sqlite_app.test_client()
    assert visitor.get("/open-data.zip").status_code == 404 and offered.renew_daily() == 0
    _closing_board()
    answer = visitor.get("/open-data.zip")
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    data = answer.data
    answer.close()
    with ZipFile(BytesIO(data)) as packed:
        lines = packed.read("open-data/complaints.jsonl").decode().splitlines()
        assert VISIBLE in lines[0] and "open-data/manifest.json" in packed.namelist()
    assert "/open-data.zip" in visitor.get("/closing").text


def test_a_dump_with_words_that_were_taken_away_is_not_given_out(sqlite_app: Flask):
    one, other = a_complaint(), a_complaint()
    _closing_board()
    a_removal(one)
    visitor = sqlite_app.test_client()
    assert visitor.get("/open-data.zip").status_code == 404
    assert offered.renew_daily() == 1
    answer = visitor.get("/open-data.zip")
    answer.close()
    assert answer.status_code == 200
    an_erasure(other)
    while outbox.drain():
        pass
    assert list((Path(sqlite_app.config["FORUM_INSTANCE"]) / "open-data").glob("*.zip")) == []
