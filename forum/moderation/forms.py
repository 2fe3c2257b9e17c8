"""The statement of reasons as a form: no default ground, no "other" without words."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from forum.base.web.forms import BoardForm, choices
from forum.complaints.covering import Cuts
from forum.log.words import reason_label
from forum.moderation.measures import MAX_FACTS
from forum.moderation.models import Rules
from forum.moderation.redaction import cuts_of
from forum.moderation.service import RESTORE_REASONS
from forum.moderation.two_people import ACTS, MAX_ANSWER

FILL = _l("请填写这一项。")
CHOOSE = _l("请选择一项。")
DETECTION_LABELS = {
    "own-initiative": _l("我们自己发现"),
    "notice": _l("有人举报或通知"),
    "authority": _l("主管部门要求"),
}
DECISION_LABELS = {
    "none": _l("人工决定"),
    "partly": _l("部分由机器决定"),
    "fully": _l("全部由机器决定"),
}


ALONE_CHOICES = [
    ("two", _l("双人复核：另一位同意后才下架")),
    ("emergency", _l("紧急下架：先下架，24 小时内无人复核即恢复，每条意见只能用一次")),
    ("spam", _l("广告先行下架：无回复、不满 3 户、发布不满 24 小时；72 小时内无人复核即恢复")),
]


COVER_CHOICES = [
    ("two", _l("双人复核：另一位同意后才遮盖")),
    ("cover", _l("一人先行遮盖：只限个人信息；72 小时内无人复核即恢复")),
]


def item_field() -> Any:
    """Which reply or comment is meant; empty for the complaint itself."""
    return IntegerField(widget=HiddenInput(), validators=[Optional()])


def facts_field() -> Any:
    """What happened and where, as it will be published."""
    return TextAreaField(
        _l("事实"),
        [InputRequired(FILL), Length(max=MAX_FACTS)],
        description=_l("哪一句、违反了什么。会原样公开，请勿写姓名、电话。"),
        render_kw={"rows": 6},
    )


class MeasureForm(BoardForm):
    """What all first steps have in common. acts: what the form can lead to."""

    acts: ClassVar[tuple[str, ...]] = ()
    ways: ClassVar[list[tuple[str, Any]]] = ALONE_CHOICES
    item = item_field()

    def offer(self, rules: Rules | None, *, alone: bool) -> None:
        """Fill in what the rules in force, and the person's role, allow to choose."""
        self["reason"].choices = choices((code, reason_label(code)) for code in self._grounds())
        if "clause" in self:
            clauses = rules.clauses if rules else []
            self["clause"].choices = choices([("", _l("请选择"))]) + choices(
                (str(c["number"]), f"{c['number']} {c['title']}")
                for c in clauses
                if c["reason"] in self._grounds()
            )
        if "alone" in self:
            ways = (
                self.ways if self.item.data is None or self.acts != ("remove",) else self.ways[:1]
            )
            self["alone"].choices = choices(ways if alone else ways[:1])

    def leave_alone_ways(self) -> bool:
        """Offer only what one person may do alone, the rest waits already; False where nothing is."""
        if "alone" not in self:
            return False
        field = self["alone"]
        field.choices = [choice for choice in field.choices if choice.value != "two"]
        if field.data == "two":
            field.data = None
        return bool(field.choices)

    def _grounds(self) -> list[str]:
        return list(dict.fromkeys(ground for act in self.acts for ground in ACTS[act].grounds))


class StatementForm(MeasureForm):
    """Everything a reader needs to judge a measure."""

    reason = RadioField(_l("理由"), validators=[InputRequired(CHOOSE)])
    clause = SelectField(_l("依据规则哪一条"), validators=[InputRequired(CHOOSE)])
    facts = facts_field()
    detection = RadioField(_l("怎样发现"), choices=choices(DETECTION_LABELS.items()),
                           validators=[InputRequired(CHOOSE)])  # fmt: skip
    automated_detection = BooleanField(_l("是机器找到的"))
    automated_decision = RadioField(_l("谁决定的"), choices=choices(DECISION_LABELS.items()),
                                    validators=[InputRequired(CHOOSE)])  # fmt: skip

    def until_day(self) -> date | None:
        """The last day of the measure, if it has one."""
        return None


