"""Photos, made safe before the transaction: turned upright, bounded, re-encoded, stripped.

The digest of the bytes that came in and of the public copy are both committed to the log, so
neither a swap nor a loss goes unseen. Position data never reaches the public copy.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from hashlib import sha256

import pillow_heif
from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps
from sqlalchemy import select

from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Invalid
from forum.base.resources import resource
from forum.complaints.models import Photo, Sealed

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 1600
THUMB_SIDE = 480
ORPHAN_AGE = 86_400  # seconds
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "MPO", "GIF")

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


@dataclass(frozen=True)
class PreparedPhoto:
    """A photo ready to be posted. Digests are SHA-256, 64 lowercase hex digits; sizes in pixels."""

    public: bytes
    thumb: bytes
    received: bytes
    alt: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """Digest of the public copy."""
        return sha256(self.public).hexdigest()

    @property
    def thumb_sha256(self) -> str:
        """Digest of the small copy shown in pages; made from the public one, not committed."""
        return sha256(self.thumb).hexdigest()

    @property
    def received_sha256(self) -> str:
        """Digest of the bytes as they came in."""
        return sha256(self.received).hexdigest()


def prepare(data: bytes, alt: str) -> PreparedPhoto:
    """The public copy of an uploaded picture; Invalid (field ``photos``) when it is none."""
    if len(data) > MAX_BYTES:
        raise Invalid(_l("每张照片最大 20 MB，请缩小后再上传。"), "photos")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
            if opened.width * opened.height > MAX_PIXELS:
                raise Image.DecompressionBombError("too many pixels")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = _flat(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid(_l("照片的像素太多（上限 4000 万）。请缩小后再上传。"), "photos") from None
    except Exception:  # decoders raise almost anything on hostile bytes
        raise Invalid(
            _l("这个文件不是能识别的照片。请上传 JPG、PNG、WebP 或 HEIC。"), "photos"
        ) from None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    public, size = _jpeg(picture), picture.size
    picture.thumbnail((THUMB_SIDE, THUMB_SIDE))
    return PreparedPhoto(public, _jpeg(picture), data, alt, *size)


def store(photos: tuple[PreparedPhoto, ...]) -> None:
    """Write the files durably, before the transaction that will name them."""
    storage = resource("storage")
    for photo in photos:
        storage.put("photos", photo.public)
        storage.put("photos", photo.thumb)
        storage.put("originals", photo.received)


def forget_orphans() -> int:
    """Delete files of postings that were refused after they were stored. How many there were.

    A day's grace: a posting under way has files before it has rows.
    """
    storage, before = resource("storage"), clock.now().timestamp() - ORPHAN_AGE
    # What a cut took out is kept for an appeal.
    sealed = set(db.session.scalars(select(Sealed.value).where(Sealed.name.like("photo.%"))))
    sealed |= set(db.session.scalars(select(Sealed.thumb).where(Sealed.thumb.is_not(None))))
    named = sealed | set(db.session.scalars(select(Photo.sha256).union(select(Photo.thumb))))
    named_originals = sealed | set(db.session.scalars(select(Photo.received)))
    forgotten = 0
    for kind, kept in (("photos", named), ("originals", named_originals)):
        for key in storage.older_than(kind, before):
            if key.partition("/")[2] not in kept:
                storage.delete(key)
                forgotten += 1
    db.session.rollback()
    return forgotten


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    return out.getvalue()


def _flat(picture: Image.Image) -> Image.Image:
    """RGB; what was transparent becomes white, not black."""
    if picture.mode in ("RGBA", "LA", "P"):
        picture = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        return white
    return picture.convert("RGB")
