"""A board of our own to measure: opened, filled by the real importer, with people and two stories."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from forum.accounts import service as accounts
from forum.accounts.models import Account
from forum.app import create_app
from forum.base import outbox
from forum.base.db import db
from forum.base.outbox import OutboxRow
from forum.complaints import service as complaints
from forum.complaints.drafts import Draft, make_draft
from forum.complaints.models import Complaint, Reply
from forum.places import queries as places
from forum.places import service as place_service
from forum.response import service as response
from forum.setup import open_board

MEMBER = "reader@board.test"
PASSWORD = "lantern-orchid-77"
PROJECT = "bench-garden"
SHORT, LONG = 10, 200  # replies under the two complaints that are measured


@dataclass(frozen=True)
class Board:
    """What is measured: the settings it is served with, and the numbers of its two complaints."""

    app: Flask
    environ: dict[str, str]
    short: int
    long: int

    @property
    def instance(self) -> Path:
        """Its folder."""
        return Path(self.environ["FORUM_INSTANCE"])


def environment(instance: Path) -> dict[str, str]:
    """The settings of a board in `instance`, and nothing that was set for another one."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("FORUM_")}
    return others | {
        "FORUM_INSTANCE": str(instance),
        "FORUM_BASE_URL": "http://127.0.0.1:8000",
        "PYTHONWARNINGS": "ignore",
    }


def opened(environ: dict[str, str]) -> Flask:
    """A new board."""
    app = create_app(environ)
    open_board(app)
    return create_app(environ)


def command(environ: dict[str, str], *words: str) -> list[str]:
    """`forum` with these words, as this Python runs it."""
    return [sys.executable, "-m", "forum.cli", *words]


def import_files(environ: dict[str, str], files: Sequence[Path]) -> None:
    """Import them one after the other with `forum import`, each a start of the program."""
    for file in files:
        subprocess.run(
            command(environ, "import", str(file.resolve())), env=environ, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip


def index(app: Flask) -> None:
    """Do what the worker does until nothing waits for it; RuntimeError when it fails."""
    with app.app_context():
        while outbox.drain():
            failed = db.session.scalar(
                select(OutboxRow.error)
                .where(OutboxRow.done_at.is_(None), OutboxRow.error.is_not(None))
                .limit(1)
            )
            if failed:
                raise RuntimeError(failed)
        db.session.remove()


def with_stories(app: Flask, environ: dict[str, str]) -> Board:
    """People who sign in, and complaints with ten and with two hundred replies."""
    with app.app_context():
        people = _people()
        if places.project(PROJECT) is None:
            city = place_service.add_city("深圳")
            place_service.add_project(
                "测量花园", PROJECT, city=city, households=1200, phase="within_two_years"
            )
        short, long = (_story(people, replies) for replies in (SHORT, LONG))
        db.session.remove()
    return Board(app, environ, short, long)


def counted(app: Flask) -> tuple[int, int]:
    """How many complaints and how many replies there are."""
    with app.app_context():
        return tuple(
            db.session.scalar(select(func.count()).select_from(rows)) or 0
            for rows in (Complaint, Reply)
        )  # type: ignore[return-value]


def _people() -> tuple[Account, Account, Account]:
    if "bench-care" not in places.departments():
        place_service.add_department("客户关系部", "bench-care")
    author = accounts.create_person(
        "花城老张",
        "member",
        by="system",
        email=f"{secrets.token_hex(4)}@board.test",
        password=PASSWORD,
    )
    reader = accounts.create_person(
        "路过的邻居", "member", by="system", email=MEMBER, password=PASSWORD
    )
    staff = accounts.create_person(
        "客服小林",
        "staff",
        by="system",
        department="bench-care",
        email=f"{secrets.token_hex(4)}@board.test",
        password=PASSWORD,
    )
    return author, reader, staff


def a_draft(author: Account, title: str, body: str) -> Draft:
    """A posting of the usual length, without photos."""
    return make_draft(type="criticism", project=PROJECT, category="repair", title=title, body=body,
                      author=author.name, author_key=None, made=None)  # fmt: skip


def _story(people: tuple[Account, Account, Account], replies: int) -> int:
    author, reader, staff = people
    text = "早上送孩子，电梯停在六楼。\n\n物业说配件没到，已经第三个星期了。" * 4
    draft = a_draft(author, "三号楼电梯一周坏了两次", text)
    number = complaints.post(author, draft, secrets.token_urlsafe(32)).number
    for k in range(replies):
        if k % 5 == 1:
            response.reply(
                staff, number, f"第 {k} 次答复：配件已到货，工程部今天下午更换，完工后请您验收。"
            )
        else:
            complaints.comment(
                author if k % 2 else reader,
                number,
                f"第 {k} 句：今天早上又停了，走楼梯上的十一层。",
            )
    return number
