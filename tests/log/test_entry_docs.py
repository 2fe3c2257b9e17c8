"""The documentation of the entries is what the table says."""

from pathlib import Path

from forum.log.entry_docs import entry_docs
from forum.tlog.entry import KINDS

FILE = Path(__file__).parents[2] / "docs" / "entries.md"


def test_the_documentation_of_entries_is_up_to_date():
    assert FILE.read_text(encoding="utf-8") == entry_docs()


def test_every_kind_and_every_field_is_documented():
    sections = entry_docs().split("\n## ")[1:]
    for (name, kind), section in zip(KINDS.items(), sections, strict=True):
        assert section.startswith(name + "\n")
        assert all(f"| `{field.name}` |" in section for field in kind.fields)
        assert ("| `proven` |" in section) == bool(kind.act)
        assert all(f"- `{also.field}`: {also.rule}." in section for also in kind.rules)
