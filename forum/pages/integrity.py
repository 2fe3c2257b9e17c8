"""Whether a page shows what the log committed to: computed from the kept salts, never asserted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forum.base.text import to_html
from forum.pages.cuts import Cut, closed_by
from forum.pages.rows import Line, Rows
from forum.tlog.commitment import commit
from forum.tlog.entry import parse_entry


@dataclass(frozen=True)
class Integrity:
    """What came of comparing a complaint with its entries.

    opens: every commitment of the posting, and the one of the newest proven edit, is opened by
    what is stored and shown; where a cut closed it, by what the cut committed to instead. edited:
    there is more than one version. cut: something of it is covered. commitments: (field, hex
    digits) that stand behind what is shown.
    """

    opens: bool
    edited: bool
    cut: bool
    commitments: tuple[tuple[str, str], ...]

    @property
    def unaltered(self) -> bool:
        """原文未改动 ✓"""
        return self.opens and not self.edited and not self.cut


def compare(facts: Line, versions: Rows, photos: Rows, entries: Rows, salts: Rows) -> Integrity:
    """Hold the rows of one complaint against its entries."""
    by_index = {row.entry: row.bytes for row in entries}
    cuts = closed_by(entries)
    posting = _commitments(by_index, facts.entry)
    proven = [version for version in versions if version.proven]
    newest = proven[-1].entry if proven else facts.entry
    shown = posting | {"text": _commitments(by_index, newest).get("text", "")}
    held = {(row.entry, row.field): row.salt for row in salts}
    first = next((v for v in versions if v.entry == facts.entry), facts)
    then = _values(facts, photos) | {"text": f"{first.title}\n{first.body}"}
    now = {"text": f"{facts.title}\n{facts.body}"}
    opens = (
        _left(posting, cuts.get(facts.entry), facts.entry) == set(then)
        and all(_opened(held, cuts, facts.entry, f, v, posting) for f, v in then.items())
        and _opened(held, cuts, newest, "text", now["text"], shown)
        # The text that is committed is plain; what people see was made from it once.
        and facts.body_html == to_html(facts.body)
    )
    cut = any(version.entry in cuts for version in versions)
    return Integrity(opens, len(versions) > 1, cut, tuple(sorted(shown.items())))


def _left(posting: Mapping[str, str], cut: Cut | None, index: int) -> set[str]:
    """The fields that can still be shown."""
    instead = cut[1]["commitments"] if cut else {}
    return {name for name in posting if cut is None or f"{name}.{index}" in instead}


def _commitments(by_index: Mapping[int, bytes], index: int) -> dict[str, str]:
    data = by_index.get(index)
    return dict(parse_entry(data).get("commitments", {})) if data else {}


def _values(facts: Line, photos: Rows) -> dict[str, str]:
    """Field → value that the posting entry committed to, but for the text."""
    values = {"author": facts.author} | ({"remedy": facts.remedy} if facts.remedy else {})
    for photo in photos:
        if photo.entry == facts.entry:
            k = photo.position
            values |= {f"photo.{k}": photo.sha256, f"photo.{k}.received": photo.received,
                       f"photo.{k}.alt": photo.alt}  # fmt: skip
    return values


def _opened(
    held: Mapping[tuple[int, str], bytes], cuts: Mapping[int, Cut], index: int, field: str,
    value: str, commitments: Mapping[str, str],
) -> bool:  # fmt: skip
    if index in cuts:
        field = f"{field}.{index}"
        index, cut = cuts[index]
        commitments = cut["commitments"]
    salt = held.get((index, field))
    return salt is not None and commit(field, salt, value) == commitments.get(field)
