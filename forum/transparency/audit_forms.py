"""What an auditor fills in: which entries were looked at, and a signed opinion."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import NumberInput

from forum.base.web.forms import BoardForm, choices
from forum.log.labels import OPINION_LABELS
from forum.log.queries import MOST
from forum.transparency.audit import MAX_TEXT, Opinion

FILL = _l("请填写这一项。")
CHOOSE = _l("请选择一项。")
_INDEX = [InputRequired(FILL), NumberRange(min=0, max=MOST)]


class OpinionForm(BoardForm):
    """A stretch of the log, the opinion, and why."""

    first = IntegerField(_l("从记录第几条起"), _INDEX, widget=NumberInput(min=0))
    last = IntegerField(_l("到第几条为止"), _INDEX, widget=NumberInput(min=0))
    opinion = RadioField(_l("意见"), choices=choices(OPINION_LABELS.items()),
                         validators=[InputRequired(CHOOSE)])  # fmt: skip
    text = TextAreaField(
        _l("意见全文"), [InputRequired(FILL), Length(max=MAX_TEXT)],
        description=_l("看了什么、怎样抽的样、结论和保留是什么。会原样公开，请勿引用已经拿掉的原文。"),
        render_kw={"rows": 12},
    )  # fmt: skip

    def given(self) -> Opinion:
        """What was filled in."""
        return Opinion(self.first.data or 0, self.last.data or 0, self.opinion.data or "",
                       self.text.data or "")  # fmt: skip
