"""Which complaints a list shows, and in which order: every order can be recomputed from the log.

newest, unanswered, solved: number, newest first. supported: supporters, then number, most first.
due, overdue: due time, then number, earliest first. Nothing is pinned. Only listed complaints are
in lists; one that is gone, listed or not, keeps its place as a notice where the order is that of
the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import aliased

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Invalid
from forum.complaints.models import GONE, Complaint
from forum.log.queries import MOST
from forum.pages.cards import select_items
from forum.pages.figures import WAITING
from forum.pages.rows import Line, Rows
from forum.places.models import Category, City, Project
from forum.tlog.entry import STATUSES, TYPES

PAGE = 20
PLACES = ("city", "project", "category")
HIDDEN = ("held", *GONE)
ANSWERED = tuple(status for status in STATUSES if status not in WAITING)
_FAR = 253_402_300_799  # the last second of the year 9999: beyond it there is no time to compare


@dataclass(frozen=True)
class Wanted:
    """What a reader asked for. city, project, category: slugs; after: the key of the last row."""

    sort: str = "newest"
    city: str | None = None
    project: str | None = None
    category: str | None = None
    type: str | None = None
    status: str | None = None
    after: tuple[int, ...] | None = None

    @property
    def keeps_places(self) -> bool:
        """Whether those that are gone stand in this list as notices."""
        return self.sort == "newest" and self.status is None


@dataclass(frozen=True)
class Order:
    """An order with unique keys. before_key: the rows that come after a key; key: that of a row."""

    by: tuple[Any, ...]
    parts: int
    beyond: Callable[..., ColumnElement[bool]]
    key: Callable[[Line], tuple[int, ...]]


def _beyond_supporters(supporters: int, number: int) -> ColumnElement[bool]:
    c = Complaint
    supporters = min(supporters, MOST)
    fewer, equal = c.supporters < supporters, c.supporters == supporters
    return or_(fewer, and_(equal, c.number < number))


def _beyond_due(seconds: int, number: int) -> ColumnElement[bool]:
    c, due = Complaint, datetime.fromtimestamp(min(seconds, _FAR), UTC)
    return or_(c.due_at > due, and_(c.due_at == due, c.number > number))


BY_NUMBER = Order(
    (Complaint.number.desc(),), 1, lambda number: Complaint.number < number, lambda r: (r.number,)
)
BY_SUPPORTERS = Order(
    (Complaint.supporters.desc(), Complaint.number.desc()), 2, _beyond_supporters,
    lambda r: (r.supporters, r.number),
)  # fmt: skip
BY_DUE = Order(
    (Complaint.due_at, Complaint.number), 2, _beyond_due,
    lambda r: (int(r.due_at.timestamp()), r.number),
)  # fmt: skip
SORTS = {
    "newest": BY_NUMBER,
    "supported": BY_SUPPORTERS,
    "due": BY_DUE,
    "unanswered": BY_NUMBER,
    "overdue": BY_DUE,
    "solved": BY_NUMBER,
}


def wanted_from(args: Mapping[str, str], **places: Any) -> Wanted:
    """`city project category type status sort after` of an address; `places` come with its path.

    Invalid for a type, status or order there is not: dropping it silently would show something
    else than was asked for. A key that cannot be read gives the first page.
    """
    given: dict[str, Any] = {n: args.get(n) or None for n in (*PLACES, "type", "status")}
    wanted = Wanted(args.get("sort") or "newest", **given | places)
    for name, value, allowed in (("sort", wanted.sort, SORTS), ("type", wanted.type, TYPES),
                                 ("status", wanted.status, STATUSES)):  # fmt: skip
        if value is not None and value not in allowed:
            raise Invalid(_("没有这种筛选条件。请回到全部意见重新选择。"), name)
    return replace(wanted, after=_key(args.get("after", ""), SORTS[wanted.sort].parts))


def _key(text: str, parts: int) -> tuple[int, ...] | None:
    numbers = text.split("-")
    if len(numbers) != parts or not all(n.isascii() and n.isdigit() for n in numbers):
        return None
    key = tuple(int(n[:15]) for n in numbers)
    return key if key[-1] <= MOST else None


def page_of(wanted: Wanted, limit: int = PAGE) -> tuple[Rows, str | None]:
    """The rows of one page (for `cards.items_of`), and the key of the next page if there is one."""
    order = SORTS[wanted.sort]
    query = select_items().where(*within(wanted), *_rules(wanted))
    if wanted.after is not None:
        query = query.where(order.beyond(*wanted.after))
    rows = db.session.execute(query.order_by(*order.by).limit(limit + 1)).all()
    shown = rows[:limit]
    more = "-".join(str(part) for part in order.key(shown[-1])) if len(rows) > limit else None
    return shown, more


def within(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The complaints of the city, project and category that are asked for."""
    c = Complaint
    rules: list[ColumnElement[bool]] = []
    if wanted.city:
        of_city = select(Project.id).join(City, City.id == Project.city_id)
        rules.append(c.project_id.in_(of_city.where(City.slug == wanted.city)))
    if wanted.project:
        project = select(Project.id).where(Project.slug == wanted.project)
        rules.append(c.project_id == project.scalar_subquery())
    if wanted.category:
        category = select(Category.id).where(Category.slug == wanted.category)
        rules.append(c.category_id == category.scalar_subquery())
    return rules


def stands_alone() -> ColumnElement[bool]:
    """Not merged into one that everybody finds: where that one is hidden, this one comes back."""
    other = aliased(Complaint)
    target = select(other.number).where(
        other.number == Complaint.merged_into, other.state == "visible", other.listed.is_(True)
    )
    return or_(Complaint.state != "merged", not_(target.exists()))


def _rules(wanted: Wanted) -> list[ColumnElement[bool]]:
    c = Complaint
    rules: list[ColumnElement[bool]] = [stands_alone()]
    if wanted.keeps_places:
        # What is gone has its notice, also when it was de-listed before.
        rules.append(or_(c.listed.is_(True), c.state.in_(GONE)))
    else:
        # Here and below "none of those": "one of these" lures SQLite from the order's index.
        rules += [c.listed.is_(True), c.state.not_in(HIDDEN)]
    if wanted.type:
        rules.append(c.type == wanted.type)
    if wanted.status:
        rules.append(c.status == wanted.status)
    of_sort: dict[str, ColumnElement[bool]] = {
        "due": c.due_at.is_not(None),
        "overdue": c.due_at <= clock.now(),
        "unanswered": c.status.not_in(ANSWERED),
        "solved": c.status == "confirmed",
    }
    return [*rules, of_sort[wanted.sort]] if wanted.sort in of_sort else rules
