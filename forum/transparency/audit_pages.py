"""What the auditor's desk and the public pages of its work show, ready for their templates."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from forum.accounts.models import Account
from forum.base import clock
from forum.base.web import paging
from forum.complaints.queries import withdrawal_reasons
from forum.log import pages as log_pages
from forum.log import queries as log
from forum.log.labels import OPINION_LABELS, REVIEW_LABELS, ROLE_LABELS
from forum.log.queries import Tip
from forum.tlog.measures import Figures
from forum.tlog.recorded import Opinion
from forum.transparency import desk, roles
from forum.transparency.cells import behind
from forum.transparency.figures import withdrawn_after_reply
from forum.transparency.models import AuditReport
from forum.transparency.roles import Appointment
from forum.transparency.sections import asked, audit_kinds, audit_months
from forum.transparency.words import definition_of, label_of

PAGE, SHORT, MONTHS = 20, 5, 12
ASKED = "asked"  # of `author_acts.WITHDRAWAL_REASONS`
# Lists of entries that an auditor should know, by the names of their figures.
LISTS = ("single-handed", "requests", "requests-refused", "author-withdrawn-unproven",
         "questioned", "appeals-open")  # fmt: skip


def desk_page(auditor: Account, tip: Tip | None) -> dict[str, Any]:
    """The context of transparency/desk.html."""
    at, everything = desk.at_desk(auditor.staff_no, tip), request.args.get("show") == "all"
    found, begin = at.figures, paging.after()
    acts = [i for i in (at.acts if everything else at.open) if begin is None or i > begin]
    shown, others = acts[:PAGE], [] if everything else at.for_others[:PAGE]
    lists = {name: sorted(found.lists.get(name, ()))[: -SHORT - 1 : -1] for name in LISTS}
    wanted = dict.fromkeys([*shown, *others, *sum(lists.values(), [])])
    rows = {row.index: row for row in log_pages.rows_at(list(wanted))}
    return {
        "visit": at.visit,
        "visit_href": url_for("log.entry", index=at.visit.index) if at.visit else None,
        "waiting": len(at.open),
        "for_others": len(at.for_others),
        "tabs": _tabs(everything),
        "everything": everything,
        "action": url_for("audit.review", show="all" if everything else None),
        "rows": [_act(rows[index], at) for index in shown],
        "others": [_act(rows[index], at) for index in others],
        "next_href": paging.next_link(acts, PAGE, shown[-1] if shown else None),
        "first_href": paging.first_link(),
        "lists": [_list(found, name, [rows[i] for i in lists[name]]) for name in LISTS],
        "after_reply": _complaints(withdrawn_after_reply(found.window)),
        "asked_back": _asked_back(),
        "appeals_href": f"{request.script_root}/appeals",
        "asked": asked(found),
        "months": audit_months(found, MONTHS),
        "kinds": audit_kinds(found),
        "opinions": signed_rows(at.opinions[:SHORT]),
        "appointment": _appointment(at.appointment),
    }


def sample_page(first: int, size: int, wanted: int) -> dict[str, Any]:
    """The context of transparency/sample.html."""
    drawn = desk.sample(first, size, wanted)
    seen = desk.reviews()
    return {
        "sample": drawn,
        "asked": {"from": first, "size": size, "n": wanted},
        "rows": [(row, _verdict(seen.get(row.index))) for row in log_pages.rows_at(drawn.drawn)],
    }


def opinion_rows(found: Sequence[AuditReport]) -> list[dict[str, Any]]:
    """Opinions as lists show them."""
    return [_opinion(row) for row in found]


def signed_rows(found: Sequence[Opinion]) -> list[dict[str, Any]]:
    """The same of opinions as the log tells of them."""
    return [
        _shown(each.number, each.index, datetime.fromtimestamp(each.at, UTC), each.staff,
               each.first, each.last, each.opinion)
        for each in found
    ]  # fmt: skip


def opinion_page(row: AuditReport) -> dict[str, Any]:
    """The context of transparency/opinion.html: also the trees at both ends of the stretch."""
    ends = [{"size": size, "root": log.root_at(size)} for size in (row.first, row.last + 1)]
    return _opinion(row) | {
        "text": row.text, "salt": _salt(row.entry), "ends": ends,
        "first_href": url_for("log.entry", index=row.first),
        "last_href": url_for("log.entry", index=row.last),
        "appointment": _appointment(_at(row)),
    }  # fmt: skip


def roles_page() -> dict[str, Any]:
    """The context of transparency/roles.html."""
    found = roles.appointments()
    here = roles.holders(found, clock.local_date())
    past = [each for each in found if each.role in roles.SHOWN and each not in here]
    return {
        "holders": [_appointment(each) for each in here],
        "past": [_appointment(each) for each in reversed(past)],
        "alone": sum(each.second is None for each in here),
        "missing": [str(ROLE_LABELS[role]) for role in ("auditor", "moderator")
                    if all(each.role != role for each in here)],
    }  # fmt: skip


def _act(row: log_pages.Row, at: desk.Desk) -> dict[str, Any]:
    verdict = _verdict(at.reviews.get(row.index))
    return {"row": row, "verdict": verdict, "mine": row.index in at.mine}


def _verdict(seen: Mapping[str, Any] | None) -> str | None:
    if seen is None:
        return None
    return _("%(staff)s 看过：%(verdict)s", staff=seen["staff"],
             verdict=str(REVIEW_LABELS[seen["review"]]))  # fmt: skip


def _list(found: Figures, name: str, rows: Sequence[log_pages.Row]) -> dict[str, Any]:
    number = found.number(name)
    return {"name": name, "label": label_of(name), "definition": definition_of(name),
            "number": number, "href": behind(found, name) if number else None,
            "rows": rows}  # fmt: skip


def _tabs(everything: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("您还没看过的"), "href": url_for("audit.at_desk"), "current": not everything},
        {"label": _("开板以来"), "href": url_for("audit.at_desk", show="all"), "current": everything},
    ]  # fmt: skip


def _complaints(numbers: Sequence[int]) -> list[dict[str, Any]]:
    return [{"number": n, "href": f"{request.script_root}/complaints/{n}"} for n in numbers]


def _asked_back() -> list[dict[str, Any]]:
    """Complaints whose authors said that somebody asked them to withdraw: for auditors alone."""
    return _complaints([row.complaint for row in withdrawal_reasons() if row.reason == ASKED])


def _opinion(row: AuditReport) -> dict[str, Any]:
    return _shown(row.number, row.entry, row.at, row.staff, row.first, row.last, row.opinion)


def _shown(
    number: int, entry: int, at: datetime, staff: str, first: int, last: int, opinion: str
) -> dict[str, Any]:
    return {
        "number": number, "href": url_for("audit.opinion", number=number), "at": at,
        "staff": staff, "first": first, "last": last, "opinion": opinion, "entry": entry,
        "label": str(OPINION_LABELS[opinion]), "entry_href": url_for("log.entry", index=entry),
    }  # fmt: skip


def _salt(entry: int) -> str | None:
    """What opens the commitment to the words, in base64."""
    salt = log.opening(entry, "text")
    return b64encode(salt).decode("ascii") if salt else None


def _at(row: AuditReport) -> Appointment | None:
    """Who the signer was by appointment when the opinion was signed."""
    before = [each for each in roles.appointments() if each.entry < row.entry]
    return roles.of_staff(before, row.staff)


def _appointment(each: Appointment | None) -> dict[str, Any] | None:
    if each is None:
        return None
    granted = _("由 %(by)s 授予", by=each.by) if each.by else _("由服务器上的命令授予，没有署名")
    return {
        "staff": each.staff, "role_label": str(ROLE_LABELS[each.role]), "since": each.since,
        "granted": granted, "second": each.second, "until": each.until, "entry": each.entry,
        "entry_href": url_for("log.entry", index=each.entry), "ended_at": each.ended_at,
        "ended_entry": each.ended_entry,
        "ended_href": None if each.ended_entry is None
        else url_for("log.entry", index=each.ended_entry),
    }  # fmt: skip
