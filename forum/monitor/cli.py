"""`forum-monitor`: checks a board from outside. Exit status 0 clean, 1 findings, 2 no verdict."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from forum.monitor import report as reports
from forum.monitor.findings import Evidence
from forum.monitor.follow import CouldNotCheck, Follower
from forum.monitor.page import as_html
from forum.monitor.round import Options, Report, Round
from forum.monitor.state import State
from forum.monitor.web import RATE, Site
from forum.tlog.errors import TlogError
from forum.tlog.note import CosignatureVerifier, Verifier

CLEAN, FINDINGS, NO_VERDICT = 0, 1, 2
EXAMPLE = (
    "example: forum-monitor https://complaints.example --vkey KEY --state monitor --html r.html"
)
WIDTH = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the monitor; the exit status is the verdict."""
    asked = _parser().parse_args(arguments)
    try:
        report = _check(asked)
    except (CouldNotCheck, TlogError, ValueError, OSError, sqlite3.Error) as error:
        _say(f"forum-monitor: could not check: {error}")
        return NO_VERDICT
    sys.stdout.write(reports.as_text(report))
    return FINDINGS if report.findings else CLEAN


def _check(asked: argparse.Namespace) -> Report:
    verifier = Verifier(asked.vkey)
    witnesses = [CosignatureVerifier(key) for key in asked.witness]
    site, state = Site(asked.url, asked.rate, cookie=asked.cookie), State(asked.state)
    evidence = Evidence((asked.state or Path()) / "evidence")
    options = Options(
        asked.sample, receipts=asked.receipt, witnesses=[witness.name for witness in witnesses]
    )
    try:
        follower = Follower(site, state, verifier, witnesses, evidence)
        looked = Round(site, state, follower, verifier, evidence, options).run(_progress)
    finally:
        site.close()
        state.close()
    for path, form in ((asked.json, reports.as_json), (asked.html, as_html)):
        if path is not None:
            path.write_text(form(looked), encoding="utf-8")
    return looked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("forum-monitor", description=__doc__, epilog=EXAMPLE)
    parser.add_argument("url", help="the board's address")
    parser.add_argument("--vkey", required=True, metavar="K", help="the log's verifier key")
    parser.add_argument("--state", type=Path, metavar="DIR", help="what is remembered between runs")
    parser.add_argument("--witness", action="append", default=[], metavar="K",
                        help="a witness's verifier key; may be repeated")  # fmt: skip
    parser.add_argument("--receipt", action="append", default=[], type=Path, metavar="FILE",
                        help="a receipt that must be honoured; may be repeated")  # fmt: skip
    parser.add_argument(
        "--cookie", metavar="C", help="also look as who is signed in by this cookie"
    )
    parser.add_argument("--sample", type=_share, default=1.0, metavar="P",
                        help="share of complaints older than 30 days to look at, 0 to 1")  # fmt: skip
    parser.add_argument("--rate", type=_rate, default=RATE, metavar="R",
                        help="requests a second, at most 20")  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report for programs")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the report for people")
    return parser


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError(text)
    return share


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate <= RATE:
        raise ValueError(text)
    return rate


def _progress(done: int, total: int) -> None:
    if not sys.stderr.isatty():
        return
    bar = "#" * (WIDTH * done // total)
    sys.stderr.write(f"\r[{bar:<{WIDTH}}] {done}/{total}" + ("\n" if done == total else ""))
    sys.stderr.flush()


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
