"""What each section of the figures says before its table: one sentence, numbers in it."""

from __future__ import annotations

from flask_babel import gettext as _

from forum.tlog.measures import Figures, Rate
from forum.tlog.tables import LEAST
from forum.transparency.figures import Counted


def percent(rate: Rate) -> str:
    """A share in percent with what it is of; a line that says so while there are too few."""
    share = rate.per_thousand
    if share is None:
        return _("—（n=%(n)s，不足 %(least)s，先不算）", least=LEAST, n=f"{rate.whole:,}")
    return _("%(share)s%%（n=%(n)s）", share=f"{share / 10:.1f}", n=f"{rate.whole:,}")


def in_cell(rate: Rate) -> str:
    """The same in a narrow column: while there are too few, only of how many."""
    return _("n=%(n)s", n=f"{rate.whole:,}") if rate.per_thousand is None else percent(rate)


def per_thousand(rate: Rate) -> str | None:
    """A rate per 1,000; None while there are too few."""
    if rate.per_thousand is None:
        return None
    return _("每千条 %(rate)s", rate=f"{rate.per_thousand:.1f}")


def cohort_said(found: Figures) -> str:
    visible, hidden = found.rate("visible").per_thousand, found.rate("hidden").per_thousand
    if visible is None or hidden is None:
        return _("这段时间收到 %(n)s 条，不足 %(least)s 条，先不算比例。",
                 n=found.number("received"), least=LEAST)  # fmt: skip
    said = _("这段时间收到 %(n)s 条；每千条里看得见 %(visible)s 条，不再公开 %(hidden)s 条。",
             n=f"{found.number('received'):,}", visible=f"{visible:.1f}",
             hidden=f"{hidden:.1f}")  # fmt: skip
    return said + _posted_here(found)


def _posted_here(found: Figures) -> str:
    """The same without what came from an archive, where that says something else."""
    rates = {name: found.rate_here(name, "received") for name in ("visible", "hidden")}
    shown = {name: rate.per_thousand for name, rate in rates.items() if rate is not None}
    if None in (shown.get("visible"), shown.get("hidden")):
        return ""
    return _("不含转入的旧意见：看得见 %(visible)s 条，不再公开 %(hidden)s 条。",
             visible=f"{shown['visible']:.1f}", hidden=f"{shown['hidden']:.1f}")  # fmt: skip


def acted(found: Figures) -> str:
    return _("这段时间下架 %(removed)s 条，恢复 %(back)s 条。",
             removed=f"{found.number('act-removed'):,}",
             back=f"{found.number('brought-back'):,}")  # fmt: skip


def single(found: Figures) -> str:
    return _("一人单独作出的占 %(alone)s；处理说明完整的占 %(complete)s。",
             alone=percent(found.rate("single-handed")),
             complete=percent(found.rate("complete")))  # fmt: skip


def overturned(found: Figures) -> str:
    return _("对处理的申诉，有结果的 %(n)s 件，成立的占 %(rate)s；对保留的申诉另算。",
             n=f"{found.number('appeals-hidden-decided'):,}",
             rate=percent(found.rate("overturned")))  # fmt: skip


def flagged(found: Figures) -> str:
    return _("有结果的举报 %(flags)s 次，有结果的投诉和要求 %(notices)s 份。",
             flags=f"{found.sums['flags']:,}",
             notices=f"{found.sums['notices-decided']:,}")  # fmt: skip


def holding(found: Figures) -> str:
    return _("先等过才发布的占收到的 %(rate)s；现在还有 %(n)s 条在等。",
             rate=percent(found.rate("held-first")), n=f"{found.number('held'):,}")  # fmt: skip


def audited(found: Figures) -> str:
    return _("删改记录 %(n)s 条，独立监督员看过的占 %(rate)s；有疑问的 %(doubts)s 条。",
             n=f"{found.number('hiding'):,}", rate=percent(found.rate("reviewed")),
             doubts=f"{found.number('questioned'):,}")  # fmt: skip


def by_authors(counted: Counted) -> str:
    return _("公司答复后 72 小时内撤回的 %(n)s 条。这一项公开记录算不出全部：电话联系只有公司知道。",
             n=f"{counted.after_contact:,}")  # fmt: skip
