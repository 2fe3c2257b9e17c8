"""The file formats of an archive: JSON lines (also gzipped), CSV, and the first sheet of an XLSX.

Whatever the format, a file is a sequence of rows: the line it stands in, and its fields by name.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

LONGEST_FIELD = 4 * 1024 * 1024  # characters; longer ones are mistakes, not complaints
REQUIRED = ("id", "created_at", "body")
_FOREIGN_BYTE = re.compile("[\udc80-\udcff]")
BROKEN_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)


class UnreadableArchive(ValueError):
    """The file as a whole cannot be read: missing, of another format, without the columns."""


@dataclass(frozen=True)
class Row:
    """The fields of one line, or None and why there are none."""

    line: int
    fields: Mapping[str, Any] | None
    why: str = ""


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of the file, in its order; UnreadableArchive when it is not such a file."""
    readers = {".jsonl": _json_lines, ".jsonl.gz": _json_lines, ".csv": _csv, ".xlsx": _xlsx}
    for ending, reader in readers.items():
        if path.name.lower().endswith(ending):
            try:
                yield from reader(path)
            except OSError as error:
                raise UnreadableArchive(f"{path}: {error.strerror or error}") from None
            return
    raise UnreadableArchive(f"{path.name}: only .jsonl, .jsonl.gz, .csv and .xlsx can be imported")


def _open_text(path: Path) -> TextIO:
    # Bytes that are not UTF-8 come through as surrogates, so that one bad line is one bad line.
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="surrogateescape")
    return open(path, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _json_lines(path: Path) -> Iterator[Row]:
    number = 0
    with _open_text(path) as file:
        try:
            for number, line in enumerate(file, 1):  # noqa: B007 — needed when the file breaks off
                if line.strip():
                    yield _json_row(number, line)
        except BROKEN_GZIP:
            yield Row(number + 1, None, "the file is damaged or breaks off here")


def _json_row(number: int, line: str) -> Row:
    if not _is_utf8(line):
        return Row(number, None, "not in UTF-8")
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return Row(number, None, "not JSON")
    if not isinstance(fields, dict):
        return Row(number, None, "not a JSON object")
    return Row(number, fields)


def _csv(path: Path) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    with _open_text(path) as file:
        reader = csv.reader(file)
        try:
            names = _columns(path, next(reader, []))
        except csv.Error:
            raise UnreadableArchive(f"{path.name}: not a CSV file") from None
        while True:
            line = reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, None, f"not CSV: {error}")
                continue
            if values:
                yield _table_row(line, names, values)


def _xlsx(path: Path) -> Iterator[Row]:
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except OSError:
        raise
    except Exception as error:
        # The reader raises its own kinds, also for a file that is no workbook at all.
        raise UnreadableArchive(f"{path.name}: not a workbook ({error})") from None
    names = _columns(path, rows[0] if rows else [])
    for line, values in enumerate(rows[1:], 2):
        if any(value not in (None, "") for value in values):
            yield _table_row(line, names, values)


def _columns(path: Path, header: Sequence[Any]) -> list[str]:
    names = [str(name).strip() for name in header]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise UnreadableArchive(f"{path.name}: the first line names no column {', '.join(missing)}")
    return names


def _table_row(line: int, names: Sequence[str], values: Sequence[Any]) -> Row:
    if len(values) > len(names):
        return Row(line, None, f"{len(values)} fields, but only {len(names)} columns")
    if any(isinstance(value, str) and not _is_utf8(value) for value in values):
        return Row(line, None, "not in UTF-8")
    fields = dict(zip(names, values, strict=False))
    return Row(line, {name: None if value == "" else value for name, value in fields.items()})


def _is_utf8(text: str) -> bool:
    return _FOREIGN_BYTE.search(text) is None
