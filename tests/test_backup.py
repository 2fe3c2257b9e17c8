"""A board goes back to a backup, and neither forgets what it signed nor shows what was erased."""

from __future__ import annotations

import itertools
import json
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from forum.app import ROW_CHECKS, create_app
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.resources import resource
from forum.complaints import service as complaints
from forum.complaints.models import Complaint, Reply
from forum.complaints.photos import prepare
from forum.complaints.receipts import receipt_of
from forum.log import queries as log
from forum.log.check import check_log
from forum.log.export import export_log
from forum.log.mirror import CannotRecover, open_mirror
from forum.moderation import erasure, two_people
from forum.moderation.measures import Measure, StatementOfReasons
from forum.response import service as response
from forum.startup import check
from forum.upkeep.backup import back_up, forget_aside
from forum.upkeep.manifest import MANIFEST, BackupRefused, digest_of, forget_expired
from forum.upkeep.recovery import recover_board
from forum.upkeep.restore import Wish, restore
from tests.conftest import settings
from tests.factories import a_complaint, a_member, a_person
from tests.machine import postgres_bin
from tests.outsider import Outsider
from tests.scenes import a_picture

SECRET = "身份证号四四零三零一一九八零"
WHY = StatementOfReasons("personal-data", "3.2", "正文里写了别人的身份证号码。", "notice", False,
                         "none", None)  # fmt: skip


@contextmanager
def quiet(_length: int, _label: str) -> Iterator[Callable[[int], None]]:
    """Progress that nobody watches."""
    yield lambda _count: None


def leave() -> None:
    """End every connection of this process, as stopping the board does."""
    db.session.remove()
    db.engine.dispose()


def a_backup(folder: Path) -> Path:
    while outbox.drain():
        pass
    back_up(folder, progress=quiet)
    return folder


def put_back(instance: Path, backup: Path, **wish: object) -> Flask:
    """Restore, and the board as it is served afterwards."""
    leave()
    restore(settings(instance), Wish(backup, **wish), quiet)
    return create_app(settings(instance))


def erase(number: int) -> None:
    moderator, auditor = a_person("moderator"), a_person("auditor")
    proposal = two_people.propose(moderator, Measure("erase", number, WHY))
    two_people.approve(auditor, proposal.number)


def everything_in(instance: Path) -> bytes:
    return b"".join(path.read_bytes() for path in instance.rglob("*") if path.is_file())


@pytest.fixture
def instance(sqlite_app, tmp_path) -> Path:
    return tmp_path / "instance"


def test_a_backup_holds_database_and_photos_and_nothing_to_sign_with(instance, tmp_path):
    photo = prepare(a_picture(), "楼下停满了车")
    complaint = a_complaint(photos=(photo,))
    folder = a_backup(tmp_path / "backup")
    assert {path.name for path in folder.iterdir()} == {"zhiyan.db", "files", MANIFEST}
    assert photo.sha256 in {path.name for path in folder.rglob("*")}
    key, signed = (instance / "log.key").read_bytes(), resource("log").last_signed.read()
    kept = everything_in(folder)
    assert key.strip().split(b"+", 4)[4] not in kept
    manifest = json.loads((folder / MANIFEST).read_text())
    assert (manifest["size"], manifest["root"]) == signed
    with closing(sqlite3.connect(folder / "zhiyan.db")) as copy:
        assert copy.execute("SELECT title FROM complaint").fetchall() == [(complaint.title,)]


def test_a_backup_made_while_people_post_is_of_one_moment(instance, sqlite_app, tmp_path):
    author, stopped, said = a_member().id, threading.Event(), threading.Event()
    a_complaint()

    def post() -> None:
        with sqlite_app.app_context():
            for time in itertools.count(2):
                # People take a breath; a board under a storm of writes would only wait for itself.
                if stopped.wait(0.05):
                    break
                member = db.session.get(type(a_member()), author)
                complaints.comment(member, 1, f"第 {time} 次停了。")
                said.set()

    def in_between(folder: Path) -> Path:
        """A backup, after something more was said than the one before can hold."""
        said.clear()
        assert said.wait(30)
        return a_backup(folder)

    poster = threading.Thread(target=post)
    poster.start()
    folders = [in_between(tmp_path / f"backup{n}") for n in range(3)]
    stopped.set()
    poster.join()
    sizes = [json.loads((folder / MANIFEST).read_text())["size"] for folder in folders]
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]
    for folder in folders:
        board = put_back(instance, folder, replace=True)
        with board.app_context():
            assert check_log(ROW_CHECKS) == []
            leave()


