"""An entry that is not exactly one of its kind is refused on writing, and reported on reading.

What gets past the writing here is an insider's own program: it signs what it likes, so that tree,
signature and receipt are all in order, and only strict reading tells.
"""

import json

import pytest
from sqlalchemy import func, select

from forum.base.db import db, transaction
from forum.log import service
from forum.log.check import check_log
from forum.log.models import LogEntry
from forum.monitor.board import Board
from forum.tlog.entry import EntryError, check_entry, format_entry
from tests.tlog.test_entry import sample

LATER = {"complaint": 17, "by": "member", "verified": True, "supporters": 3}
# What is wrong, and the field that both readers must name.
WRONG = [
    ("an unknown kind", sample("support.added") | {"kind": "complaint.promoted"}, "kind"),
    ("a field too many", sample("support.added") | {"note": "hello"}, "note"),
    ("a field too few", {k: v for k, v in sample("support.added").items() if k != "verified"}, "verified"),
    ("words", sample("support.added") | {"by": "王先生"}, "by"),
    ("a proof that is none", sample("complaint.withdrawn", proven=False) | {"sig": "A" * 88}, "sig"),
    ("one person as two", sample("complaint.removed") | {"second": "S-017"}, "second"),
    ("a reason that is none", sample("complaint.removed") | {"reason": "because"}, "reason"),
    ("an outcome without a solution", sample("complaint.status", by="executive") | {"outcome": "fixed"}, "outcome"),
    ("a cut that shows nothing instead", sample("complaint.redacted") | {"closes": [40]}, "commitments"),
]  # fmt: skip
SPELLINGS = {
    "spaces": lambda entry: json.dumps(entry, sort_keys=True),
    "keys in another order": lambda entry: json.dumps(dict(reversed(entry.items())), separators=(",", ":")),
    "a key twice": lambda entry: _canonical(entry)[:-1] + ',"v":1}',
    "a float": lambda entry: _canonical(entry).replace('"v":1', '"v":1.0'),
    "escapes": lambda entry: _canonical(entry).replace("member", "m\\u0065mber"),
    "no JSON": lambda entry: _canonical(entry)[:-1],
}  # fmt: skip


def _canonical(entry):
    return json.dumps(entry, sort_keys=True, separators=(",", ":"))


def _logged(monkeypatch, data):
    """Signed into the log by a program that does not look; its index."""
    monkeypatch.setattr(service, "format_entry", lambda _entry: data)
    with transaction():
        index = service.append("support.added", **LATER).index
    monkeypatch.undo()
    return index


@pytest.mark.parametrize(("what", "entry", "field"), WRONG)
def test_what_no_kind_allows_is_refused_on_writing_and_leaves_no_trace(app, what, entry, field):
    del what
    fields = {k: v for k, v in entry.items() if k not in ("v", "at", "kind", "commitments")}
    texts = dict.fromkeys(entry["commitments"], "x") if "commitments" in entry else None
    before = db.session.scalar(select(func.count()).select_from(LogEntry))
    with pytest.raises(EntryError, match=field), transaction():
        service.append(entry["kind"], texts=texts, **fields)
    assert db.session.scalar(select(func.count()).select_from(LogEntry)) == before
    with pytest.raises(EntryError, match=f"^{field}"):
        check_entry(entry)


@pytest.mark.parametrize(("what", "entry", "field"), WRONG)
def test_what_no_kind_allows_is_reported_by_the_check_and_by_the_monitor(
    app, monkeypatch, what, entry, field
):
    data = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    index = _logged(monkeypatch, data)
    found = [d for d in check_log() if d.code == "entry-invalid"]
    assert [d.index for d in found] == [index] and found[0].found.startswith(field), what
    seen = Board("board.test/tlog").read([(index, data)])
    assert [(f.code, f.entry) for f in seen] == [("entry-invalid", index)]
    assert seen[0].expected.startswith(field)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_of_a_good_entry_is_reported_by_both(app, monkeypatch, spelling):
    data = SPELLINGS[spelling](sample("support.added")).encode("ascii")
    assert data != format_entry(sample("support.added"))
    index = _logged(monkeypatch, data)
    assert [d.index for d in check_log() if d.code == "entry-invalid"] == [index]
    seen = Board("board.test/tlog").read([(index, data)])
    assert [(f.code, f.entry) for f in seen] == [("entry-invalid", index)]
