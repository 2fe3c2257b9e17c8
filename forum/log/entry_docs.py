"""docs/entries.md, generated from the table of kinds: ``python -m forum.log.entry_docs > …``.

A test fails when the file is not what this makes of `forum.tlog.entry.KINDS`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from forum.tlog.entry import MAX_ENTRY, Field
from forum.tlog.kinds import KINDS, MADE_WHERE, PHOTOS, PROVEN, RECOMMITTED, SIG, Kind

HEAD = f"""# Entries of the log

Made from `forum/tlog/kinds.py` by `python -m forum.log.entry_docs > docs/entries.md`; do not edit.

One entry is one JSON object in its canonical form (RFC 8785): keys sorted, no white space, strings
of `[A-Za-z0-9._:/+=-]`, integers from 0 to 2^53 - 1, no floats, at most {MAX_ENTRY} bytes. Anything
else is refused on writing and is a finding on reading. An entry never holds free text, a person or
an account: what people wrote is present as salted commitments.

Every entry has these fields, and exactly those of its kind besides:

| field | holds |
|---|---|
| `v` | 1 |
| `kind` | one of the names below |
| `at` | a time, YYYY-MM-DDThh:mm:ssZ (UTC), never earlier than that of the entry before |

A commitment is `SHA-256("zhiyan/v1/" + field ‖ 0x00 ‖ salt ‖ value)` with a salt of 32 random bytes
and the value in UTF-8, as 64 lowercase hex digits.

**An act of the author** carries further fields: `proven`, and where it is true `sig` and `made`. The
signature is Ed25519 by the complaint's `author_key` over

    zhiyan/v1/act\\n<origin>\\n<number>\\n<kind>\\n<status or ->\\n<of>\\n<hex of commitments.text or ->\\n

**A redaction** closes the openings of the entries it lists in `closes`, and commits anew to what is
shown instead: the field `text` of entry 40 becomes the commitment `text.40` of the redaction, with a
salt of its own. A later redaction of the same entry replaces the earlier one whole; restoring its
statement brings back what was shown before it. An erasure closes for ever.

**Hides** means: the act makes something less visible or changes what is seen; `/log` opens on these.
"""
PHOTOS_IN_WORDS = "photo.k, photo.k.received, photo.k.alt (k from 1 to 9)"
RECOMMITTED_IN_WORDS = (
    f"text.i, remedy.i, author.i, {PHOTOS_IN_WORDS}, each with .i, the index it stood in"
)
ACT_FIELDS = (
    (PROVEN, ""),
    (SIG, " Only when `proven` is true."),
    (MADE_WHERE, " Only when `proven` is true: where it was signed."),
)


def entry_docs() -> str:
    """The whole of docs/entries.md."""
    return "\n".join([HEAD, *(_section(name, kind) for name, kind in KINDS.items())])


def _section(name: str, kind: Kind) -> str:
    lines = [f"## {name}", "", kind.meaning + (" **Hides.**" if kind.hides else "")]
    between = [f"- `{also.field}`: {also.rule}." for also in kind.rules]
    also = ["", "Between its fields:", "", *between] if between else []
    return "\n".join([*lines, "", "| field | holds |", "|---|---|", *_rows(kind), *also, ""])


def _rows(kind: Kind) -> Iterator[str]:
    for field in kind.fields:
        yield _row(field, "")
    condition = " Only when `by` is author." if kind.act == "by-author" else ""
    for field, when in ACT_FIELDS if kind.act else ():
        yield _row(field, condition + when)


def _row(field: Field, when: str) -> str:
    rule = field.rule.replace(RECOMMITTED, RECOMMITTED_IN_WORDS).replace(PHOTOS, PHOTOS_IN_WORDS)
    rule = rule.replace("|", ", ")
    return f"| `{field.name}` | {rule}{'.' if when else ''}{when} |"


if __name__ == "__main__":
    sys.stdout.write(entry_docs())
