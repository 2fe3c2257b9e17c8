"""An import is complete, marked as claimed, and the same however often it was begun."""

import json
import os
import shutil
import signal
import subprocess
import sys

from sqlalchemy import func, select

from forum.app import ROW_CHECKS, create_app
from forum.base import outbox
from forum.base.db import db
from forum.base.outbox import OutboxRow
from forum.complaints import archive, importing
from forum.complaints.models import Complaint, Reply, Version
from forum.log import queries as log
from forum.log.check import check_log
from forum.log.models import LogCheckpoint, LogEntry
from forum.places.models import Project
from tests.conftest import settings


def a_record(number, **more):
    return {
        "id": f"v-{number}", "author": f"A{number:03}", "title": f"第{number}件", "body": "楼道灯坏了。",
        "created_at": "2019-03-04T09:30:00+08:00", "city": "A市", "area": "A7县", "votes_for": number,
    } | more  # fmt: skip


def a_reply(text="您好，已修好。"):
    return {"reply_body": text, "reply_at": "2019-03-14T16:00:00+08:00"}


def a_file(folder, records):
    path = folder / "archive.jsonl"
    lines = (record if isinstance(record, str) else json.dumps(record) for record in records)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(path, **how):
    total = importing.NOTHING
    for step in importing.import_records(archive.read_records(path), **how):
        total += step
    return total


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_an_imported_complaint_says_what_is_only_claimed(app, tmp_path):
    run(a_file(tmp_path, [a_record(7, **a_reply())]))
    complaint = db.session.get_one(Complaint, 1)
    entry = log.entry(complaint.entry)
    assert entry["kind"] == "complaint.imported" and entry["by"] == "import"
    assert entry["claimed_at"] == "2019-03-04T01:30:00Z" and entry["supporters"] == 7
    assert log.opens(complaint.entry, "text", "第7件\n楼道灯坏了。", entry)
    assert log.opens(complaint.entry, "author", "A007", entry)
    assert complaint.imported and complaint.due_at is None and complaint.status == "answered"
    assert complaint.posted_at > complaint.claimed_at and complaint.supporters == 7


def test_an_imported_reply_is_committed_to_as_official(app, tmp_path):
    run(a_file(tmp_path, [a_record(1), a_record(2, **a_reply())]))
    reply = db.session.scalars(select(Reply)).one()
    entry = log.entry(reply.entry)
    assert (reply.complaint, reply.role, reply.by, reply.kind) == (2, "import", "官方答复", "reply")
    assert (entry["kind"], entry["item"], entry["complaint"]) == ("reply.imported", reply.id, 2)
    assert log.opens(reply.entry, "text", "您好，已修好。", entry)
    assert log.opens(reply.entry, "author", "官方答复", entry)
    assert db.session.get_one(Complaint, 2).last_entry == reply.entry


def test_the_log_agrees_with_what_was_imported(app, tmp_path):
    run(a_file(tmp_path, [a_record(n, **(a_reply() if n % 3 else {})) for n in range(1, 30)]))
    assert check_log(ROW_CHECKS) == []


def test_places_and_categories_come_from_the_archive(app, tmp_path):
    told = [{}, {"area": None}, {"city": "B市"}, {"category": "物业"}, {"category": "城乡建设"}]
    run(a_file(tmp_path, [a_record(n, **more) for n, more in enumerate(told, 1)]))
    rows = [db.session.get_one(Complaint, n) for n in range(1, 6)]
    assert rows[0].project.name == "A7县" and rows[0].project.city.name == "A市"
    assert rows[0].project.slug == f"p-{rows[0].project.id}"
    assert rows[1].project.slug == "unassigned" and rows[1].project.city is None
    assert rows[2].project.id != rows[0].project.id and rows[3].project.id == rows[0].project.id
    assert [row.category.slug for row in rows] == ["other", "other", "other", "property", "other"]


