"""What happened to somebody's complaint, in one sentence."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _


def headline(what: str, number: int) -> str:
    """The sentence of a notice and the subject of its mail."""
    words: dict[str, Any] = {
        "reply": _("您的意见 #%(n)d 有了答复", n=number),
        "comment": _("有人在您的意见 #%(n)d 下面说了两句", n=number),
        "resolved": _("公司说您的意见 #%(n)d 已处理，等您确认", n=number),
        "closed_unconfirmed": _("您的意见 #%(n)d 过了 14 天没有确认，记为“未获业主确认”", n=number),
        "promise.broken": _("对您的意见 #%(n)d 的承诺过期没有兑现", n=number),
        "removed": _("您的意见 #%(n)d 被下架了，您可以申诉", n=number),
        "erased": _("您的意见 #%(n)d 已依法清除，您可以申诉", n=number),
        "item.erased": _("您在 #%(n)d 下面写的内容已依法清除，您可以申诉", n=number),
        "redacted": _("您的意见 #%(n)d 有一处被遮盖，您可以申诉", n=number),
        "uncovered": _("您的意见 #%(n)d 里遮盖的一处已恢复", n=number),
        "delisted": _("您的意见 #%(n)d 已移出列表，您可以申诉", n=number),
        "relisted": _("您的意见 #%(n)d 已放回列表", n=number),
        "item.removed": _("您在 #%(n)d 下面写的内容被下架了，您可以申诉", n=number),
        "item.restored": _("您在 #%(n)d 下面写的内容已恢复显示", n=number),
        "item.redacted": _("您在 #%(n)d 下面写的内容有一处被遮盖，您可以申诉", n=number),
        "item.uncovered": _("您在 #%(n)d 下面写的内容里遮盖的一处已恢复", n=number),
        "suspended": _("您的账号暂停发言，您可以申诉"),
        "reinstated": _("您的账号可以发言了"),
        "restored": _("您的意见 #%(n)d 已恢复显示", n=number),
        "published": _("您的意见 #%(n)d 已发布", n=number),
        "refused": _("您的意见 #%(n)d 未予发布，您可以申诉", n=number),
        "locked": _("您的意见 #%(n)d 已停止评论，您可以不同意", n=number),
        "unlocked": _("您的意见 #%(n)d 又可以评论了", n=number),
        "moved": _("您的意见 #%(n)d 改了归类，您可以不同意", n=number),
        "merge.proposed": _("有人提议把您的意见 #%(n)d 并入同一件事的另一条", n=number),
        "merge.declined": _("您的意见 #%(n)d 没有合并", n=number),
        "merged": _("您的意见 #%(n)d 已并入同一件事的另一条，您随时可以拆开", n=number),
        "merged.here": _("同一件事的另一条意见已并入您的 #%(n)d", n=number),
        "unmerged": _("您的意见 #%(n)d 已拆开，不再合并", n=number),
        "flag.kept": _("您举报的 #%(n)d 有结果：保留，您可以申诉", n=number),
        "flag.acted": _("您举报的 #%(n)d 有结果：已处理", n=number),
        "notice.received": _("有人对您写的 #%(n)d 提出投诉，您可以公开回应", n=number),
        "notice.kept": _("对您写的 #%(n)d 的投诉有结果：保留", n=number),
        "notice.answered.kept": _("您对 #%(n)d 的投诉有结果：保留", n=number),
        "notice.answered.acted": _("您对 #%(n)d 的投诉有结果：已处理", n=number),
        "appeal.filed": _("您的申诉已收到，14 天内有结果"),
        "appeal.erased": _("您申诉的 #%(n)d 已依法清除，您的申诉仍会有结果", n=number),
        "appeal.decided": _("您的申诉有结果了"),
        "challenge.decided": _("您提的异议有结果了"),
        "challenge.answered": _("您提的第 %(n)d 号异议有结果了", n=number),
        "withdrawn": _("您的意见 #%(n)d 已撤回", n=number),
        "withdrawal.requested": _("有人申请撤回您的意见 #%(n)d，没有用本人码", n=number),
    }
    return str(words.get(what) or _("您的意见 #%(n)d 有新情况", n=number))
