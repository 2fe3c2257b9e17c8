"""What entries name in code, in words: labels as lazy strings, in the reader's language when shown."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

KIND_LABELS: dict[str, Any] = {
    "log.opened": _l("开始记录"),
    "complaint.posted": _l("新意见"),
    "complaint.imported": _l("转入旧意见"),
    "complaint.edited": _l("作者改了文字"),
    "complaint.status": _l("进展"),
    "complaint.withdrawn": _l("撤回"),
    "complaint.held": _l("暂缓发布"),
    "complaint.published": _l("发布"),
    "complaint.refused": _l("未予发布"),
    "complaint.removed": _l("下架"),
    "complaint.delisted": _l("移出列表"),
    "complaint.relisted": _l("放回列表"),
    "complaint.redacted": _l("遮盖"),
    "complaint.restored": _l("恢复显示"),
    "complaint.erased": _l("依法清除"),
    "complaint.locked": _l("停止评论"),
    "complaint.unlocked": _l("恢复评论"),
    "complaint.moved": _l("改了归类"),
    "complaint.merged": _l("同类合并"),
    "complaint.unmerged": _l("取消合并"),
    "merge.proposed": _l("提议合并"),
    "merge.declined": _l("不合并"),
    "statement.proposed": _l("提议处理"),
    "statement.approved": _l("同意处理"),
    "statement.rejected": _l("不同意处理"),
    "statement.refused": _l("不予处理"),
    "statement.lapsed": _l("提议作废"),
    "withdrawal.requested": _l("申请撤回"),
    "withdrawal.stopped": _l("停止撤回"),
    "reply.posted": _l("答复"),
    "reply.imported": _l("转入旧答复"),
    "comment.posted": _l("有人说两句"),
    "reply.removed": _l("答复下架"),
    "reply.restored": _l("答复恢复显示"),
    "reply.redacted": _l("答复遮盖"),
    "reply.erased": _l("答复依法清除"),
    "comment.removed": _l("评论下架"),
    "comment.restored": _l("评论恢复显示"),
    "comment.redacted": _l("评论遮盖"),
    "comment.erased": _l("评论依法清除"),
    "flag.decided": _l("举报有结果"),
    "notice.received": _l("收到投诉或要求"),
    "notice.countered": _l("作者回应通知"),
    "appeal.filed": _l("提出申诉"),
    "appeal.decided": _l("申诉有结果"),
    "challenge.filed": _l("提出异议"),
    "challenge.decided": _l("异议有结果"),
    "sealed.viewed": _l("查看封存原文"),
    "sealed.destroyed": _l("销毁封存原文"),
    "member.suspended": _l("暂停发言"),
    "member.reinstated": _l("恢复发言"),
    "audit.reviewed": _l("独立监督员查看"),
    "audit.reported": _l("独立监督员意见"),
    "board.closing": _l("宣布关闭"),
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
    "key.rotated": _l("更换签名密钥"),
    "backup.restored": _l("从备份恢复"),
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
    "appeal-upheld": _l("申诉或异议成立"),
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
ACT_LABELS: dict[str, Any] = {
    "remove": _l("下架"),
    "redact": _l("遮盖"),
    "refuse": _l("未予发布"),
    "delist": _l("移出列表"),
    "erase": _l("依法清除"),
    "suspend": _l("暂停发言"),
}
FLAG_LABELS: dict[str, Any] = {
    "kept": _l("保留"),
    "acted": _l("已处理"),
}
# Settings that matter for hiding, and their values; whatever else an entry names stands as it is.
SETTING_LABELS: dict[str, Any] = {
    "hold": _l("先审后发"),
    "witnesses": _l("见证规则"),
    "clock": _l("时钟"),
}
VALUE_LABELS: dict[str, Any] = {"on": _l("开"), "off": _l("关"), "accepted": _l("已认可")}
REDRESS_LABELS: dict[str, Any] = {
    "upheld": _l("成立"),
    "partly-upheld": _l("部分成立"),
    "rejected": _l("不成立"),
    "inadmissible": _l("不予受理"),
}
REVIEW_LABELS: dict[str, Any] = {
    "in-order": _l("没有问题"),
    "questioned": _l("有疑问"),
}
OPINION_LABELS: dict[str, Any] = {
    "unqualified": _l("无保留意见"),
    "qualified": _l("保留意见"),
    "adverse": _l("否定意见"),
}


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
