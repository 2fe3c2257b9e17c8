"""An entry is exactly its kind's fields in exactly one spelling, and never free text."""

import itertools
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.entry import (
    HIDING,
    KINDS,
    MAX_ENTRY,
    MAX_INTEGER,
    REASONS,
    EntryError,
    check_entry,
    fields_of,
    format_entry,
    is_time,
    parse_entry,
)

AT = "2026-11-22T03:04:05Z"
DIGEST = "0f" * 32
SIG = "A" * 86 + "=="
# A valid value for every field by its name; `by` and choices take the first that the rule names.
VALUES = {
    "complaint": 17, "item": 3, "of": 40, "statement": 5, "supporters": 12, "rules": 2, "version": 1,
    "clauses": 30, "households": 900, "delisted": 0, "redacted": 1, "received": 9, "visible": 8,
    "held": 0, "refused": 0, "removed": 1, "erased": 0, "merged": 0, "withdrawn": 0,
    "project": "garden-2", "category": "parking", "department": "property", "slug": "shenzhen",
    "within": "shenzhen", "staff": "S-017", "second": "S-018", "clause": "3.2.1",
    "setting": "hold", "value": "on", "origin": "complaints.example/tlog",
    "previous": "old.example:8000/tlog", "author_key": DIGEST, "verified": True,
    "automated_detection": False, "lapses": AT, "granted_by": "S-001", "open": True,
    "wanted_by": "2026-12-31", "until": "2026-12-31", "date": "2026-11-22", "due": AT,
    "claimed_at": "2019-05-06T07:08:09Z", "proven": True, "sig": SIG, "into": 12, "size": 9,
    "root": "A" * 43 + "=", "vkey": "complaints.example/tlog+0a1b2c3d+AQ" + "A" * 42,
    "closes": [40, 51], "flags": 3, "notices": 0, "notice": 1, "appeal": 1, "challenge": 1,
    "report": 1, "from": 3, "to": 90,
}  # fmt: skip
INSIDE = ("staff", "moderator", "executive", "auditor")
# Changes that keep an entry valid, so that every field can be seen with and without a value.
CHANGES = (
    {}, {"second": None}, {"second": None, "lapses": AT}, {"author_key": None, "made": None},
    {"place": "project", "within": "shenzhen", "households": 900, "phase": "on_sale"},
    {"status": "resolved", "outcome": "fixed", "cause": "rule"}, {"decision": "acted", "statement": 5},
    {"act": "suspend", "complaint": None, "item": None, "of": None}, {"act": "redact", "item": 3},
    {"complaint": None, "item": None}, {"clause": None, "rules": None}, {"granted_by": "S-001"},
    {"staff": None, "second": None}, {"staff": "S-017"},
)  # fmt: skip


def sample(kind, **fields):
    """A valid entry of `kind` with every field filled that may be, and `fields` laid over it."""
    entry = {"v": 1, "kind": kind, "at": AT, **fields}
    by = next((field for field in KINDS[kind].fields if field.name == "by"), None)
    if by:
        entry.setdefault("by", _first("by", by))
    for name, field in fields_of(entry | {"proven": fields.get("proven", True)}).items():
        if name not in entry:
            entry[name] = VALUES.get(name, _first(name, field))
    return entry | {
        name: value
        for name, value in _agreeing(entry).items()
        if name in entry and name not in fields
    }


def _agreeing(entry):
    """What the rules between fields want of an entry that is filled without regard to them."""
    kind, by = entry["kind"], entry.get("by")
    found = {"lapses": None} if entry.get("second") else {}
    if by not in (None, *INSIDE) and "staff" in entry and _field(kind, "staff").nullable:
        found |= {"staff": None, "second": None}
    if kind.endswith((".restored", ".relisted")) and by == "author":
        found |= {"reason": None, "statement": None}
    if "closes" in entry and "scope" in entry:
        names = ("facts", "text.40", "author.51")
        found |= {"scope": "part", "commitments": dict.fromkeys(names, DIGEST)}
    if by == "system":
        found |= {"granted_by": None}
    return found | AGREED.get(kind, {}) | (STATUS[by] if kind == "complaint.status" else {})


AGREED = {
    "complaint.delisted": {"scope": "lists"}, "complaint.merged": {"reason": "duplicate"},
    "flag.decided": {"statement": None}, "statement.proposed": {"lapses": AT},
    "place.changed": {"within": None, "households": None, "phase": None},
}  # fmt: skip
_UNSETTLED = {"outcome": None, "cause": None}
STATUS = {"author": {"status": "open"} | _UNSETTLED, "staff": {"status": "resolved"},
          "executive": {"status": "answered"} | _UNSETTLED,
          "system": {"status": "closed_unconfirmed"} | _UNSETTLED}  # fmt: skip


