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
from forum.log import queries as entries
from forum.log import service as log
from forum.moderation.already import too_late
from forum.moderation.appealed import require_none_waits, require_not_upheld
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
        complaint = existing(number)
        said = ruling_fields(complaint, given, GROUNDS, moderator.staff_no)
        check_move(complaint, to)
        moved = _put(complaint, to, moderator, said)
        tell(complaint, "moved", ruling=moved.entry)
        return moved


def move_back(auditor: Account, upheld: Ruling, reasons: str) -> Ruling:
    """Put back what the move changed and what still stands so, in the open transaction: an appeal
    or a challenge against it was upheld.

    reasons: the auditor's, the facts of the new entry. What it cites is what was appealed against.
    An author who appealed is told of the outcome, not of one more move.
    """
    complaint = existing(upheld.complaint)
    to = Place(**dict(standing(upheld, complaint)))
    _require_there(complaint, to)
    said = {"staff": auditor.staff_no, "reason": "appeal-upheld", "clause": upheld.clause,
            "rules": upheld.rules, "texts": {"facts": reasons}}  # fmt: skip
    return _put(complaint, to, auditor, said)


def may_be_put_back(upheld: Ruling | None, complaint: Complaint) -> bool:
    """Whether it can be moved back: it is there to be moved, and where it stood is known."""
    if upheld is None or complaint.state not in (*SHOWN, "held"):
        return False
    was = dict(standing(upheld, complaint))
    project, category = was.get("project"), was.get("category")
    known = (not project or places.project(project)) and (not category or places.category(category))
    return bool(was and known)


def standing(moved: Ruling, complaint: Complaint) -> list[tuple[str, str]]:
    """What the move changed and no later one did: project, category, type, each with what it was."""
    to, now = entries.entry(moved.entry) or {}, _place(complaint)
    was = {"project": moved.was_project, "category": moved.was_category, "type": moved.was_type}
    return [(name, old) for name, old in was.items()
            if old is not None and old != to[name] and to[name] == now[name]]  # fmt: skip


def _put(complaint: Complaint, to: Place, person: Account, said: dict[str, Any]) -> Ruling:
    project, category = _places(complaint, to)
    was = {f"was_{name}": value for name, value in _place(complaint).items()}
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
    """Conflict when it cannot be read (nor waits to be), or an appeal stands in the way; Invalid
    when nothing would change."""
    require_movable(complaint)
    require_none_waits(complaint.number)
    require_not_upheld(complaint.number, "complaint.moved")
    _require_there(complaint, to)


def _require_there(complaint: Complaint, to: Place) -> None:
    project, category = _places(complaint, to)
    there = {"project": project.slug, "category": category.slug, "type": to.type or complaint.type}
    if there == _place(complaint):
        raise Invalid(_l("它已经在那里了。请选择别的小区、类别或类型。"), "project")


def _place(complaint: Complaint) -> dict[str, str]:
    return {"project": complaint.project.slug, "category": complaint.category.slug,
            "type": complaint.type}  # fmt: skip


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
