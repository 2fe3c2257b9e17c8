"""The `forum` commands: each calls a verb or a read of some room and says what came of it."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import click

from forum.terminal import (
    Day,
    OneLineErrors,
    board,
    import_file,
    in_board,
    print_differences,
    print_status,
    rebuild_index,
    serve_board,
    work,
    write_dump,
)
from forum.upkeep import commands as upkeep

FILE = click.Path(path_type=Path)
BIND = click.option("--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
WORKERS = click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
ON_DATE = click.option("--date", "day", type=Day(), help="The day, as 2026-11-22; default: today.")
INSIDE = ("member", "staff", "moderator", "executive", "auditor", "admin")


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zhiyan")
def main() -> None:
    """Zhiyan (直言): a board of complaints with a log that shows every removal.

    \b
    Example: forum init && forum serve
    Settings come from the environment; config.py tells of each.
    """


@main.command()
@click.option("--name", default="管理员", show_default=True, help="The first administrator.")
@click.option("--email", help="Where to send the administrator's link as well.")
@click.option("--previous-origin", metavar="ORIGIN", help="The lost log that this one continues.")
def init(name: str, email: str | None, previous_origin: str | None) -> None:
    """Make a new board: keys, database, log, first administrator.

    \b
    Example: FORUM_BASE_URL=https://complaints.example forum init
    The log's name comes from FORUM_BASE_URL and never changes again.
    """
    from forum.setup import Administrator, open_board

    app = board()
    link = open_board(app, Administrator(name, email), previous=previous_origin)
    click.echo(f"The board is in {app.config['FORUM_INSTANCE']}.")
    click.echo(f"First administrator: {link} (within 48 hours, once)")


@main.command()
@click.option("--no-serve", is_flag=True, help="Stop when the sample board is made.")
@click.option("--keep", is_flag=True, help="Serve the sample board that is there already, if any.")
@click.option("--port", default=8000, show_default=True, envvar="PORT")
def demo(no_serve: bool, keep: bool, port: int) -> None:
    """Make a board with sample complaints and serve it.

    \b
    Example: forum demo
    The samples are made in FORUM_INSTANCE, by default ./instance-demo.
    """
    from forum.demo import stage

    environ = stage.environment(os.environ, port)
    if not (keep and stage.is_built(environ)):
        stage.build(environ, click.echo)
    click.echo(stage.accounts(environ))
    if not no_serve:
        serve_board(environ, bind=f"127.0.0.1:{port}", workers=2, with_worker=True)


@main.command()
@BIND
@WORKERS
@click.option("--no-worker", is_flag=True, help="`forum worker` runs elsewhere.")
def serve(bind: str, workers: int, no_worker: bool) -> None:
    """Serve the board, with its worker beside it.

    \b
    Example: forum serve --bind 0.0.0.0:8000 --workers 4
    """
    serve_board(os.environ, bind=bind, workers=workers, with_worker=not no_worker)


@main.command()
def worker() -> None:
    """Do what is waiting and what falls due: index, mail, timers, digest.

    \b
    Example: forum worker
    """
    work(board())


@main.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would happen.")
@click.option("--strict", is_flag=True, help="Stop at the first bad line.")
@in_board
def import_(file: Path, dry_run: bool, strict: bool) -> None:
    """Take complaints over from FILE: .jsonl, .jsonl.gz, .csv or .xlsx.

    \b
    Example: forum import --dry-run archive.jsonl.gz
    Running it again adds nothing; an import that was stopped goes on where it was.
    """
    import_file(file, dry_run=dry_run, strict=strict)


@main.group()
def digest() -> None:
    """The executives' digest."""


@digest.command("show")
@ON_DATE
@in_board
def digest_show(day: date | None) -> None:
    """Print the digest of a day.

    \b
    Example: forum digest show --date 2026-11-22
    """
    from forum.base.clock import local_date
    from forum.digest.compose import compose
    from forum.digest.render import render_text

    click.echo(render_text(compose(day or local_date())))


@digest.command("send")
@ON_DATE
@in_board
def digest_send(day: date | None) -> None:
    """Send the digest of a day; once a day, ever.

    \b
    Example: forum digest send
    """
    from forum.base.clock import local_date
    from forum.digest.service import send

    issue = send(day or local_date())
    click.echo(f"The digest of {issue.date} was sent; log entry {issue.entry}.")


@main.group()
def search() -> None:
    """The search index."""


@search.command("rebuild")
@in_board
def search_rebuild() -> None:
    """Make the index anew from the rows; searching goes on meanwhile.

    \b
    Example: forum search rebuild
    """
    rebuild_index()


