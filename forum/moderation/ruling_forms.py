"""Forms of what one person decides with a reason, and of holding, merging and acting on many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import NumberInput

from forum.base.web.forms import BoardForm, choices
from forum.log.queries import MOST
from forum.log.words import TYPE_LABELS, reason_label
from forum.moderation import locking, moving
from forum.moderation.forms import CHOOSE, FILL, StatementForm, facts_field
from forum.moderation.models import Rules
from forum.moderation.rulings import Grounds
from forum.places import queries as places


class RefuseForm(StatementForm):
    """Not publishing what waits: by two people, always."""

    acts = ("refuse",)


class RulingForm(BoardForm):
    """Reason, clause and facts. grounds: the reasons the act may have."""

    grounds: ClassVar[tuple[str, ...]] = ()
    reason = RadioField(_l("理由"), validators=[InputRequired(CHOOSE)])
    clause = SelectField(_l("依据规则哪一条"), validators=[InputRequired(CHOOSE)])
    facts = facts_field()

    def offer(self, rules: Rules | None) -> None:
        """Fill in what these rules allow to choose."""
        self.reason.choices = choices((code, reason_label(code)) for code in self.grounds)
        self.clause.choices = choices([("", _l("请选择"))]) + choices(
            (str(c["number"]), f"{c['number']} {c['title']}")
            for c in (rules.clauses if rules else [])
            if c["reason"] in self.grounds
        )

    def given(self) -> Grounds:
        """What was filled in."""
        return Grounds(self.reason.data, self.clause.data, self.facts.data or "")


class LockForm(RulingForm):
    """Why nobody may comment any more."""

    grounds = locking.GROUNDS


class MoveForm(RulingForm):
    """Where it belongs, and why."""

    grounds = moving.GROUNDS
    project = SelectField(_l("哪个小区"), validators=[InputRequired(CHOOSE)])
    category = SelectField(_l("哪方面"), validators=[InputRequired(CHOOSE)])
    type = RadioField(_l("这是"), choices=choices(TYPE_LABELS.items()),
                      validators=[InputRequired(CHOOSE)])  # fmt: skip

    def offer_places(self) -> None:
        """Fill in estates and categories."""
        rows = places.project_choices()
        self.project.choices = choices((slug, name) for slug, name, _city in rows)
        self.category.choices = choices(places.category_choices())

    def place(self) -> moving.Place:
        """Where it is to stand."""
        return moving.Place(self.project.data, self.category.data, self.type.data)


class UnlockForm(BoardForm):
    """Why people may comment again: one reason, chosen already."""

    reason = RadioField(_l("恢复的原因"), validators=[InputRequired(CHOOSE)],
                        default=locking.UNLOCK_REASONS[0])  # fmt: skip

    def offer_reasons(self) -> None:
        """Fill in the reasons."""
        self.reason.choices = choices((c, reason_label(c)) for c in locking.UNLOCK_REASONS)


class MergeForm(BoardForm):
    """The number of the older complaint about the same matter."""

    into = IntegerField(
        _l("并入哪一条（较早的编号）"), [InputRequired(FILL), NumberRange(min=1, max=MOST)],
        widget=NumberInput(),
    )  # fmt: skip


def numbers_of(texts: Iterable[str]) -> list[int]:
    """Numbers that were ticked, or typed with spaces between; each once, rising."""
    words = " ".join(texts).replace("#", " ").replace("，", " ").replace(",", " ").split()
    return sorted({int(w) for w in words if w.isascii() and w.isdigit() and len(w) < 9})
