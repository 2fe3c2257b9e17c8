"""`python -m bench [NAME…]`: measure, print one table, exit 1 when a target is missed.

A board of its own is made for it in a temporary folder: the archive that is shared with us,
imported by `forum import`, or as many made-up complaints where nothing is shared.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench import archive, board, log, monitor, pages, posting, searching, serving, transparency
from bench.board import Board
from bench.result import Result, table

IMPORT_WITHIN, INDEX_WITHIN, START_WITHIN = 60.0, 90.0, 3.0  # seconds
STARTS = 3

Measure = Callable[[Board, Path], list[Result]]
# These make a board of their own: what is imported would only be in the way.
ALONE: dict[str, Callable[[Path], list[Result]]] = {
    "log": log.measure,
    "transparency": transparency.measure,
    "monitor": monitor.measure,
}
MEASURES: dict[str, Measure] = {
    "queries": lambda found, _folder: pages.queries(found),
    "start": lambda found, _folder: [_start(found)],
    "pages": pages.ratios,
    "search": lambda found, _folder: searching.in_process(found) + searching.over_http(found),
    "posting": lambda found, _folder: posting.over_http(found),
}
NAMES = (*MEASURES, *ALONE)


def main(words: Sequence[str] | None = None) -> int:
    """Run what `words` ask for; 1 when a target is missed."""
    asked = _parser().parse_args(words)
    unknown = set(asked.names) - {"import", *MEASURES, *ALONE}
    if unknown:
        print("unknown:", " ".join(sorted(unknown)), file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="zhiyan-bench-") as folder:
        results = _run(Path(folder), asked)
    print(table(results))
    if asked.json:
        fields = [result.fields() for result in results]
        asked.json.write_text(json.dumps(fields, ensure_ascii=False, indent=1) + "\n", "utf-8")
    missed = [result.name for result in results if result.ok is False]
    print(f"\n{len(missed)} missed: {'; '.join(missed)}" if missed else "\nEvery target is met.")
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="import " + " ".join(NAMES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as well")
    parser.add_argument("--instance", type=Path, metavar="FOLDER",
                        help="measure a copy of this board instead of importing anew")  # fmt: skip
    return parser


def _run(folder: Path, asked: argparse.Namespace) -> list[Result]:
    names, results = asked.names or ["import", *NAMES], list[Result]()
    if set(names) - set(ALONE):
        found, results = _prepare(folder, asked.instance)
        for name, measure in MEASURES.items():
            if name in names:
                results += _measured(name, partial(measure, found, folder))
    for name, alone in ALONE.items():
        if name in names:
            results += _measured(name, partial(alone, folder))
    return results


def _measured(name: str, measure: Callable[[], list[Result]]) -> list[Result]:
    """One that breaks is a miss of its own, and what the others found is not lost."""
    _say(f"{name} …")
    try:
        results = measure()
    except Exception as error:
        logging.exception("%s could not be measured", name)
        return [Result(name, 1, "failure", "<", 1, str(error))]
    _say(table(results))
    return results


def _prepare(folder: Path, instance: Path | None) -> tuple[Board, list[Result]]:
    environ = board.environment(folder / "instance")
    if instance is not None:
        shutil.copytree(instance, environ["FORUM_INSTANCE"], symlinks=True)
        return board.with_stories(board.create_app(environ), environ), []
    files = archive.shared_files()
    if not files:
        _say("No archive is shared with us (FORUM_SHARED): complaints are made up here.")
        files = [archive.make_file(folder)]
    app = board.opened(environ)
    _say("import …")
    imported, import_cpu = _timed(lambda: board.import_files(environ, files))
    _say("index …")
    indexed, index_cpu = _timed(lambda: board.index(app))
    complaints, replies = board.counted(app)
    note = f"{complaints:,} complaints, {replies:,} replies; {import_cpu:.1f} s of one processor"
    results = [
        Result("import", imported, "s", "<", IMPORT_WITHIN, note),
        Result("index after the import", indexed, "s", "<", INDEX_WITHIN,
               f"{index_cpu:.1f} s of one processor"),
    ]  # fmt: skip
    return board.with_stories(app, environ), results


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds by the clock, and seconds of a processor that we and our children had."""
    begun, used = time.perf_counter(), _processor_seconds()
    work()
    return time.perf_counter() - begun, _processor_seconds() - used


def _processor_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _start(found: Board) -> Result:
    taken = sorted(serving.start_seconds(found) for _k in range(STARTS))
    note = f"median of {STARTS}; load {os.getloadavg()[0]:.1f}"
    return Result("start to the first answer", taken[STARTS // 2], "s", "<", START_WITHIN, note)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
