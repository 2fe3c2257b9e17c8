"""People and complaints for tests, made through the real services; only what matters is given."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from itertools import count

from flask import Flask
from flask.testing import FlaskClient

from forum.accounts import service as accounts
from forum.accounts.models import Account
from forum.base.db import db
from forum.complaints import service as complaints
from forum.complaints.drafts import make_draft
from forum.complaints.models import Complaint
from forum.moderation import merging, two_people
from forum.moderation.measures import Measure, StatementOfReasons
from forum.places import queries as places
from forum.places import service as place_service
from forum.tlog.authorkey import author_key, code_from_form_key, format_code

PASSWORD = "lantern-orchid-77"  # noqa: S105 — of people who exist in tests only
MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
_numbers = count(1)


def a_member(
    name: str = "花城老张", *, verified: bool = False, email: str | None = None
) -> Account:
    """A homeowner who can sign in with `PASSWORD`."""
    return accounts.create_person(
        name, "member", by="system", email=email or f"member{next(_numbers)}@board.test",
        password=PASSWORD, verified=verified,
    )  # fmt: skip


def a_person(role: str = "staff", *, department: str | None = "customer-relations") -> Account:
    """Somebody inside the company."""
    if department and department not in places.departments():
        place_service.add_department("客户关系部", department)
    return accounts.create_person(
        f"{role}{next(_numbers)}", role, by="system", department=department,
        email=f"{role}{next(_numbers)}@board.test", password=PASSWORD,
    )  # fmt: skip


def a_project(slug: str = "spring-garden", *, city: str = "深圳", households: int = 1200) -> str:
    """The slug of an estate; made on first use."""
    if places.project(slug) is None:
        found = next((c for c in places.cities() if c.name == city), None)
        place_service.add_project(
            "春晓花园", slug, city=found or place_service.add_city(city),
            households=households, phase="within_two_years",
        )  # fmt: skip
    return slug


def a_code(key: str) -> str:
    """The author's code that belongs to a form's posting key."""
    return format_code(code_from_form_key(key))


def a_complaint(
    author: Account | None = None,
    *,
    title: str = "三号楼电梯一周坏了两次",
    body: str = "早上送孩子，电梯停在六楼。\n\n物业说配件没到。",
    project: str | None = None,
    city: str = "深圳",
    key: str | None = None,
    type: str = "criticism",
    category: str = "repair",
    **more: object,
) -> Complaint:
    """A posted complaint; with `key` its author's code is `a_code(key)`."""
    author = author or a_member()
    key = key or secrets.token_urlsafe(32)
    draft = make_draft(
        type=type, project=project or a_project(city=city), category=category, title=title,
        body=body, author=author.name, author_key=author_key(code_from_form_key(key)),
        made="server", **more,
    )  # fmt: skip
    return complaints.existing(complaints.post(author, draft, key).number)


CLAUSES = {"abuse": "3.4", "spam": "3.3", "personal-data": "3.2", "policy": "3.8",
           "authority-order": "4.2", "lawful-erasure": "4.5"}  # fmt: skip


def a_statement(reason: str = "abuse", **other: object) -> StatementOfReasons:
    """A whole statement of reasons, under the clause of the shipped rules."""
    given = {"facts": "第二段辱骂楼下住户，点名道姓。", "detection": "notice",
             "automated_detection": False, "automated_decision": "none", "until": None}  # fmt: skip
    return StatementOfReasons(reason=reason, clause=CLAUSES[reason], **(given | other))


def a_removal(
    complaint: Complaint,
    moderator: Account | None = None,
    *,
    reason: str = "abuse",
    second: Account | None = None,
) -> int:
    """Take the complaint down, as two moderators decide; the statement's number."""
    measure = Measure("remove", complaint.number, a_statement(reason))
    proposal = two_people.propose(moderator or a_person("moderator"), measure)
    return two_people.approve(second or a_person("moderator"), proposal.number).number


def an_erasure(
    complaint: Complaint,
    moderator: Account | None = None,
    *,
    auditor: Account | None = None,
    item: int | None = None,
    reason: str = "lawful-erasure",
) -> int:
    """Erase the complaint (or one item under it): a moderator proposes, an auditor agrees."""
    given = a_statement(reason, facts="主管部门来函要求清除，函号另存。")
    measure = Measure("erase", complaint.number, given, item)
    proposal = two_people.propose(moderator or a_person("moderator"), measure)
    return two_people.approve(auditor or a_person("auditor"), proposal.number).number


def a_merge(later: Complaint, older: Complaint, moderator: Account | None = None) -> Complaint:
    """Merge the later one into the older: one moderator proposes, another one agrees."""
    merging.propose(a_person("moderator"), later.number, older.number)
    return merging.merge(moderator or a_person("moderator"), later.number, older.number)


def sign_in(app: Flask, person: Account) -> FlaskClient:
    """A browser in which `person` is signed in."""
    browser = app.test_client()
    address = person.email
    db.session.rollback()
    answer = browser.post("/login", data={"address": address, "password": PASSWORD})
    assert answer.status_code == 302 or answer.status_code == 303, answer.text
    return browser


def csrf(browser: FlaskClient, path: str = "/account") -> str:
    """The token that forms of the signed-in browser carry."""
    page = browser.get(path).text
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
