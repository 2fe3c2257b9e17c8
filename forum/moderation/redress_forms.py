"""Forms of appeals and challenges, and of the auditor's answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from forum.base.web.forms import BoardForm, choices
from forum.log.words import REDRESS_LABELS
from forum.moderation import evidence
from forum.moderation.appeals import MAX_REASONS, MAX_WORDS
from forum.moderation.forms import CHOOSE, FILL


class AppealForm(BoardForm):
    """Why a decision was wrong, in the words of whoever it concerns."""

    words = TextAreaField(
        _l("为什么不同意"),
        [InputRequired(FILL), Length(max=MAX_WORDS)],
        description=_l("哪里不对、有什么依据。不公开，只有独立监督员和您自己能看到。"),
        render_kw={"rows": 8},
    )
    photos = MultipleFileField(
        _l("照片作为依据"),
        description=_l("最多 3 张，每张不超过 20 MB，位置信息会去掉。不公开，和上面的文字一样。"),
        render_kw={"most": evidence.MOST},
    )


class ChallengeForm(BoardForm):
    """Why an entry of the log is not right."""

    words = TextAreaField(
        _l("哪里不对"),
        [InputRequired(FILL), Length(max=MAX_WORDS)],
        description=_l("不公开，只有独立监督员能看到；结果和理由公开。"),
        render_kw={"rows": 6},
    )
    email = StringField(
        _l("邮箱"),
        [Optional(), Length(max=254)],
        description=_l("想收到结果就留一个，不公开，寄出结果后即删去。"),
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )


class RedressForm(BoardForm):
    """What came of an appeal or a challenge, and why."""

    outcome = RadioField(_l("结果"), choices=choices(REDRESS_LABELS.items()),
                         validators=[InputRequired(CHOOSE)])  # fmt: skip
    reasons = TextAreaField(
        _l("理由"),
        [InputRequired(FILL), Length(max=MAX_REASONS)],
        description=_l("会原样公开，请勿写姓名、电话，也不要引用被遮住的原文。"),
        render_kw={"rows": 6},
    )