def test_a_backup_appears_whole_or_not_at_all(instance, tmp_path, monkeypatch):
    def fail(*_arguments: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("forum.upkeep.backup.copy_files", fail)
    with pytest.raises(OSError, match="full"):
        back_up(tmp_path / "backups" / "one", progress=quiet)
    assert list((tmp_path / "backups").iterdir()) == []


def test_on_postgresql_a_backup_is_a_dump_that_goes_back(
    postgres_app, postgres_cluster, tmp_path, monkeypatch
):
    programs = postgres_bin()
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    number = a_complaint(title="备份之前的一条").number
    folder = a_backup(tmp_path / "backup")
    lost = a_complaint().number
    export_log(tmp_path / "mirror")
    leave()
    url = postgres_cluster.url(postgres_cluster.new_database())
    address = url.replace("+psycopg", "")
    subprocess.run(["psql", "-qd", address, "-c", "DROP SCHEMA public"], check=True)
    subprocess.run(["pg_restore", "-ed", address, folder / "database.dump"], check=True)
    board = create_app(settings(tmp_path / "instance", FORUM_DATABASE_URL=url))
    with board.app_context():
        recover_board(open_mirror(str(tmp_path / "mirror")))
        assert check_log(ROW_CHECKS) == []
        assert complaints.existing(number).title == "备份之前的一条"
        assert complaints.existing(lost).lost and a_complaint().number == lost + 1
        leave()


def test_without_pg_dump_it_says_who_must_back_up(postgres_app, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BackupRefused, match="pg_dump is not installed here"):
        back_up(tmp_path / "backup", progress=quiet)
    assert not list(tmp_path.glob("*backup*"))


def test_backups_are_deleted_when_their_thirty_days_are_over(instance, tmp_path):
    other = tmp_path / "backups" / "somebody-elses"
    other.mkdir(parents=True)
    old = a_backup(tmp_path / "backups" / "old")
    with clock.set_to(clock.now() + timedelta(days=29)):
        young = a_backup(tmp_path / "backups" / "young")
        assert forget_expired(tmp_path / "backups") == []
    with clock.set_to(clock.now() + timedelta(days=30, seconds=1)):
        assert forget_expired(tmp_path / "backups") == [old]
    assert young.exists() and other.exists() and not old.exists()


def test_a_restored_board_has_every_entry_that_was_signed(instance, tmp_path):
    kept = a_complaint(title="备份之前的一条")
    folder = a_backup(tmp_path / "backup")
    lost = a_complaint(title="备份之后的一条")
    response.reply(a_person(), kept.number, "周五修好。", until=clock.local_date())
    complaints.support(a_member(), kept.number)
    before, numbers = log.tip(), (kept.number, lost.number)
    board = put_back(instance, folder, replace=True)
    with board.app_context():
        assert check_log(ROW_CHECKS) == []
        assert log.entry(before.size)["kind"] == "backup.restored"
        assert log.root_at(before.size) == before.root
        rows = {c.number: c for c in db.session.scalars(select(Complaint))}
        assert rows[numbers[0]].title == "备份之前的一条" and rows[numbers[0]].supporters == 1
        assert (rows[numbers[0]].status, rows[numbers[1]].lost) == ("promised", True)
        assert a_complaint().number == numbers[1] + 1
        leave()


def test_what_is_lost_is_said_and_its_receipt_still_holds(instance, tmp_path, sqlite_app):
    folder = a_backup(tmp_path / "backup")
    author = a_member()
    number = a_complaint(author, title="备份之后的一条").number
    receipt = receipt_of(complaints.existing(number)).encode()
    visitor = put_back(instance, folder, replace=True).test_client()
    page = visitor.get(f"/complaints/{number}")
    assert page.status_code == 200 and "内容在恢复备份时丢失，凭回执仍可核验" in page.text
    assert visitor.get(f"/complaints/{number}.json").json["state"] == "lost"
    assert visitor.get("/complaints").status_code == visitor.get("/log").status_code == 200
    Outsider(lambda path: visitor.get(path).data).check_receipt(receipt)


def test_what_was_erased_after_the_backup_is_nowhere_after_a_restore(instance, tmp_path):
    photo = prepare(a_picture(), SECRET)
    number = a_complaint(body=SECRET, photos=(photo,)).number
    folder = a_backup(tmp_path / "backup")
    assert SECRET.encode() in everything_in(folder)
    erase(number)
    while outbox.drain():
        pass
    board = put_back(instance, folder, replace=True)
    assert SECRET.encode() not in everything_in(instance)
    assert photo.sha256 not in {path.name for path in instance.rglob("*")}
    with board.app_context():
        assert db.session.get(Complaint, number).state == "erased"
        assert check_log(ROW_CHECKS) == []
        leave()


def test_a_restore_that_forgets_erasures_would_be_noticed(instance, tmp_path, monkeypatch):
    number = a_complaint(body=SECRET).number
    folder = a_backup(tmp_path / "backup")
    erase(number)
    while outbox.drain():
        pass
    monkeypatch.setattr(erasure, "reapply", lambda *_: None)
    put_back(instance, folder, replace=True)
    assert SECRET.encode() in everything_in(instance)


def test_no_mail_leaves_twice_after_a_restore(instance, tmp_path):
    a_complaint(a_member(email="zhang@board.test"))
    back_up(tmp_path / "backup", progress=quiet)
    board = put_back(instance, tmp_path / "backup")
    with board.app_context():
        assert outbox.waiting() == 0
        leave()


def test_a_newer_board_is_replaced_only_when_told(instance, tmp_path):
    folder = a_backup(tmp_path / "backup")
    a_complaint()
    size = log.tip().size
    with pytest.raises(BackupRefused, match=f"has {size} entries, the backup"):
        put_back(instance, folder)
    assert log.tip().size == size


def test_a_board_that_is_served_is_not_replaced(instance, tmp_path, sqlite_app):
    folder = a_backup(tmp_path / "backup")
    check(sqlite_app)
    with pytest.raises(Exception, match="is being served: stop it first"):
        put_back(instance, folder)


def test_a_database_that_another_program_has_open_is_not_replaced(instance, tmp_path):
    folder = a_backup(tmp_path / "backup")
    with closing(sqlite3.connect(instance / "zhiyan.db")) as other:
        other.execute("SELECT count(*) FROM complaint").fetchone()
        with pytest.raises(BackupRefused, match="has the database open"):
            put_back(instance, folder)


def test_a_backup_with_one_changed_byte_is_refused(instance, tmp_path):
    a_complaint()
    folder = a_backup(tmp_path / "backup")
    data = bytearray((folder / "zhiyan.db").read_bytes())
    data[-1] ^= 1
    (folder / "zhiyan.db").write_bytes(data)
    with pytest.raises(BackupRefused, match="not what the backup was made of"):
        put_back(instance, folder)


def test_a_backup_whose_log_was_rewritten_is_refused(instance, tmp_path):
    a_complaint()
    folder = a_backup(tmp_path / "backup")
    with closing(sqlite3.connect(folder / "zhiyan.db")) as copy:
        copy.execute("DROP TRIGGER log_entry_refuses_delete")
        copy.execute("DELETE FROM log_entry WHERE idx = (SELECT max(idx) FROM log_entry)")
        copy.commit()
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"]["zhiyan.db"] = digest_of(folder / "zhiyan.db")
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BackupRefused, match="does not lead to the checkpoint"):
        put_back(instance, folder)


