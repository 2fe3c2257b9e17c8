"""One statement of reasons, or what waits, or waited, to become one: for everybody."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import NotFound
from forum.base.rights import may, route_acts
from forum.base.web.cache import public_page
from forum.base.web.filters import localtime
from forum.base.web.guard import role
from forum.log import stamp
from forum.log.queries import MOST
from forum.log.words import REDRESS_LABELS, reason_label
from forum.moderation import bulk, sealed
from forum.moderation.forms import DECISION_LABELS, DETECTION_LABELS, RestoreForm
from forum.moderation.models import Proposal, Statement
from forum.moderation.redress import appeal_sentence, appeal_until
from forum.moderation.redress_models import Appeal
from forum.moderation.redress_queries import appeals_against
from forum.moderation.sealed_end import SEALS
from forum.moderation.undoing import in_force
from forum.moderation.views.answers import SCOPE_LABELS, blueprint, salt_of, waiting, what
from forum.moderation.views.second import answering
from forum.moderation.views.standing import sentence

route_acts({"moderation.statement": "read"})


@blueprint.get("/statements/<int:number>")
def statement(number: int) -> Response:
    """The statement of this number; while, or since, nothing was decided: the proposal."""
    known = number <= MOST
    proposal = db.session.get(Proposal, number) if known else None
    found = db.session.get(Statement, number) if known else None
    if found is None and proposal is None:
        raise NotFound(_("没有这份处理说明。"))
    tip = stamp.tip_for_request()

    def render() -> str:
        return _proposal_page(proposal) if found is None else _statement_page(found, proposal)

    return public_page(("statement", tip and tip.size), stamp.words(tip), render)


def _proposal_page(proposal: Proposal | None) -> str:
    assert proposal is not None
    opened = salt_of(proposal.entry, "facts")
    answer = proposal.decided_entry
    return render_template(
        "moderation/proposal.html",
        p={
            **what(proposal),
            **waiting(proposal),
            "standing": sentence(proposal),
            "second": _second(proposal),
            "together": _together(proposal),
            "salt": opened,
            "answer_salt": salt_of(answer, "text") if answer is not None else None,
        },
    )


def _statement_page(s: Statement, proposal: Proposal | None) -> str:
    return render_template(
        "moderation/statement.html",
        s={
            **what(s),
            **_decided(s),
            "in_force": s.restored_at is None,
            "lifted_sentence": _lifted(s),
            "salt": salt_of(s.entry, "facts"),
            "scope_label": SCOPE_LABELS[s.act](),
            "duration_label": _duration(s, proposal),
            "appeal_sentence": appeal_sentence(appeal_until(s.at)),
            "appeal_href": _appeal(s),
            "appeals": [_filed(appeal) for appeal in appeals_against(s.number)],
            "sealed_href": _sealed(s),
            "destroyed_at": s.destroyed_at,
            "lift": _lift(s),
            "waiting": waiting(proposal) if proposal else None,
            "second": _second(proposal) if proposal else None,
            "together": _together(proposal) if proposal else None,
        },
    )


def _duration(s: Statement, proposal: Proposal | None) -> str:
    """Until when it holds: what one person did alone, only for as long as nobody has confirmed it."""
    alone = proposal is not None and proposal.alone is not None
    if proposal is not None and alone and proposal.state == "open":
        return _("到 %(at)s 为止，除非第二个人同意", at=localtime(proposal.lapses_at))
    if alone and s.restored_at is not None:
        return _("到 %(day)s 为止", day=localtime(s.restored_at))
    return _("到 %(day)s 为止", day=s.until) if s.until else _("没有期限")


def _second(proposal: Proposal) -> dict[str, Any] | None:
    """For moderators and auditors: the answer that is asked of them, while it waits."""
    if proposal.state != "open" or not may(role(), "measure.decide"):
        return None
    desk = url_for("moderation.desk", _anchor=f"proposal-{proposal.number}")
    return answering(proposal) | {"desk": desk}


def _together(proposal: Proposal) -> dict[str, Any] | None:
    """All that were proposed at once for one reason, and the first of them; None where alone."""
    found = [{"number": number, "complaint": complaint,
              "href": url_for("moderation.statement", number=number)}
             for number, complaint in bulk.together(proposal)]  # fmt: skip
    return {"n": len(found), "first": found[0], "rows": found} if found else None


def _decided(s: Statement) -> dict[str, Any]:
    staff = _("处理人 %(staff)s", staff=s.staff)
    automated = DECISION_LABELS[s.automated_decision]
    return {
        "found_label": DETECTION_LABELS[s.detection],
        "automated_label": _("机器找到；%(who)s", who=automated)
        if s.automated_detection
        else automated,
        "role_label": _("%(who)s，复核人 %(second)s", who=staff, second=s.second)
        if s.second
        else staff,
        "single_handed": s.second is None,
    }


def _filed(appeal: Appeal) -> dict[str, Any]:
    outcome = str(REDRESS_LABELS[appeal.outcome]) if appeal.outcome else _("还没有结果")
    return {"number": appeal.number, "outcome": outcome,
            "href": url_for("moderation.appeal_page", number=appeal.number)}  # fmt: skip


def _appeal(s: Statement) -> str | None:
    """Where whoever it concerns appeals, while there is time and something to put right."""
    if s.restored_at is not None or clock.local_date() > appeal_until(s.at):
        return None
    return url_for("moderation.appeal_statement", number=s.number)


def _sealed(s: Statement) -> str | None:
    """For auditors and those who decided it: the page of what it took from view."""
    if not may(role(), "sealed.view") or s.act not in SEALS or s.restored_at is not None:
        return None
    may_look = sealed.may_look(current_user, s.number)
    return url_for("moderation.sealed", number=s.number) if may_look else None


def _lift(s: Statement) -> dict[str, Any] | None:
    """For moderators: the form that undoes it, while there is something to undo."""
    if not may(role(), "complaint.restore") or not in_force(s):
        return None
    form = RestoreForm()
    form.offer_reasons()
    return {"form": form, "href": url_for("moderation.lift", number=s.number)}


def _lifted(s: Statement) -> str | None:
    if s.restored_at is None:
        return None
    if s.act not in ("remove", "refuse"):
        return _("这项处理已于 %(at)s 撤销，恢复原样，原因：%(reason)s。",
                 at=localtime(s.restored_at), reason=reason_label(s.restored_reason or "mistake"))  # fmt: skip
    return _("这条意见已于 %(at)s 恢复显示，原因：%(reason)s。",
             at=localtime(s.restored_at), reason=reason_label(s.restored_reason or "mistake"))  # fmt: skip
