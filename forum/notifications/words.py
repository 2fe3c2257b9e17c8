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
        "restored": _("您的意见 #%(n)d 已恢复显示", n=number),
        "withdrawn": _("您的意见 #%(n)d 已撤回", n=number),
        "withdrawal.requested": _("有人申请撤回您的意见 #%(n)d，没有用本人码", n=number),
    }
    return str(words.get(what) or _("您的意见 #%(n)d 有新情况", n=number))
