"""What the company's people fill in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from forum.base.web.forms import BoardForm, choices
from forum.response.service import MAX_REPLY, cause_choices, outcome_choices

FILL = _l("请填写这一项。")
CHOOSE = _l("请选择一项。")


class ReplyForm(BoardForm):
    """An official reply, or a holding reply that says by when the answer comes."""

    kind = RadioField(
        _l("这是"),
        choices=choices(
            [("reply", _l("正式答复")), ("holding", _l("我查一查（不停时限，须写日期）"))]
        ),
        default="reply",
        validators=[InputRequired(CHOOSE)],
    )
    body = TextAreaField(
        _l("回复"),
        [InputRequired(FILL), Length(max=MAX_REPLY)],
        description=_l("听到了什么、查到了什么、我们做什么、什么时候"),
        render_kw={"rows": 8},
    )
    until = DateField(
        _l("在哪天之前"),
        [Optional()],
        description=_l("正式答复里写了日期，就是公开承诺，到期未办会标“未兑现”。"),
    )


class ResolveForm(BoardForm):
    """How it was settled, and why it had come to it."""

    outcome = RadioField(_l("处理结果"), choices=choices(outcome_choices()),
                         validators=[InputRequired(CHOOSE)])  # fmt: skip
    cause = RadioField(
        _l("原因"), choices=choices(cause_choices()), validators=[InputRequired(CHOOSE)]
    )
    body = TextAreaField(
        _l("做了什么"),
        [InputRequired(FILL), Length(max=MAX_REPLY)],
        description=_l("写明做了什么，让业主能到现场核对。"),
        render_kw={"rows": 6},
    )
