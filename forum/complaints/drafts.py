"""What a person wants to post, checked once: a `Draft` can be committed as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from forum.base.refusal import Invalid
from forum.base.text import is_readable, normalise, normalise_line
from forum.complaints.photos import PreparedPhoto
from forum.tlog.entry import TYPES

MAX_TITLE = 60
MAX_BODY = 10_000
MAX_REMEDY = 1_000
MAX_COMMENT = 4_000
MAX_NAME = 20
MAX_PHOTOS = 9


@dataclass(frozen=True)
class Draft:
    """A complaint to be posted. Texts are normalised; `photos` are already re-encoded.

    author_key: 64 hex digits of the author's fresh Ed25519 key, and where it was made.
    """

    type: str
    project: str
    category: str
    title: str
    body: str
    author: str
    remedy: str | None = None
    wanted_by: date | None = None
    photos: tuple[PreparedPhoto, ...] = ()
    author_key: str | None = None
    made: str | None = None

    @property
    def text(self) -> str:
        """What the commitment `text` is of: title, line feed, body."""
        return f"{self.title}\n{self.body}"

    def commitments(self) -> dict[str, str]:
        """Field → committed value, as the contract names them."""
        found = {"text": self.text, "author": self.author}
        if self.remedy:
            found["remedy"] = self.remedy
        return found | photo_commitments(self.photos)


def photo_commitments(photos: tuple[PreparedPhoto, ...]) -> dict[str, str]:
    """The commitments of photos, k from 1: public copy, bytes received, description."""
    found = {}
    for k, photo in enumerate(photos, 1):
        found[f"photo.{k}"] = photo.sha256
        found[f"photo.{k}.received"] = photo.received_sha256
        found[f"photo.{k}.alt"] = photo.alt
    return found


def make_draft(
    *,
    type: str,
    project: str,
    category: str,
    title: str,
    body: str,
    author: str,
    remedy: str | None = None,
    wanted_by: date | None = None,
    photos: tuple[PreparedPhoto, ...] = (),
    author_key: str | None = None,
    made: str | None = None,
) -> Draft:
    """A draft from raw input; Invalid names the field and says what to do."""
    if type not in TYPES:
        raise Invalid(_l("请选择这是批评、建议、咨询还是表扬。"), "type")
    if len(photos) > MAX_PHOTOS:
        raise Invalid(_l("最多附 9 张照片。"), "photos")
    return Draft(
        type=type,
        project=project,
        category=category,
        title=a_line("title", title, MAX_TITLE, _l("请写一个标题。")),
        body=a_text("body", body, MAX_BODY, _l("请写下您的意见。")),
        author=a_line("author", author, MAX_NAME, _l("请填写署名。")),
        remedy=a_text("remedy", remedy, MAX_REMEDY, "") if (remedy or "").strip() else None,
        wanted_by=wanted_by,
        photos=photos,
        author_key=author_key,
        made=made,
    )


def a_line(field: str, value: str, most: int, empty: object) -> str:
    """A normalised text of one line, 1 to `most` characters; Invalid otherwise."""
    return _bounded(field, normalise_line(value or ""), value, most, empty)


def a_text(field: str, value: str | None, most: int, empty: object) -> str:
    """A normalised text of any number of lines, 1 to `most` characters; Invalid otherwise."""
    return _bounded(field, normalise(value or ""), value or "", most, empty)


def _bounded(field: str, clean: str, raw: str, most: int, empty: object) -> str:
    if not is_readable(raw.replace("\r", "")):
        raise Invalid(_l("文字里有无法识别的字符，可能是编码不对。请用普通文字重新填写。"), field)
    if not clean.strip():
        raise Invalid(empty, field)
    if len(clean) > most:
        raise Invalid(_l("最多 %(most)d 字，现在有 %(now)d 字。", most=most, now=len(clean)), field)
    return clean