def _field(kind, name):
    return next(field for field in KINDS[kind].fields if field.name == name)


def variants(kind):
    """Valid entries of `kind`: by everybody who may, with fields filled and left out."""
    names = {field.name for field in KINDS[kind].fields}
    who = _field(kind, "by").rule.removeprefix("one of ").split() if "by" in names else [None]
    nulls = [{field.name: None} for field in KINDS[kind].fields if field.nullable]
    for by, change in itertools.product(who, (*CHANGES, *nulls)):
        changed = {name: value for name, value in change.items() if name in names}
        entry = sample(kind, **({"by": by} if by else {}), **changed)
        try:
            check_entry(entry)
        except EntryError:
            continue
        yield entry


def _first(name, field):
    if name == "commitments":
        required = field.rule.partition("digits: ")[2].partition(", and ")[0]
        words = [] if required.startswith("any of") else required.split()
        return dict.fromkeys(words, DIGEST)
    return field.rule.removeprefix("one of ").split()[0].rstrip(",")


def refused(entry, match=None):
    """Refused on writing, with a message that begins so, and on reading."""
    with pytest.raises(EntryError, match=match):
        format_entry(entry)
    with pytest.raises(EntryError):
        parse_entry(json.dumps(entry, sort_keys=True, separators=(",", ":")).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_of_every_kind_survives_being_written_and_read(kind):
    entry = sample(kind)
    assert parse_entry(format_entry(entry)) == entry


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_is_required_and_no_other_is_allowed(kind):
    entry = sample(kind)
    for name in entry:
        less = {key: value for key, value in entry.items() if key != name}
        always = name in ("v", "kind", "at", "by", "proven")
        refused(less, None if always else f"^{name}: missing")
    refused(entry | {"note": "hello"}, "^note: not a field")


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_is_null_only_where_the_table_says_so(kind):
    entry, valid = sample(kind), list(variants(kind))
    for name, field in fields_of(entry).items():
        if not field.nullable:
            refused(entry | {name: None})
            continue
        assert field.rule.endswith(", or null")
        there = {parse_entry(format_entry(other))[name] is None for other in valid}
        assert there == {True, False}, f"{name} is always the same in {kind}"


def test_the_bytes_are_those_of_rfc_8785():
    entry = sample("support.added", by="member", verified=False, supporters=2**53 - 1)
    assert format_entry(dict(reversed(entry.items()))) == (
        b'{"at":"2026-11-22T03:04:05Z","by":"member","complaint":17,"kind":"support.added",'
        b'"supporters":9007199254740991,"v":1,"verified":false}'
    )


@pytest.mark.parametrize(
    "other",
    [
        lambda b: b + b"\n",
        lambda b: b" " + b,
        lambda b: b.replace(b'":', b'": ', 1),
        lambda b: b.replace(b'"v":1,', b"").replace(b"{", b'{"v":1,'),
        lambda b: b.replace(b'"v":1', b'"v":1,"v":1'),
        lambda b: b.replace(b'"v":1', b'"v":1.0'),
        lambda b: b.replace(b'"v":1', b'"v":1e0'),
        lambda b: b.replace(b'"v":1', b'"v":true'),
        lambda b: b.replace(b'"v":1', b'"v":2'),
        lambda b: b.replace(b"12", b"012"),
        lambda b: b.replace(b"12", b"-0"),
        lambda b: b.replace(b"12", b"NaN"),
        lambda b: b.replace(b"12", b"9" * 3000),
        lambda b: b.replace(b"member", b"m\\u0065mber"),
        lambda b: b.replace(b"member", "mémber".encode()),
        lambda b: b.decode().encode("utf-16"),
        lambda b: b"[" + b + b"]",
        lambda b: b[:-1],
        lambda b: b"[" * 4000,
        lambda b: b"null",
        lambda b: b"",
    ],
)
def test_any_other_spelling_of_an_entry_is_refused(other):
    with pytest.raises(EntryError):
        parse_entry(other(format_entry(sample("support.added"))))


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,0123456789vkindat \\ué', max_size=60))
def test_whatever_a_stranger_sends_is_refused_by_its_name(data):
    with pytest.raises(EntryError):
        parse_entry(data if isinstance(data, bytes) else data.encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.sampled_from(sorted(KINDS)), st.data(), JSON)
def test_no_value_of_a_wrong_shape_gets_into_a_field(kind, data, value):
    entry = sample(kind)
    name = data.draw(st.sampled_from(sorted(entry)))
    try:
        written = format_entry(entry | {name: value})
    except EntryError:
        return
    assert parse_entry(written)[name] == value
    assert all(re.fullmatch(r"[A-Za-z0-9._:/+=-]*", word) for word in _words(json.loads(written)))


def _words(value):
    if isinstance(value, dict):
        return [word for pair in value.items() for part in pair for word in _words(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        ("support.added", "complaint", [0, -1, 1.0, "17", True, MAX_INTEGER + 1, [17]]),
        ("support.added", "supporters", [-1, "0", 0.0, False]),
        ("support.added", "by", ["staff", "", "Member", 1, ["member"]]),
        ("support.added", "verified", [1, 0, "true"]),
        ("support.added", "v", [0, 2, "1", 1.0, True]),
        ("support.added", "kind", ["support", "", "x", 1, ["support.added"], "complaint.promoted"]),
        ("support.added", "at", ["2026-11-22", "2026-11-22T03:04:05+00:00", "2026-02-30T00:00:00Z", 0]),
        ("complaint.removed", "reason", ["because", "", "Illegal"]),
        ("complaint.removed", "staff", ["S-17", "S-1234567", "张三", "S-017\n"]),
        ("complaint.removed", "clause", ["3.", "three", "3.2.1.1", "100"]),
        ("complaint.removed", "until", ["20261231", "2026-12-32", "2026-1-1"]),
        ("complaint.posted", "project", ["Garden", "a b", "", "x" * 65, "花园", "garden\n"]),
        ("complaint.posted", "author_key", ["0F" * 32, "0f" * 31, "0f" * 33]),
        ("complaint.edited", "sig", ["A" * 88, "A" * 84, "A" * 85 + "B==", "", "-" * 86 + "=="]),
        ("complaint.edited", "made", ["phone", ""]),
        ("setting.changed", "value", ["on off", "开", "x" * 201]),
    ],
)  # fmt: skip
def test_what_a_field_may_not_hold_is_refused_naming_the_field(kind, field, values):
    for value in values:
        refused(sample(kind) | {field: value}, f"^{field}: ")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("complaint.posted", {"body": DIGEST}),
        ("complaint.posted", {"photo.10": DIGEST}),
        ("complaint.posted", {"photo.1.thumb": DIGEST}),
        ("complaint.posted", {"text": DIGEST.upper()}),
        ("complaint.posted", {"text": "0f" * 31}),
        ("complaint.posted", {"text": "0f" * 32 + "\n"}),
        ("complaint.posted", {"text": None}),
        ("complaint.imported", {"remedy": DIGEST}),
        ("reply.posted", {"remedy": DIGEST}),
        ("complaint.removed", {"text": DIGEST}),
    ],
)
def test_a_commitment_that_the_kind_does_not_have_is_refused(kind, change):
    entry = sample(kind)
    refused(entry | {"commitments": entry["commitments"] | change}, "^commitments: ")


