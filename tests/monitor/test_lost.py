"""What went with a database and is not declared removed is a finding for everybody to see."""

from __future__ import annotations

import shutil

from forum.app import create_app
from forum.base import outbox
from forum.base.db import db
from forum.upkeep.restore import Wish, restore
from tests.conftest import settings
from tests.factories import a_complaint
from tests.monitor.conftest import monitor
from tests.test_backup import a_backup, quiet


def test_what_a_restore_lost_is_a_silent_removal_to_outsiders(serve, used_instance, tmp_path):
    instance = shutil.copytree(used_instance, tmp_path / "instance")
    with create_app(settings(instance)).app_context():
        folder = a_backup(tmp_path / "backup")
        number = a_complaint(title="备份之后的一条").number
        db.session.remove()
        db.engine.dispose()
    restore(settings(instance), Wish(folder, replace=True), quiet)
    board = serve(instance)
    while outbox.drain():
        pass
    report = monitor(board, tmp_path / "state")
    assert "silent-removal" in {finding.code for finding in report.findings}
    assert {finding.complaint for finding in report.findings} == {number}
