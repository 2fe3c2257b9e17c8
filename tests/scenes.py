"""A small board in use, for tests that walk over everything that is there."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.routing import Rule

from forum.accounts import service as accounts
from forum.accounts.models import Account
from forum.app import create_app
from forum.base import clock, outbox
from forum.base.db import db, transaction
from forum.complaints import author_acts, photos
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.digest import service as digest
from forum.moderation import appeals, challenges, desk, flags, notices
from forum.moderation.models import Statement
from forum.moderation.notices import Claim
from forum.places import queries as places
from forum.response import service as response
from forum.response.service import Resolution
from forum.transparency import audit
from forum.transparency import service as transparency
from forum.transparency.audit import Opinion
from tests.factories import a_code, a_complaint, a_member, a_person, a_removal, sign_in

KEY = "k" * 43
OPEN, RESOLVED, REMOVED, WITHDRAWN = 1, 2, 3, 4
EVERYBODY = "visitor member staff moderator executive auditor admin"
SIGNED_IN = EVERYBODY.removeprefix("visitor ")
INSIDE = ("staff", "moderator", "executive", "auditor", "admin")


@dataclass(frozen=True)
class Scene:
    """people: one of each role; author wrote every complaint, `member` none.

    Complaints: `OPEN` (with photo, reply, comment, me-too and a second version), `RESOLVED` as
    the company says, `REMOVED` by statement 1, `WITHDRAWN` by its author. day: of the digest;
    names: what each role, and `author`, signs in with; pages: kept of those that cannot be asked for often.
    """

    app: Flask
    people: dict[str, Account]
    author: Account
    invitation: str
    photo: str
    day: str
    names: dict[str, str]
    pages: dict[str, str] = field(default_factory=dict)


def a_picture(width: int = 640, height: int = 480) -> bytes:
    """A photo as a telephone sends it."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "darkolivegreen").save(out, "JPEG")
    return out.getvalue()


def a_board_in_use(app: Flask) -> Scene:
    """Fill an opened board, and let the worker catch up; needs the application's context."""
    people = {"member": a_member("二栋小李")} | {role: a_person(role) for role in INSIDE}
    author = a_member("花城老张", verified=True)
    photo = photos.prepare(a_picture(), "楼下停满了车")
    photos.store((photo,))
    _open(author, people, photo)
    _resolved(author, people["staff"])
    a_removal(a_complaint(author, title="第三条会被下架"), people["moderator"])
    _withdrawn(author)
    _objected(author)
    _noticed(people["moderator"])
    audit.report(
        people["auditor"], Opinion(0, 3, "qualified", "逐条看过，有一条理由写得太短。" * 2)
    )
    transparency.count_daily()
    issue = digest.send(clock.local_date())
    with transaction():
        invitation = accounts.invite(people["admin"])
    while outbox.drain():
        pass
    db.session.rollback()
    names = {role: str(person.email) for role, person in (people | {"author": author}).items()}
    day = issue.date.isoformat()
    return Scene(app, people, author, invitation, photo.sha256, day, names)


def _open(author: Account, people: dict[str, Account], photo: photos.PreparedPhoto) -> None:
    complaint = a_complaint(
        author, title="花园里停了 90 辆车", body="合同里写的是花园。\n现在是停车场。",
        remedy="恢复花园。", photos=(photo,), key=KEY,
    )  # fmt: skip
    complaints.comment(people["member"], complaint.number, "我家也看得见。")
    complaints.support(people["member"], complaint.number)
    response.reply(people["staff"], complaint.number, "我们在查图纸。", holding=True,
                   until=clock.local_date())  # fmt: skip
    author_acts.edit(author, complaint.number, complaint.title, "合同里写的是花园。现在停了车。",
                     Proof(of=complaint.act_entry, code=a_code(KEY)))  # fmt: skip


def _resolved(author: Account, staff: Account) -> None:
    complaint = a_complaint(author, title="三号楼电梯一周坏了两次")
    response.reply(staff, complaint.number, "配件已到，周五装好。", until=clock.local_date())
    response.resolve(staff, complaint.number, Resolution("fixed", "execution"), "已换新配件。")


def _objected(author: Account) -> None:
    """The author appeals against the removal, and a reader challenges it."""
    removal = db.session.get_one(Statement, 1).entry
    appeals.file(author, removal, "第二段是物业公告的原话，不是骂人。")
    challenges.file(None, removal, "说明里的条款和事实对不上，请再看。")


def _withdrawn(author: Account) -> None:
    key = "w" * 43
    complaint = a_complaint(author, title="第四条会被撤回", key=key)
    author_acts.withdraw(author, complaint.number,
                         Proof(of=complaint.act_entry, code=a_code(key)))  # fmt: skip


def _noticed(moderator: Account) -> None:
    """About the first a party's notice and a reader's flag wait; a moderator has it open."""
    notices.send(OPEN, None, Claim("维修公司经理", "party@firm.test", "说我们偷换配件，不是事实。"))
    flags.flag(a_member("五栋老王"), OPEN, None, "abuse", "第二段骂人。")
    desk.open_thing(moderator, OPEN, None)


@pytest.fixture(scope="module")
def scene(opened_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One board in use for all tests of a module: none of them may change it."""
    # Only pytest knows how it has loaded the conftest.
    from tests.conftest import Browser, settings

    folder = Path(shutil.copytree(opened_sqlite, tmp_path_factory.mktemp("scene") / "instance"))
    app = create_app(settings(folder))
    app.test_client_class = Browser
    with app.app_context():
        yield a_board_in_use(app)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def browsers(scene: Scene) -> dict[str, FlaskClient]:
    """A browser for each role; the member's is the author's."""
    people = scene.people | {"member": scene.author}
    signed_in = {role: sign_in(scene.app, person) for role, person in people.items()}
    return {"visitor": scene.app.test_client()} | signed_in


def addresses(scene: Scene, method: str) -> list[tuple[str, str]]:
    """(endpoint, path) of every route that takes `method`, filled in with what is there."""
    with scene.app.test_request_context():
        urls = scene.app.url_map.bind("board.test")
        return [
            (rule.endpoint, urls.build(rule.endpoint, _values_of(scene, rule), method))
            for rule in scene.app.url_map.iter_rules()
            if method in (rule.methods or ())
        ]


def _values_of(scene: Scene, rule: Rule) -> dict[str, object]:
    known = {"number": OPEN, "notice": 1, "index": 3, "day": scene.day, "token": scene.invitation,
             "sha256": scene.photo, "filename": "img/favicon.svg", "rest": "0/000.p/1",
             "_section": "name"}  # fmt: skip
    slugs = {"project": "spring-garden", "city": places.cities()[0].slug,
             "category": "repair"}  # fmt: skip
    if rule.endpoint == "moderation.statement":
        known["number"] = 1
    if rule.endpoint in ("moderation.appeal_form", "moderation.appeal"):
        known["index"] = db.session.get_one(Statement, 1).entry
    if rule.endpoint == "moderation.rules_version":
        known["version"] = 1
    known |= {"year": int(scene.day[:4]),
              "name": "months" if rule.endpoint == "transparency.chart" else "received"}  # fmt: skip
    known["slug"] = slugs.get(rule.endpoint.partition(".")[2], "")
    return {name: known[name] for name in rule.arguments}
