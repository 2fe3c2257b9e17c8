"""The commands of whoever keeps the machine: backup, restore, recover, upgrade."""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask import current_app

from forum.terminal import board, in_board, progress, rebuild_index

FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--keep-days", default=30, show_default=True, type=click.IntRange(1, 30))
@in_board
def backup(folder: Path, keep_days: int) -> None:
    """Write database and photos into the new FOLDER; delete backups beside it that are over.

    \b
    Example: forum backup /backups/2026-11-22
    The log key, the secret and last-signed are not in it: keep copies of log.key and secret.key
    elsewhere, once. A backup holds what the law may have erased later, so it lasts 30 days.
    """
    from forum.upkeep.backup import back_up
    from forum.upkeep.manifest import forget_expired

    made = back_up(folder, keep_days=keep_days, progress=progress)
    click.echo(
        f"{folder}: {made.size} log entries, {len(made.files)} files, until {made.expires_at}"
    )
    click.echo("log.key, secret.key and last-signed are not in it.")
    for gone in forget_expired(folder.absolute().parent):
        click.echo(f"Deleted, its days are over: {gone}")


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--log", "log_from", metavar="URL|DIR", help="A mirror of the log as it was.")
@click.option("--replace", is_flag=True, help="Although the board here is newer.")
@click.option("--even-expired", is_flag=True, help="Although the backup is older than 30 days.")
def restore(folder: Path, log_from: str | None, replace: bool, even_expired: bool) -> None:
    """Put the backup in FOLDER in the place of the board; stop the board first.

    \b
    Example: forum restore /backups/2026-11-22 --log https://mirror.example/tlog
    What the log holds beyond the backup is added again, from the database here or the mirror;
    the words that belonged to it are lost, and what was erased since is erased again.
    """
    from forum.setup import private_files
    from forum.upkeep import restore as restoring

    wish = restoring.Wish(folder, log_from, replace, even_expired)
    with private_files():
        done = restoring.restore(os.environ, wish, progress)
        with board().app_context():
            rebuild_index()
    click.echo(
        f"Restored: {done.size} log entries from the backup, {done.added} added from the log."
    )
    if done.aside is not None:
        click.echo(f"What was here is in {done.aside}, for 30 days.")
    click.echo("Now run `forum log check`.")


@click.command()
@in_board
def upgrade() -> None:
    """Bring the database to the version of this program; stop the board first.

    \b
    Example: forum upgrade
    """
    from forum.startup import serving_alone
    from forum.upkeep import upgrade as upgrading

    with serving_alone(current_app):
        before, after = upgrading.upgrade(current_app)
    said = "is" if before == after else f"was brought from {before}"
    click.echo(f"The database {said} at {after}.")


@click.command()
@click.option("--from", "source", required=True, metavar="URL|DIR", help="A mirror of this log.")
@in_board
def recover(source: str) -> None:
    """Add the log entries that are missing here from a mirror, byte for byte.

    \b
    Example: forum log recover --from https://mirror.example/tlog
    For a database that went back to an earlier state. Their words stay lost, and pages say so.
    """
    from forum.log.mirror import open_mirror
    from forum.upkeep.recovery import recover_board

    added = recover_board(open_mirror(source))
    click.echo(f"{added} entries were added; now run `forum log check`." if added
               else "Nothing is missing here that the mirror has.")  # fmt: skip
