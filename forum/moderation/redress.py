"""The right to appeal, as every notice, statement and mail states it."""

from __future__ import annotations

import calendar
from datetime import date, datetime

from flask_babel import gettext as _

from forum.base.clock import local_date

APPEAL_MONTHS = 6


def appeal_until(told: datetime) -> date:
    """The last day of an appeal against what was told at `told` (an aware moment)."""
    return months_after(local_date(told), APPEAL_MONTHS)


def appeal_sentence(until: date) -> str:
    """Who may appeal until when, what it costs, who decides, and how to begin."""
    return _(
        "作者可在通知之日起六个月内（到 %(until)s）免费申诉，由没有参与原决定的人复核，"
        "并书面说明理由。申诉请拨打页脚的电话，说明意见编号。",
        until=until.isoformat(),
    )


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
