"""How `forum` talks to whoever typed it: one line for an error, progress where there is a terminal."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

import click
from flask import Flask

if TYPE_CHECKING:
    from forum.log.check import Difference

P = ParamSpec("P")
R = TypeVar("R")


class OneLineErrors(click.Group):
    """A group of commands whose errors are one line on stderr and a non-zero exit."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command; what it raised is told without a traceback."""
        try:
            status = super().main(args, prog_name, **(extra | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            status = error.exit_code
        except click.ClickException as error:
            status = _tell(error.format_message(), error.exit_code)
        except click.Abort:
            status = _tell("stopped", 130)
        except Exception as error:
            # SQLAlchemy wraps what the driver said.
            status = _tell(str(getattr(error, "orig", None) or error) or type(error).__name__, 1)
        sys.exit(status or 0)


def _tell(message: str, status: int) -> int:
    click.echo(f"forum: {message.strip().splitlines()[0]}", err=True)
    return status


def board() -> Flask:
    """The application as the environment sets it."""
    # Here, not above: `forum --help` should not wait for the whole site to be imported.
    from forum.app import create_app

    return create_app()


def in_board(command: Callable[P, R]) -> Callable[P, R]:
    """The command, run inside the application's context; refused before `forum init`."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from forum.startup import NotReady, has_log

        app = board()
        with app.app_context():
            if "log" not in app.extensions["zhiyan"] or not has_log():
                raise NotReady("there is no board here yet: run `forum init` first")
            return command(*args, **kwargs)

    return run


def serve_board(environ: Mapping[str, str], *, bind: str, workers: int, with_worker: bool) -> None:
    """Serve the board of these settings until told to stop."""
    from forum.app import create_app
    from forum.serving import serve

    serve(create_app(environ), bind=bind, workers=workers, with_worker=with_worker, say=click.echo)


def work(app: Flask) -> None:
    """`forum worker`: carry out the outbox and the timers until told to stop."""
    from forum.app import worker_of
    from forum.base.jobs import run_until_signalled
    from forum.setup import private_files
    from forum.startup import check

    check(app)
    with private_files():
        run_until_signalled(worker_of(app))


class Day(click.ParamType[date]):
    """A date as an argument: 2026-11-22."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """The date in `value`."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a date such as 2026-11-22", param, ctx)


def import_file(path: Path, *, dry_run: bool, strict: bool) -> None:
    """`forum import`: take the file over, telling of every bad line; exit 1 when strict met one."""
    from forum.complaints import archive, importing

    total = importing.NOTHING
    with progress(archive.count_records(path), path.name) as advance:
        records = archive.read_records(path)
        for step in importing.import_records(records, strict=strict, dry_run=dry_run):
            total += step
            for record in step.bad:
                click.echo(f"{path.name}, line {record.line}: {record.why}", err=True)
            advance(step.read)
    click.echo(
        f"{path.name}: {total.new} {'would be new' if dry_run else 'new'}, {total.known} already"
        f" there, {len(total.bad)} skipped; estates added: {len(total.places)}"
    )
    if strict and total.bad:
        raise click.ClickException(f"stopped at line {total.bad[0].line}, as --strict asks")


def rebuild_index() -> None:
    """`forum search rebuild`, with progress."""
    from forum.pages.search_feed import rebuild, status

    with progress(status().readable, "search index") as advance:
        count = rebuild(advance)
    click.echo(f"The index holds {count} complaints.")


def write_dump(folder: Path) -> None:
    """`forum open-data`, with progress."""
    from forum.api import open_data

    with progress(open_data.count(), "open data") as advance:
        dump = open_data.write_open_data(folder, advance)
    click.echo(
        f"{dump.complaints} complaints and {dump.entries} entries in {len(dump.files)} files."
    )


@contextmanager
def progress(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A function to call with the number of things done: a bar on a terminal, else plain lines."""
    if sys.stdout.isatty():
        with click.progressbar(length=length, label=label) as bar:
            yield bar.update
        return
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        click.echo(f"{label}: {done} of {length}")

    yield advance


def print_differences(found: Sequence[Difference]) -> None:
    """One line for each difference and exit 1, or one line saying that there is none."""
    for one in found:
        where = "" if one.index is None else f" at {one.index}"
        click.echo(f"{one.code}{where}: {one.found}")
    if found:
        raise click.ClickException(f"{len(found)} differences")
    click.echo("Everything agrees.")


def print_status() -> None:
    """How the board is: its log, its complaints, what waits to be carried out."""
    from forum.base.outbox import waiting
    from forum.base.resources import resource, setting
    from forum.log.queries import tip
    from forum.transparency.queries import balance

    counted, newest = balance(), tip()
    states = "held refused removed erased merged withdrawn".split()
    click.echo(f"{setting('FORUM_BOARD_NAME')} at {setting('FORUM_BASE_URL')}")
    click.echo(f"log {resource('log').origin}: {newest.size if newest else 0} entries")
    click.echo(
        f"complaints: {counted.received}, of these visible {counted.visible}, "
        + ", ".join(f"{name} {getattr(counted, name)}" for name in states)
    )
    click.echo(f"waiting to be carried out (index, mail): {waiting()}")
