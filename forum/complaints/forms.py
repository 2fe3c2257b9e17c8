"""What a homeowner fills in. Forms take and keep what was typed; `drafts.py` has the rules."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput, TextInput

from forum.base.resources import resource
from forum.base.web.forms import BoardForm, choices
from forum.complaints.drafts import MAX_BODY, MAX_COMMENT, MAX_NAME, MAX_REMEDY, MAX_TITLE
from forum.places import queries as places

TYPE_CHOICES = [
    ("criticism", _l("批评")),
    ("suggestion", _l("建议")),
    ("question", _l("咨询")),
    ("praise", _l("表扬")),
]
FILL = _l("请填写这一项。")
CHOOSE = _l("请选择一项。")


def fresh_key() -> str:
    """A posting key: base64url of 32 random bytes, 43 characters."""
    return secrets.token_urlsafe(32)


class ComplaintForm(BoardForm):
    """The posting form; `idempotency` makes sending it twice harmless."""

    idempotency = HiddenField(default=fresh_key)
    # The browser fills it in when it draws the author's code itself; nothing may put it back.
    author_key = HiddenField(render_kw={"autocomplete": "off"})
    type = RadioField(_l("这是"), choices=choices(TYPE_CHOICES), default="criticism",
                      validators=[InputRequired(CHOOSE)])  # fmt: skip
    project = SelectField(_l("哪个小区"), validators=[InputRequired(CHOOSE)])
    category = SelectField(_l("哪方面"), validators=[InputRequired(CHOOSE)])
    title = StringField(_l("标题"), [InputRequired(FILL), Length(max=MAX_TITLE)],
                        description=_l("一句话说清是什么事，例如：三号楼电梯一周坏了两次"))  # fmt: skip
    body = TextAreaField(_l("怎么回事"), [InputRequired(FILL), Length(max=MAX_BODY)],
                         description=_l("什么时候、在哪里、发生了什么、找过谁"),
                         render_kw={"rows": 9})  # fmt: skip
    photos = MultipleFileField(
        _l("照片"), description=_l("最多 9 张，每张不超过 20 MB。位置信息会去掉。")
    )
    remedy = TextAreaField(_l("您希望怎样解决"), [Optional(), Length(max=MAX_REMEDY)],
                           render_kw={"rows": 3})  # fmt: skip
    wanted_by = DateField(_l("希望在哪天之前"), [Optional()])
    pseudonym = StringField(_l("署名"), [InputRequired(FILL), Length(max=MAX_NAME)],
                            description=_l("公开显示的名字，不必是真名"))  # fmt: skip

    def offer_places(self) -> None:
        """Fill the choices of estate (grouped by city) and category from the database."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for slug, name, city in places.project_choices():
            groups.setdefault(city or str(_l("其他")), []).append((slug, name))
        none = choices([("", _l("请选择"))])
        estates = [choice for city, rows in groups.items() for choice in choices(rows, city)]
        self.project.choices = none + estates
        self.category.choices = none + choices(places.category_choices())


class CommentForm(BoardForm):
    """A few words under a complaint."""

    body = TextAreaField(_l("您想说的"), [InputRequired(FILL), Length(max=MAX_COMMENT)],
                         render_kw={"rows": 4})  # fmt: skip
    photos = MultipleFileField(_l("照片"))


def code_field() -> Any:
    """The author's code: typed by hand, so never hidden behind dots and never remembered."""
    return PasswordField(
        _l("本人码"),
        [Optional(), Length(max=80)],
        widget=TextInput(),
        description=_l("26 位，在您的回执页上。没有可以留空，会记为“未验证”。在这里输入，网站会看到它。"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false",
                   "data-secret": ""},
    )  # fmt: skip


@dataclass(frozen=True)
class Signing:
    """What the author's device must know to sign the act of a form.

    Beside it stand the form's own fields: `of`, `status`, and the new text of an edit.
    """

    origin: str
    number: int
    kind: str
    author_key: str


class ActForm(BoardForm):
    """An act of the author: the newest entry that was seen, and what proves the act.

    sig: base64 of the 64 bytes that the author's device signed with; code: typed by hand.
    signing: None while no device can sign the form.
    """

    signing: Signing | None = None
    of = IntegerField(widget=HiddenInput(), validators=[InputRequired(FILL)])
    status = HiddenField()
    sig = HiddenField(render_kw={"autocomplete": "off"})
    code = code_field()

    def to_sign(self, kind: str, number: int, author_key: str | None) -> ActForm:
        """Let the device of whoever holds the key sign this as an entry of `kind`."""
        if author_key is not None:
            self.signing = Signing(resource("log").origin, number, kind, author_key)
        return self


WITHDRAWAL_LABELS = {
    "solved": _l("已经解决了"),
    "mistake": _l("我写错了，或不想再提"),
    "asked": _l("有人要我撤回"),
    "other": _l("其他原因"),
}


class WithdrawForm(ActForm):
    """Taking it back; why is for auditors alone."""

    reason = RadioField(
        _l("为什么撤回"), [Optional()], choices=choices(WITHDRAWAL_LABELS.items()),
        description=_l("不公开，只有独立监督员能看到。"),
    )  # fmt: skip
    code = code_field()


class EditForm(ActForm):
    """A new text; `salt`: base64 of the 32 bytes that the device committed it with."""

    title = StringField(_l("标题"), [InputRequired(FILL), Length(max=MAX_TITLE)])
    body = TextAreaField(_l("怎么回事"), [InputRequired(FILL), Length(max=MAX_BODY)],
                         render_kw={"rows": 12})  # fmt: skip
    salt = HiddenField(render_kw={"autocomplete": "off"})
    code = code_field()
