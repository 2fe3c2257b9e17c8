"""Writing the index: by one process at a time, in batches, with little memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from whoosh.reading import SegmentReader

from forum.search.document import Document

MEGABYTES = 16
# A segment is merged once what is to be merged with it has at least a quarter of its size, so
# that there are few of them and each document is rewritten few times.
MERGE_RATIO = 4
MOST_DELETED = 0.25


def add_all(index: Any, documents: Iterable[Document]) -> None:
    """Write all documents into an empty index, as one segment."""
    with index.writer(limitmb=MEGABYTES) as writer:
        for document in documents:
            _add(writer, document)


def replace(index: Any, documents: Iterable[Document], gone: Iterable[int]) -> None:
    """Write documents in place of what has their numbers, forget those in `gone`; one commit."""
    writer = index.writer(limitmb=MEGABYTES)
    try:
        with writer.searcher() as before:
            for number in gone:
                writer.delete_by_term("number", number, searcher=before)
            for document in documents:
                writer.delete_by_term("number", document.number, searcher=before)
                _add(writer, document)
    except BaseException:
        writer.cancel()
        raise
    writer.commit(mergetype=_merge)


def merge_all(index: Any) -> None:
    """Write one segment of what is there and delete the others: they still hold what was deleted."""
    index.writer(limitmb=MEGABYTES).commit(optimize=True)


def _add(writer: Any, document: Document) -> None:
    writer.add_document(number=document.number, words=document, title=document)


def _merge(writer: Any, segments: list[Any]) -> list[Any]:
    """Whoosh's merge policy: merges some segments into the new one, returns those that stay."""
    staying = []
    merged = writer.doc_count()
    for segment in sorted(segments, key=lambda segment: segment.doc_count()):
        count = segment.doc_count()
        mostly_deleted = segment.deleted_count() > MOST_DELETED * segment.doc_count_all()
        if merged and (count <= MERGE_RATIO * merged or mostly_deleted):
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
            merged += count
        else:
            staying.append(segment)
    return staying
