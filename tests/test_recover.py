"""A log that fell behind what it signed is brought forward from a mirror, or nothing is signed."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from forum.accounts.models import Account
from forum.app import ROW_CHECKS, create_app
from forum.base import clock
from forum.base.db import db
from forum.base.refusal import Unavailable
from forum.base.resources import resource
from forum.cli import main
from forum.complaints import author_acts
from forum.complaints import service as complaints
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint, Promise, Reply
from forum.log import queries as log
from forum.log import standing
from forum.log.check import check_log
from forum.log.export import export_log
from forum.log.mirror import CannotRecover, open_mirror
from forum.moderation import two_people
from forum.moderation.measures import Measure, StatementOfReasons
from forum.places import queries as places
from forum.places import service as place_service
from forum.response import service as response
from forum.response.service import Resolution
from forum.setup import open_board
from forum.upkeep.recovery import recover_board
from tests import postgres
from tests.conftest import settings
from tests.factories import a_code, a_complaint, a_member, a_person, a_project

KEY = "k" * 43


def leave() -> None:
    db.session.remove()
    db.engine.dispose()


def state_of(number: int) -> dict[str, object]:
    """Everything of a complaint that the log tells of."""
    row = db.session.get(Complaint, number)
    names = ("entry", "act_entry", "last_entry", "type", "state", "state_at", "status", "status_at",
             "supporters", "replies", "author_key", "posted_at", "due_at", "answered_at",
             "statement", "withdrawal_due", "wanted_by", "verified", "locked", "listed")  # fmt: skip
    said = [(r.id, r.entry, r.kind, r.role, r.posted_at, r.until)
            for r in db.session.scalars(select(Reply).where(Reply.complaint == number))]  # fmt: skip
    promised = [(p.id, p.entry, p.until, p.state, p.reply_id)
                for p in db.session.scalars(select(Promise).where(Promise.complaint == number))]  # fmt: skip
    found = {name: getattr(row, name) for name in names}
    return found | {"project": row.project.slug, "said": said, "promised": promised}


Rewind = Callable[[], Callable[[], Flask]]


@pytest.fixture
def rewind(app: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Rewind]:
    """`back = rewind()` keeps the database as it is now; `back()` is the board over that state."""
    ends: list[Callable[[], object]] = []

    def keep() -> Callable[[], Flask]:
        url = str(tmp_path / "kept.db")
        if db.engine.dialect.name == "postgresql":
            cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
            name = db.engine.url.database
            leave()
            kept = cluster.new_database(name)
            ends.append(lambda: cluster.drop_database(kept))
            url = cluster.url(kept)
        else:
            with closing(sqlite3.connect(tmp_path / "instance" / "zhiyan.db")) as live:
                live.execute("VACUUM INTO ?", (url,))
            url = f"sqlite:///{url}"
        return lambda: go_back(url)

    def go_back(url: str) -> Flask:
        leave()
        board = create_app(settings(tmp_path / "instance", FORUM_DATABASE_URL=url))
        context = board.app_context()
        context.push()
        ends.append(lambda: (leave(), context.pop()))
        return board

    yield keep
    for end in reversed(ends):
        end()


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


def a_busy_week() -> list[int]:
    """Complaints with all that can happen to them, after what is kept."""
    author, staff = a_member(verified=True), a_person()
    place_service.add_city("广州")
    open_, done, gone = (
        a_complaint(author, key=KEY, remedy="恢复花园。", project=a_project("lake-view")).number,
        a_complaint(author).number,
        a_complaint(author, key="w" * 43).number,
    )
    response.reply(staff, open_, "我们在查。", holding=True, until=clock.local_date())
    response.reply(staff, open_, "周五修好。", until=clock.local_date())
    complaints.comment(a_member(), open_, "我家也是。")
    complaints.support(a_member(), open_)
    response.reply(staff, done, "今天修好。", until=clock.local_date())
    response.resolve(staff, done, Resolution("fixed", "execution"), "已换新配件。")
    act = complaints.existing(open_).act_entry
    author_acts.edit(author, open_, "改过的标题", "改过的正文。", Proof(act, code=a_code(KEY)))
    act = complaints.existing(gone).act_entry
    author_acts.withdraw(author, gone, Proof(act, code=a_code("w" * 43)))
    return [open_, done, gone, *a_bad_week()]


def a_bad_week() -> list[int]:
    """What two people did: removed, erased; and asked for in vain."""
    moderator, auditor = a_person("moderator"), a_person("auditor")
    numbers = [a_complaint().number for _ in range(3)]
    for act, number in zip(("remove", "erase", "remove"), numbers, strict=True):
        reason = StatementOfReasons("personal-data", "3.2", "正文里写了别人的身份证号码。", "notice",
                                    False, "none", None)  # fmt: skip
        proposed = two_people.propose(moderator, Measure(act, number, reason)).number
        if number != numbers[-1]:
            two_people.approve(auditor, proposed)
        else:
            two_people.reject(auditor, proposed, "只有自己的号码，没有别人的。")
    return numbers


def test_the_log_and_what_it_declares_come_back_whole(rewind, mirror):
    kept, supporter = a_complaint(title="留下的一条").number, a_member().id
    complaints.support(db.session.get_one(Account, supporter), kept)
    back = rewind()
    numbers = [kept, *a_busy_week()]
    complaints.withdraw_support(db.session.get_one(Account, supporter), kept)
    states, tip = {number: state_of(number) for number in numbers}, log.tip()
    export_log(mirror)
    back()
    added = recover_board(open_mirror(str(mirror)))
    assert log.tip().size == tip.size + 1 and added > 20
    assert (log.root_at(tip.size), log.tip().size) == (tip.root, tip.size + 1)
    assert check_log(ROW_CHECKS) == []
    assert {number: state_of(number) for number in numbers} == states
    assert complaints.existing(kept).title == "留下的一条" and not complaints.existing(kept).lost
    assert all(complaints.existing(number).lost for number in numbers[1:4])
    assert places.project("lake-view").name == "lake-view"


def test_what_follows_a_recovery_is_numbered_after_what_was_lost(rewind, mirror):
    number = a_complaint().number
    back = rewind()
    response.reply(a_person(), number, "周五修好。", until=clock.local_date())
    last, promise, staff = a_complaint().number, db.session.scalar(select(Promise.id)), a_person()
    reply, given = db.session.scalar(select(Reply.id)), staff.staff_no
    export_log(mirror)
    back()
    recover_board(open_mirror(str(mirror)))
    assert a_complaint().number == last + 1
    assert complaints.comment(a_member(), number, "后来的评论。").id > reply
    response.reply(a_person(), last + 1, "下周修好。", until=clock.local_date())
    assert max(db.session.scalars(select(Promise.id))) > promise
    assert a_person().staff_no > given
    assert check_log(ROW_CHECKS) == []


def test_nothing_is_signed_until_the_log_is_recovered(rewind, mirror):
    a_complaint()
    back = rewind()
    a_complaint()
    export_log(mirror)
    back()
    (why,) = standing.at_start().refusals
    assert "were signed: `forum log recover --from` a mirror" in why
    with pytest.raises(Unavailable):
        a_complaint()
    recover_board(open_mirror(str(mirror)))
    assert standing.at_start().refusals == () and a_complaint().number == 3


def test_a_refusal_is_lifted_only_when_the_witnesses_hold_what_is_here(rewind, mirror, monkeypatch):
    back = rewind()
    a_complaint()
    export_log(mirror)
    tip, keys = log.tip(), resource("log")
    keys.last_signed.refuse("the witness w1 says it cosigned more\n")
    back()
    answers = {"w1": standing.Held(tip.size + 1)}
    monkeypatch.setattr(standing, "held_by", lambda _witnesses: (answers, ()))
    with pytest.raises(CannotRecover, match="1 entries are still missing.*w1"):
        recover_board(open_mirror(str(mirror)))
    answers["w1"] = standing.Held(tip.size, "A" * 43 + "=")
    with pytest.raises(CannotRecover, match=r"not settled \(w1\)"):
        recover_board(open_mirror(str(mirror)))
    assert resource("log").last_signed.refusal() is not None
    answers["w1"] = standing.Held(tip.size, tip.root)
    recover_board(open_mirror(str(mirror)))
    assert a_complaint().number == 2


def test_a_mirror_that_is_behind_is_refused_and_says_by_how_much(rewind, mirror):
    back = rewind()
    a_complaint()
    export_log(mirror)
    size = log.tip().size
    complaints.comment(a_member(), 1, "后来的评论。")
    back()
    before = log.tip()
    with pytest.raises(CannotRecover, match=rf"^1 entries are still missing: the copy has {size}"):
        recover_board(open_mirror(str(mirror)))
    assert log.tip() == before


def _flip(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"supporters":1', b'"supporters":2', 1))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(_flip, "do not lead from the"), (_cut, "ends before its"), (Path.unlink, "there is no")],
)
def test_a_mirror_that_was_tampered_with_changes_nothing(sqlite_app, tmp_path, mirror, spoil, why):
    number, live = a_complaint().number, tmp_path / "instance" / "zhiyan.db"
    leave()
    shutil.copy(live, tmp_path / "kept.db")
    complaints.support(a_member(), number)
    export_log(mirror)
    leave()
    shutil.copy(tmp_path / "kept.db", live)
    before = log.tip()
    spoil(next((mirror / "tile" / "entries").glob("000*/*")))
    with pytest.raises(CannotRecover, match=why):
        recover_board(open_mirror(str(mirror)))
    assert log.tip() == before


def test_a_mirror_under_another_key_is_refused(sqlite_app, tmp_path, mirror):
    other = create_app(settings(tmp_path / "other"))
    open_board(other)
    with other.app_context():
        export_log(mirror)
        leave()
    with pytest.raises(CannotRecover, match="no checkpoint of this log"):
        recover_board(open_mirror(str(mirror)))


def test_another_history_of_ones_own_is_refused(rewind, mirror, tmp_path):
    back = rewind()
    complaint = a_complaint()
    export_log(mirror)
    own = resource("log").last_signed.path
    signed = own.read_bytes()
    back()
    own.unlink()  # an operator who forgets what was signed, and signs something else
    a_complaint(title="另一段历史", key="x" * 43)
    assert complaint is not None
    own.write_bytes(signed)
    with pytest.raises(CannotRecover, match="another history"):
        recover_board(open_mirror(str(mirror)))


def test_with_nothing_missing_nothing_is_written(app, mirror):
    a_complaint()
    export_log(mirror)
    before = log.tip()
    assert recover_board(open_mirror(str(mirror))) == 0 and log.tip() == before


def test_a_loss_that_the_log_does_not_tell_of_is_found(sqlite_app):
    number = a_complaint().number
    leave()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE complaint SET lost = 1, title = '', body = ''")
        connection.exec_driver_sql("DELETE FROM opening WHERE complaint IS NOT NULL")
    codes = {(d.code, d.index) for d in check_log(ROW_CHECKS)}
    assert ("opening-missing", complaints.existing(number).entry) in codes


def test_words_put_in_the_place_of_lost_ones_are_found(rewind, mirror):
    back = rewind()
    number = a_complaint().number
    export_log(mirror)
    back()
    recover_board(open_mirror(str(mirror)))
    leave()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE complaint_version SET body = 'all is well'")
    found = {(d.code, d.index) for d in check_log(ROW_CHECKS)}
    assert ("commitment-differs", complaints.existing(number).entry) in found


@pytest.fixture
def served() -> Iterator[Callable[[Flask], str]]:
    """`served(app)`: the address at which it listens."""
    ends: list[Callable[[], None]] = []

    def serve(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        ends.append(lambda: (server.shutdown(), thread.join(), server.server_close()))
        return f"http://127.0.0.1:{server.port}"

    yield serve
    for end in ends:
        end()


def test_strangers_accept_the_recovered_log_with_what_they_saw_before(
    rewind, mirror, served, tlogcheck, tmp_path
):
    back, seen = rewind(), []
    for _ in range(3):
        number = a_complaint().number
        seen.append(tmp_path / f"seen{number}")
        seen[-1].write_text(log.tip().note)
    export_log(mirror)
    board = back()
    recover_board(open_mirror(str(mirror)))
    a_complaint()
    leave()
    address, vkey = f"{served(board)}/tlog/", resource("log").signer.vkey
    for old in seen:
        command = [tlogcheck, "-log", address, "-vkey", vkey, "-old", old]
        run = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr


def test_the_command_takes_a_served_log(sqlite_app, tmp_path, served, monkeypatch):
    instance = tmp_path / "instance"
    leave()
    shutil.copy(instance / "zhiyan.db", tmp_path / "kept.db")
    a_complaint()
    leave()
    shutil.copytree(instance, tmp_path / "node2")
    address = served(create_app(settings(tmp_path / "node2")))
    shutil.copy(tmp_path / "kept.db", instance / "zhiyan.db")
    for name, value in settings(instance).items():
        monkeypatch.setenv(name, value)
    run = CliRunner().invoke(main, ["log", "recover", "--from", address])
    assert run.exit_code == 0, run.output
    assert "entries were added; now run `forum log check`" in run.output
    assert CliRunner().invoke(main, ["log", "check"]).output == "Everything agrees.\n"
    again = CliRunner().invoke(main, ["log", "recover", "--from", str(tmp_path)])
    assert again.exit_code == 1 and again.output.count("\n") == 1


def test_a_board_whose_log_is_lost_for_good_says_which_one_it_continues(tmp_path):
    app = create_app(settings(tmp_path / "new", FORUM_BASE_URL="http://new.board.test"))
    open_board(app, previous="board.test/tlog")
    with app.app_context():
        assert log.entry(0)["previous"] == "board.test/tlog"
        assert check_log(ROW_CHECKS) == []
        assert "board.test/tlog" in app.test_client().get("/log/entries/0").text
        leave()


def test_a_lost_log_is_not_continued_under_its_own_name(tmp_path):
    app = create_app(settings(tmp_path / "new"))
    with pytest.raises(Exception, match="needs another FORUM_BASE_URL"):
        open_board(app, previous="board.test/tlog")