@search.command("status")
@in_board
def search_status() -> None:
    """Say how the index stands against the rows, with advice where there is any.

    \b
    Example: forum search status
    """
    from forum.pages.search_feed import status as index_status

    click.echo("\n".join(index_status().lines()))


@main.group()
def log() -> None:
    """The log of every change."""


@log.command("check")
@in_board
def log_check() -> None:
    """Recompute the whole log from what is stored and hold every row against its entry.

    \b
    Example: forum log check
    Exit 1 and a list when something differs.
    """
    from forum.app import ROW_CHECKS
    from forum.log.check import check_log

    print_differences(check_log(ROW_CHECKS))


@log.command("vkey")
@in_board
def log_vkey() -> None:
    """Print the key with which the log's signatures are checked.

    \b
    Example: forum log vkey > vkey
    """
    from forum.log import rotation

    click.echo(rotation.vkey())


@log.command("rotate-key")
@in_board
def log_rotate_key() -> None:
    """Sign the log with a new key from now on; for 90 days the old one signs too.

    \b
    Example: forum log rotate-key
    Running servers take the new key by themselves. Other machines need a copy of the key files.
    """
    from forum.log import rotation

    entry = rotation.rotate()
    click.echo(f"The new key is {rotation.vkey()}; log entry {entry.index}.")


@log.command("export")
@click.argument("folder", type=FILE)
@in_board
def log_export(folder: Path) -> None:
    """Write the log into FOLDER as files that any web server can offer.

    \b
    Example: forum log export /var/www/tlog
    """
    from forum.log.export import export_log

    done = export_log(folder)
    click.echo(f"{done.size} entries in {done.tiles} tiles and {done.bundles} bundles.")


@log.command("accept-clock")
@in_board
def log_accept_clock() -> None:
    """Go on although the clock is behind the log; that is logged.

    \b
    Example: forum log accept-clock
    """
    from forum.base.db import transaction
    from forum.log.service import accept_clock

    with transaction():
        entry = accept_clock()
    click.echo(f"The clock is accepted; log entry {entry.index}.")


log.add_command(upkeep.recover)


@main.group()
def rules() -> None:
    """The published rules that statements of reasons cite."""


@rules.command("publish")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@in_board
def rules_publish(file: Path) -> None:
    """Announce a new version of the rules, from a JSON file; it is in force 7 days later.

    \b
    Example: forum rules publish rules.json
    The file has title, preamble and clauses, each with number, title, text and reason (or null).
    """
    from forum.moderation.rules import in_force_from
    from forum.moderation.rules_publishing import publish_file

    version = publish_file(file.read_bytes())
    day = in_force_from(version).date()
    click.echo(
        f"Version {version.version} is published, in force from {day}; log entry {version.entry}."
    )


@main.group()
def user() -> None:
    """People."""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(INSIDE))
@click.option("--department", help="Name of the department that signs the person's replies.")
@click.option("--email")
@click.option("--phone")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the role.")
@in_board
def user_add(
    name: str,
    role: str,
    department: str | None,
    email: str | None,
    phone: str | None,
    until: datetime | None,
) -> None:
    """Add a person; prints a link to set the first password.

    \b
    Example: forum user add 林知夏 --role staff --department 客户关系部 --email lin@company.example
    """
    from forum.setup import add_person

    last = until.date() if until else None
    person, link = add_person(name, role, department=department, email=email, phone=phone,
                              until=last)  # fmt: skip
    click.echo(f"{person.staff_no or person.name}: {link} (within 48 hours, once)")


@user.command("revoke")
@click.argument("number")
@in_board
def user_revoke(number: str) -> None:
    """Take the role of a staff number back; its account is closed, its entries stay.

    \b
    Example: forum user revoke S-017
    """
    from forum.accounts.terms import revoke

    click.echo(f"{revoke(number).staff_no}: revoked")


@main.command("open-data")
@click.argument("folder", type=FILE)
@in_board
def open_data(folder: Path) -> None:
    """Write everything public into FOLDER: complaints, statements, the log, and a manifest.

    \b
    Example: forum open-data /var/www/open-data
    An earlier dump there is replaced as a whole; nothing hidden is in it.
    """
    write_dump(folder)


@main.command()
@in_board
def status() -> None:
    """Say how the board is.

    \b
    Example: forum status
    """
    print_status()


for command in (upkeep.backup, upkeep.restore, upkeep.upgrade):
    main.add_command(command)


if __name__ == "__main__":
    main()
