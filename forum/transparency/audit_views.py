"""The auditor over HTTP: the desk for auditors; samples, signed opinions and roles for everybody."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answered

from forum.base.refusal import Invalid, NotFound, Refusal
from forum.base.rights import route_acts
from forum.base.web.cache import public_page
from forum.base.web.errors import status_of
from forum.base.web.forms import blame, posted
from forum.log import queries as log
from forum.log.stamp import tip_for_request, words
from forum.transparency import audit, audit_pages, desk
from forum.transparency.audit_forms import OpinionForm

Answer = str | tuple[str, int] | Answered
blueprint = Blueprint("audit", __name__)
route_acts(
    {
        "audit.at_desk": "audit.desk",
        "audit.review": "audit.review",
        "audit.sign_form": "audit.report",
        "audit.sign": "audit.report",
        "audit.opinions": "read",
        "audit.opinion": "read",
        "audit.sample": "read",
        "audit.roles": "read",
    }
)
# How many are drawn unless the address says otherwise, and how many at most.
DRAWN, MOST_DRAWN = 10, 100


@blueprint.get("/audit")
def at_desk() -> str:
    """Every hiding act of the term that waits for this auditor, and what else one should know."""
    g.personal = True
    return _desk_page()


@blueprint.post("/audit/reviews")
def review() -> Answer:
    """Say of the ticked entries, or of the whole page, that one has looked at them."""
    form = request.form
    try:
        entries, verdict = _reviewed(form)
        audit.review(current_user, entries, verdict)
    except NotFound:
        raise
    except Refusal as refused:
        return _desk_page(form.getlist("entry"), str(refused.sentence)), status_of(refused)
    return redirect(url_for("audit.at_desk", show=request.args.get("show")), 303)


@blueprint.get("/audit/report")
def sign_form() -> str:
    """An opinion on everything since the opinion before, unless another stretch is chosen."""
    g.personal = True
    tip, earlier = log.tip(), desk.opinions(1)
    form = OpinionForm(first=earlier[0].last + 1 if earlier else 0, last=tip.size - 1 if tip else 0)
    return _sign_page(form)


@blueprint.post("/audit/report")
def sign() -> Answer:
    """Sign it."""
    form = posted(OpinionForm)
    if not form.validate():
        return _sign_page(form), 400
    try:
        signed = audit.report(current_user, form.given())
    except Refusal as refused:
        blame(form, refused)
        return _sign_page(form), status_of(refused)
    return redirect(url_for("audit.opinion", number=signed.number), 303)


@blueprint.get("/audit/reports")
def opinions() -> Response:
    """What auditors signed, newest first."""
    tip = tip_for_request()
    return public_page(("opinions", tip and tip.size), words(tip), lambda: render_template(
        "transparency/opinions.html", rows=audit_pages.opinion_rows(desk.opinions())))  # fmt: skip


@blueprint.get("/audit/reports/<int:number>")
def opinion(number: int) -> Response:
    """One opinion, with all that is needed to check who signed it, on what."""
    found = desk.opinion(number)
    if found is None:
        raise NotFound(_("没有这份意见。"), number=number)
    tip = tip_for_request()
    return public_page(("opinion", tip and tip.size), words(tip), lambda: render_template(
        "transparency/opinion.html", o=audit_pages.opinion_page(found)))  # fmt: skip


@blueprint.get("/audit/sample")
def sample() -> Response:
    """Entries drawn by lot, and how anybody draws the same."""
    tip = tip_for_request()
    newest = tip.size if tip else 0
    first, size = _number("from", 0), _number("size", newest)
    wanted = _number("n", DRAWN)
    if not (0 < size <= newest and first < size and 0 < wanted <= MOST_DRAWN):
        raise Invalid(_("看不懂地址里的抽样范围。请回到抽样页重新选择。"), "size")
    return public_page(("sample", size), words(tip), lambda: render_template(
        "transparency/sample.html", **audit_pages.sample_page(first, size, wanted)))  # fmt: skip


@blueprint.get("/about/roles")
def roles() -> Response:
    """Who holds which role, since when, appointed by whom, until when."""
    tip = tip_for_request()
    return public_page(("roles", tip and tip.size), words(tip), lambda: render_template(
        "transparency/roles.html", **audit_pages.roles_page()))  # fmt: skip


def _desk_page(chosen: list[str] | None = None, wrong: str | None = None) -> str:
    page = audit_pages.desk_page(current_user, tip_for_request())
    return render_template("transparency/desk.html", chosen=chosen or (), wrong=wrong, **page)


def _sign_page(form: OpinionForm) -> str:
    return render_template("transparency/sign.html", form=form, action=url_for("audit.sign"),
                           back=url_for("audit.at_desk"))  # fmt: skip


def _reviewed(form: MultiDict[str, str]) -> tuple[list[int], str]:
    """The entries and what is said of them: `whole` is of everything that the page showed."""
    whole = form.get("whole")
    named = form.getlist("shown" if whole else "entry")
    if not all(name.isascii() and name.isdigit() and len(name) < 10 for name in named):
        raise Invalid(_("看不懂选了哪些记录。请重新选择。"), "entry")
    return [int(name) for name in named], whole or form.get("verdict", "")


def _number(name: str, default: int) -> int:
    text = request.args.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(_("看不懂地址里的抽样范围。请回到抽样页重新选择。"), name)
    return int(text)
