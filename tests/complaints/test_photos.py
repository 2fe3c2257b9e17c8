"""Photos are re-encoded, stripped and bounded; what is no photo is refused with a sentence."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image

from forum.base import clock
from forum.base.refusal import Invalid
from forum.base.resources import resource
from forum.complaints import photos
from forum.log import queries as log
from tests.factories import a_complaint


def a_picture(width: int = 2000, height: int = 1000, *, form: str = "JPEG") -> bytes:
    picture = Image.new("RGB", (width, height), "green")
    exif = picture.getexif()
    exif[0x8825] = {1: "N", 2: (22.0, 32.0, 1.0)}  # GPS position
    exif[0x0112] = 6  # turned by the phone
    out = io.BytesIO()
    picture.save(out, form, exif=exif)
    return out.getvalue()


def test_the_public_copy_is_upright_small_and_says_nothing_of_the_place() -> None:
    photo = photos.prepare(a_picture(), "")
    shown = Image.open(io.BytesIO(photo.public))
    assert (photo.width, photo.height) == shown.size == (800, 1600)
    assert not shown.getexif() and b"GPS" not in photo.public
    assert max(Image.open(io.BytesIO(photo.thumb)).size) == 480


def test_both_digests_are_committed_and_the_files_kept(app: Flask) -> None:
    photo = photos.prepare(a_picture(), "三号楼外墙")
    complaint = a_complaint(photos=(photo,))
    index, entry = log.entries_of(complaint.number)[0]
    assert log.opens(index, "photo.1", photo.sha256, entry)
    assert log.opens(index, "photo.1.received", photo.received_sha256, entry)
    assert log.opens(index, "photo.1.alt", "三号楼外墙", entry)
    storage = resource("storage")
    assert storage.get(f"photos/{photo.sha256}") == photo.public
    assert storage.get(f"originals/{photo.received_sha256}") == photo.received


def test_a_swapped_file_is_never_served(sqlite_app: Flask) -> None:
    storage = resource("storage")
    key = storage.put("photos", b"the true bytes")
    storage._path(key).write_bytes(b"other bytes")
    assert storage.get(key) is None


def test_files_of_a_refused_posting_are_forgotten_after_a_day(sqlite_app: Flask) -> None:
    kept, orphan = photos.prepare(a_picture(90, 60), ""), photos.prepare(a_picture(600, 900), "")
    a_complaint(photos=(kept,))
    photos.store((orphan,))
    assert photos.forget_orphans() == 0
    with clock.set_to(clock.now() + timedelta(days=2)):
        assert photos.forget_orphans() == 3
    storage = resource("storage")
    assert storage.get(f"originals/{kept.received_sha256}") and storage.get(f"photos/{kept.sha256}")
    assert storage.get(f"originals/{orphan.received_sha256}") is None


def _bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"just text, called .jpg", b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0 cut short",
     a_picture()[:500], b"GIF89a" + b"\x00" * 50, b"%PDF-1.7 " + b"x" * 900],
)  # fmt: skip
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        photos.prepare(data, "")
    assert refused.value.field == "photos"


def test_a_decompression_bomb_is_refused_before_it_opens() -> None:
    with pytest.raises(Invalid):
        photos.prepare(_bomb(), "")


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(Invalid):
        photos.prepare(b"\xff" * (photos.MAX_BYTES + 1), "")
