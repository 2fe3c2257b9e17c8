"""Reading one index: a searcher that is kept open and refreshed, and the tables of its segments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage

from forum.search.segments import Segment, Table, read_table


class IndexFiles(FileStorage):
    """Whoosh's storage in a folder, that also closes what Whoosh left open of a damaged file.

    Without mmap: a file that is cut short while it is mapped would kill the process.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), supports_mmap=False)
        self._opened: list[Any] = []

    def open_file(self, name: str, **options: Any) -> Any:
        """An open file of the index."""
        file = super().open_file(name, **options)
        self._opened = [known for known in self._opened if not known.is_closed] + [file]
        return file

    def close_all(self) -> None:
        """Close every file that is still open."""
        for file in self._opened:
            if not file.is_closed:
                file.close()


class Reading:
    """What one process has open of one index. Not for two threads at once."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._files: IndexFiles | None = None
        self._searcher: Any = None
        self._tables: dict[str, Table] = {}

    def segments(self, folder: Path) -> list[Segment]:
        """The segments of the index in `folder` as they are now. A damaged one raises anything."""
        if folder != self._folder:
            self.close()
            self._files = IndexFiles(folder)
            self._searcher, self._folder = self._files.open_index().searcher(), folder
        else:
            self._searcher = self._searcher.refresh()
        leaves = [leaf for leaf, _offset in self._searcher.reader().leaf_readers()]
        readers = {leaf.segment().segment_id(): leaf for leaf in leaves if leaf.doc_count_all()}
        self._tables = {
            name: self._tables.get(name) or read_table(reader) for name, reader in readers.items()
        }
        return [Segment(reader, self._tables[name]) for name, reader in readers.items()]

    def generation(self) -> int:
        """Which commit the segments that were read last are of."""
        return self._searcher.reader().generation()

    def close(self) -> None:
        """Let go of all files; reading again opens them again."""
        files, self._files, self._searcher, self._folder = self._files, None, None, None
        self._tables = {}
        if files is not None:
            files.close_all()
