"""The published rules, every version of them, and what each changed."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from forum.base.refusal import NotFound
from forum.base.rights import route_acts
from forum.base.web.cache import public_page, true_until
from forum.base.web.filters import localtime
from forum.log import stamp
from forum.log.words import reason_label
from forum.moderation import rules as published
from forum.moderation.models import Rules
from forum.moderation.rules import RulesText
from forum.moderation.rules_changes import Change, changes
from forum.moderation.views.answers import blueprint, salt_of

route_acts({"moderation.rules": "read", "moderation.rules_version": "read"})


@blueprint.get("/rules")
def rules() -> Response:
    """The rules in force, or an earlier version that a statement cites."""
    wanted = request.args.get("version", "")
    found = published.version(int(wanted)) if wanted.isdigit() and len(wanted) < 9 else None
    found = found or published.current()
    if found is None:
        raise NotFound(_("规则还没有公布。"))
    return _answer(found)


@blueprint.get("/rules/<int:version>")
def rules_version(version: int) -> Response:
    """One version, also an old one, or one that is announced."""
    found = published.version(version) if version < 10**9 else None
    if found is None:
        raise NotFound(_("规则没有这一版。"))
    return _answer(found)


def _answer(found: Rules) -> Response:
    tip = stamp.tip_for_request()
    return public_page(("rules", tip and tip.size), stamp.words(tip), lambda: _rules_page(found))


def _rules_page(found: Rules) -> str:
    before = published.version(found.version - 1)
    chapters = [
        {"title": _("第 %(n)s 章", n=chapter), "clauses": [_clause(c) for c in clauses]}
        for chapter, clauses in groupby(found.clauses, lambda c: str(c["number"]).split(".")[0])
    ]
    versions = _versions(found)
    return render_template(
        "moderation/rules.html",
        rules={
            "version": found.version, "published_at": found.at, "title": found.title,
            "salt": salt_of(found.entry, "text"), "preamble": found.preamble, "chapters": chapters,
            "entry": found.entry, "entry_href": url_for("log.entry", index=found.entry),
            "versions": versions if len(versions) > 1 else None, "standing": _standing(found),
            "changes": change_rows(before, found) if before is not None else None,
        },
    )  # fmt: skip


def _versions(found: Rules) -> list[dict[str, Any]]:
    newest = published.newest()
    return [
        {"label": _("第 %(n)s 版", n=n), "href": url_for("moderation.rules_version", version=n),
         "current": n == found.version}
        for n in range(1, (newest.version if newest else 0) + 1)
    ]  # fmt: skip


def _standing(found: Rules) -> dict[str, Any] | None:
    """What a reader must know of this version: not in force yet, not any more, or soon not."""
    current, newest = published.current(), published.newest()
    if newest is None or current is None or newest.version == 1:
        return None
    true_until(published.in_force_from(newest))
    if found.version > current.version:
        sentence = _("这一版已公布，%(at)s 起施行；在那以前按现行版本处理。",
                     at=localtime(published.in_force_from(found)))  # fmt: skip
        return _leading_to(sentence, current)
    if found.version < current.version:
        return _leading_to(_("这是旧版。引用它的处理说明照它作出。"), current)
    if newest.version > current.version:
        sentence = _("这是现行版本。新的一版已公布，%(at)s 起施行。",
                     at=localtime(published.in_force_from(newest)))  # fmt: skip
        return _leading_to(sentence, newest)
    return None


def _leading_to(sentence: str, rules: Rules) -> dict[str, Any]:
    return {"sentence": sentence, "label": _("第 %(n)s 版", n=rules.version),
            "href": url_for("moderation.rules_version", version=rules.version)}  # fmt: skip


def change_rows(before: Rules | RulesText, after: Rules | RulesText) -> list[dict[str, Any]]:
    """The differences of two versions for a page."""
    return [_change_row(change) for change in changes(before, after)]


def _change_row(change: Change) -> dict[str, Any]:
    what = {"added": _("新增"), "gone": _("删去"), "changed": _("改动")}[change.what]
    was, is_now = (reason_label(code) if code else _("不作处理理由") for code in change.reason)
    return {
        "number": change.number or _("标题和开头"),
        "what": what,
        "title": change.title,
        "text": change.text,
        "reason": _("理由由“%(was)s”改为“%(now)s”", was=was, now=is_now)
        if change.what == "changed" and change.reason[0] != change.reason[1]
        else None,
    }


def _clause(c: dict[str, str | None]) -> dict[str, Any]:
    return {
        **c,
        "anchor": f"c{c['number']}",
        "ground_label": reason_label(c["reason"]) if c["reason"] else None,
    }
