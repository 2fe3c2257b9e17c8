"""The sample board is made by the real verbs, at the time of its stories, and its log verifies."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from forum.app import ROW_CHECKS
from forum.base import outbox
from forum.base.clock import BOARD_ZONE, local_date
from forum.base.db import db
from forum.base.refusal import Conflict
from forum.complaints.models import Complaint, Photo
from forum.demo import cast, photos, script, stage
from forum.log.check import check_log
from forum.log.models import LogEntry
from forum.pages.search_feed import status

NIGHT = datetime(2026, 11, 21, 16, 1, tzinfo=UTC)  # 00:01 where the board lives
NOON = NIGHT + timedelta(hours=12)


def test_its_log_verifies_and_every_row_agrees_with_its_entry(app):
    assert check_log(ROW_CHECKS) == []


def test_it_tells_every_story_and_leaves_nothing_undone(app):
    states = Counter(db.session.scalars(select(Complaint.state)))
    assert states.total() == len(script.stories()) == 150
    assert states["removed"] >= 5 and states["withdrawn"] >= 1
    assert outbox.waiting() == 0
    found = status()
    assert found.usable and not found.missing and not found.superfluous


def test_its_times_are_those_of_the_stories(app):
    entries = select(LogEntry.at).order_by(LogEntry.index)
    moments = list(db.session.scalars(entries))
    assert moments == sorted(moments)
    assert timedelta(days=80) < moments[-1] - moments[0] < timedelta(days=100)
    assert moments[-1] <= datetime.now(UTC)


def test_its_balance_was_counted_every_day_and_its_digest_sent(app):
    counts = dict(
        db.session.execute(select(LogEntry.kind, func.count()).group_by(LogEntry.kind)).all()
    )
    assert counts["balance.counted"] >= 85 and counts["digest.sent"] >= 19
    assert counts["promise.broken"] >= 1 and counts["complaint.restored"] == 3


def test_its_photos_are_on_the_pages(app):
    assert db.session.scalar(select(func.count()).select_from(Photo)) >= 60
    picture = db.session.scalars(select(Photo).limit(1)).one()
    assert app.test_client().get(f"/complaints/{picture.complaint}").status_code == 200


@pytest.mark.parametrize("sample", cast.samples(), ids=lambda sample: sample.role)
def test_every_printed_account_can_sign_in(app, built, sample):
    assert sample.address in stage.accounts(built) and cast.PASSWORD in stage.accounts(built)
    form = {"address": sample.address, "password": cast.PASSWORD}
    assert app.test_client().post("/login", data=form).status_code in (302, 303)


def test_a_finished_board_is_not_played_over(built):
    assert stage.is_built(built)
    with pytest.raises(Conflict):
        stage.build(built, lambda _line: None)


def test_it_keeps_its_address_when_served_at_another_port(built):
    again = stage.environment({"FORUM_INSTANCE": built["FORUM_INSTANCE"]}, 9000)
    assert again["FORUM_BASE_URL"] == "http://127.0.0.1:8000"


@pytest.mark.parametrize("now", [NIGHT, NOON], ids=["night", "noon"])
def test_all_of_the_stories_lies_before_now_at_any_hour(now):
    acts = script.acts(now, "08:00")
    assert sum(act.do == "post" for act in acts) == 150
    assert all(earlier.at <= later.at for earlier, later in zip(acts, acts[1:], strict=False))
    assert acts[-1].at <= now


def test_a_story_told_for_yesterday_happens_at_its_hour():
    story = next(s for s in script.stories() if s["at"].startswith("-1d"))
    act = next(a for a in script.acts(NOON, "08:00") if a.do == "post" and a.story == story["key"])
    local = act.at.astimezone(BOARD_ZONE)
    assert f"{local:%H:%M}" == story["at"].split()[1]
    assert local.date() == local_date(NOON) - timedelta(days=1)


@pytest.mark.parametrize("scene", photos.SCENES)
def test_every_scene_is_a_photo_and_the_same_each_time(scene):
    first = photos.draw(scene, "", 1)
    assert Image.open(BytesIO(first)).size == (1200, 900)
    assert photos.draw(scene, "", 1) != photos.draw(scene, "", 2)
