"""Showing a digest: page, HTML mail and text mail get the same value and the same words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.base.refusal import NotFound
from forum.base.resources import setting
from forum.base.text import to_html
from forum.digest import queries
from forum.digest.value import Asked, Digest, HidingAct, LogCheck, from_payload
from forum.log.words import (
    ACT_LABELS,
    SHARED,
    kind_label,
    reason_label,
    role_label,
    status_label,
    type_label,
)

MAIL = "digest"  # the folder of templates/mail
ASKED_LABELS: dict[str, Any] = {
    "open": _l("还没有答复"),
    "approved": _l("已由管理人员提出"),
    "rejected": _l("复核不同意"),
    "refused": _l("申请不予采纳"),
    "lapsed": _l("逾期未复核，作废"),
}
VOICE_LABELS: dict[str, Any] = {
    "unanswered": _l("近 7 天的待答复里，我也遇到最多"),
    "overdue": _l("已超时的里面，我也遇到最多"),
    "newest": _l("最新一条"),
}


@dataclass(frozen=True)
class Links:
    """Addresses behind what a digest names; `base` is the board's address, or empty on a page."""

    base: str

    def complaint(self, number: int) -> str:
        """One complaint."""
        return f"{self.base}/complaints/{number}"

    def statement(self, number: int) -> str:
        """One statement of reasons."""
        return f"{self.base}/statements/{number}"

    def appeals(self) -> str:
        """The list of appeals and challenges."""
        return f"{self.base}/appeals"

    def entry(self, index: int) -> str:
        """One entry of the log."""
        return f"{self.base}/log/entries/{index}"

    def project(self, slug: str) -> str:
        """One project's list."""
        return f"{self.base}/projects/{slug}"

    def log(self) -> str:
        """The readable log."""
        return f"{self.base}/log"

    def digest(self, day: date) -> str:
        """One day's digest."""
        return f"{self.base}/digests/{day.isoformat()}"


def context(digest: Digest, base: str) -> dict[str, Any]:
    """What every form of the digest is rendered with."""
    return {
        "d": digest,
        "link": Links(base),
        "headline": headline(digest),
        "check_sentence": check_sentence(digest.check),
        "act_words": act_words,
        "asked_words": asked_words,
        "voice_label": VOICE_LABELS.__getitem__,
        "kind_label": kind_label,
        "status_label": status_label,
        "type_label": type_label,
        "to_html": to_html,
    }


def mail_context(given: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a digest's mail from its payload ``{"day"}``; NotFound when none was sent."""
    issue = queries.issue(date.fromisoformat(given["day"]))
    if issue is None:
        raise NotFound(_("这一天没有寄出今日必看。"), day=given["day"])
    return context(from_payload(issue.payload), _base_url())


def render_text(digest: Digest) -> str:
    """The text mail in the board's language: what the log's entry commits to."""
    with force_locale(setting("FORUM_LOCALE")):
        template = current_app.jinja_env.get_template(f"mail/{MAIL}/body.txt")
        shared = {"board_name": setting("FORUM_BOARD_NAME")}
        return template.render(**context(digest, _base_url()), **shared)


def headline(digest: Digest) -> str:
    """The digest in one line: the mail's subject and its row in the archive."""
    return _(
        "已超时 %(late)s 条，待答复 %(waiting)s 条，下架 %(removed)s 条",
        late=digest.overdue_total,
        waiting=digest.unanswered_total,
        removed=digest.acts_of("complaint.removed"),
    )


def check_sentence(check: LogCheck) -> str:
    """What was checked of the log, and what came of it."""
    if check.scope == "whole":
        what = _("从头核对了全部 %(n)s 条记录，以及每条意见和答复", n=f"{check.entries:,}")
    else:
        what = _("核对了最近 %(n)s 条记录和总指纹", n=f"{check.entries:,}")
    if check.passed:
        return _("%(what)s，没有发现改动。", what=what)
    return _("%(what)s，有 %(n)s 处对不上。请马上查明。", what=what, n=check.differences)


def act_words(act: HidingAct) -> str:
    """Why and by whom, in one line: 理由：泄露个人信息，规则 2.1，处理人 S-004（单人）."""
    pieces = []
    if act.reason:
        pieces.append(_("理由：%(reason)s", reason=str(reason_label(act.reason))))
    if act.clause and act.kind == "complaint.restored":
        pieces.append(_("原来下架依据规则第 %(clause)s 条", clause=act.clause))
    elif act.clause:
        pieces.append(_("规则第 %(clause)s 条", clause=act.clause))
    return _("，").join([*pieces, _who(act)])


def asked_words(asked: Asked) -> str:
    """Who asked for what, why, and what came of it so far, in one line."""
    return _(
        "%(role)s %(staff)s 申请%(act)s，理由：%(reason)s，%(state)s",
        role=str(role_label(asked.role)), staff=asked.staff, act=str(ACT_LABELS[asked.act]),
        reason=str(reason_label(asked.reason)), state=str(ASKED_LABELS[asked.state]),
    )  # fmt: skip


def _who(act: HidingAct) -> str:
    if act.proven is not None:
        return _("作者本人（本人验证）") if act.proven else _("作者本人（未验证）")
    if act.staff is None:
        return str(role_label(act.by))
    if act.second:
        return _("处理人 %(staff)s，复核人 %(second)s", staff=act.staff, second=act.second)
    if act.kind in SHARED:
        return _("处理人 %(staff)s（单人）", staff=act.staff)
    return _("处理人 %(staff)s", staff=act.staff)


def _base_url() -> str:
    return str(setting("FORUM_BASE_URL")).rstrip("/")
