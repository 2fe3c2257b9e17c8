"""A new version of the rules: by an administrator on the page, or by a command on the machine."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.accounts.models import Account
from forum.base import rights
from forum.base.db import transaction
from forum.base.refusal import Conflict
from forum.moderation import rules as published
from forum.moderation.models import Rules
from forum.moderation.rules import RulesText
from forum.moderation.rules_changes import changes
from forum.moderation.rules_file import read_file, require_whole


def publish_version(person: Account, text: RulesText, *, instead_of: int) -> Rules:
    """Announce a version in place of the one numbered `instead_of`.

    Conflict when another was published meanwhile, or nothing would change.
    """
    rights.require(person.role, "rules.publish")
    text = require_whole(text)
    with transaction():
        newest = published.newest()
        if newest is not None and newest.version != instead_of:
            raise Conflict(
                _l("这期间已公布第 %(n)s 版。请对照新的一版再改。", n=newest.version)
            )  # fmt: skip
        _require_change(newest, text)
        return published.publish(text, by="admin", staff=person.staff_no)


def publish_file(data: bytes) -> Rules:
    """`forum rules publish`: the rules in a JSON file; BadRules and nothing stored if not whole."""
    text = read_file(data)
    with transaction():
        _require_change(published.newest(), text)
        return published.publish(text, by="admin")


def _require_change(newest: Rules | None, text: RulesText) -> None:
    if newest is not None and not changes(newest, text):
        raise Conflict(_l("和第 %(n)s 版没有差别，不必再公布。", n=newest.version))
