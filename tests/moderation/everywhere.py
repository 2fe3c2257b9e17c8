"""One complaint whose words are in every place that a board keeps words, and a look for them."""

from __future__ import annotations

import base64
import io
import os
import quopri
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from PIL import Image

from forum.accounts.models import Account
from forum.base import clock, outbox
from forum.base.db import db
from forum.complaints import author_acts, photos, receipts, service
from forum.complaints.author_acts import Proof
from forum.complaints.covering import Cuts
from forum.complaints.models import Complaint
from forum.complaints.photos import PreparedPhoto
from forum.digest import service as digest
from forum.moderation import appeals, challenges, flags, two_people
from forum.moderation.measures import Measure
from forum.moderation.models import Statement
from forum.response import service as response
from tests.factories import a_code, a_complaint, a_member, a_person, a_statement

KEY = "e" * 43
# Words nobody else writes; each stands in one place of the complaint.
WORDS = {
    "title": "紫藤廊架倒塌砸伤",
    "body": "伤者林栀子住在九栋",
    "edit": "后来改称虞美人受伤",
    "unproven": "未验证的改动提到茉莉",
    "remedy": "请赔偿医药费柒佰元",
    "author": "九栋林栀子",
    "comment": "我看见林栀子被抬走",
    "reply": "客服引述：栀子受伤属实",
    "alt": "照片里是林栀子的腿",
    "comment-alt": "评论照片里的血迹",
}
CAMERA = "SN-ZIWEI-20261122-PRIVATE"


@dataclass(frozen=True)
class Trace:
    """The complaint, its author, the receipt it was given, the files of its photos."""

    number: int
    author: Account
    receipt: str
    files: tuple[bytes, ...]


def a_photo(colour: tuple[int, int, int], alt: str) -> PreparedPhoto:
    """A photo that carries a serial number beside its picture, as telephones do."""
    picture = Image.effect_noise((320, 240), 90).convert("RGB")
    picture.paste(colour, (0, 0, 40, 40))
    exif = picture.getexif()
    exif[0x010F], exif[0xA431] = "Camera", CAMERA
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return photos.prepare(out.getvalue(), alt)


def a_complaint_everywhere(app: Flask) -> Trace:
    """Post it, talk about it, mail it, put it into a digest, index it, show it."""
    author = a_member(WORDS["author"], email="zizi@board.test")
    executive, neighbour = a_person("executive"), a_member("二栋小李")
    own, theirs = a_photo((200, 30, 40), WORDS["alt"]), a_photo((9, 9, 200), WORDS["comment-alt"])
    photos.store((own, theirs))
    complaint = a_complaint(author, title=WORDS["title"], body=WORDS["body"], key=KEY,
                            remedy=WORDS["remedy"], photos=(own,))  # fmt: skip
    number = complaint.number
    _edit(author, complaint, WORDS["edit"], code=a_code(KEY))
    _edit(author, complaint, WORDS["unproven"], code=None)
    service.comment(neighbour, number, WORDS["comment"], (theirs,))
    response.reply(executive, number, WORDS["reply"], until=clock.local_date())
    receipt = receipts.receipt_of(service.existing(number))
    digest.send(clock.local_date())
    author.name = "花城老张"  # what somebody is called elsewhere is not the complaint's
    db.session.commit()
    work(app)
    client = app.test_client()
    for path in (
        f"/complaints/{number}",
        "/complaints",
        f"/complaints/{number}.json",
        "/search?q=紫藤",
    ):
        assert WORDS["title"] in client.get(path).text.replace("<mark>", "").replace("</mark>", "")
    files = tuple(f for p in (own, theirs) for f in (p.public, p.thumb, p.received))
    return Trace(number, author, receipt, files)


def quoted_everywhere(trace: Trace) -> list[int]:
    """Every kind of reason about it, public or private, repeats it; nothing of it is gone yet.

    The numbers of two statements whose facts do: of a de-listing and of the author's suspension.
    """
    number, auditor, words = trace.number, a_person("auditor"), f"写的是“{WORDS['body']}”这一句。"
    flags.flag(a_member("三栋小周"), number, None, "abuse", words)
    delisted = _by_two(Measure("delist", number, a_statement(facts=words)))
    until = clock.local_date() + timedelta(days=9)
    suspended = _by_two(Measure("suspend", number, a_statement(facts=words, until=until)))
    for statement in (delisted, suspended):
        index = db.session.get_one(Statement, statement).entry
        filed = appeals.file(trace.author, index, words)
        appeals.decide(auditor, filed.number, "rejected", words)
        doubt = challenges.file(None, index, words)
        challenges.decide(auditor, doubt.number, "rejected", words)
    flags.flag(a_member("四栋小吴"), number, None, "abuse", words)
    flags.keep(a_person("moderator"), number, None, "abuse", words)
    return [delisted, suspended]


def a_cut_that_waits(trace: Trace, item: int) -> int:
    """A proposal to cover what the comment says; its number."""
    given = a_statement("personal-data", facts="第一句写出了别人受的伤，是私事。")
    measure = Measure("redact", trace.number, given, item, Cuts((WORDS["comment"][-4:],)))
    return two_people.propose(a_person("moderator"), measure).number


def _by_two(measure: Measure) -> int:
    proposal = two_people.propose(a_person("moderator"), measure)
    return two_people.approve(a_person("moderator"), proposal.number).number


def _edit(author: Account, complaint: Complaint, body: str, *, code: str | None) -> None:
    newest = service.existing(complaint.number).act_entry
    author_acts.edit(author, complaint.number, WORDS["title"], body, Proof(of=newest, code=code))


def work(app: Flask) -> None:
    """Let the worker do everything that waits."""
    del app
    while outbox.drain():
        pass
    db.session.rollback()
    db.session.expire_all()


def left_in(folder: Path, trace: Trace) -> set[str]:
    """What of the complaint is found in any file under `folder`: names of `WORDS`, or of photos.

    Files are read as they are and, where they are mails, decoded.
    """
    wanted = {name: [word.encode()] for name, word in WORDS.items()}
    wanted["camera"] = [CAMERA.encode()]
    wanted |= {f"photo {k}": [data[200:264]] for k, data in enumerate(trace.files)}
    found = set()
    for path, data in _contents(folder):
        found |= {f"{name} in {path}" for name, pieces in wanted.items()
                  if any(piece in data for piece in pieces)}  # fmt: skip
    return found


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        data = path.read_bytes()
        name = os.fspath(path.relative_to(folder))
        yield name, data
        if path.suffix == ".eml":
            yield f"{name} (quoted)", quopri.decodestring(data)
            yield f"{name} (base64)", b"\n".join(_base64_parts(data))
        elif data.count(rb"\u"):
            yield f"{name} (escaped)", data.decode("unicode_escape", "replace").encode()


def _base64_parts(data: bytes) -> Iterator[bytes]:
    for block in data.split(b"\n\n"):
        try:
            yield base64.b64decode(b"".join(block.split()), validate=True)
        except ValueError:
            continue
