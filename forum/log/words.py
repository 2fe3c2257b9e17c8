"""The log in words: one sentence for each entry, in the language of the present request.

Nothing here knows HTML. The labels that sentences are made of are in `labels.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.base.clock import BOARD_ZONE, parse_utc
from forum.log.labels import (
    ACT_LABELS,
    CAUSE_LABELS,
    COUNT_LABELS,
    FLAG_LABELS,
    KIND_LABELS,
    OPINION_LABELS,
    OUTCOME_LABELS,
    PLACE_LABELS,
    REASON_LABELS,
    REDRESS_LABELS,
    REVIEW_LABELS,
    ROLE_LABELS,
    SETTING_LABELS,
    STATUS_LABELS,
    TYPE_LABELS,
    VALUE_LABELS,
    kind_label,
    reason_label,
    role_label,
    status_label,
    type_label,
)
from forum.tlog.decided import DECIDERS
from forum.tlog.entry import COUNTS, KINDS

__all__ = [
    "ACT_LABELS",
    "CAUSE_LABELS",
    "COUNT_LABELS",
    "FLAG_LABELS",
    "KIND_LABELS",
    "OPINION_LABELS",
    "OUTCOME_LABELS",
    "PLACE_LABELS",
    "REASON_LABELS",
    "REDRESS_LABELS",
    "REVIEW_LABELS",
    "ROLE_LABELS",
    "STATUS_LABELS",
    "TYPE_LABELS",
    "details",
    "kind_label",
    "reason_label",
    "role_label",
    "sentence",
    "status_label",
    "type_label",
]


Entry = Mapping[str, Any]

# Acts that a second person could have shared in: the log says when nobody did. To show something
# again takes one only.
_AGAIN = (".restored", ".relisted", ".reinstated")
SHARED = tuple(
    name for name, kind in KINDS.items()
    if any(field.name == "second" for field in kind.fields) and not name.endswith(_AGAIN)
)  # fmt: skip


def sentence(entry: Entry) -> str:
    """A valid entry as one sentence: 下架：#17，理由：泄露个人信息，处理人 S-004（单人）."""
    number = [f"#{entry['complaint']}"] if entry.get("complaint") else []
    said = _("，").join([*number, *details(entry)])
    act = str(act_label(entry))
    return _("%(act)s：%(said)s", act=act, said=said) if said else act


def act_label(entry: Entry) -> Any:
    """The words for what an entry did (lazy): who may not decide asks, and proposes nothing."""
    asked = entry["kind"] == "statement.proposed" and entry["by"] not in DECIDERS
    return _l("申请处理") if asked else kind_label(entry["kind"])


def details(entry: Entry) -> list[str]:
    """What the sentence says after the act and the complaint's number, piece by piece."""
    said = (_item, _DETAILS.get(entry["kind"]), _clause, _reason, _until, _lapses, _who)
    pieces = [say(entry) for say in said if say]
    return [str(piece) for piece in pieces if piece]


def _item(entry: Entry) -> str:
    item, kind = entry.get("item"), entry["kind"]
    if not item or kind.startswith("promise.") or kind.endswith((".posted", ".imported")):
        return ""
    return _("第 %(item)s 号发言", item=item)


def _clause(entry: Entry) -> str:
    if not entry.get("clause"):
        return ""
    return _("依据规则第 %(clause)s 条", clause=entry["clause"])


def _lapses(entry: Entry) -> str:
    if not entry.get("lapses"):
        return ""
    return _("到 %(at)s 无人复核即作废", at=_minute(entry["lapses"]))


def _minute(at: str) -> str:
    return f"{parse_utc(at).astimezone(BOARD_ZONE):%Y-%m-%d %H:%M}"


def _reason(entry: Entry) -> str:
    if not entry.get("reason"):
        return ""
    return _("理由：%(reason)s", reason=str(reason_label(entry["reason"])))


def _until(entry: Entry) -> str:
    return _("期限 %(day)s", day=entry["until"]) if entry.get("until") else ""


def _who(entry: Entry) -> str:
    if entry.get("proven") is not None:
        who = role_label("author")
        return (
            _("%(who)s（本人验证）", who=who)
            if entry["proven"]
            else _("%(who)s（未验证）", who=who)
        )
    if entry["kind"].startswith("role."):
        return _shared(str(role_label(entry["by"])), entry)
    staff = entry.get("staff")
    if staff:
        return _shared(_of_staff(entry["by"], staff), entry)
    return str(role_label(entry["by"])) if "by" in entry else ""


def _of_staff(by: str, staff: str) -> str:
    """A moderator's number, as on every notice; of anybody else inside the role as well."""
    if by == "moderator":
        return _("处理人 %(staff)s", staff=staff)
    return _("%(role)s %(staff)s", role=str(role_label(by)), staff=staff)


def _shared(who: str, entry: Entry) -> str:
    if entry.get("second"):
        return _("%(who)s，复核人 %(second)s", who=who, second=entry["second"])
    return _("%(who)s（单人）", who=who) if entry["kind"] in SHARED else who


def _posted(entry: Entry) -> str:
    return _(
        "%(type)s，小区 %(project)s", type=str(type_label(entry["type"])), project=entry["project"]
    )


def _claimed(entry: Entry) -> str:
    return _("原注日期 %(day)s", day=entry["claimed_at"][:10])


def _status(entry: Entry) -> str:
    said = [str(status_label(entry["status"]))]
    if entry["outcome"]:
        said.append(str(OUTCOME_LABELS[entry["outcome"]]))
    if entry["cause"]:
        said.append(str(CAUSE_LABELS[entry["cause"]]))
    return _("，").join(said)


