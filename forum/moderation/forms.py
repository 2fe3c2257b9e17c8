"""The statement of reasons as a form: no default ground, no "other" without words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from forum.base.web.forms import BoardForm, choices
from forum.log.words import reason_label
from forum.moderation.models import Rules
from forum.moderation.service import GROUNDS, MAX_FACTS, RESTORE_REASONS

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


class RemoveForm(BoardForm):
    """Everything a reader needs to judge a removal."""

    reason = RadioField(_l("理由"), validators=[InputRequired(CHOOSE)])
    clause = SelectField(_l("依据规则哪一条"), validators=[InputRequired(CHOOSE)])
    facts = TextAreaField(
        _l("事实"),
        [InputRequired(FILL), Length(max=MAX_FACTS)],
        description=_l("哪一句、违反了什么。会原样公开，请勿写姓名、电话。"),
        render_kw={"rows": 6},
    )
    detection = RadioField(_l("怎样发现"), choices=choices(DETECTION_LABELS.items()),
                           validators=[InputRequired(CHOOSE)])  # fmt: skip
    automated_detection = BooleanField(_l("是机器找到的"))
    automated_decision = RadioField(_l("谁决定的"), choices=choices(DECISION_LABELS.items()),
                                    validators=[InputRequired(CHOOSE)])  # fmt: skip
    until = DateField(_l("到哪天为止"), [Optional()], description=_l("留空表示没有期限"))

    def offer_grounds(self, rules: Rules | None) -> None:
        """Fill in the grounds, and the clauses of the rules in force."""
        self.reason.choices = choices((code, reason_label(code)) for code in GROUNDS)
        clauses = rules.clauses if rules else []
        self.clause.choices = choices([("", _l("请选择"))]) + choices(
            (str(c["number"]), f"{c['number']} {c['title']}")
            for c in clauses
            if c["reason"] in GROUNDS
        )


class RestoreForm(BoardForm):
    """Why a removed complaint is shown again."""

    reason = RadioField(_l("恢复的原因"), validators=[InputRequired(CHOOSE)])

    def offer_reasons(self) -> None:
        """Fill in the reasons."""
        self.reason.choices = choices((code, reason_label(code)) for code in RESTORE_REASONS)
