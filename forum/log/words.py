"""The log in words: labels for what entries name in code, and one sentence for each entry.

Nothing here knows HTML. Labels are lazy strings, turned into the reader's language when shown;
sentences are made in the language of the present request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.tlog.entry import COUNTS

Entry = Mapping[str, Any]

KIND_LABELS: dict[str, Any] = {
    "log.opened": _l("开始记录"),
    "complaint.posted": _l("新意见"),
    "complaint.imported": _l("转入旧意见"),
    "complaint.edited": _l("作者改了文字"),
    "complaint.status": _l("进展"),
    "complaint.withdrawn": _l("撤回"),
    "complaint.removed": _l("下架"),
    "complaint.restored": _l("恢复显示"),
    "withdrawal.requested": _l("申请撤回"),
    "withdrawal.stopped": _l("停止撤回"),
    "reply.posted": _l("答复"),
    "reply.imported": _l("转入旧答复"),
    "comment.posted": _l("有人说两句"),
    "support.added": _l("我也遇到"),
    "support.withdrawn": _l("收回“我也遇到”"),
    "promise.made": _l("承诺"),
    "promise.kept": _l("承诺已兑现"),
    "promise.broken": _l("承诺未兑现"),
    "role.granted": _l("授予身份"),
    "role.revoked": _l("收回身份"),
    "setting.changed": _l("改了设置"),
    "rules.published": _l("公布规则"),
    "place.changed": _l("城市、小区或类别有变"),
    "balance.counted": _l("每日对账"),
    "digest.sent": _l("今日必看已送出"),
}
REASON_LABELS: dict[str, Any] = {
    "illegal": _l("违反法律"),
    "personal-data": _l("泄露个人信息"),
    "spam": _l("广告或刷屏"),
    "abuse": _l("辱骂或威胁他人"),
    "off-topic": _l("与本板无关"),
    "duplicate": _l("同一件事重复"),
    "impersonation": _l("冒充他人"),
    "copyright": _l("侵犯著作权"),
    "defamation-notice": _l("被投诉损害名誉"),
    "authority-order": _l("主管部门要求"),
    "court-order": _l("法院要求"),
    "author-request": _l("作者本人要求"),
    "lawful-erasure": _l("依法清除"),
    "misfiled": _l("放错了地方"),
    "policy": _l("违反规则其他条款"),
    "appeal-upheld": _l("申诉成立"),
    "mistake": _l("处理有误"),
    "lapsed": _l("逾期未复核"),
}
ROLE_LABELS: dict[str, Any] = {
    "author": _l("作者本人"),
    "member": _l("业主"),
    "reader": _l("读者"),
    "party": _l("当事人"),
    "authority": _l("主管部门"),
    "staff": _l("客服"),
    "moderator": _l("管理人员"),
    "executive": _l("公司负责人"),
    "auditor": _l("独立监督员"),
    "admin": _l("系统管理员"),
    "system": _l("系统"),
    "import": _l("旧档案"),
}
STATUS_LABELS: dict[str, Any] = {
    "open": _l("待答复"),
    "answered": _l("已答复"),
    "promised": _l("已承诺"),
    "resolved": _l("已处理，等您确认"),
    "confirmed": _l("业主确认已解决"),
    "disputed": _l("业主认为未解决"),
    "closed_unconfirmed": _l("未获业主确认"),
}
TYPE_LABELS: dict[str, Any] = {
    "criticism": _l("批评"),
    "suggestion": _l("建议"),
    "question": _l("咨询"),
    "praise": _l("表扬"),
}
OUTCOME_LABELS: dict[str, Any] = {
    "explained": _l("已说明原因"),
    "fixed": _l("已修好"),
    "compensated": _l("已补偿"),
    "rule-changed": _l("已改规定"),
}
CAUSE_LABELS: dict[str, Any] = {
    "execution": _l("没按规定做"),
    "rule": _l("规定本身不合理"),
    "not-explained": _l("没有说清楚"),
}
PLACE_LABELS: dict[str, Any] = {
    "city": _l("城市"),
    "project": _l("小区"),
    "category": _l("类别"),
    "department": _l("部门"),
}
COUNT_LABELS: dict[str, Any] = {
    "received": _l("收到"),
    "visible": _l("看得见"),
    "held": _l("待发布"),
    "refused": _l("未予发布"),
    "removed": _l("已下架"),
    "erased": _l("依法清除"),
    "merged": _l("同类合并"),
    "withdrawn": _l("已撤回"),
}
# Acts that a second person could have shared in: the log says when nobody did.
_SHARED = ("complaint.removed", "complaint.restored", "role.granted", "role.revoked")


def kind_label(kind: str) -> Any:
    """The words for a kind of entry (lazy)."""
    return KIND_LABELS[kind]


def reason_label(reason: str) -> Any:
    """The words for a reason of the closed list (lazy)."""
    return REASON_LABELS[reason]


def role_label(role: str) -> Any:
    """The words for who acted, from `by`, or for an account's role (lazy)."""
    return ROLE_LABELS[role]


def status_label(status: str) -> Any:
    """The words for where a case stands (lazy)."""
    return STATUS_LABELS[status]


def type_label(type_: str) -> Any:
    """The words for a complaint's type (lazy)."""
    return TYPE_LABELS[type_]


def sentence(entry: Entry) -> str:
    """A valid entry as one sentence: 下架：#17，理由：泄露个人信息，处理人 S-004（单人）."""
    number = [f"#{entry['complaint']}"] if "complaint" in entry else []
    said = _("，").join([*number, *details(entry)])
    act = str(kind_label(entry["kind"]))
    return _("%(act)s：%(said)s", act=act, said=said) if said else act


def details(entry: Entry) -> list[str]:
    """What the sentence says after the act and the complaint's number, piece by piece."""
    pieces = [say(entry) for say in (_DETAILS.get(entry["kind"]), _reason, _until, _who) if say]
    return [str(piece) for piece in pieces if piece]


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
        return _shared(_("处理人 %(staff)s", staff=staff), entry)
    return str(role_label(entry["by"])) if "by" in entry else ""


def _shared(who: str, entry: Entry) -> str:
    if entry.get("second"):
        return _("%(who)s，复核人 %(second)s", who=who, second=entry["second"])
    return _("%(who)s（单人）", who=who) if entry["kind"] in _SHARED else who


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
    return _("%(setting)s 改为 %(value)s", setting=entry["setting"], value=entry["value"])


def _rules(entry: Entry) -> str:
    return _("第 %(version)s 版，共 %(n)s 条", version=entry["version"], n=entry["clauses"])


def _place(entry: Entry) -> str:
    return _("%(place)s %(slug)s", place=str(PLACE_LABELS[entry["place"]]), slug=entry["slug"])


def _balance(entry: Entry) -> str:
    counts = [f"{COUNT_LABELS[name]} {entry[name]}" for name in COUNTS]
    return _("，").join([entry["date"], *counts])


_DETAILS: dict[str, Callable[[Entry], str]] = {
    "log.opened": lambda entry: str(entry["origin"]),
    "complaint.posted": _posted,
    "complaint.imported": _claimed,
    "complaint.status": _status,
    "complaint.removed": lambda entry: _("依据规则第 %(clause)s 条", clause=entry["clause"]),
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
