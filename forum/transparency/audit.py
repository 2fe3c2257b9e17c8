"""What an auditor does: look at entries and say so, and sign an opinion on a stretch of the log.

Both are entries: everybody can count what was looked at, and nobody can take an opinion back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from forum.accounts.models import Account
from forum.base import rights
from forum.base.db import db, transaction
from forum.base.refusal import Conflict, Invalid, NotAllowed, NotFound
from forum.complaints.drafts import a_text
from forum.log import queries as log_queries
from forum.log import service as log
from forum.log.held import entries
from forum.moderation.part_taken import Parts, had_parts
from forum.tlog.kinds import KINDS, OPINIONS, REVIEWS
from forum.transparency.models import AuditReport

MOST = 200
MIN_TEXT, MAX_TEXT = 20, 10_000


@dataclass(frozen=True)
class Opinion:
    """What is signed: the entries `first` to `last` of the log, both included, the opinion of the
    closed list, and its reasons in words."""

    first: int
    last: int
    opinion: str
    text: str


def review(auditor: Account, indexes: Collection[int], verdict: str) -> int:
    """Say of each of these entries that one has looked at it: in-order or questioned. How many.

    All of them or none. Conflict where one has said the same before, NotAllowed (rule
    ``took-part``) for an act that the auditor had a part in.
    """
    rights.require(auditor.role, "audit.review")
    wanted = sorted(set(indexes))
    if verdict not in REVIEWS:
        raise Invalid(_l("请选择“没有问题”或“有疑问”。"), "verdict")
    if not wanted:
        raise Invalid(_l("请先选择看过的记录。"), "entry")
    if len(wanted) > MOST:
        raise Invalid(_l("一次最多标记 %(most)d 条。", most=MOST), "entry")
    with transaction():
        found = log_queries.entries_at(wanted)
        said, had = _said_before(auditor), had_parts(auditor.staff_no)
        for index in wanted:
            _require_reviewable(had, index, found.get(index))
            if said.get(index) == verdict:
                raise Conflict(_l("第 %(index)d 条您已经标记过。", index=index), index=index)
        for index in wanted:
            log.append("audit.reviewed", of=index, by=auditor.role, staff=auditor.staff_no,
                       review=verdict)  # fmt: skip
    return len(wanted)


def report(auditor: Account, given: Opinion) -> AuditReport:
    """Sign an opinion: the entry commits to its words, and its number is the signature's address."""
    rights.require(auditor.role, "audit.report")
    if given.opinion not in OPINIONS:
        raise Invalid(_l("请选择一种意见。"), "opinion")
    text = a_text("text", given.text, MAX_TEXT, _l("请写明看了什么、怎样看的、结论是什么。"))
    if len(text) < MIN_TEXT:
        raise Invalid(_l("写得太短，别人不知道您看了什么。"), "text")
    with transaction():
        _require_stretch(given)
        number = (db.session.scalar(select(db.func.max(AuditReport.number))) or 0) + 1
        # `from` is a word of the language, so it cannot be named like the other fields.
        stretch: dict[str, Any] = {"from": given.first, "to": given.last}
        entry = log.append(
            "audit.reported", by=auditor.role, staff=auditor.staff_no, report=number,
            opinion=given.opinion, texts={"text": text}, **stretch,
        )  # fmt: skip
        row = AuditReport(
            number=number, entry=entry.index, at=entry.at, staff=str(auditor.staff_no),
            first=given.first, last=given.last, opinion=given.opinion, text=text,
        )  # fmt: skip
        db.session.add(row)
    return row


def _require_stretch(given: Opinion) -> None:
    tip = log_queries.tip()
    if given.first < 0 or given.first > given.last:
        raise Invalid(_l("起始一条不能在末尾一条之后。"), "first")
    if tip is None or given.last >= tip.size:
        newest = tip.size - 1 if tip else 0
        raise Invalid(_l("记录现在只到第 %(newest)d 条。", newest=newest), "last")


def _require_reviewable(had: Parts, index: int, entry: dict[str, Any] | None) -> None:
    if entry is None:
        raise NotFound(_l("没有第 %(index)d 条记录。", index=index), index=index)
    if not KINDS[entry["kind"]].hides:
        raise Invalid(_l("第 %(index)d 条没有让内容变少，不用查看。", index=index), "entry")
    # Whoever confirmed it afterwards, or asked for it, had a part in it too.
    if had.touch(index, entry):
        raise NotAllowed(
            _l("第 %(index)d 条您自己参与过，请由另一位独立监督员查看。", index=index),
            rule="took-part", index=index,
        )  # fmt: skip


def _said_before(auditor: Account) -> dict[int, str]:
    """Entry → what this auditor said of it last."""
    return {entry["of"]: entry["review"] for _index, entry in entries("audit.reviewed")
            if entry["staff"] == auditor.staff_no}  # fmt: skip
