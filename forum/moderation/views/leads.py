"""Where a refusal leads on: the page of what it names, in a link beside its sentence."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from forum.base.web.errors import Lead, lead_on


def _statement(number: int) -> Lead:
    words = _("看处理说明 %(number)s", number=number)
    return url_for("moderation.statement", number=number), words


def _appeal(number: int) -> Lead:
    return url_for("moderation.appeal_page", number=number), _("看第 %(n)s 号申诉", n=number)


def _challenge(number: int) -> Lead:
    return url_for("moderation.challenge_page", number=number), _("看第 %(n)s 号异议", n=number)


def _entry(index: int) -> Lead:
    return url_for("log.entry", index=index), _("看记录第 %(entry)s 条", entry=index)


def _to_appeal(index: int) -> Lead:
    return url_for("moderation.appeal_form", index=index), _("去申诉")


def _to_appeal_statement(number: int) -> Lead:
    return url_for("moderation.appeal_statement", number=number), _("不同意：可以申诉")


def _to_challenge(index: int) -> Lead:
    return url_for("moderation.challenge_form", index=index), _("对这条记录提出异议")


def _notice(of: tuple[int, int]) -> Lead:
    number, notice = of
    href = url_for("moderation.notice_page", number=number, notice=notice)
    return href, _("看第 %(number)s 号投诉", number=notice)


lead_on("statement", _statement)
lead_on("appeal", _appeal)
lead_on("challenge", _challenge)
lead_on("log_entry", _entry)
lead_on("appealable", _to_appeal)
lead_on("appealable_statement", _to_appeal_statement)
lead_on("challengeable", _to_challenge)
lead_on("notice_of", _notice)
