"""What is due by time happens also while no worker works: the next request does it first."""

import time
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.base import clock
from forum.base.web import timely
from forum.complaints import author_acts
from forum.complaints.author_acts import Proof
from forum.complaints.service import existing
from tests.factories import a_complaint, a_member


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A while has passed since the board was started."""
    now = time.monotonic()
    monkeypatch.setattr(timely.time, "monotonic", lambda: now + 2 * timely.EVERY)


def test_the_first_request_that_sees_a_withdrawal_due_carries_it_out(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch)
    author = a_member()
    number = a_complaint(author).number
    author_acts.withdraw(author, number, Proof(of=existing(number).act_entry))
    with clock.set_to(clock.now() + timedelta(days=8)):
        assert client.get(f"/complaints/{number}").status_code == 410


def test_a_timer_that_fails_does_not_keep_the_page_from_its_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Flask("board")
    app.add_url_rule("/", "home", lambda: "here")
    ran = []

    def broken() -> None:
        ran.append(1)
        raise RuntimeError("no")

    timely.install(app, [broken])
    monkeypatch.setattr(timely.db, "session", _NoSession())
    later(monkeypatch)
    with app.test_client() as client:
        assert client.get("/").text == "here"
        assert client.get("/").text == "here"
    assert len(ran) == 1, "only one request in a while looks"


class _NoSession:
    def rollback(self) -> None:
        """Nothing was read."""
