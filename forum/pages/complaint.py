"""The public part of one complaint, the same for every reader, kept by its newest entry."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from forum.base.cuts import marked, marked_html
from forum.base.web.cache import fragment
from forum.base.web.filters import localtime
from forum.log.words import kind_label, status_label, type_label
from forum.moderation.models import Proposal
from forum.moderation.queries import ends_at, under_review
from forum.pages import rows
from forum.pages.flagged import claims, words_of
from forum.pages.head import Head
from forum.pages.integrity import Integrity, compare
from forum.pages.next_act import is_overdue, next_act
from forum.pages.rows import Line, Rows
from forum.pages.ruled import likened, reasons
from forum.pages.timeline import photo_events, timeline
from forum.tlog.entry import parse_entry


def article_html(head: Head) -> str:
    """complaints/_article.html of a complaint that can be read, from the cache where it is true."""
    key = (head.number, head.version)
    return fragment(
        "article",
        key,
        lambda: render_template("complaints/_article.html", complaint=article(head.number)),
    )


def article(number: int) -> dict[str, Any]:
    """The context `complaint` of complaints/_article.html; six queries, however long it is."""
    facts = rows.facts_of(number)
    replies, photos = rows.replies_of(number), rows.photos_of(number)
    entries = rows.entries_of(number, without=rows.SUPPORT_KINDS)
    versions = rows.versions_of(number)
    # What stands for covered words is opened under the entry of the cut.
    salts = rows.salts_of(number, of_versions=not facts.redacted)
    integrity = compare(facts, versions, photos, entries, salts)
    return (
        _head(facts)
        | _text(facts, versions, cut=integrity.cut)
        | _proof(facts, integrity, entries)
        | {
            "photos": photo_events(photo for photo in photos if photo.entry == facts.entry),
            "notices": _notices(facts, integrity),
            "likened": likened(number),
            "claims": claims(entries),
            "flag_href": url_for("moderation.flag_form", number=number),
            "notice_href": url_for("moderation.notice_form", number=number),
            "next": next_act(facts, replies),
            "timeline": timeline(replies, photos, entries,
                                 reasons(number, entries) | words_of(number, entries)),
        }
    )  # fmt: skip


def _head(facts: Line) -> dict[str, Any]:
    merged = facts.merged_into
    return {
        "number": facts.number,
        "entry": facts.entry,
        "state": facts.state,
        "project_name": facts.project_name,
        "project_slug": facts.project,
        "project_href": url_for("pages.project", slug=facts.project),
        "city_name": facts.city_name,
        "category": facts.category,
        "category_label": facts.category_name,
        "type": facts.type,
        "type_label": str(type_label(facts.type)),
        "status": facts.status,
        "status_label": str(status_label(facts.status)),
        "author": facts.author,
        "verified": facts.verified,
        "posted_at": facts.posted_at,
        "claimed_at": facts.claimed_at,
        "imported": facts.imported,
        "remedy": facts.remedy,
        "wanted_by": facts.wanted_by,
        "supporters": facts.supporters,
        "due_at": facts.due_at,
        "overdue": is_overdue(facts.due_at),
        "merged_into": merged,
        "merged_href": url_for("pages.complaint", number=merged) if merged else None,
    }


def _text(facts: Line, versions: Rows, *, cut: bool) -> dict[str, Any]:
    """The proven text; and, when the newest version is not proven, that one beneath it."""
    newest = versions[-1] if versions else None
    shown = marked_html if cut else str
    unproven = None
    if newest is not None and not newest.proven:
        unproven = {"entry": newest.entry, "title": newest.title, "at": newest.at,
                    "body_html": shown(newest.body_html)}  # fmt: skip
    return {
        "title": marked(facts.title) if cut else facts.title,
        "body_html": shown(facts.body_html),
        "unproven": unproven,
        "edited_at": newest.at if newest is not None and len(versions) > 1 else None,
        "history_href": url_for("pages.history", number=facts.number),
    }


def _proof(facts: Line, integrity: Integrity, entries: Rows) -> dict[str, Any]:
    number = facts.number
    posting = next((row.bytes for row in entries if row.entry == facts.entry), None)
    return {
        "on_behalf": posting is not None and parse_entry(posting)["by"] == "staff",
        "unaltered": integrity.unaltered,
        "covered": integrity.cut and integrity.opens,
        "commitments": [{"field": field, "hex": hex} for field, hex in integrity.commitments],
        "proof_href": url_for("complaints.proof", number=number),
        "json_href": url_for("pages.complaint_json", number=number),
        "log_href": url_for("log.readable", complaint=number, show="all"),
        "entries": entry_links(entries),
    }


def entry_links(entries: Rows) -> list[dict[str, Any]]:
    """Entries as the list under 技术核验 shows them."""
    return [
        {
            "index": row.entry,
            "href": url_for("log.entry", index=row.entry),
            "label": str(kind_label(row.kind)),
        }
        for row in entries
    ]


def _notices(facts: Line, integrity: Integrity) -> list[str]:
    said = []
    if facts.lost:
        said.append(_("内容在恢复备份时丢失，凭回执仍可核验。编号、时间和经过都在公开记录里。"))
    elif not integrity.opens:
        said.append(_("这里的文字与公开记录对不上。请先不要相信这一页，并保存您看到的内容。"))
    if facts.withdrawal_due is not None:
        due = localtime(facts.withdrawal_due)
        said.append(
            _("有人申请撤回这条意见，未经本人验证。%(due)s 生效，在此之前提意见的业主可以停止。",
              due=due)
        )  # fmt: skip
    said += reviews(facts.number)
    if integrity.cut:
        said.append(_("这条意见有一处被遮盖，其余照原样显示，原因见下面的经过。"))
    if facts.locked:
        said.append(_("这条意见已停止评论，原因见下面的经过。"))
    if not facts.listed:
        said.append(_("这条意见已移出列表，原因见下面的经过。"))
    return said


def reviews(number: int) -> list[str]:
    """That somebody asked for, or proposed, a measure, with its number: nobody has decided yet."""
    return [_review(waits) for waits in under_review(number)]


def _review(waits: Proposal) -> str:
    until = localtime(ends_at(waits))
    if waits.act == "refuse":
        return _("复核中：有人提出不予发布（处理说明 %(number)d）。%(until)s 前没有第二个人同意，就自动发布。",
                 number=waits.number, until=until)  # fmt: skip
    return _("复核中：有人提出处理这条意见（处理说明 %(number)d）。%(until)s 前没有第二个人同意，就作废。",
             number=waits.number, until=until)  # fmt: skip
