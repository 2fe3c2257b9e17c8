"""The bare page: what any Flask page with a list costs, and nothing of ours.

Flask + SQLAlchemy ORM entities, 20 rows of 9,000, 8 kB of Jinja2 output, on an SQLite of its own
in WAL, under the server settings that `forum serve` has. `python -m bench.bare FOLDER HOST:PORT`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from gunicorn.app.base import BaseApplication
from sqlalchemy import DateTime, String, Text, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from forum.serving import gunicorn_options

ROWS = 9000
SHOWN = 20
TEXT = "电梯停在六楼，物业说配件没到，业主抱着孩子走楼梯。"


class Base(DeclarativeBase):
    """Parent of the one model."""


db = SQLAlchemy(model_class=Base)


class Post(Base):
    """Something somebody wrote."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(20))
    replies: Mapped[int]
    posted_at: Mapped[datetime] = mapped_column(DateTime)


def create_app(folder: Path) -> Flask:
    """The bare application with its database in `folder`, filled on first use."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'bare.db'}"
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _use_wal)
        db.create_all()
        if db.session.get(Post, 1) is None:
            db.session.add_all(_posts())
            db.session.commit()
        db.session.remove()
        db.engine.dispose()

    @app.get("/")
    def page() -> str:
        posts = db.session.scalars(select(Post).order_by(Post.id.desc()).limit(SHOWN)).all()
        return render_template("bare.html", posts=posts)

    return app


def _use_wal(connection: object, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]


def _posts() -> list[Post]:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Post(title=f"第 {k} 号楼的电梯", body=TEXT, author=f"业主 {k % 97}", place=f"小区 {k % 41}",
             status="open", replies=k % 5, posted_at=first + timedelta(minutes=k))
        for k in range(1, ROWS + 1)
    ]  # fmt: skip


class _Server(BaseApplication):
    def __init__(self, folder: Path, bind: str) -> None:
        self._folder, self._bind = folder, bind
        super().__init__()

    def load_config(self) -> None:
        for name, value in gunicorn_options(self._bind, 2).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self._folder)


if __name__ == "__main__":
    _Server(Path(sys.argv[1]), sys.argv[2]).run()
