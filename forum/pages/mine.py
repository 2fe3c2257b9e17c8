"""One's own complaints: also those that others cannot see any more, as the notices they became."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from forum.base.db import db
from forum.base.web import paging
from forum.complaints.models import Complaint
from forum.pages.cards import items_of, select_items

PAGE = 20


def mine_page(account_id: int) -> dict[str, Any]:
    """The context of pages/mine.html."""
    query = select_items().where(Complaint.account_id == account_id)
    after = paging.after()
    if after is not None:
        query = query.where(Complaint.number < after)
    rows = db.session.execute(query.order_by(Complaint.number.desc()).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    return {
        "heading": _("我提的意见"),
        "items": items_of(shown),
        "next_href": paging.next_link(rows, PAGE, shown[-1].number) if shown else None,
        "first_href": paging.first_link(),
        "empty_sentence": _("您还没有提过意见。"),
        "empty_href": url_for("complaints.new"),
        "empty_label": _("提意见"),
    }
