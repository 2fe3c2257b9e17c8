"""The receipt as a picture for a phone's album: what it is about in words, and a QR code.

It is drawn as SVG, whose text the reader's own device sets: a server may have no Chinese font.
Nothing secret is in it, above all not the author's code.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import segno
from flask_babel import gettext as _

from forum.base.resources import setting
from forum.base.text import excerpt
from forum.base.web.filters import localtime
from forum.complaints.models import Complaint
from forum.complaints.receipts import summary_of

SIZE = (720, 1080)  # in units of the drawing, which are pixels where nobody scales it
QUIET = 4  # modules of white around the code, ISO/IEC 18004
TITLE = 20
SHORT = 16  # characters of a hash that people compare by eye


@dataclass(frozen=True)
class Picture:
    """What complaints/receipt.svg shows. qr: an SVG path; modules: its width with the quiet zone;
    lines: sentences, one below the other; link: what the code says."""

    board: str
    heading: str
    title: str
    qr: str
    modules: int
    lines: tuple[str, ...]
    link: str
    width: int
    height: int


def picture_of(complaint: Complaint) -> Picture:
    """The picture of the complaint's receipt, under the newest checkpoint that covers it."""
    receipt = summary_of(complaint)
    qr, modules = qr_path(receipt.verify)
    lines = (
        _("收下的时间：%(time)s", time=localtime(complaint.posted_at)),
        _("公开记录第 %(entry)s 条", entry=receipt.entry),
        _("这一条的指纹：%(leaf)s…", leaf=receipt.leaf[:SHORT]),
        _("当时共 %(size)s 条，总指纹：%(root)s…", size=receipt.size, root=receipt.root[:SHORT]),
        _("%(n)s 个独立外部见证", n=receipt.witnesses),
    )
    return Picture(
        board=setting("FORUM_BOARD_NAME"), heading=_("回执") + f" #{complaint.number}",
        title=excerpt(complaint.title, TITLE), qr=qr, modules=modules, lines=lines,
        link=receipt.verify, width=SIZE[0], height=SIZE[1],
    )  # fmt: skip


def qr_path(content: str) -> tuple[str, int]:
    """The dark modules of the QR code for `content` as one SVG path, and the code's width.

    Error correction M (15 %): a photo of a screen must do. One unit of the path is a module.
    """
    rows = segno.make(content, error="m", micro=False).matrix
    path = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                path.append(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z")
            x += length
    return "".join(path), len(rows) + 2 * QUIET
