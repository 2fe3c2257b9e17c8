"""The form in which an administrator writes a new version of the rules."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from forum.base.web.forms import BoardForm
from forum.moderation.forms import FILL
from forum.moderation.models import Rules
from forum.moderation.rules import RulesText
from forum.moderation.rules_file import MAX_PREAMBLE, MAX_TITLE, as_plain, read_plain


class RulesForm(BoardForm):
    """Title, preamble and clauses; `instead_of`: the version that it was written from."""

    instead_of = HiddenField()
    title = StringField(_l("标题"), [InputRequired(FILL)], render_kw={"maxlength": MAX_TITLE})
    preamble = TextAreaField(
        _l("开头"), [InputRequired(FILL)], render_kw={"maxlength": MAX_PREAMBLE, "rows": 5}
    )
    clauses = TextAreaField(
        _l("条款"), [InputRequired(FILL)], render_kw={"rows": 30},
        description=_l("每条先一行：编号、标题，能作处理理由的在方括号里写理由代码；下一行起是正文。两条之间空一行。"),
    )  # fmt: skip

    def text(self) -> RulesText:
        """What was typed; BadRules when it cannot be published."""
        return read_plain(self.title.data or "", self.preamble.data or "", self.clauses.data or "")

    def version(self) -> int:
        """The version it was written from; 0 when the field was tampered with."""
        given = str(self.instead_of.data or "")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def form_of(rules: Rules | None) -> RulesForm:
    """The form, filled in with this version."""
    if rules is None:
        return RulesForm()
    return RulesForm(instead_of=str(rules.version), title=rules.title, preamble=rules.preamble,
                     clauses=as_plain(rules.clauses))  # fmt: skip
