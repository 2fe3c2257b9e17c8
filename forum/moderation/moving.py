"""Putting a complaint where it belongs: another estate, category or type.

The entry says where it stands now and the one before it where it stood, so nothing gets lost
between two lists; the author is told and may object. An appeal that is upheld puts it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from forum.accounts.models import Account
from forum.base import rights
from forum.base.db import transaction
from forum.base.refusal import Invalid
from forum.complaints.models import SHOWN, Complaint
from forum.complaints.service import existing, tell, touch
from forum.log import service as log
from forum.moderation.already import too_late
from forum.moderation.models import Ruling
from forum.moderation.rulings import Grounds, keep_ruling, ruling_fields
from forum.places import queries as places
from forum.places.models import Category, Project
from forum.tlog.entry import TYPES

GROUNDS = ("misfiled",)


@dataclass(frozen=True)
class Place:
    """Where a complaint stands: slugs of estate and category, and its type; None: as it was."""

    project: str | None = None
    category: str | None = None
    type: str | None = None


def move(moderator: Account, number: int, to: Place, given: Grounds) -> Ruling:
    """Put it there; Invalid when there is no such place, or when it stands there already."""
    rights.require(moderator.role, "complaint.move")
    with transaction():
        said = ruling_fields(given, GROUNDS, moderator.staff_no)
        complaint = existing(number)
        check_move(complaint, to)
        moved = _put(complaint, to, moderator, said)
        tell(complaint, "moved", ruling=moved.entry)
        return moved


def move_back(auditor: Account, upheld: Ruling, reasons: str) -> Ruling:
    """Put it where it stood before, in the open transaction: an appeal against the move was upheld.

    reasons: the auditor's, the facts of the new entry. What it cites is what was appealed against.
    The author, who appealed, is told of the outcome, not of one more move.
    """
    complaint = existing(upheld.complaint)
    to = Place(upheld.was_project, upheld.was_category, upheld.was_type)
    check_move(complaint, to)
    said = {"staff": auditor.staff_no, "reason": "appeal-upheld", "clause": upheld.clause,
            "rules": upheld.rules, "texts": {"facts": reasons}}  # fmt: skip
    return _put(complaint, to, auditor, said)


def may_be_put_back(upheld: Ruling | None, complaint: Complaint) -> bool:
    """Whether it can be moved back: it is there to be moved, and where it stood is known."""
    if upheld is None or complaint.state not in (*SHOWN, "held"):
        return False
    project, category = upheld.was_project, upheld.was_category
    return bool(project and category and places.project(project) and places.category(category))


def _put(complaint: Complaint, to: Place, person: Account, said: dict[str, Any]) -> Ruling:
    project, category = _places(complaint, to)
    was = {"was_type": complaint.type, "was_project": complaint.project.slug,
           "was_category": complaint.category.slug}  # fmt: skip
    complaint.type = to.type or complaint.type
    entry = log.append(
        "complaint.moved", complaint=complaint.number, of=complaint.act_entry, by=person.role,
        type=complaint.type, project=project.slug, category=category.slug, **said,
    )  # fmt: skip
    complaint.project, complaint.category = project, category
    complaint.act_entry = entry.index
    touch(complaint, entry)
    return keep_ruling(complaint, "move", entry, said, **was)


def require_movable(complaint: Complaint) -> None:
    """Conflict unless it can be read, or waits to be."""
    if complaint.state not in (*SHOWN, "held"):
        raise too_late(complaint, _l("这条意见已不在展示，不能再操作。"))


def check_move(complaint: Complaint, to: Place) -> None:
    """Conflict when it cannot be read (nor waits to be); Invalid when nothing would change."""
    require_movable(complaint)
    project, category = _places(complaint, to)
    here = (complaint.project.slug, complaint.category.slug, complaint.type)
    if here == (project.slug, category.slug, to.type or complaint.type):
        raise Invalid(_l("它已经在那里了。请选择别的小区、类别或类型。"), "project")


def _places(complaint: Complaint, to: Place) -> tuple[Project, Category]:
    project = places.project(to.project) if to.project else complaint.project
    category = places.category(to.category) if to.category else complaint.category
    if project is None:
        raise Invalid(_l("请选择小区。"), "project")
    if category is None:
        raise Invalid(_l("请选择类别。"), "category")
    if to.type is not None and to.type not in TYPES:
        raise Invalid(_l("请选择类型。"), "type")
    return project, category
