"""Where an administrator writes a new version of the rules: form, preview, publishing."""

from __future__ import annotations

from hashlib import sha256

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.base.refusal import Refusal
from forum.base.rights import route_acts
from forum.base.web.errors import status_of
from forum.base.web.forms import blame, posted
from forum.moderation import rules as published
from forum.moderation.rules import NOTICE, RulesText
from forum.moderation.rules_file import BadRules
from forum.moderation.rules_forms import RulesForm, form_of
from forum.moderation.rules_publishing import publish_version
from forum.moderation.views.answers import blueprint
from forum.moderation.views.rules import change_rows

route_acts({"moderation.new_rules": "rules.publish", "moderation.publish_rules": "rules.publish"})


@blueprint.get("/moderation/rules")
def new_rules() -> str:
    """The newest version, to be changed."""
    return _page(form_of(published.newest()))


@blueprint.post("/moderation/rules")
def publish_rules() -> str | tuple[str, int] | Response:
    """First what would change; then, from there, the publishing."""
    form = posted(RulesForm)
    if not form.validate():
        return _page(form), 400
    try:
        text = form.text()
        # Only what was shown is published: text changed after the preview is shown again first.
        if request.form.get("publish") != _seen(text):
            return _page(form, text)
        version = publish_version(current_user, text, instead_of=form.version()).version
    except BadRules as refused:
        form.clauses.errors = [*map(str, refused.faults)]
        return _page(form), status_of(refused)
    except Refusal as refused:
        blame(form, refused)
        return _page(form), status_of(refused)
    return redirect(url_for("moderation.rules_version", version=version), 303)


def _seen(text: RulesText) -> str:
    """What names a text that was previewed."""
    return sha256(repr((text.title, text.preamble, text.clauses)).encode()).hexdigest()


def _page(form: RulesForm, text: RulesText | None = None) -> str:
    g.personal = True
    newest = published.newest()
    return render_template(
        "moderation/rules_new.html",
        form=form,
        action=url_for("moderation.publish_rules"),
        newest=_("第 %(n)s 版", n=newest.version) if newest else None,
        seen=_seen(text) if text is not None else None,
        changes=change_rows(newest, text) if newest is not None and text is not None else None,
        days=NOTICE.days,
    )
