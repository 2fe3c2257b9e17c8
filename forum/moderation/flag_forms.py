"""Forms of flagging, of notices, and of keeping what was flagged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from forum.base.web.forms import BoardForm, choices
from forum.log.words import reason_label
from forum.moderation import flags, notices
from forum.moderation.forms import CHOOSE, FILL, item_field
from forum.moderation.notices import Claim


class ReasonForm(BoardForm):
    """A choice among some of the closed list of reasons."""

    codes: ClassVar[tuple[str, ...]] = ()
    item = item_field()
    reason = RadioField(_l("理由"), validators=[InputRequired(CHOOSE)])

    def offer_reasons(self, codes: Iterable[str] = ()) -> None:
        """Fill in the reasons: those of the class, or these."""
        self.reason.choices = choices((c, reason_label(c)) for c in codes or self.codes)


class FlagForm(ReasonForm):
    """What a reader thinks is wrong."""

    codes = flags.FLAG_REASONS
    words = TextAreaField(
        _l("哪一句，为什么"), [Optional(), Length(max=flags.MAX_WORDS)],
        description=_l("只有管理人员看得见。选“违反规则其他条款”“违反法律”“冒充”“著作权”的，请写明是哪一条、哪一句。"),
        render_kw={"rows": 4},
    )  # fmt: skip


class KeepForm(ReasonForm):
    """Why it stays. seen: what the person looked at."""

    seen = HiddenField()
    words = TextAreaField(
        _l("为什么保留"), [InputRequired(FILL), Length(max=flags.MAX_WHY)],
        description=_l("会原样公开。写明看了哪一句、为什么不违反规则；请勿写是谁举报的。"),
        render_kw={"rows": 4},
    )  # fmt: skip


class NoticeForm(BoardForm):
    """A party named in it says what is false."""

    item = item_field()
    sender = StringField(_l("您是谁"), [InputRequired(FILL), Length(max=notices.MAX_SENDER)],
                         description=_l("姓名或单位，和文中说的人是什么关系。不公开。"))  # fmt: skip
    contact = StringField(_l("怎样找到您"), [InputRequired(FILL), Length(max=254)],
                          description=_l("手机号或邮箱，用来告诉您结果。不公开。"))  # fmt: skip
    claim = TextAreaField(
        _l("哪一句不实，实际是怎样"), [InputRequired(FILL), Length(max=notices.MAX_CLAIM)],
        description=_l("会给写下它的人看，让他回应；不公开。"), render_kw={"rows": 6},
    )  # fmt: skip
    evidence = TextAreaField(
        _l("依据"), [Optional(), Length(max=notices.MAX_EVIDENCE)],
        description=_l("文书、合同、记录里怎样写的。只有管理人员看得见。"), render_kw={"rows": 4},
    )  # fmt: skip

    def given(self) -> Claim:
        """What was filled in."""
        return Claim(self.sender.data or "", self.contact.data or "", self.claim.data or "",
                     self.evidence.data or "")  # fmt: skip


class OrderForm(ReasonForm):
    """What an authority or a court demands, entered by a moderator."""

    codes = notices.ORDERS
    sender = StringField(_l("哪个机关"), [InputRequired(FILL), Length(max=notices.MAX_SENDER)])
    file_number = StringField(_l("文号或案号"), [InputRequired(FILL), Length(max=notices.MAX_SENDER)],
                              description=_l("不公开。"))  # fmt: skip
    claim = TextAreaField(
        _l("要求什么，依据哪一条"), [InputRequired(FILL), Length(max=notices.MAX_CLAIM)],
        description=_l("会给写下它的人看，让他回应；不公开。"), render_kw={"rows": 5},
    )  # fmt: skip
    contact = StringField(_l("联系人"), [Optional(), Length(max=254)], description=_l("不公开。"))

    def given(self) -> Claim:
        """What was filled in."""
        return Claim(self.sender.data or "", self.contact.data or "", self.claim.data or "",
                     file_number=self.file_number.data or "")  # fmt: skip


class CounterForm(BoardForm):
    """What whoever wrote it answers to a notice."""

    text = TextAreaField(
        _l("您的回应"), [InputRequired(FILL), Length(max=notices.MAX_COUNTER)],
        description=_l("会原样公开，写进记录。请勿写姓名、电话。"), render_kw={"rows": 6},
    )  # fmt: skip
