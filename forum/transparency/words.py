"""What the figures are called and what they mean, in the reader's language when shown."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.log.labels import (
    COUNT_LABELS,
    KIND_LABELS,
    OPINION_LABELS,
    REASON_LABELS,
    REDRESS_LABELS,
)

WINDOWS: dict[str, Any] = {
    "30d": _l("近 30 天"),
    "90d": _l("近 90 天"),
    "12m": _l("近 12 个月"),
    "all": _l("开板以来"),
}
STATES: dict[str, Any] = {
    "visible": _l("任何人现在打开就能看到全文。"),
    "held": _l("已编号，等待发布，24 小时内自动公开，除非写明理由不予发布。"),
    "refused": _l("没有发布，处理说明公开。"),
    "removed": _l("发布后被拿下，原处留有说明，理由和处理人公开。"),
    "erased": _l("依法律清除原文，编号和记录还在。"),
    "merged": _l("与同一件事的另一条合在一起，原文仍看得见。"),
    "withdrawn": _l("作者本人收回。公司的人不能代为撤回。"),
}
# Name → (label, what it counts). What is not here is made of the labels of the log.
FIGURES: dict[str, tuple[Any, Any]] = {
    "received": (_l("收到"), _l("这段时间编了号的每一条。转入的旧意见只在“开板以来”里算。")),
    "hidden": (_l("不再公开"), _l("未予发布、已下架、依法清除，三项合计。")),
    "withdrawn-proven": (_l("撤回，本人验证"), _l("用本人码证明过是作者自己撤的。")),
    "withdrawn-unproven": (_l("撤回，未验证"), _l("没有用本人码，公开等满 7 天后撤下。")),
    "delisted": (_l("移出列表"), _l("打得开，但列表和搜索里没有。已合并的也算。")),
    "redacted": (_l("部分遮盖"), _l("看得见，其中一部分被遮住。已合并的也算。")),
    "waiting": (_l("等待撤回"), _l("撤回未经本人验证，还没有生效。")),
    "answered": (_l("已经答复"), _l("看得见并已有答复。不再公开的也算在总数里，按没有答复算；提交时就是表扬的不算。")),
    "answerable": (_l("应当答复"), _l("提交时不是表扬的每一条，后来改归到表扬也算。")),
    "now-praise": (_l("现在归在表扬"), _l("提交时不是表扬，现在归在表扬。占应当答复的。")),
    "imported": (_l("从旧档案转入"), _l("这段时间转入的，只在“开板以来”里算进收到。")),
    "act-removed": (_l("下架"), None),
    "act-refused": (_l("未予发布"), None),
    "act-delisted": (_l("移出列表"), None),
    "act-redacted": (_l("遮盖"), None),
    "act-erased": (_l("依法清除"), None),
    "act-suspended": (_l("暂停发言"), _l("作者在期限内不能写。是谁不公开。")),
    "item-removed": (_l("回复下架"), _l("一条答复或评论被拿下，意见本身还在。")),
    "item-redacted": (_l("回复遮盖"), None),
    "item-erased": (_l("回复依法清除"), None),
    "act-locked": (_l("停止评论"), None),
    "act-unlocked": (_l("恢复评论"), None),
    "act-moved": (_l("改了归类"), None),
    "moved-to-praise": (_l("其中改归到表扬"), _l("提交时不是表扬，改成了表扬。答复的比例不因此改变。")),
    "act-merged": (_l("同类合并"), _l("并走的一条不再单独出现在列表里，所以也算处理。")),
    "act-unmerged": (_l("取消合并"), None),
    "brought-back": (_l("恢复显示"), _l("这段时间里放回来的，不管是什么时候拿走的。")),
    "measures": (_l("处理合计"), _l("这段时间作出的每一个让内容变少的决定，同类合并也算；停止评论和改归类另数。")),
    "single-handed": (_l("一人单独作出"), _l("决定时没有第二人同意，占全部处理。合并：除了决定的人，没有别的人也不是作者提的。")),
    "confirmed": (_l("其中事后有人复核"), None),
    "unconfirmed": (_l("其中没有人复核"), _l("到期没有复核就自动恢复；合并不会自动恢复。")),
    "complete": (_l("处理说明完整"), _l("写明理由、条款、事实、怎样发现、是否自动、范围。依法清除和合并不计。")),
    "automated": (_l("有自动程序参与"), _l("由程序发现，或由程序参与决定。")),
    "before-reply": (_l("还没答复就下架"), _l("下架的时候公司还没有答复；“正在办理”的临时回复不算答复。占下架数。")),
    "many-supporters": (_l("很多人也遇到却下架"), _l("下架那一刻“我也遇到”满 10 户，事后再少也照算。占下架数。")),
    "undone": (_l("后来恢复了"), _l("这段时间作出的处理里，后来被撤销的，取消合并也算。按写明的日子到期的不算。")),
    "undone-appeal-upheld": (_l("因申诉成立恢复"), None),
    "undone-mistake": (_l("因处理有误恢复"), None),
    "undone-lapsed": (_l("因没人复核恢复"), _l("一人先作出，到期没有第二人同意。")),
    "undone-unmerged": (_l("取消合并"), _l("作者、管理人员或独立监督员拆开的；申诉成立的另数。")),
    "ended": (_l("按期结束"), _l("当初就写明到哪天为止，到了那天自动结束。占全部处理。")),
    "seconded": (_l("作为第二人"), _l("同意了别人提出的处理，或事后复核了别人单独作出的；合并里是提议的人。")),
    "requests": (_l("内部请求处理"), _l("公司的人请求拿走或遮盖，他们自己不能决定。管理人员据此提出处理的，看那份处理的结果。")),
    "requests-refused": (_l("请求被拒"), None),
    "proposals": (_l("提议处理"), _l("管理人员或独立监督员提出，等第二人同意。")),
    "proposals-lapsed": (_l("提议过期作废"), _l("72 小时内没有第二人同意。")),
    "appeals": (_l("收到申诉"), None),
    "appealed": (_l("被申诉的处理"), _l("占全部处理。")),
    "appeals-open": (_l("申诉还没有结果"), None),
    "appeals-decided": (_l("申诉有结果"), None),
    "appeals-hidden": (_l("对处理的申诉"), _l("不服下架、遮盖、移出列表、不予发布、暂停发言、停止评论、改归类、合并、清除的。")),
    "appeals-hidden-decided": (_l("对处理的申诉，有结果"), None),
    "overturned": (_l("对处理的申诉，成立"), _l("全部或部分成立。占有结果的对处理的申诉，就是恢复率。")),
    "appeals-kept": (_l("对保留的申诉"), _l("举报的人不服“保留”的。与恢复率分开算。")),
    "appeals-kept-decided": (_l("对保留的申诉，有结果"), None),
    "kept-overturned": (_l("对保留的申诉，成立"), _l("全部或部分成立。占有结果的对保留的申诉。")),
    "challenges": (_l("收到异议"), None),
    "challenges-open": (_l("异议还没有结果"), None),
    "challenges-decided": (_l("异议有结果"), None),
    "challenges-overturned": (_l("异议成立"), _l("全部或部分成立。占有结果的异议。")),
    "flags-decided": (_l("处理举报"), _l("每决定一次算一次，一次可以包括好几个人的举报。")),
    "flags-kept": (_l("举报后保留"), None),
    "flags-acted": (_l("举报后处理"), _l("占处理举报的次数。")),
    "notices-party": (_l("当事人投诉"), _l("被点名的一方投诉名誉受损。")),
    "notices-authority": (_l("主管部门或法院要求"), None),
    "notices-countered": (_l("作者作了回应"), None),
    "held-first": (_l("先审后发"), _l("发布之前先等过的。")),
    "published-system": (_l("到时自动发布"), _l("没有人决定，24 小时到了自己发布。占先审的。")),
    "published-moderator": (_l("提前发布"), None),
    "author-acts": (_l("作者本人的操作"), _l("改文字、撤回、确认解决、认为未解决、重新打开。")),
    "author-proven": (_l("本人验证"), _l("用本人码证明过。")),
    "author-unproven": (_l("未验证"), _l("没有用本人码，分开数。")),
    "author-device": (_l("在自己的设备上验证"), None),
    "author-server": (_l("在本站输入本人码验证"), _l("本人码经过了本站的服务器，证明力弱一些。")),
    "author-withdrawn": (_l("撤回"), None),
    "author-withdrawn-unproven": (_l("未验证的撤回"), _l("等满 7 天才撤下的。")),
    "standing-single-handed": (_l("现在下架的，一人单独作出"), _l("现在还在下架的里面，没有第二人复核的。")),
    "standing-device": (_l("撤回，在自己的设备上验证"), _l("现在还撤着的。")),
    "standing-server": (_l("撤回，在本站输入本人码验证"), _l("现在还撤着的。")),
    "standing-unproven": (_l("撤回，未验证"), _l("现在还撤着的。")),
    "hiding": (_l("删改记录"), _l("让内容变少、变样的每一条，与“删改记录”页列出的相同。")),
    "reviewed": (_l("独立监督员看过"), _l("占这段时间的删改记录。")),
    "questioned": (_l("看过，有疑问"), _l("占看过的。后来改为没有问题的不算。")),
    "opinions": (_l("独立监督员意见"), _l("签了名、写明看过哪一段记录的。")),
}  # fmt: skip
TIMES: dict[str, Any] = {
    "in-view": _l("下架之前看得见多久"),
    "held": _l("现在等待发布的已等多久"),
    "appeal": _l("申诉多久有结果"),
}
TIME_NOTES: dict[str, Any] = {
    "in-view": _l("等待发布、下架和撤回着的时间不算。"),
}
GROUPS: dict[str, Any] = {
    "project": _l("小区"),
    "city": _l("城市"),
    "category": _l("类别"),
    "type": _l("类型"),
}


def label_of(name: str) -> str:
    """A figure by its name, in words."""
    if name in FIGURES:
        return str(FIGURES[name][0])
    if name in COUNT_LABELS:
        return str(COUNT_LABELS[name])
    family, _dash, rest = name.partition("-")
    if family == "opinion" and rest in OPINION_LABELS:
        return str(OPINION_LABELS[rest])
    if family in ("hiding", "reviewed") and rest in KIND_LABELS:
        return _("%(what)s：%(kind)s", what=label_of(family), kind=str(KIND_LABELS[rest]))
    if rest in REASON_LABELS:
        return str(REASON_LABELS[rest])
    if rest in REDRESS_LABELS:
        return str(REDRESS_LABELS[rest])
    return name


def definition_of(name: str) -> str | None:
    """What a figure counts; None where its name says it."""
    found = FIGURES[name][1] if name in FIGURES else STATES.get(name)
    return None if found is None else str(found)


def window_label(code: str) -> str:
    """A window in words: 近 30 天, 2026 年, 2026-11."""
    if code in WINDOWS:
        return str(WINDOWS[code])
    return _("%(year)s 年", year=code) if len(code) == len("2026") else code


def duration(seconds: int) -> str:
    """A length of time in the unit a reader would choose."""
    hours = seconds / 3600
    if hours < 1:
        return _("%(n)s 分钟", n=round(seconds / 60))
    if hours < 48:
        return _("%(n)s 小时", n=f"{hours:.1f}")
    return _("%(n)s 天", n=f"{hours / 24:.1f}")
