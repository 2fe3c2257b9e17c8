"""An index of its own for each test, and documents that hold only what matters."""

from collections.abc import Callable
from pathlib import Path

import pytest

from forum.search.document import Document
from forum.search.index import SearchIndex
from forum.search.query import parse

Find = Callable[..., list[int]]


def a_document(number: int, title: str = "", body: str = "", *replies: str, **more) -> Document:
    return Document(number, title, body, replies, **more)


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    """An empty index."""
    found = SearchIndex(tmp_path / "index")
    found.rebuild([])
    return found


@pytest.fixture
def find(index: SearchIndex) -> Find:
    """The numbers that say all of a query, in order."""

    def numbers(text: str, *, newest: bool = False) -> list[int]:
        return [c.number for c in index.find(parse(text), newest=newest).full]

    return numbers
