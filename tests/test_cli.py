"""The commands do what they say, and an error is one line."""

import gzip
import json
import sqlite3
import stat
from contextlib import closing

import click
import pytest
from click.testing import CliRunner

from forum.cli import main
from tests.conftest import SITE, settings
from tests.factories import a_complaint


@pytest.fixture
def forum(monkeypatch, tmp_path):
    """Run a command on the board in `tmp_path`/instance, which `sqlite_app` makes when asked."""
    for name, value in settings(tmp_path / "instance").items():
        monkeypatch.setenv(name, value)
    return lambda *args: CliRunner().invoke(main, [str(arg) for arg in args])


def commands(group=main, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield pytest.param((*path, name), id=" ".join((*path, name)))


@pytest.mark.parametrize("path", list(commands()))
def test_every_command_explains_itself_with_an_example(path):
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    assert f"Example: {'' if path == ('init',) else 'forum ' + ' '.join(path)}" in result.output


def test_init_makes_keys_database_and_log_for_the_owner_alone(forum, tmp_path):
    result = forum("init", "--email", "chief@board.test")
    assert result.exit_code == 0, result.output
    instance = tmp_path / "instance"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in instance.iterdir()}
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700
    assert modes["log.key"] == modes["secret.key"] == modes["zhiyan.db"] == 0o600
    with closing(sqlite3.connect(instance / "zhiyan.db")) as rows:
        kinds = [kind for (kind,) in rows.execute("SELECT kind FROM log_entry ORDER BY idx")]
    assert kinds[:2] == ["log.opened", "setting.changed"]
    assert kinds[2:11] == ["place.changed"] * 9
    assert kinds[11:] == ["rules.published", "role.granted"]


def test_the_first_administrators_link_works(forum, tmp_path):
    link = forum("init").output.split("First administrator: ")[1].split()[0]
    assert link.startswith(f"{SITE}/invite/")
    from forum.app import create_app

    app = create_app(settings(tmp_path / "instance"))
    assert app.test_client().get(link.removeprefix(SITE)).status_code == 200


def test_a_second_init_is_refused_in_one_line(forum, sqlite_app, tmp_path):
    before = (tmp_path / "instance" / "log.key").read_bytes()
    result = forum("init")
    assert result.exit_code == 1 and result.stdout == ""
    assert result.stderr == f"forum: {tmp_path / 'instance'} has a log already\n"
    assert (tmp_path / "instance" / "log.key").read_bytes() == before


@pytest.mark.parametrize(
    "args", [("status",), ("serve",), ("worker",), ("log", "check"), ("import", "a.csv")]
)
def test_before_init_a_command_says_what_to_do(forum, args):
    result = forum(*args)
    assert result.exit_code == 1 and result.stdout == ""
    assert result.stderr == "forum: there is no board here yet: run `forum init` first\n"


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (("nonsense",), 2),
        (("--nonsense",), 2),
        (("user", "add", "林知夏"), 2),
        (("user", "add", "林知夏", "--role", "king"), 2),
        (("digest", "show", "--date", "soon"), 2),
        (("digest", "show", "--date", "2001-01-01"), 1),
        (("import", "missing.jsonl"), 1),
        (("serve", "--bind", "nowhere"), 1),
    ],
)
def test_an_error_is_one_line_on_stderr(forum, sqlite_app, args, status):
    result = forum(*args)
    assert result.exit_code == status and result.stdout == ""
    assert result.stderr.startswith("forum: ") and result.stderr.count("\n") == 1


def test_a_wrong_setting_is_told_in_one_line(forum, monkeypatch):
    monkeypatch.setenv("FORUM_HOLD", "maybe")
    assert forum("status").stderr == "forum: FORUM_HOLD must be off or on\n"


def test_a_board_says_how_it_is(forum, sqlite_app):
    a_complaint()
    output = forum("status").output
    assert "board.test/tlog" in output and "complaints: 1, of these visible 1" in output


def test_the_log_is_checked_named_and_exported(forum, sqlite_app, tmp_path):
    a_complaint()
    assert forum("log", "check").output == "Everything agrees.\n"
    assert forum("log", "vkey").output.startswith("board.test/tlog+")
    result = forum("log", "export", tmp_path / "out")
    assert result.exit_code == 0 and (tmp_path / "out" / "checkpoint").exists()


def test_a_changed_row_is_found_by_log_check(forum, sqlite_app, tmp_path):
    a_complaint()
    with closing(sqlite3.connect(tmp_path / "instance" / "zhiyan.db")) as rows, rows:
        rows.execute("UPDATE complaint SET title = 'all is well'")
    result = forum("log", "check")
    assert result.exit_code == 1 and "1" in result.output
    assert "Everything agrees" not in result.output


def test_a_person_is_added_with_a_staff_number_and_a_link(forum, sqlite_app):
    result = forum("user", "add", "林知夏", "--role", "staff", "--department", "客户关系部")
    assert result.exit_code == 0, result.output
    number, link = result.output.split()[:2]
    assert number.startswith("S-") and link.startswith(f"{SITE}/invite/")
    again = forum("user", "add", "何志强", "--role", "staff", "--department", "客户关系部")
    assert again.exit_code == 0, again.output


def an_archive(folder, *lines):
    path = folder / "archive.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)
    return path


GOOD = json.dumps({"id": "1", "created_at": "2019-03-04", "body": "楼道灯坏了。", "area": "A7县"})


def test_import_tells_of_bad_lines_and_sums_up(forum, sqlite_app, tmp_path):
    path = an_archive(tmp_path, GOOD, "{", GOOD)
    result = forum("import", path)
    assert result.exit_code == 0
    assert result.stderr == "archive.jsonl.gz, line 2: not JSON\n"
    assert result.stdout.splitlines() == [
        "archive.jsonl.gz: 3 of 3",
        "archive.jsonl.gz: 1 new, 1 already there, 1 skipped; estates added: 1",
    ]


def test_a_dry_run_says_so_and_strict_ends_with_an_error(forum, sqlite_app, tmp_path):
    path = an_archive(tmp_path, GOOD, "{", GOOD.replace('"1"', '"2"'))
    assert (
        ": 2 would be new, 0 already there, 1 skipped" in forum("import", "--dry-run", path).output
    )
    strict = forum("import", "--strict", path)
    assert strict.exit_code == 1
    assert strict.stderr.splitlines()[-1] == "forum: stopped at line 2, as --strict asks"
    assert "1 new" in strict.stdout


def test_the_digest_is_shown_and_sent_once(forum, sqlite_app):
    a_complaint(title="电梯一周坏了两次")
    assert "电梯一周坏了两次" in forum("digest", "show").output
    first, second = forum("digest", "send").output, forum("digest", "send").output
    assert "log entry" in first and first == second


def test_the_search_index_is_made_anew_on_request(forum, sqlite_app):
    a_complaint()
    assert "The index holds 1 complaints." in forum("search", "rebuild").output
    assert "documents: 1 of 1" in forum("search", "status").output
