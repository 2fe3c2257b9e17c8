"""The rights table: role × act, and which act each route is. A route without a row fails a test.

Both sides read it: the guard before every request, and the services through `require`.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forum.base.refusal import NotAllowed

ROLES = ("visitor", "member", "staff", "moderator", "executive", "auditor", "admin")
EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"visitor"}
COMPANY = frozenset({"staff", "executive"})
INSIDE = frozenset({"staff", "moderator", "executive", "auditor", "admin"})

ACTS: dict[str, frozenset[str]] = {
    "read": EVERYBODY,
    "sign-in": EVERYBODY,
    "own-account": SIGNED_IN,
    "complaint.form": EVERYBODY,
    "complaint.post": frozenset({"member"}),
    "complaint.support": frozenset({"member"}),
    "complaint.comment": frozenset({"member"}),
    "complaint.author-act": frozenset({"member"}),
    "reply.post": COMPANY,
    "complaint.resolve": COMPANY,
    "staff.queue": COMPANY | {"admin"},
    "complaint.remove": frozenset({"moderator", "auditor"}),
    "complaint.remove-alone": frozenset({"moderator"}),
    "complaint.redact": frozenset({"moderator", "auditor"}),
    "complaint.redact-alone": frozenset({"moderator"}),
    "complaint.delist": frozenset({"moderator", "auditor"}),
    "member.suspend": frozenset({"moderator", "auditor"}),
    "complaint.erase": frozenset({"moderator", "auditor"}),
    "measure.propose": INSIDE,
    "measure.ask": frozenset({"staff", "executive", "admin"}),
    "measure.decide": frozenset({"moderator", "auditor"}),
    "complaint.restore": frozenset({"moderator"}),
    "complaint.publish": frozenset({"moderator"}),
    "complaint.refuse": frozenset({"moderator", "auditor"}),
    "complaint.lock": frozenset({"moderator"}),
    "complaint.unlock": frozenset({"moderator", "auditor"}),
    "complaint.move": frozenset({"moderator"}),
    "complaint.merge": frozenset({"moderator"}),
    "complaint.unmerge": frozenset({"moderator", "auditor"}),
    "merge.propose": frozenset({"member", "staff", "moderator"}),
    "moderation.bulk": frozenset({"moderator"}),
    "moderation.queue": frozenset({"moderator", "auditor"}),
    "flag.post": frozenset({"member"}),
    "flag.decide": frozenset({"moderator", "auditor"}),
    "notice.send": EVERYBODY,
    "notice.enter": frozenset({"moderator"}),
    "notice.counter": frozenset({"member"}),
    "appeal.file": SIGNED_IN,
    "appeal.decide": frozenset({"auditor"}),
    "sealed.view": frozenset({"moderator", "auditor"}),
    "audit.desk": frozenset({"auditor"}),
    "audit.review": frozenset({"auditor"}),
    "audit.report": frozenset({"auditor"}),
    "digest.read": frozenset({"executive", "auditor", "admin"}),
    "rules.publish": frozenset({"admin"}),
    "closing.desk": frozenset({"admin", "executive", "auditor"}),
    "closing.propose": frozenset({"admin", "executive"}),
    "closing.decide": frozenset({"executive", "auditor"}),
    "admin": frozenset({"admin"}),
}

ROUTES: dict[str, str] = {}


def route_acts(rows: dict[str, str]) -> None:
    """Enter rows endpoint → act into the table; every feature's views declare theirs here."""
    for endpoint, act in rows.items():
        if act not in ACTS:
            raise KeyError(f"{endpoint}: unknown act {act}")
        ROUTES[endpoint] = act


def may(role: str, act: str) -> bool:
    """Whether `role` may do `act`; an unknown act is nobody's."""
    return role in ACTS.get(act, frozenset())


def require(role: str, act: str) -> None:
    """Raise NotAllowed unless `role` may do `act`."""
    if not may(role, act):
        raise NotAllowed(_l("您的身份不能做这件事。"), act=act, role=role)