def test_photos_and_a_remedy_may_be_committed_to():
    entry = sample("complaint.posted")
    more = ["remedy", "photo.1", "photo.1.received", "photo.1.alt", "photo.9"]
    entry["commitments"] |= dict.fromkeys(more, DIGEST)
    assert parse_entry(format_entry(entry)) == entry
    del entry["commitments"]["author"]
    refused(entry, "^commitments: ")


def test_a_signature_stands_exactly_where_an_act_is_proven():
    proven = sample("complaint.withdrawn", proven=True)
    unproven = sample("complaint.withdrawn", proven=False)
    assert {"sig", "made"} <= set(proven) and not {"sig", "made"} & set(unproven)
    refused(unproven | {"sig": SIG}, "^sig: not a field")
    refused({k: v for k, v in proven.items() if k != "sig"}, "^sig: missing")
    refused({k: v for k, v in proven.items() if k != "made"}, "^made: missing")


def test_only_the_authors_status_is_an_act_of_the_author():
    staff, author = sample("complaint.status", by="staff"), sample("complaint.status", by="author")
    assert "proven" not in staff and "proven" in author
    refused(staff | {"proven": False}, "^proven: not a field")
    refused(
        {k: v for k, v in author.items() if k not in ("proven", "sig", "made")}, "^proven: missing"
    )


def test_an_entry_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("forum.tlog.entry.MAX_ENTRY", 100)
    refused(sample("support.added"), "at most 100")
    assert MAX_ENTRY == 4096


