"""The published rules: numbered clauses that every statement of reasons cites."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import or_, select

from forum.base import clock
from forum.base.db import db, transaction
from forum.log import service as log
from forum.moderation.models import Rules

# A new version is announced this long before it is in force; the first holds at once.
NOTICE = timedelta(days=7)


@dataclass(frozen=True)
class RulesText:
    """A version to be published; each clause has number, title, text and its reason (or None)."""

    title: str
    preamble: str
    clauses: list[dict[str, str | None]]

    def committed(self) -> str:
        """The text that is committed to: what `/rules` shows, line by line."""
        lines = [self.title, self.preamble]
        lines += [f"{c['number']} {c['title']}\n{c['text']}" for c in self.clauses]
        return "\n\n".join(lines)


def shipped() -> RulesText:
    """The first version, as it comes with the product."""
    data: dict[str, Any] = json.loads(
        files("forum.moderation").joinpath("first_rules.json").read_text("utf-8")
    )
    return RulesText(data["title"], data["preamble"], data["clauses"])


def publish(text: RulesText, *, by: str, staff: str | None = None) -> Rules:
    """Publish a version; once it is in force statements cite its clauses.

    by, staff: system, or the administrator (None: by a command on the machine).
    """
    with transaction():
        version = (db.session.scalar(select(db.func.max(Rules.version))) or 0) + 1
        entry = log.append("rules.published", by=by, staff=staff, version=version,
                           clauses=len(text.clauses), texts={"text": text.committed()})  # fmt: skip
        rules = Rules(version=version, entry=entry.index, title=text.title,
                      preamble=text.preamble, clauses=text.clauses, at=entry.at)  # fmt: skip
        db.session.add(rules)
        return rules


def publish_first() -> Rules:
    """What `forum init` publishes."""
    return publish(shipped(), by="system")


def current() -> Rules | None:
    """The version in force."""
    return judging(clock.now())


def judging(posted: datetime) -> Rules | None:
    """The version that was in force when something was posted: no later one judges it."""
    announced = or_(Rules.version == 1, Rules.at <= posted - NOTICE)
    return db.session.scalar(select(Rules).where(announced).order_by(Rules.version.desc()).limit(1))


def newest() -> Rules | None:
    """The version published last, which may not be in force yet."""
    return db.session.scalar(select(Rules).order_by(Rules.version.desc()).limit(1))


def in_force_from(rules: Rules) -> datetime:
    """From when its clauses may be cited."""
    return rules.at if rules.version == 1 else rules.at + NOTICE


def version(number: int) -> Rules | None:
    """One version, also an old one."""
    return db.session.get(Rules, number)


def of_entries(indexes: Collection[int]) -> dict[int, Rules]:
    """Index → the version that the entry there published, in one query however many they are."""
    if not indexes:
        return {}
    found = db.session.scalars(select(Rules).where(Rules.entry.in_(indexes)))
    return {rules.entry: rules for rules in found}


def clause(rules: Rules, number: str) -> dict[str, str | None] | None:
    """The clause of this number."""
    return next((c for c in rules.clauses if c["number"] == number), None)
