"""The figures as the page shows them: each section a sentence, then its table, a link behind every number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from forum.log.labels import KIND_LABELS, REASON_LABELS, ROLE_LABELS, TYPE_LABELS
from forum.tlog.behind import HIDDEN
from forum.tlog.measures import STATES, Figures, Rate
from forum.tlog.tables import BY_STAFF, Spread
from forum.transparency import sentences
from forum.transparency.cells import Cell, Row, behind, cell, here_of, rate_of
from forum.transparency.figures import Counted
from forum.transparency.sentences import in_cell, percent
from forum.transparency.words import GROUPS, TIME_NOTES, TIMES, definition_of, duration, label_of

PLACES_SHOWN = 40
MONTHS_SHOWN = 24
COHORT = (*STATES, "hidden", "withdrawn-proven", "withdrawn-unproven", "delisted", "redacted",
          "waiting", "answered", "now-praise", "imported")  # fmt: skip
DONE = ("act-removed", "act-refused", "act-delisted", "act-redacted", "act-erased",
        "act-suspended", "item-removed", "item-redacted", "item-erased", "act-locked",
        "act-moved", "moved-to-praise", "act-merged", "brought-back")  # fmt: skip
HOW = ("measures", "single-handed", "confirmed", "unconfirmed", "complete", "automated",
       "before-reply", "many-supporters", "undone", "undone-appeal-upheld", "undone-mistake",
       "undone-lapsed", "undone-unmerged", "ended")  # fmt: skip
REDRESS = ("appeals", "appealed", "appeals-open", "appeals-decided", "appeals-hidden",
           "appeals-hidden-decided", "overturned", "appeals-kept", "appeals-kept-decided",
           "kept-overturned", "challenges", "challenges-open", "challenges-decided",
           "challenges-overturned")  # fmt: skip
NOTICES = ("flags-decided", "flags-kept", "flags-acted", "notices-party", "notices-authority",
           "notices-countered")  # fmt: skip
HELD = ("held-first", "held", "published-system", "published-moderator", "act-refused")
AUTHORS = ("author-acts", "author-proven", "author-unproven", "author-device", "author-server")
AUDIT = ("hiding", "reviewed", "questioned", "opinions", "opinion-unqualified",
         "opinion-qualified", "opinion-adverse")  # fmt: skip
ASKED = ("open", "approved", "rejected", "refused", "lapsed")
BY_PLACE = ("received", "visible", "hidden", "withdrawn", "delisted", "redacted")
BY_MONTH = ("received", "imported", "act-removed", "act-refused", "act-erased", "author-withdrawn",
            "brought-back", "hiding", "reviewed")  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A part of the page. heads: over the cells; chart: name of its picture; measured: whether
    the first cell of each row is the figure of that name, which a monitor may read."""

    code: str
    title: str
    sentence: str
    heads: Sequence[str]
    rows: Sequence[Row]
    chart: str | None = None
    measured: bool = False


def sections(counted: Counted) -> list[Section]:
    """All sections, in the order in which they are read."""
    found = counted.everybody
    return [
        _cohort(counted),
        _named("acts", _("这段时间做了什么"), sentences.acted(found), counted, (*DONE, *_reasons(found)),
               chart="grounds"),
        _named("how", _("处理得规矩不规矩"), sentences.single(found), counted, HOW),
        asked(found),
        _named("redress", _("申诉与异议"), sentences.overturned(found), counted, REDRESS),
        _named("notices", _("举报与投诉"), sentences.flagged(found), counted, NOTICES),
        _named("holding", _("先审后发"), sentences.holding(found), counted, HELD),
        _named("authors", _("作者本人的操作"), sentences.by_authors(counted), counted, AUTHORS),
        _named("audit", _("独立监督员看过多少"), sentences.audited(found), counted, AUDIT),
        audit_kinds(found),
        _staff(found),
        *_places(counted),
        _months(found),
    ]  # fmt: skip


def times(found: Figures) -> list[dict[str, Any]]:
    """How long things took, with how many of them."""
    return [{"name": name, "label": str(TIMES[name]), "note": TIME_NOTES.get(name), **_spread(took)}
            for name, took in found.times.items()]  # fmt: skip


def audit_kinds(found: Figures) -> Section:
    """What there was to look at, kind by kind, and how much of it an auditor has looked at."""
    rows = []
    for kind, label in KIND_LABELS.items():
        there, seen = found.number(f"hiding-{kind}"), found.number(f"reviewed-{kind}")
        if there:
            cells = [cell(found, f"hiding-{kind}"),
                     cell(found, f"reviewed-{kind}", rate=in_cell(Rate(seen, there)))]  # fmt: skip
            rows.append(Row(kind, str(label), None, cells))
    heads = [label_of(name) for name in ("hiding", "reviewed")]
    sentence = _("按做了什么分。每一条都可以点开。")
    return Section("audit-kinds", _("按种类看过多少"), sentence, heads, rows)


def audit_months(found: Figures, shown: int) -> list[Row]:
    """The newest months, with what there was to look at in each, and how much was looked at."""
    rows = []
    for month, counts in list(found.months.items())[: -shown - 1 : -1]:
        row = _part_row(found, month, month, counts, ("hiding", "reviewed"), window=month)
        there, seen = row.cells
        rate = in_cell(Rate(seen.number, there.number))
        rows.append(Row(month, month, None, [there, Cell(seen.number, seen.href, rate)]))
    return rows


def _cohort(counted: Counted) -> Section:
    reasons = sorted(name for name in counted.everybody.lists
                     if name.startswith(("removed-", "refused-", "erased-")))  # fmt: skip
    rows = [_row(counted, name) for name in ("received", *COHORT, *reasons)]
    said = sentences.cohort_said(counted.everybody)
    return Section("cohort", _("每千条里"), said, _everybody(), rows, "states", measured=True)