def test_an_expired_backup_is_used_only_when_told(instance, tmp_path):
    a_complaint()
    folder = a_backup(tmp_path / "backup")
    with clock.set_to(clock.now() + timedelta(days=31)):
        with pytest.raises(BackupRefused, match="older than 30 days"):
            put_back(instance, folder)
        board = put_back(instance, folder, even_expired=True)
    with board.app_context():
        assert check_log(ROW_CHECKS) == []
        leave()


def test_a_new_machine_asks_for_the_log_before_it_signs(instance, tmp_path):
    folder = a_backup(tmp_path / "backup")
    a_complaint()
    export_log(tmp_path / "mirror")
    leave()
    for name in ("zhiyan.db", "last-signed"):
        (instance / name).unlink()
    with pytest.raises(BackupRefused, match="give --log with a mirror"):
        put_back(instance, folder)
    board = put_back(instance, folder, log_from=str(tmp_path / "mirror"))
    with board.app_context():
        assert check_log(ROW_CHECKS) == []
        leave()


def test_without_the_lost_entries_nothing_is_restored(instance, tmp_path):
    folder = a_backup(tmp_path / "backup")
    export_log(tmp_path / "mirror")
    a_complaint()
    leave()
    (instance / "zhiyan.db").unlink()
    with pytest.raises(CannotRecover, match="entries are still missing"):
        put_back(instance, folder, log_from=str(tmp_path / "mirror"))
    assert not (instance / "zhiyan.db").exists()


def test_a_restore_that_fails_leaves_the_board_as_it_was(instance, tmp_path, monkeypatch):
    folder = a_backup(tmp_path / "backup")
    a_complaint()
    tip, signed = log.tip(), resource("log").last_signed.read()

    def fail(*_arguments: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("forum.upkeep.restore._put_in_place", fail)
    with pytest.raises(OSError, match="full"):
        put_back(instance, folder, replace=True)
    assert (log.tip(), resource("log").last_signed.read()) == (tip, signed)
    assert a_complaint().number == 2 and check_log(ROW_CHECKS) == []


def test_what_was_replaced_is_kept_for_thirty_days(instance, tmp_path):
    folder = a_backup(tmp_path / "backup")
    a_complaint(title="备份之后的一条")
    with put_back(instance, folder, replace=True).app_context():
        (kept,) = instance.glob("before-restore-*")
        assert "备份之后的一条".encode() in everything_in(kept)
        with clock.set_to(clock.now() + timedelta(days=31)):
            forget_aside()
        assert not kept.exists()
        leave()


def test_ids_named_in_the_log_are_not_given_again(instance, tmp_path):
    number = a_complaint().number
    folder = a_backup(tmp_path / "backup")
    lost = complaints.comment(a_member(), number, "备份之后的评论。").id
    with put_back(instance, folder, replace=True).app_context():
        assert complaints.comment(a_member(), number, "恢复之后的评论。").id == lost + 1
        assert db.session.get(Reply, lost).body == "内容在恢复备份时丢失，凭回执仍可核验"
        leave()