def test_the_longest_entry_of_every_kind_has_room():
    names = [f"photo.{k}{what}" for k in range(1, 10) for what in ("", ".received", ".alt")]
    for kind in ("complaint.posted", "reply.posted", "comment.posted"):
        entry = sample(kind, complaint=MAX_INTEGER)
        entry["commitments"] |= dict.fromkeys(names, DIGEST)
        assert len(format_entry(entry)) <= MAX_ENTRY


@pytest.mark.parametrize(
    ("value", "right"),
    [(AT, True), ("0001-01-01T00:00:00Z", True), ("2024-02-29T23:59:59Z", True),
     ("2026-02-29T00:00:00Z", False), ("2026-11-22T24:00:00Z", False), ("2026-11-22T03:04:60Z", False),
     ("2026-11-22T03:04:05z", False), ("2026-11-22 03:04:05Z", False), ("0000-01-01T00:00:00Z", False),
     ("2026-11-22T03:04:05Z\n", False), ("２026-11-22T03:04:05Z", False), (None, False), (1, False)],
)  # fmt: skip
def test_a_time_is_utc_to_the_second_in_one_spelling(value, right):
    assert is_time(value) is right


def test_the_kinds_that_hide_are_those_that_the_readable_log_opens_on():
    assert set(HIDING) == {name for name, kind in KINDS.items() if kind.hides}
    assert {"complaint.removed", "complaint.edited", "complaint.withdrawn"} <= set(HIDING)
    assert not {"complaint.posted", "support.added", "reply.posted"} & set(HIDING)


def test_no_field_of_any_kind_can_hold_a_sentence():
    sentence = "王先生的电话是 13800138000"
    for kind, found in KINDS.items():
        for field in found.fields:
            with pytest.raises(EntryError):
                check_entry(sample(kind) | {field.name: sentence})


def test_kinds_and_reasons_are_those_of_the_contract():
    known = Path(__file__).with_name("kinds.txt").read_text(encoding="ascii").split()
    assert set(KINDS) <= set(known)
    assert len(REASONS) == len(set(REASONS)) == 18


