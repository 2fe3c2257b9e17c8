"""Rows as documents of the search index. Only what people can read becomes one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, literal, null, select, union_all

from forum.base.db import db
from forum.complaints.models import Complaint, Reply
from forum.log.queries import newest_of
from forum.pages.head import SHOWN
from forum.places.models import Category, City, Project
from forum.places.service import UNASSIGNED
from forum.search.document import Document
from forum.search.index import SearchIndex
from forum.search.words import learn

AT_ONCE = 400
# What was taken out of lists is out of the search too.
READABLE = (Complaint.state.in_(SHOWN), Complaint.listed.is_(True))
# Documents are the same for every reader, so the type is indexed in the board's first language.
TYPE_WORDS = {"criticism": "批评", "suggestion": "建议", "question": "咨询", "praise": "表扬"}


def documents(numbers: Sequence[int]) -> list[Document]:
    """The documents of those among `numbers` that people can read, by number; one query each 400."""
    found: list[Document] = []
    for start in range(0, len(numbers), AT_ONCE):
        found += _documents(numbers[start : start + AT_ONCE])
    return found


def all_documents() -> Iterator[Document]:
    """Every document, by number. No transaction stays open between two pieces."""
    last = 0
    while numbers := _next_numbers(last):
        yield from _documents(numbers)
        db.session.rollback()
        last = numbers[-1]


def readable_numbers() -> set[int]:
    """The number of every complaint that has a document."""
    return set(db.session.scalars(select(Complaint.number).where(*READABLE)))


def changed_since(size: int) -> list[int]:
    """The numbers that an entry of index `size` or above touched."""
    return list(db.session.scalars(select(Complaint.number).where(Complaint.last_entry >= size)))


def learn_names(index: SearchIndex) -> None:
    """Let the analyser of this process know every estate and city that there is by now."""
    newest = newest_of(("place.changed",))
    if index.names_learnt != newest:
        learn(db.session.scalars(union_all(select(Project.name), select(City.name))))
        index.names_learnt = newest


def _next_numbers(last: int) -> list[int]:
    query = select(Complaint.number).where(Complaint.number > last, *READABLE)
    return list(db.session.scalars(query.order_by(Complaint.number).limit(AT_ONCE)))


def _documents(numbers: Sequence[int]) -> list[Document]:
    texts: dict[int, Row[Any]] = {}
    replies: dict[int, list[str]] = {}
    for row in db.session.execute(_texts(numbers)):
        if row.title is None:
            replies.setdefault(row.number, []).append(row.body)
        else:
            texts[row.number] = row
    return [_document(texts[number], tuple(replies.get(number, ()))) for number in sorted(texts)]


def _texts(numbers: Sequence[int]) -> Any:
    """One row for each complaint, then one for each thing said under it, which has no title."""
    c, r = Complaint, Reply
    own = (
        select(
            c.number.label("number"), literal(0).label("place"), c.title.label("title"),
            c.body.label("body"), c.remedy.label("remedy"), c.type.label("type"),
            Project.name.label("project"), Project.slug.label("slug"), City.name.label("city"),
            Category.name.label("category"),
        )
        .join(Project, Project.id == c.project_id)
        .join(Category, Category.id == c.category_id)
        .outerjoin(City, City.id == Project.city_id)
        .where(c.number.in_(numbers), *READABLE)
    )  # fmt: skip
    nothing = (null() for _column in range(6))
    said = select(r.complaint, r.id, null(), r.body, *nothing).where(
        r.complaint.in_(numbers), r.state == "visible"
    )
    return union_all(own, said).order_by("number", "place")


def _document(row: Row[Any], replies: tuple[str, ...]) -> Document:
    return Document(
        number=row.number,
        title=row.title,
        body=f"{row.body}\n{row.remedy}" if row.remedy else row.body,
        replies=replies,
        city=row.city or "",
        project=row.project,
        category=row.category,
        type=TYPE_WORDS[row.type],
        placeless=row.slug == UNASSIGNED,
    )
