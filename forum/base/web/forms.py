"""What every form view does: read, say what is wrong at the field, keep what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from flask import Flask, render_template, request
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.fields import HiddenField, SelectChoice
from wtforms.widgets import HiddenInput

from forum.base.refusal import NotFound, Refusal
from forum.base.web.errors import leads_of, status_of

Some = TypeVar("Some", bound=Form)


class BoardForm(Form):
    """A form whose field ids do not meet those of another form on the same page.

    `tag` tells two forms of one class apart.
    """

    def __init__(self, *args: Any, tag: str = "", **values: Any) -> None:
        super().__init__(*args, **values)
        for field in self:
            field.id = f"{type(self).__name__.lower()}{tag}-{field.short_name}"
            field.label.field_id = field.id


def install(app: Flask) -> None:
    """Let templates tell hidden fields from those that are shown."""
    app.jinja_env.globals["is_hidden"] = is_hidden


def choices(rows: Iterable[tuple[str, Any]], group: str | None = None) -> list[SelectChoice]:
    """(value, words) as choices of a field; those of a `group` stand together under its name."""
    return [SelectChoice(value, words, optgroup=group) for value, words in rows]


def is_hidden(field: Any) -> bool:
    """Whether the field has no label and no place on the page."""
    return isinstance(field, HiddenField) or isinstance(field.widget, HiddenInput)


def posted(form_class: type[Some]) -> Some:
    """The form as it was sent, files included."""
    data: MultiDict[str, Any] = MultiDict(request.form)
    for name, files in request.files.lists():
        data.setlist(name, files)
    return form_class(data)


def blame(form: Form, refused: Refusal) -> None:
    """Put the rule's sentence at the field it is about, or above the form, with where it leads on."""
    form.leads = leads_of(refused)
    field = form._fields.get(refused.field or "")
    sentence = str(refused.sentence)
    if field is None:
        form.form_errors.append(sentence)
    else:
        field.errors = [*field.errors, sentence]


def act_again(form: Form, *, label: Any, heading: Any, back: str) -> tuple[str, int]:
    """A page with just this form and what was wrong with it: nothing typed is lost."""
    html = render_template(
        "errors/act.html", form=form, action=request.full_path.rstrip("?"), label=label,
        heading=heading, back=back,
    )  # fmt: skip
    return html, 400


def refused_page(form: Form, refused: Refusal, **page: Any) -> tuple[str, int]:
    """The same after a rule refused, with the status that the refusal has.

    Of what is not there nothing can be tried again: that is the page for unknown addresses.
    """
    if isinstance(refused, NotFound):
        raise refused
    blame(form, refused)
    html, _status = act_again(form, **page)
    return html, status_of(refused)
