"""The right to appeal, as every notice, statement and mail states it."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from forum.base.clock import local_date

APPEAL_MONTHS = 6
# What people are told of, and may appeal against.
APPEALABLE = ("removed", "redacted", "delisted", "refused", "suspended", "erased", "item.removed",
              "item.redacted", "item.erased", "locked", "moved", "flag.kept")  # fmt: skip


def appeal_until(told: datetime) -> date:
    """The last day of an appeal against what was told at `told` (an aware moment)."""
    return months_after(local_date(told), APPEAL_MONTHS)


def appeal_sentence(until: date) -> str:
    """Who may appeal until when, what it costs, who decides, and how to begin."""
    return _(
        "本人可在通知之日起六个月内（到 %(until)s）免费申诉，由没有参与原决定的人复核，"
        "并书面说明理由。",
        until=until.isoformat(),
    )


def appeal_path(what: str, details: Mapping[str, Any]) -> str | None:
    """Where whoever was told `what` can appeal; None where there is nothing to appeal against.

    details: as a notice keeps them: statement, or the entry of a ruling or of a kept flag.
    """
    if what not in APPEALABLE:
        return None
    if details.get("statement"):
        return f"/statements/{details['statement']}/appeal"
    index = details.get("ruling", details.get("decision"))
    return None if index is None else f"/log/entries/{index}/appeal"


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