def _everybody() -> tuple[str, str]:
    return _("全部"), _("已认证业主")


def _named(
    code: str, title: str, sentence: str, counted: Counted, names: Iterable[str],
    chart: str | None = None,
) -> Section:  # fmt: skip
    rows = [_row(counted, name) for name in names]
    return Section(code, title, sentence, _everybody(), rows, chart, measured=True)


def _row(counted: Counted, name: str) -> Row:
    parts: tuple[tuple[Figures, dict[str, Any]], ...] = (
        (counted.everybody, {}), (counted.verified, {"verified": 1})
    )  # fmt: skip
    cells = [
        replace(cell(found, name, **of), rate=rate_of(found, name), here=here_of(found, name))
        for found, of in parts
    ]
    label = label_of(name)
    state, _dash, reason = name.partition("-")
    if state in HIDDEN and reason:
        label = _("%(state)s：%(reason)s", state=label_of(state), reason=label)
    return Row(name, label, definition_of(name), cells)


def _reasons(found: Figures) -> list[str]:
    return [f"reason-{reason}" for reason in REASON_LABELS if found.number(f"reason-{reason}")]


def asked(found: Figures) -> Section:
    """Who asked for what to be taken down or covered, and what came of it."""
    rows = [
        Row(of, label, definition_of(of.partition("-")[0]) if "-" not in of else None,
            [cell(found, of), *(cell(found, f"{of}-{outcome}") for outcome in ASKED)])
        for of, label in _askers(found)
    ]  # fmt: skip
    heads = (_("提出"), _("等待"), _("同意"), _("不同意"), _("拒绝"), _("作废"))
    rate = percent(found.rate("requests-refused"))
    sentence = _("公司内部请求处理 %(n)s 次，拒绝了 %(refused)s 次：%(rate)s。",
                 n=f"{found.number('requests'):,}", rate=rate,
                 refused=f"{found.number('requests-refused'):,}")  # fmt: skip
    return Section("asked", _("谁想拿掉什么"), sentence, heads, rows)


def _askers(found: Figures) -> list[tuple[str, str]]:
    of = [("requests", label_of("requests")), ("proposals", label_of("proposals"))]
    for kind in ("requests", "proposals"):
        of += [(f"{kind}-{role}", str(label)) for role, label in ROLE_LABELS.items()
               if found.number(f"{kind}-{role}")]  # fmt: skip
    return of


def _staff(found: Figures) -> Section:
    rows = [_part_row(found, number, number, counts, BY_STAFF, staff=number)
            for number, counts in sorted(found.staff.items())]  # fmt: skip
    sentence = _(
        "按提出的人的工号，合并按决定的人；“作为第二人”另列一栏，所以一件处理会数在两个人名下。"
    )
    return Section("staff", _("谁处理的"), sentence, [label_of(n) for n in BY_STAFF], rows)


def _places(counted: Counted) -> list[Section]:
    found = counted.everybody
    types = {code: str(label) for code, label in TYPE_LABELS.items()}
    names = {**counted.names, "type": types}
    heads = [*(label_of(name) for name in BY_PLACE), label_of("answered")]
    return [_place(found, kind, names[kind], heads) for kind in GROUPS]


def _place(found: Figures, kind: str, names: Mapping[str, str], heads: Sequence[str]) -> Section:
    counts = found.groups[kind]
    by_size = sorted(counts, key=lambda slug: (-counts[slug].get("received", 0), slug))
    rows = []
    for slug in by_size[:PLACES_SHOWN]:
        row = _part_row(found, slug, names.get(slug, slug), counts[slug], BY_PLACE, **{kind: slug})
        rows.append(
            Row(row.name, row.label, None, [*row.cells, _answered(found, kind, slug, counts[slug])])
        )
    sentence = _("共 %(n)s 个，按收到多少排；全部在下载的表里。", n=len(counts))
    return Section(kind, _("按%(what)s", what=str(GROUPS[kind])), sentence, heads, rows)


def _answered(found: Figures, kind: str, slug: str, counts: Mapping[str, int]) -> Cell:
    """How many were answered, of all that had to be, and without what came from an archive."""

    def rate(of: str) -> Rate:
        return Rate(counts.get(f"answered{of}", 0), counts.get(f"answerable{of}", 0))

    number, here = counts.get("answered", 0), rate("-here")
    differs = here.whole and here != rate("")
    href = behind(found, "answered", **{kind: slug}) if number else None
    return Cell(number, href, in_cell(rate("")),
                _("不含转入 %(rate)s", rate=percent(here)) if differs else None)  # fmt: skip


def _part_row(
    found: Figures, name: str, label: str, counts: Mapping[str, int], names: Sequence[str],
    **of: str,
) -> Row:  # fmt: skip
    cells = [Cell(n := counts.get(each, 0), behind(found, each, **of) if n else None)
             for each in names]  # fmt: skip
    return Row(name, label, None, cells)


def _months(found: Figures) -> Section:
    mixed = any("imported" in counts for counts in found.months.values())
    names = [name for name in BY_MONTH if mixed or name != "imported"]
    rows = [_part_row(found, month, month, counts, names, window=month)
            for month, counts in list(found.months.items())[:-MONTHS_SHOWN - 1:-1]]  # fmt: skip
    heads = [label_of(name) for name in names]
    sentence = _("收到的按收到的月份数，转入的旧意见另数一栏；处理按作出的月份数。")
    return Section("months", _("按月"), sentence, heads, rows, "months")


def _spread(took: Spread) -> dict[str, Any]:
    median, p90 = took.median, took.p90
    return {"n": took.n, "median": None if median is None else duration(median),
            "p90": None if p90 is None else duration(p90)}  # fmt: skip
