"""A board that has a log and little else, for this process or another.

Run as a program it appends like one more worker of the same board:
``python -m tests.log.board <folder> <database address or -> <how many> [<flaw>]``.
"""

import os
import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import text

import config
from forum.accounts import session as sign_in
from forum.base.db import db, prepare_engine, transaction
from forum.base.web import cache, errors, filters, frame, guard, headers, locale
from forum.log import keys, service, views
from forum.log.last_signed import LastSigned
from forum.log.triggers import trigger_statements
from forum.upkeep.upgrade import known_revisions

BASE_URL = "http://complaints.example"
ORIGIN = "complaints.example/tlog"
SUPPORT = {"complaint": 17, "by": "member", "verified": True}


def open_board(folder: Path, url: str | None, base_url: str = BASE_URL, **more: str) -> Flask:
    """The application over an instance folder and a database that exist already."""
    app = Flask("forum")
    app.config.from_mapping(
        config.settings(
            {
                "FORUM_INSTANCE": str(folder),
                "FORUM_DATABASE_URL": url or "",
                "FORUM_BASE_URL": base_url,
                **more,
            }
        )
    )
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    keys.lend(app)
    sign_in.install(app)
    links = {name: "log.readable" for name in ("home", "log", "login", "new")}
    frame.install(app, nav=(), work=(), links=links)
    for part in (locale, cache, filters, guard, headers, errors):
        part.install(app)
    app.register_blueprint(views.blueprint)
    return app


def new_board(folder: Path, url: str | None, base_url: str = BASE_URL) -> Flask:
    """The same with keys, tables, triggers and an opened log."""
    app = open_board(folder, url, base_url)
    keys.make(app)
    with app.app_context():
        db.create_all()
        for statement in trigger_statements(db.engine.dialect.name):
            db.session.execute(text(statement))
        # What the migrations would have left: the tables are as the newest of them makes them.
        db.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        newest = {"revision": known_revisions()[-1]}
        db.session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), newest)
        db.session.commit()
        with transaction():
            service.append("log.opened", origin=keys.origin_of(base_url), previous=None)
    return app


def support(supporters: int = 1) -> service.Appended:
    """One small entry in a transaction of its own."""
    with transaction():
        return service.append("support.added", supporters=supporters, **SUPPORT)


def begin_without_the_write_lock(session):
    """The flaw: "read the last, append" in a transaction that does not exclude others."""
    from forum.base.db import Transaction

    session.rollback()
    opened = session.info["transaction"] = Transaction()
    return opened


def _plant(flaw: str) -> None:
    if flaw == "no-lock":
        from forum.base import db as database

        database._begin = begin_without_the_write_lock
    elif flaw == "killed-after-commit":
        LastSigned.raise_to = lambda *_: os._exit(9)


def main(folder: str, url: str, count: str, flaw: str = "") -> None:
    """Append `count` entries once the file `go` appears; the index of each goes to stdout."""
    app = open_board(Path(folder), None if url == "-" else url)
    _plant(flaw)
    print("ready", flush=True)
    while not (Path(folder) / "go").exists():
        time.sleep(0.005)
    with app.app_context():
        for _ in range(int(count)):
            print(support().index, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
