"""Every version of a complaint's text, and what changed from one to the next."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from forum.base.cuts import marked
from forum.base.differences import Part, differences
from forum.base.web import paging
from forum.pages import rows
from forum.pages.cuts import closed_by
from forum.pages.head import Head
from forum.pages.rows import Line, Rows

PAGE = 20


def history_page(head: Head) -> dict[str, Any]:
    """The context of complaints/history.html: newest first, each beside the text it was to replace."""
    versions = rows.versions_of(head.number)
    closed = closed_by(rows.entries_of(head.number, without=rows.SUPPORT_KINDS))
    after = paging.after()
    newest_first = [
        (k, version)
        for k, version in reversed(list(enumerate(versions, 1)))
        if after is None or version.entry < after
    ]
    shown = newest_first[:PAGE]
    key = shown[-1][1].entry if shown else None
    return {
        "number": head.number,
        "href": url_for("pages.complaint", number=head.number),
        "versions": [
            _version(k, version, _before(versions, k), cut=bool(closed)) for k, version in shown
        ],
        "next_href": paging.next_link(newest_first, PAGE, key),
        "first_href": paging.first_link(),
    }


def _before(versions: Rows, k: int) -> Line | None:
    """What version `k` was written against: the newest proven text before it."""
    return next((v for v in reversed(versions[: k - 1]) if v.proven), None)


def _version(k: int, version: Line, before: Line | None, *, cut: bool) -> dict[str, Any]:
    title, body = [Part("same", version.title)], [Part("same", version.body)]
    if before is not None:
        title = differences(before.title, version.title)
        body = differences(before.body, version.body)
    return {
        "k": k,
        "at": version.at,
        "label": _("作者修改") if k > 1 else _("发表时的原文"),
        "proven_label": _proven_label(k, version),
        "title_parts": _marked(title) if cut else title,
        "body_parts": _marked(body) if cut else body,
        "entry": version.entry,
        "entry_href": url_for("log.entry", index=version.entry),
    }


def _marked(parts: list[Part]) -> list[Part]:
    return [Part(part.op, marked(part.text)) for part in parts]


def _proven_label(k: int, version: Line) -> str | None:
    if k == 1:
        return None
    return _("本人验证") if version.proven else _("未验证，不取代原文")