def _waiting(entry: Entry) -> str:
    return _("未经本人验证，到 %(day)s 才生效", day=entry["due"][:10])


def _supporters(entry: Entry) -> str:
    return _("现在 %(n)s 户", n=entry["supporters"])


def _holding(entry: Entry) -> str:
    return _("我查一查") if entry["reply"] == "holding" else ""


def _role(entry: Entry) -> str:
    return _("%(staff)s：%(role)s", staff=entry["staff"], role=str(role_label(entry["role"])))


def _setting(entry: Entry) -> str:
    setting, value = entry["setting"], entry["value"]
    return _("%(setting)s 改为 %(value)s", setting=str(SETTING_LABELS.get(setting, setting)),
             value=str(VALUE_LABELS.get(value, value)))  # fmt: skip


def _rules(entry: Entry) -> str:
    return _("第 %(version)s 版，共 %(n)s 条", version=entry["version"], n=entry["clauses"])


def _place(entry: Entry) -> str:
    return _("%(place)s %(slug)s", place=str(PLACE_LABELS[entry["place"]]), slug=entry["slug"])


def _balance(entry: Entry) -> str:
    counts = [f"{COUNT_LABELS[name]} {entry[name]}" for name in COUNTS]
    return _("，").join([entry["date"], *counts])


def _due(entry: Entry) -> str:
    return _("最迟 %(at)s 自动发布", at=_minute(entry["due"]))


def _moved(entry: Entry) -> str:
    return _("现为 %(type)s，小区 %(project)s，类别 %(category)s", project=entry["project"],
             type=str(type_label(entry["type"])), category=entry["category"])  # fmt: skip


def _merge(entry: Entry) -> str:
    if "supporters" not in entry:
        return _("与 #%(into)s", into=entry["into"])
    return _("与 #%(into)s，那里现在 %(n)s 户", into=entry["into"], n=entry["supporters"])


def _proposal(entry: Entry) -> str:
    act = str(ACT_LABELS[entry["act"]])
    return _("%(act)s，处理说明 %(number)s", act=act, number=entry["statement"])


def _of_statement(entry: Entry) -> str:
    return _("处理说明 %(number)s", number=entry["statement"])


def _closes(entry: Entry) -> str:
    indexes = _("、").join(str(index) for index in entry["closes"])
    return _("不再公开第 %(indexes)s 条记录的原文", indexes=indexes)


def _flags(entry: Entry) -> str:
    return _(
        "%(flags)s 次举报、%(notices)s 份投诉和要求，结果：%(decision)s",
        flags=entry["flags"], notices=entry["notices"],
        decision=str(FLAG_LABELS[entry["decision"]]),
    )  # fmt: skip


def _numbered(entry: Entry) -> str:
    """Notice, appeal or challenge: its number, and what came of it."""
    number = entry[entry["kind"].partition(".")[0]]
    if "outcome" not in entry:
        return _("第 %(number)s 号", number=number)
    outcome = str(REDRESS_LABELS[entry["outcome"]])
    return _("第 %(number)s 号，%(outcome)s", number=number, outcome=outcome)


def _reviewed(entry: Entry) -> str:
    review = str(REVIEW_LABELS[entry["review"]])
    return _("第 %(of)s 条记录：%(review)s", of=entry["of"], review=review)


def _report(entry: Entry) -> str:
    return _(
        "第 %(report)s 号，看过第 %(first)s 到 %(last)s 条记录：%(opinion)s",
        report=entry["report"], first=entry["from"], last=entry["to"],
        opinion=str(OPINION_LABELS[entry["opinion"]]),
    )  # fmt: skip


def _opened(entry: Entry) -> str:
    if entry["previous"] is None:
        return str(entry["origin"])
    return _("%(origin)s，接续 %(previous)s", origin=entry["origin"], previous=entry["previous"])


def _backup(entry: Entry) -> str:
    return _("备份里有 %(size)s 条记录", size=entry["size"])


_DETAILS: dict[str, Callable[[Entry], str]] = {
    "log.opened": _opened,
    "complaint.posted": _posted,
    "complaint.imported": _claimed,
    "complaint.status": _status,
    "complaint.held": _due,
    "complaint.redacted": _closes,
    "complaint.erased": _closes,
    "complaint.moved": _moved,
    "complaint.merged": _merge,
    "complaint.unmerged": _merge,
    "merge.proposed": _merge,
    "merge.declined": _merge,
    "statement.proposed": _proposal,
    "statement.approved": _of_statement,
    "statement.rejected": _of_statement,
    "statement.refused": _of_statement,
    "statement.lapsed": _of_statement,
    "reply.redacted": _closes,
    "reply.erased": _closes,
    "comment.redacted": _closes,
    "comment.erased": _closes,
    "flag.decided": _flags,
    "notice.received": _numbered,
    "notice.countered": _numbered,
    "appeal.filed": _numbered,
    "appeal.decided": _numbered,
    "challenge.filed": _numbered,
    "challenge.decided": _numbered,
    "sealed.viewed": _of_statement,
    "sealed.destroyed": _closes,
    "audit.reviewed": _reviewed,
    "audit.reported": _report,
    "key.rotated": lambda entry: str(entry["vkey"]),
    "backup.restored": _backup,
    "withdrawal.requested": _waiting,
    "reply.posted": _holding,
    "reply.imported": _claimed,
    "support.added": _supporters,
    "support.withdrawn": _supporters,
    "role.granted": _role,
    "role.revoked": _role,
    "setting.changed": _setting,
    "rules.published": _rules,
    "place.changed": _place,
    "balance.counted": _balance,
    "digest.sent": lambda entry: str(entry["date"]),
}
