"""The published rules, every version of them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from forum.base.refusal import NotFound
from forum.base.rights import route_acts
from forum.base.web.cache import public_page
from forum.log import stamp
from forum.log.words import reason_label
from forum.moderation import rules as published
from forum.moderation.models import Rules
from forum.moderation.views.answers import blueprint, salt_of

route_acts({"moderation.rules": "read"})


@blueprint.get("/rules")
def rules() -> Response:
    """The rules in force, or an earlier version that a statement cites."""
    wanted = request.args.get("version", "")
    found = published.version(int(wanted)) if wanted.isdigit() and len(wanted) < 9 else None
    found = found or published.current()
    if found is None:
        raise NotFound(_("规则还没有公布。"))
    tip = stamp.tip_for_request()
    shown = found
    return public_page(("rules", tip and tip.size), stamp.words(tip), lambda: _rules_page(shown))


def _rules_page(found: Rules) -> str:
    newest = published.current()
    chapters = [
        {"title": _("第 %(n)s 章", n=chapter), "clauses": [_clause(c) for c in clauses]}
        for chapter, clauses in groupby(found.clauses, lambda c: str(c["number"]).split(".")[0])
    ]
    versions = [
        {"label": _("第 %(n)s 版", n=n), "href": url_for("moderation.rules", version=n),
         "current": n == found.version}
        for n in range(1, (newest.version if newest else 0) + 1)
    ]  # fmt: skip
    return render_template(
        "moderation/rules.html",
        rules={
            "version": found.version, "published_at": found.at, "title": found.title,
            "salt": salt_of(found.entry, "text"), "preamble": found.preamble, "chapters": chapters, "entry": found.entry,
            "entry_href": url_for("log.entry", index=found.entry),
            "versions": versions if len(versions) > 1 else None,
        },
    )  # fmt: skip


def _clause(c: dict[str, str | None]) -> dict[str, Any]:
    return {
        **c,
        "anchor": f"c{c['number']}",
        "ground_label": reason_label(c["reason"]) if c["reason"] else None,
    }
