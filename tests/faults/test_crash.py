"""kill -9 at every step of posting: what reached a member is true for ever, and nothing is lost.

`make test` kills a few times; `make faults` (KILLS=…) kills hundreds of times, on both databases.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from forum.base.db import db
from tests.factories import a_member, a_project
from tests.faults.board import ANY, ROOT, Member, Server, posting_together
from tests.faults.judgement import Judge
from tests.faults.server import STEPS

CLIENTS = 4
KILLS = int(os.environ.get("KILLS", "0"))
A_WHILE = 0.4  # seconds of posting before a kill, at most


@dataclass
class Scene:
    """A served board, its four members, and whoever judges what they were told."""

    server: Server
    members: list[Member]
    judge: Judge
    environ: dict[str, str]
    kills: int = 0

    def crash(self, step: str, victim: str) -> None:
        """Post together, and after a while let somebody die at `step`; judge; go on."""
        self.server.order_after(random.uniform(0, A_WHILE), step, victim)
        posting_together(self.members, self.server.carried_out)
        self.kills += 1
        if victim == "group":
            self.server.kill()
            self.server.start()
        self.judge.after_a_kill()


@pytest.fixture
def scene_of(tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """`scene_of(app, flaw)`: the board of `app`, served by a server of its own."""
    servers = []

    def scene_of(app: Flask, flaw: str = "") -> Scene:
        names = ("FORUM_INSTANCE", "FORUM_DATABASE_URL", "FORUM_BASE_URL")
        environ = {name: app.config[name] or "" for name in names}
        a_project()
        people = [a_member(f"业主{n}").email for n in range(CLIENTS)]
        db.session.remove()
        db.engine.dispose()
        server = Server(environ, tmp_path, flaw)
        servers.append(server)
        server.start()
        return _signed_in(server, people, environ)

    yield scene_of
    for server in servers:
        server.close()


def _signed_in(server: Server, names: list[str], environ: dict[str, str]) -> Scene:
    members: list[Member] = []
    judge = Judge(server.address, members)
    for name in names:
        member = Member(server.address, judge.hear)
        member.sign_in(name)
        members.append(member)
    return Scene(server, members, judge, environ)


def crash_often(scene: Scene, kills: int, steps: tuple[str, ...] = (*STEPS, ANY)) -> int:
    """Kill at each step in turn, the worker and then the whole server; the receipts that hold."""
    victims = ("group", "worker")
    for n in range(kills):
        step = steps[n % len(steps)]
        # A kill at any moment takes the whole server, since nobody knows who is at work.
        victim = "group" if step == ANY else victims[(n // len(steps)) % 2]
        scene.crash(step, victim)
    held = scene.judge.at_the_end()
    checked = subprocess.run(
        [sys.executable, "-m", "forum.cli", "log", "check"], cwd=ROOT, capture_output=True,
        text=True, env={**os.environ, **scene.environ},
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    return held


def told(scene: Scene, held: int) -> None:
    sent = [posting for member in scene.members for posting in member.postings]
    print(f"{scene.kills} kills, {len(sent)} postings, {held} receipts hold")


def test_what_reached_a_member_outlives_a_kill_at_every_step(sqlite_app, scene_of):
    scene = scene_of(sqlite_app)
    held = crash_often(scene, KILLS or len(STEPS) + 1)
    told(scene, held)
    assert held >= scene.kills


def test_the_same_on_postgresql(postgres_app, scene_of):
    scene = scene_of(postgres_app)
    steps = ("begun", "sealed", "committing", "committed", "raising", "half-sent", ANY)
    held = crash_often(scene, KILLS // 4 or 4, steps if KILLS else steps[1:5])
    told(scene, held)
    assert held >= scene.kills


@pytest.mark.parametrize(
    ("flaw", "how"),
    [
        ("receipt-before-commit", "a tree that was shown is gone|gave another receipt|a fork"),
        ("last-signed-before-commit", "does not start as it should: .* were signed"),
    ],
)
def test_the_same_test_would_find_the_flaw(sqlite_app, scene_of, flaw, how):
    """The answer, or the mark of what was signed, runs ahead of the commit."""
    scene = scene_of(sqlite_app, flaw)
    for member in scene.members:
        member.keeps_files = False  # else they notice without any kill that a file is not there yet
    with pytest.raises(AssertionError, match=how):
        crash_often(scene, 3, ("committing",))
