"""Photos that go with an appeal: private, shown to two kinds of people, and gone with its words."""

from __future__ import annotations

import io
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from forum.accounts.models import Account
from forum.base import clock, outbox
from forum.base.db import db
from forum.base.refusal import Invalid
from forum.base.resources import resource
from forum.complaints import photos
from forum.complaints.photos import PreparedPhoto
from forum.complaints.service import existing
from forum.log import queries as log
from forum.log.models import LogEntry
from forum.moderation import appeals, evidence, sealed_end
from forum.moderation.models import Statement
from forum.moderation.redress_models import Appeal, AppealPhoto
from forum.terminal import progress
from forum.upkeep.backup import back_up
from tests.factories import a_complaint, a_member, a_person, a_removal, an_erasure, csrf, sign_in
from tests.moderation.rooms import differences
from tests.scenes import a_picture

WORDS = "第二段引的是物业公告的原话，照片可以为证。"


def removed(author: Account) -> Statement:
    return db.session.get_one(Statement, a_removal(a_complaint(author)))


def a_photo(alt: str = "电梯口的公告") -> PreparedPhoto:
    return photos.prepare(a_picture(), alt)


def appealed(author: Account) -> tuple[Statement, Appeal]:
    """A removal, and an appeal with one photo."""
    statement = removed(author)
    return statement, appeals.file(author, statement.entry, WORDS, (a_photo(),))


def on_disk() -> list[Path]:
    return sorted((resource("storage").folder / evidence.KIND).glob("??/*"))


def work() -> None:
    while outbox.drain():
        pass
    db.session.rollback()


def send(
    app: Flask, author: Account, index: int, files: list[bytes], words: str = WORDS
) -> TestResponse:
    """The form as a browser sends it."""
    browser = sign_in(app, author)
    sent: dict[str, Any] = {
        "csrf_token": csrf(browser), "words": words, "photo_alt": ["公告"] * len(files),
        "photos": [(io.BytesIO(data), f"{n}.jpg") for n, data in enumerate(files)],
    }  # fmt: skip
    return browser.post(f"/log/entries/{index}/appeal", data=sent)


def test_a_photo_is_reencoded_and_what_came_in_is_not_kept(app: Flask) -> None:
    author = a_member()
    statement = removed(author)
    index, came_in = statement.entry, a_picture()
    assert send(app, author, index, [came_in]).location.endswith("/appeals/1")
    (path,), row = on_disk(), db.session.scalars(select(AppealPhoto)).one()
    assert path.name == row.sha256 and path.read_bytes() != came_in
    assert path.read_bytes().startswith(b"\xff\xd8") and row.alt == "公告"
    everything = [p.read_bytes() for p in resource("storage").folder.glob("*/??/*")]
    assert came_in not in everything
    assert differences() == []


def test_only_the_appellant_and_auditors_see_it(app: Flask) -> None:
    author = a_member()
    _statement, appeal = appealed(author)
    (path,) = on_disk()
    data, path_of_page = b64encode(path.read_bytes()).decode(), f"/appeals/{appeal.number}"
    db.session.rollback()
    for person in (author, a_person("auditor")):
        answer = sign_in(app, person).get(path_of_page)
        assert f'src="data:image/jpeg;base64,{data}"' in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    others = [a_member("二栋小李"), *map(a_person, ("moderator", "staff", "executive", "admin"))]
    for browser in (app.test_client(), *(sign_in(app, other) for other in others)):
        answer = browser.get(path_of_page)
        assert "data:image/jpeg" not in answer.text and "电梯口的公告" not in answer.text
        # No address serves the file, whoever asks.
        assert browser.get(f"/photos/{path.name}.jpg").status_code == 404


def test_no_entry_tells_of_it(sqlite_app: Flask) -> None:
    _statement, appeal = appealed(a_member())
    assert (log.entry(appeal.entry) or {})["commitments"] == {}
    (path,) = on_disk()
    assert path.name.encode() not in b"".join(db.session.scalars(select(LogEntry.bytes)))


@pytest.mark.parametrize(
    ("files", "sentence"),
    [([b"no picture"], "这个文件不是能识别的照片"), ([b""], "这个文件不是能识别的照片"),
     ([b"GIF89a" + b"\0" * 40] * 2, "这个文件不是能识别的照片"), ([b"x"] * 4, "最多附 3 张照片")],
)  # fmt: skip
def test_a_bad_file_is_refused_and_the_words_are_kept(
    sqlite_app: Flask, files: list[bytes], sentence: str
) -> None:
    author = a_member()
    answer = send(sqlite_app, author, removed(author).entry, files)
    assert answer.status_code == 400
    assert sentence in answer.text and WORDS in answer.text
    assert db.session.scalar(select(Appeal.number)) is None and on_disk() == []


def test_four_photos_are_too_many_and_nothing_is_stored(sqlite_app: Flask) -> None:
    author = a_member()
    with pytest.raises(Invalid):
        appeals.file(author, removed(author).entry, WORDS, (a_photo(),) * 4)
    assert on_disk() == []


def test_who_is_not_concerned_leaves_no_file(sqlite_app: Flask) -> None:
    index = removed(a_member()).entry
    assert send(sqlite_app, a_member("二栋小李"), index, [a_picture()]).status_code == 403
    assert on_disk() == []


def test_an_erasure_destroys_the_photo_with_its_file(app: Flask) -> None:
    statement, appeal = appealed(a_member())
    an_erasure(existing(statement.complaint or 0), reason="authority-order")
    assert len(on_disk()) == 1, "nothing is destroyed before its entry is committed"
    work()
    assert on_disk() == [] and db.session.scalar(select(AppealPhoto.id)) is None
    assert db.session.get_one(Appeal, appeal.number).words == ""


def test_a_photo_that_another_appeal_has_too_stays(sqlite_app: Flask) -> None:
    author = a_member()
    first, _appeal = appealed(author)
    _second, other = appealed(author)
    an_erasure(existing(first.complaint or 0), reason="authority-order")
    work()
    assert len(on_disk()) == 1 and evidence.photos_of(other.number)[0].data is not None


def test_it_ends_with_what_was_sealed(sqlite_app: Flask) -> None:
    statement, appeal = appealed(a_member())
    appeals.decide(a_person("auditor"), appeal.number, "rejected", "看过原文，确有辱骂的话。")
    with clock.set_to(statement.at + timedelta(days=200)):
        assert sealed_end.destroy_due() == 1
        work()
    assert on_disk() == [] and evidence.photos_of(appeal.number) == []


def test_files_that_no_appeal_names_go_after_a_day(sqlite_app: Flask) -> None:
    _statement, appeal = appealed(a_member())
    evidence.store((photos.prepare(a_picture(width=320), ""),))
    assert len(on_disk()) == 2 and evidence.forget_orphans() == 0
    with clock.set_to(clock.now() + timedelta(days=2)):
        assert evidence.forget_orphans() == 1
    assert evidence.photos_of(appeal.number)[0].data is not None


def test_a_backup_holds_it(sqlite_app: Flask, tmp_path: Path) -> None:
    appealed(a_member())
    (path,) = on_disk()
    db.session.rollback()
    back_up(tmp_path / "backup", progress=progress)
    assert [p.name for p in (tmp_path / "backup").rglob(f"{evidence.KIND}/??/*")] == [path.name]