def test_importing_again_adds_nothing(app, tmp_path):
    path = a_file(tmp_path, [a_record(n, **a_reply()) for n in (1, 2, 2, 3)])
    first, size = run(path), log.tip().size
    again = run(path)
    assert (first.new, first.known) == (3, 1)
    assert (again.new, again.known) == (0, 4)
    assert log.tip().size == size and count(Complaint) == count(Reply) == count(Version) == 3


def test_a_batch_is_one_transaction_with_its_outbox_rows(app, tmp_path):
    before, signed = outbox.waiting(), count(LogCheckpoint)
    run(a_file(tmp_path, [a_record(n) for n in range(1, importing.BATCH + 11)]))
    assert count(LogCheckpoint) - signed == 2
    heard = select(func.count()).where(OutboxRow.receiver == "complaint.changed:search")
    assert outbox.waiting() - before >= db.session.scalar(heard) == importing.BATCH + 10


def test_a_bad_line_is_skipped_and_told(app, tmp_path):
    total = run(a_file(tmp_path, [a_record(1), "{", a_record(3, body=""), a_record(4)]))
    assert total.new == 2 and [bad.line for bad in total.bad] == [2, 3]
    assert list(db.session.scalars(select(Complaint.source_id))) == ["v-1", "v-4"]


def test_strict_takes_over_nothing_after_the_first_bad_line(app, tmp_path):
    total = run(a_file(tmp_path, [a_record(1), "{", a_record(3), "{"]), strict=True)
    assert total.new == 1 and [bad.line for bad in total.bad] == [2]
    assert count(Complaint) == 1


def test_a_dry_run_writes_nothing_and_says_what_would_happen(app, tmp_path):
    run(a_file(tmp_path, [a_record(1)]))
    size, projects = log.tip().size, count(Project)
    path = a_file(tmp_path, [a_record(1), a_record(2, area="A8县"), a_record(2, area="A8县"), "{"])
    total = run(path, dry_run=True)
    assert (total.new, total.known, len(total.bad)) == (1, 2, 1)
    assert total.places == {("A市", "A8县")}
    assert (log.tip().size, count(Project)) == (size, projects)


IMPORT = [sys.executable, "-m", "forum.cli", "import"]


def killed_in_the_middle(path, environ):
    """Run the import and kill it, without any warning, after its second batch was committed."""
    with subprocess.Popen([*IMPORT, path], env=environ, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            if f": {2 * importing.BATCH} of" in line:
                break
        os.kill(run.pid, signal.SIGKILL)


def what_there_is():
    complaints = db.session.execute(
        select(Complaint.number, Complaint.source_id, Complaint.title, Complaint.entry,
               Complaint.last_entry, Complaint.project_id)
        .order_by(Complaint.number)
    )  # fmt: skip
    replies = db.session.execute(select(Reply.id, Reply.source_id, Reply.entry).order_by(Reply.id))
    kinds = db.session.scalars(select(LogEntry.kind).order_by(LogEntry.index))
    return [tuple(row) for row in complaints], [tuple(row) for row in replies], list(kinds)


def test_an_import_that_was_killed_and_run_again_ends_as_one_that_was_not(
    sqlite_app, opened_sqlite, tmp_path
):
    records = [a_record(n, **(a_reply() if n % 4 == 0 else {})) for n in range(1, 2001)]
    path = a_file(tmp_path, records)
    environ = {**os.environ, **settings(tmp_path / "instance")}
    killed_in_the_middle(path, environ)
    db.session.rollback()
    assert 2 * importing.BATCH <= count(Complaint) < 2000
    again = run(path)
    assert again.new + again.known == 2000 and again.known >= 2 * importing.BATCH
    ended = what_there_is()
    assert [row[1] for row in ended[0]] == [f"v-{n}" for n in range(1, 2001)]
    assert check_log() == []
    assert ended == uninterrupted(opened_sqlite, path, tmp_path)


def uninterrupted(opened, path, folder):
    """What the same import comes to on another copy of the same board."""
    app = create_app(settings(shutil.copytree(opened, folder / "other")))
    with app.app_context():
        run(path)
        found = what_there_is()
        db.session.remove()
        db.engine.dispose()
    return found
