"""`forum demo`: a new board with the clock set back, the stories played on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

import config
from forum.app import create_app
from forum.base import clock
from forum.base.db import db
from forum.demo import cast, script
from forum.demo.player import play
from forum.log import keys
from forum.setup import open_board, private_files

FOLDER = "./instance-demo"
DIGEST_AT = "FORUM_DIGEST_AT"
# Written when the last act was played; what it says is printed each time.
ACCOUNTS = "sample-accounts.txt"
# There while the stories are played: such a folder is ours to throw away.
UNFINISHED = "sample-unfinished"


def environment(environ: Mapping[str, str], port: int) -> dict[str, str]:
    """The settings of the sample board: its own folder, the address it is served at.

    A board that is there already keeps the address its log is named after.
    """
    found = dict(environ)
    found["FORUM_INSTANCE"] = environ.get("FORUM_INSTANCE") or FOLDER
    key = Path(found["FORUM_INSTANCE"]) / "log.key"
    origin = keys.read_signer(key).name if key.exists() else f"127.0.0.1:{port}/tlog"
    found["FORUM_BASE_URL"] = (
        environ.get("FORUM_BASE_URL") or f"http://{origin.removesuffix('/tlog')}"
    )
    return found


def is_built(environ: Mapping[str, str]) -> bool:
    """Whether the instance is a sample board that was finished."""
    return (_instance(environ) / ACCOUNTS).exists()


def build(environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Make the board and play the stories; Conflict when the instance has a log."""
    instance = _instance(environ)
    say(f"Making a board with sample complaints in {instance} …")
    acts = script.acts(clock.now().replace(microsecond=0), config.settings(environ)[DIGEST_AT])
    with clock.set_to(acts[0].at - timedelta(days=1)):
        app = _open(environ, instance)
    with private_files(), app.app_context():
        with clock.set_to(acts[0].at - timedelta(hours=1)):
            cast.build_places()
            people = cast.engage()
        play(app, people, acts, say)
        db.engine.dispose()
    os.sync()  # what `_hurry` did not wait for
    (instance / ACCOUNTS).write_text(_accounts(), encoding="utf-8")
    (instance / UNFINISHED).unlink()


def accounts(environ: Mapping[str, str]) -> str:
    """The sample accounts, one for each role, as a table."""
    return (_instance(environ) / ACCOUNTS).read_text("utf-8")


def _open(environ: Mapping[str, str], instance: Path) -> Flask:
    """A new board; one that was left unfinished makes room for it."""
    unfinished = instance / UNFINISHED
    if unfinished.exists():
        shutil.rmtree(instance)
    app = create_app(environ)
    with app.app_context():
        _hurry(db.engine)
    open_board(app)
    unfinished.touch()
    return app


def _hurry(engine: Engine) -> None:
    """Do not wait for the disk: a sample board that breaks off is thrown away anyway."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        if engine.dialect.name == "sqlite":
            connection.execute("PRAGMA synchronous=OFF")


def _accounts() -> str:
    lines = [f"Sample accounts (password of all: {cast.PASSWORD})"]
    lines += [f"  {one.role:<10} {one.address:<28} {one.name}" for one in cast.samples()]
    return "\n".join(lines) + "\n"


def _instance(environ: Mapping[str, str]) -> Path:
    return Path(environ["FORUM_INSTANCE"]).absolute()
