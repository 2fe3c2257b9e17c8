"""What search engines may see: everything that visitors see, and a list of every complaint."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from forum.base.db import db
from forum.base.refusal import NotFound
from forum.complaints.models import Complaint
from forum.pages.feeds import absolute
from forum.pages.head import SHOWN
from forum.pages.list_page import places

# The protocol allows 50,000; parts of this size are cheap to make and to fetch.
PART = 5_000
# Places of accounts and of work: they hold nothing public.
PRIVATE = ("/account", "/login", "/signup", "/reset", "/invite/", "/staff")
BOARD = ("pages.home", "pages.complaints", "log.readable", "transparency.balance_page",
         "moderation.rules")  # fmt: skip


def robots_txt() -> str:
    """Everything is allowed but the places of accounts and of work."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), "Allow: /", ""]
    return "\n".join([*lines, f"Sitemap: {absolute(url_for('feeds.sitemap'))}", ""])


def part_addresses() -> list[str]:
    """The addresses of the parts: the board's own pages, then complaints, 5,000 numbers each."""
    newest = db.session.scalar(select(func.max(Complaint.number))) or 0
    count = 1 + -(-newest // PART)
    return [absolute(url_for("feeds.sitemap_part", number=k)) for k in range(1, count + 1)]


def addresses(part: int) -> list[str]:
    """The addresses in a part of the map, from part 1; NotFound beyond the last."""
    if part == 1:
        return _board_addresses()
    if not 1 < part <= len(part_addresses()):
        raise NotFound(_("没有这一部分。"))
    first = (part - 2) * PART + 1
    c = Complaint
    numbers = db.session.scalars(
        select(c.number)
        .where(c.number.between(first, first + PART - 1), c.listed.is_(True), c.state.in_(SHOWN))
        .order_by(c.number)
    )
    return [absolute(url_for("pages.complaint", number=number)) for number in numbers]


def _board_addresses() -> list[str]:
    choices = places()
    found = [url_for(endpoint) for endpoint in BOARD]
    for kind, rows in (("city", choices.cities), ("project", choices.projects),
                       ("category", choices.categories)):  # fmt: skip
        found += [url_for(f"pages.{kind}", slug=row.slug) for row in rows]
    return [absolute(path) for path in found]