class RemoveForm(StatementForm):
    """A removal: by two people, or by one alone where the rules grant it."""

    acts = ("remove",)
    until = DateField(_l("到哪天为止"), [Optional()], description=_l("留空表示没有期限"))
    alone = RadioField(_l("怎样处理"), default="two", choices=choices(ALONE_CHOICES))

    def until_day(self) -> date | None:
        """The last day of the measure, if it has one."""
        return self.until.data


class RedactForm(StatementForm):
    """A cut: which words and photos, beside why. seen: the cuts whose effect was looked at."""

    acts = ("redact",)
    ways = COVER_CHOICES
    phrases = TextAreaField(
        _l("遮盖哪些字"),
        [Optional(), Length(max=2_000)],
        description=_l("照原文复制，一行一处。在每一版里出现的都会遮盖。"),
        render_kw={"rows": 4},
    )
    photos = SelectMultipleField(_l("遮盖哪几张照片"), [Optional()], coerce=int, choices=[])
    alone = RadioField(_l("怎样处理"), default="two", choices=choices(COVER_CHOICES))
    seen = HiddenField()

    def offer_photos(self, rows: list[tuple[int, str]]) -> None:
        """Fill in the photos by position and description; without any there is no such field."""
        if rows:
            self.photos.choices = [
                (k, _("第 %(k)d 张：%(alt)s", k=k, alt=alt or _("没有说明"))) for k, alt in rows
            ]
        else:
            del self.photos

    def cuts(self) -> Cuts:
        """What was asked for; Invalid names the field that is wrong."""
        photos = self.photos.data if "photos" in self else []
        return cuts_of(self.phrases.data or "", photos or [])


class DelistForm(StatementForm):
    """Out of lists and search: by two people, always."""

    acts = ("delist",)
    until = DateField(_l("到哪天为止"), [Optional()], description=_l("留空表示没有期限"))

    def until_day(self) -> date | None:
        """The last day of the measure, if it has one."""
        return self.until.data


class SuspendForm(StatementForm):
    """A suspension: by two people, always, and until a day."""

    acts = ("suspend",)
    until = DateField(
        _l("暂停到哪一天"), [InputRequired(FILL)], description=_l("最长 180 天，到期自动恢复")
    )

    def until_day(self) -> date | None:
        """The last day of the measure."""
        return self.until.data


class EraseForm(StatementForm):
    """An erasure: by two people, always, and for ever."""

    acts = ("erase",)


class AskForm(MeasureForm):
    """What somebody asks for who may not propose it."""

    acts = ("remove", "redact", "delist", "erase")
    act = RadioField(
        _l("申请什么"),
        choices=choices(
            [
                ("remove", _l("下架")),
                ("redact", _l("遮盖")),
                ("delist", _l("移出列表")),
                ("erase", _l("依法清除")),
            ]
        ),
        validators=[InputRequired(CHOOSE)],
    )
    reason = RadioField(_l("理由"), validators=[InputRequired(CHOOSE)])
    facts = facts_field()


class AnswerForm(BoardForm):
    """Why the second person does not agree."""

    why = TextAreaField(
        _l("为什么不同意"),
        [InputRequired(FILL), Length(max=MAX_ANSWER)],
        description=_l("会原样公开，请勿写姓名、电话。"),
        render_kw={"rows": 3},
    )


class RestoreForm(BoardForm):
    """Why a removed complaint is shown again: one reason, chosen already."""

    reason = RadioField(_l("恢复的原因"), validators=[InputRequired(CHOOSE)],
                        default=RESTORE_REASONS[0])  # fmt: skip

    def offer_reasons(self) -> None:
        """Fill in the reasons."""
        self.reason.choices = choices((code, reason_label(code)) for code in RESTORE_REASONS)
