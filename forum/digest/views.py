"""The archive of digests, for those who may read it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from forum.base.refusal import NotFound
from forum.base.rights import route_acts
from forum.digest import queries
from forum.digest.models import DigestIssue
from forum.digest.render import context, headline
from forum.digest.value import from_payload
from forum.log import queries as log

PAGE = 31
blueprint = Blueprint("digest", __name__)
route_acts({"digest.index": "digest.read", "digest.issue": "digest.read"})


@blueprint.get("/digests")
def index() -> str:
    """Every issue that was sent, newest first."""
    g.personal = True
    before = request.args.get("before")
    rows = queries.issues(_day(before) if before else None, PAGE + 1)
    shown = rows[:PAGE]
    return render_template(
        "digest/list.html",
        days=[_line(row) for row in shown],
        next_href=_older(shown[-1].date) if len(rows) > PAGE else None,
        first_href=url_for("digest.index") if before else None,
    )


@blueprint.get("/digests/<day>")
def issue(day: str) -> str:
    """One issue, as it was sent."""
    g.personal = True
    row = queries.issue(_day(day))
    if row is None:
        raise _not_sent(day)
    if not row.payload:
        raise NotFound(_("这一期的内容在恢复备份时丢失。"), day=day)
    before, after = queries.newest(before=row.date), queries.next_date(row.date)
    return render_template(
        "digest/digest.html",
        **context(from_payload(row.payload), request.script_root),
        entry=row.entry,
        was_cut=log.opening(row.entry, "text") is None,
        sent_at=row.sent_at,
        prev_href=_href(before.date) if before else None,
        next_href=_href(after) if after else None,
    )


def _line(row: DigestIssue) -> dict[str, Any]:
    lost = _("这一期的内容在恢复备份时丢失。")
    sentence = headline(from_payload(row.payload)) if row.payload else lost
    return {"day": row.date.isoformat(), "href": _href(row.date), "sentence": sentence}


def _day(text: str) -> date:
    """A date in its one canonical form; NotFound for any other text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _not_sent(text) from None
    if day.isoformat() != text:
        raise _not_sent(text)
    return day


def _not_sent(text: str) -> NotFound:
    return NotFound(_("这一天没有寄出今日必看。"), day=text)


def _href(day: date) -> str:
    return url_for("digest.issue", day=day.isoformat())


def _older(day: date) -> str:
    return url_for("digest.index", before=day.isoformat())
