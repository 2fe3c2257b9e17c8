"""The receipt: a page, a file and a picture for the author, a proof for everybody."""

from __future__ import annotations

from datetime import datetime

from flask import Response, g, make_response, render_template, request, url_for
from flask_babel import gettext as _

from forum.base import rights
from forum.base.refusal import NotFound
from forum.base.resources import resource
from forum.base.web.filters import localtime
from forum.complaints import receipt_picture, receipts, service
from forum.complaints.models import Complaint
from forum.complaints.views.answers import address, blueprint, own
from forum.log import queries as log
from forum.tlog.encoding import encode_base64

rights.route_acts(
    {
        "complaints.receipt": "own-account",
        "complaints.receipt_page": "own-account",
        "complaints.receipt_image": "own-account",
        "complaints.proof": "read",
    }
)


@blueprint.get("/complaints/<int:number>/receipt")
def receipt(number: int) -> Response:
    """The receipt file, for the author alone: what was removed stays theirs to prove."""
    response = make_response(receipts.receipt_of(own(number)))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{receipts.file_name(number)}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/complaints/<int:number>/receipt/page")
def receipt_page(number: int) -> Response:
    """The receipt page again, without the code: that is never shown a second time."""
    own(number)
    g.personal = True
    return make_response(receipt_html(number, None, fresh=False))


@blueprint.get("/complaints/<int:number>/receipt/picture")
def receipt_image(number: int) -> Response:
    """The receipt as a picture to keep in a phone's album, with a QR code that leads to /verify."""
    complaint = own(number)
    g.personal = True
    shown = receipt_picture.picture_of(complaint)
    response = make_response(render_template("complaints/receipt.svg", p=shown))
    response.mimetype = "image/svg+xml"
    response.headers["Content-Disposition"] = f'inline; filename="zhiyan-{number}.svg"'
    return response


def receipt_html(number: int, code: str | None, *, fresh: bool) -> str:
    """The receipt page. code: the one that the server made, in the direct answer to the posting
    alone; fresh: it is that answer."""
    complaint = service.existing(number)
    return render_template(
        "complaints/receipt.html",
        number=number,
        href=address(number),
        title=complaint.title,
        posted_at=complaint.posted_at,
        code=code,
        code_spaced=" ".join(code[i : i + 4] for i in range(0, len(code), 4)) if code else None,
        made=complaint.made,
        device=_for_the_device(complaint),
        receipt_href=url_for("complaints.receipt", number=number),
        picture_href=url_for("complaints.receipt_image", number=number),
        picture_size=receipt_picture.SIZE,
        steps=_next_steps(complaint.due_at, complaint.held_until),
        held=complaint.state == "held",
        receipt=receipts.summary_of(complaint),
        fresh=fresh,
    )


def _for_the_device(complaint: Complaint) -> dict[str, object]:
    """The entry as it stands in the log: the browser looks in it for the key that it drew."""
    return {
        "origin": resource("log").origin,
        "number": complaint.number,
        "entry": encode_base64(log.entry_bytes(complaint.entry)[0]),
    }


def _next_steps(due: datetime | None, held_until: datetime | None) -> list[str]:
    steps = [_("公司须当众答复；答复了会通知您。"), _("解决没有，只有您能确认。")]
    if held_until is not None:
        until = localtime(held_until)
        steps.insert(0, _("先审后发：最迟 %(until)s 自动发布，除非写明理由不予发布。", until=until))
    if due is not None:
        steps.insert(0, _("第一次答复的期限：%(due)s。过了会标“已超时”。", due=localtime(due)))
    return steps


@blueprint.get("/complaints/<int:number>/proof")
def proof(number: int) -> Response:
    """The C2SP tlog-proof of the posting entry, or of ``?entry=`` when it is the complaint's."""
    complaint = service.existing(number)
    wanted = request.args.get("entry")
    index = complaint.entry
    if wanted is not None:
        index = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 16 else -1
        found = log.entry(index) if index >= 0 else None
        if found is None or found.get("complaint") != number:
            raise NotFound(_("这条记录不属于这条意见。"))
    response = make_response(log.prove(index))
    response.mimetype = "text/plain"
    response.headers["Content-Disposition"] = f'inline; filename="{number}-{index}.tlog-proof"'
    return response