@pytest.mark.parametrize(
    ("kind", "by", "change", "field"),
    [
        ("complaint.posted", "author", {"staff": "S-017"}, "staff"),
        ("complaint.posted", "staff", {"staff": None}, "staff"),
        ("complaint.posted", "author", {"made": None}, "made"),
        ("complaint.posted", "author", {"author_key": None}, "made"),
        ("complaint.posted", "staff", {}, "author_key"),
        ("complaint.status", "staff", {"outcome": None}, "outcome"),
        ("complaint.status", "staff", {"cause": None}, "outcome"),
        ("complaint.status", "executive", {"outcome": "fixed", "cause": "rule"}, "outcome"),
        ("complaint.status", "staff", {"status": "confirmed", "outcome": None, "cause": None}, "status"),
        ("complaint.status", "system", {"status": "disputed"}, "status"),
        ("complaint.status", "author", {"status": "answered"}, "status"),
        ("complaint.status", "staff", {"staff": None}, "staff"),
        ("complaint.status", "system", {"staff": "S-017"}, "staff"),
        ("complaint.removed", "moderator", {"second": "S-017"}, "second"),
        ("complaint.removed", "moderator", {"lapses": AT}, "lapses"),
        ("complaint.removed", "moderator", {"second": None, "lapses": "2026-11-22T03:04:04Z"}, "lapses"),
        ("complaint.removed", "moderator", {"until": "2026-11-20"}, "until"),
        ("complaint.removed", "moderator", {"scope": "lists"}, "scope"),
        ("complaint.removed", "moderator", {"reason": "duplicate"}, "reason"),
        ("complaint.delisted", "moderator", {"scope": "everywhere"}, "scope"),
        ("complaint.redacted", "moderator", {"scope": "everywhere"}, "scope"),
        ("complaint.redacted", "moderator", {"closes": [40]}, "commitments"),
        ("complaint.redacted", "moderator", {"closes": [40, 51, 52]}, "commitments"),
        ("complaint.redacted", "moderator", {"closes": [51, 40]}, "closes"),
        ("complaint.redacted", "moderator", {"closes": [40, 40]}, "closes"),
        ("complaint.redacted", "moderator", {"closes": []}, "closes"),
        ("complaint.erased", "moderator", {"second": None}, "second"),
        ("complaint.erased", "auditor", {"second": "S-017"}, "second"),
        ("complaint.restored", "author", {"reason": "mistake"}, "statement"),
        ("complaint.restored", "author", {"statement": 5}, "statement"),
        ("complaint.restored", "moderator", {"statement": None}, "statement"),
        ("complaint.restored", "moderator", {"reason": None}, "statement"),
        ("complaint.restored", "system", {"second": "S-018"}, "second"),
        ("complaint.relisted", "auditor", {"reason": None}, "statement"),
        ("complaint.merged", "moderator", {"into": 17}, "into"),
        ("complaint.merged", "moderator", {"into": 18}, "into"),
        ("complaint.merged", "moderator", {"reason": "spam"}, "reason"),
        ("complaint.held", "system", {"due": "2026-11-22T03:04:04Z"}, "due"),
        ("withdrawal.requested", "author", {"due": "2026-11-21T03:04:05Z"}, "due"),
        ("reply.posted", "staff", {"reply": "holding", "until": None}, "until"),
        ("reply.posted", "staff", {"until": "2026-11-20"}, "until"),
        ("statement.proposed", "staff", {"complaint": None}, "item"),
        ("statement.proposed", "staff", {"act": "delist"}, "complaint"),
        ("statement.proposed", "staff", {"of": None}, "complaint"),
        ("statement.proposed", "staff", {"act": "remove", "complaint": None, "item": None}, "complaint"),
        ("statement.proposed", "staff", {"clause": None}, "clause"),
        ("statement.proposed", "staff", {"rules": None}, "clause"),
        ("flag.decided", "moderator", {"decision": "acted"}, "statement"),
        ("flag.decided", "moderator", {"decision": "kept", "statement": 5}, "statement"),
        ("appeal.decided", "auditor", {"complaint": None}, "item"),
        ("audit.reported", "auditor", {"to": 2}, "to"),
        ("role.granted", "system", {"granted_by": "S-001"}, "granted_by"),
        ("role.granted", "admin", {"second": "S-017"}, "second"),
        ("role.revoked", "admin", {"second": "S-001"}, "second"),
        ("place.changed", "admin", {"households": 9}, "within"),
    ],
)  # fmt: skip
def test_fields_that_contradict_each_other_are_refused(kind, by, change, field):
    refused(sample(kind, by=by) | change, f"^{field}: ")


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_between_fields_can_be_broken_and_is_then_refused(kind):
    valid = list(variants(kind))
    for rule in KINDS[kind].rules:
        changed = (
            entry | change
            for entry, change in itertools.product(valid, BROKEN)
            if set(change) <= set(entry)
        )
        assert any(not rule.holds(entry) for entry in changed), f"{rule.field}: {rule.rule}"


# One change for each rule that breaks it, whatever else the entry says.
BROKEN = (
    {"staff": "S-017", "by": "system"}, {"second": "S-017", "staff": "S-017"},
    {"second": "S-018", "lapses": AT}, {"lapses": "2020-01-01T00:00:00Z"},
    {"due": "2020-01-01T00:00:00Z"}, {"until": "2020-01-01"}, {"into": 17}, {"into": 18}, {"reason": "duplicate"},
    {"complaint": None, "item": 3}, {"made": None, "author_key": DIGEST},
    {"by": "staff", "author_key": DIGEST}, {"outcome": None, "status": "resolved"},
    {"by": "staff", "status": "confirmed"}, {"scope": "lists"}, {"scope": "part"},
    {"by": "moderator", "reason": None}, {"closes": [1]}, {"reason": "spam"}, {"of": None},
    {"clause": "1", "rules": None}, {"reply": "holding", "until": None},
    {"decision": "acted", "statement": None}, {"from": 9, "to": 8}, {"by": "system", "granted_by": "S-001"},
    {"place": "city", "households": 9},
)  # fmt: skip


@pytest.mark.parametrize("kind", ["complaint.redacted", "reply.redacted", "comment.redacted"])
def test_what_a_redaction_shows_instead_is_committed_under_the_index_it_stood_in(kind):
    entry = sample(kind)
    for name in ("text", "text.", "text.040", "note.40", "text.40.alt", "facts.40"):
        refused(entry | {"commitments": entry["commitments"] | {name: DIGEST}}, "^commitments: ")
    entry["commitments"] |= {"photo.2.alt.40": DIGEST, "remedy.40": DIGEST}
    assert parse_entry(format_entry(entry)) == entry


def test_admin_without_a_number_is_whoever_can_run_commands_on_the_machine():
    for staff in (None, "S-001"):
        format_entry(sample("setting.changed", by="admin", staff=staff))
    refused(sample("setting.changed", by="system", staff="S-001"), "^staff: ")
