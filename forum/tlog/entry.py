"""The entries of the log: every kind with exactly its fields, and the canonical bytes.

An entry is one JSON object in the form of RFC 8785: keys sorted, no white space, strings of
``[A-Za-z0-9._:/+=-]``, integers below 2**53, no floats, at most 4 KiB. It never holds free text,
a person or an account: what people wrote is present as salted commitments (`commitment.py`).

>>> line = format_entry({"v": 1, "kind": "support.added", "at": "2026-11-22T03:04:05Z",
...                      "complaint": 17, "by": "member", "verified": True, "supporters": 3})
>>> parse_entry(line)["supporters"]
3

`KINDS` is the table; docs/entries.md is generated from it. Anything else is refused on writing
(`EntryError` from `format_entry`) and is a finding on reading (`EntryError` from `parse_entry`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forum.tlog.encoding import decode_base64
from forum.tlog.errors import TlogError

MAX_ENTRY = 4096
MAX_INTEGER = 2**53 - 1

TYPES = ("criticism", "suggestion", "question", "praise")
STATUSES = ("open", "answered", "promised", "resolved", "confirmed", "disputed",
            "closed_unconfirmed")  # fmt: skip
ROLES = ("member", "staff", "moderator", "executive", "auditor", "admin")
REASONS = ("illegal", "personal-data", "spam", "abuse", "off-topic", "duplicate", "impersonation",
           "copyright", "defamation-notice", "authority-order", "court-order", "author-request",
           "lawful-erasure", "misfiled", "policy", "appeal-upheld", "mistake",
           "lapsed")  # fmt: skip
OUTCOMES = ("explained", "fixed", "compensated", "rule-changed")
CAUSES = ("execution", "rule", "not-explained")
MADE = ("device", "server")
PLACES = ("city", "project", "category", "department")
PHASES = ("on_sale", "within_two_years", "out_of_warranty")
DETECTIONS = ("own-initiative", "notice", "authority")
DECISIONS = ("none", "partly", "fully")
SCOPES = ("everywhere",)
COUNTS = ("received", "visible", "held", "refused", "removed", "erased", "merged", "withdrawn")


class EntryError(TlogError):
    """The entry breaks a rule of the table; the message names the field and the rule."""


@dataclass(frozen=True)
class Field:
    """One field of a kind: what it may hold, in words and as a check."""

    name: str
    rule: str
    holds: Callable[[Any], bool]
    nullable: bool = False

    def check(self, value: Any) -> None:
        """Raise EntryError unless `value` may stand in this field."""
        if value is None and self.nullable:
            return
        if value is None or not self.holds(value):
            raise EntryError(f"{self.name}: must be {self.rule}")


def _integer(name: str, least: int, rule: str) -> Field:
    return Field(name, rule, lambda value: type(value) is int and least <= value <= MAX_INTEGER)


def _pattern(name: str, pattern: str, rule: str) -> Field:
    compiled = re.compile(rf"(?:{pattern})\Z", re.ASCII)
    return Field(name, rule, lambda value: isinstance(value, str) and bool(compiled.match(value)))


def _one_of(name: str, *values: str) -> Field:
    allowed = frozenset(values)
    return Field(
        name,
        "one of " + " ".join(values),
        lambda value: isinstance(value, str) and value in allowed,
    )


def _bool(name: str) -> Field:
    return Field(name, "true or false", lambda value: type(value) is bool)


def _base64(name: str, length: int) -> Field:
    def holds(value: Any) -> bool:
        # The one canonical spelling: padding bits that say nothing could otherwise say anything.
        try:
            return isinstance(value, str) and len(decode_base64(value)) == length
        except TlogError:
            return False

    return Field(name, f"standard base64 of {length} bytes", holds)


def _date(name: str) -> Field:
    def holds(value: Any) -> bool:
        try:
            return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False

    return Field(name, "a date, YYYY-MM-DD", holds)


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z", re.ASCII)


def is_time(value: Any) -> bool:
    """Whether `value` is RFC 3339 in UTC to the second, as ``2026-11-22T03:04:05Z``."""
    if not isinstance(value, str) or not _TIME.match(value):
        return False
    try:
        # Newer Pythons read hour 24 as the next day's hour 0, which would be a second spelling.
        return datetime.fromisoformat(value).isoformat() == value[:-1] + "+00:00"
    except ValueError:
        return False


def _time(name: str) -> Field:
    return Field(name, "a time, YYYY-MM-DDThh:mm:ssZ", is_time)


def _null(field: Field) -> Field:
    return Field(field.name, field.rule + ", or null", field.holds, nullable=True)


def _commitments(required: tuple[str, ...], optional: str = "") -> Field:
    allowed = re.compile(rf"(?:{optional})\Z") if optional else None
    digest = re.compile(r"[0-9a-f]{64}\Z")

    def holds(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(name in value for name in required)
            and all(name in required or (allowed and allowed.match(name)) for name in value)
            and all(isinstance(v, str) and digest.match(v) for v in value.values())
        )

    words = ", and ".join(filter(None, (" ".join(required), optional and f"any of {optional}")))
    return Field("commitments", f"an object, field to 64 lowercase hex digits: {words}", holds)


PHOTOS = r"photo\.[1-9](\.received|\.alt)?"
SLUG = "[a-z0-9-]{1,64}"
COMPLAINT = _integer("complaint", 1, "a complaint's number")
ITEM = _integer("item", 1, "an item's id")
OF = _integer("of", 0, "the index of the entry acted upon")
STATEMENT = _integer("statement", 1, "a statement's number")
SUPPORTERS = _integer("supporters", 0, "the number of supporters after this")
PROJECT = _pattern("project", SLUG, "a slug")
CATEGORY = _pattern("category", SLUG, "a slug")
STAFF = _pattern("staff", r"S-\d{3,6}", "a staff number, as S-017")
SECOND = _null(_pattern("second", r"S-\d{3,6}", "the second person's staff number"))
TYPE = _one_of("type", *TYPES)
VERIFIED = _bool("verified")
STATUS = _one_of("status", *STATUSES)
REASON = _one_of("reason", *REASONS)
CLAUSE = _pattern("clause", r"\d{1,2}(\.\d{1,2}){0,2}", "the number of a clause of the rules")
DEPARTMENT = _null(_pattern("department", SLUG, "a slug"))
AUTHOR_KEY = _null(_pattern("author_key", "[0-9a-f]{64}", "an Ed25519 public key, 64 hex digits"))
PROVEN = _bool("proven")
SIG = _base64("sig", 64)
MADE_WHERE = _one_of("made", *MADE)
UNTIL = _null(_date("until"))
# Null: nobody signed in, but whoever could run commands on the machine.
GRANTED_BY = _null(_pattern("granted_by", r"S-\d{3,6}", "the granting person's staff number"))


def _by(*who: str) -> Field:
    return _one_of("by", *who)


@dataclass(frozen=True)
class Kind:
    """A kind of entry: what it says, its fields beyond ``v kind at``.

    act: an author's act: it carries `proven`, and when proven also `sig` and `made`;
        "by-author" where others may write the kind too and only the author's carry these.
    hides: it makes something less visible or changes what is seen; `/log` opens on these.
    """

    meaning: str
    fields: tuple[Field, ...]
    act: bool | str = False
    hides: bool = False


_STATEMENT_FIELDS = (
    COMPLAINT, OF, _by("moderator"), STAFF, SECOND, REASON, STATEMENT, CLAUSE,
    _integer("rules", 0, "the index of the rules.published entry the clause is of"),
    _one_of("detection", *DETECTIONS), _bool("automated_detection"),
    _one_of("automated_decision", *DECISIONS), _one_of("scope", *SCOPES), UNTIL,
    _null(_time("lapses")), _commitments(("facts",)),
)  # fmt: skip

KINDS: dict[str, Kind] = {
    "log.opened": Kind("The log begins.", (
        _pattern("origin", r"[a-z0-9.:/-]{1,200}", "the log's origin"),
        _null(_pattern("previous", r"[a-z0-9.:/-]{1,200}", "the origin this log continues")),
    )),
    "complaint.posted": Kind("A complaint was accepted and published.", (
        COMPLAINT, _by("author", "staff"), _null(STAFF), TYPE, PROJECT, CATEGORY, VERIFIED,
        _null(_date("wanted_by")), AUTHOR_KEY, _null(MADE_WHERE),
        _commitments(("text", "author"), "remedy|" + PHOTOS),
    )),
    "complaint.imported": Kind("A complaint came from an archive; its date is only claimed.", (
        COMPLAINT, _by("import"), TYPE, PROJECT, CATEGORY, _time("claimed_at"), SUPPORTERS,
        _commitments(("text", "author")),
    )),
    "complaint.edited": Kind("The author changed the text; unproven, it replaces nothing.", (
        COMPLAINT, OF, _by("author"), _commitments(("text",)),
    ), act=True, hides=True),
    "complaint.status": Kind("The case moved on.", (
        COMPLAINT, OF, _by("author", "staff", "executive", "system"), STATUS, _null(STAFF),
        _null(_one_of("outcome", *OUTCOMES)), _null(_one_of("cause", *CAUSES)),
    ), act="by-author"),
    "complaint.withdrawn": Kind("The author took it back; written when it takes effect.", (
        COMPLAINT, OF, _by("author"),
    ), act=True, hides=True),
    "complaint.removed": Kind("A complaint was taken down; its notice stays.",
                              _STATEMENT_FIELDS, hides=True),
    "complaint.restored": Kind("A removed or withdrawn complaint is visible again.", (
        COMPLAINT, OF, _by("moderator", "auditor", "system", "author"), _null(STAFF), SECOND,
        _null(REASON), _null(STATEMENT),
    ), act="by-author", hides=True),
    "withdrawal.requested": Kind("An unproven withdrawal waits seven days, visible.", (
        COMPLAINT, OF, _by("author"), _time("due"),
    ), hides=True),
    "withdrawal.stopped": Kind("A waiting withdrawal will not happen: the author stopped it, or "
                               "the complaint was no longer visible when it fell due.", (
        COMPLAINT, OF, _by("author", "system"),
    ), hides=True),
    "reply.posted": Kind("The company answered.", (
        COMPLAINT, ITEM, _by("staff", "executive"), STAFF, DEPARTMENT,
        _one_of("reply", "reply", "holding"), UNTIL, _commitments(("text", "author"), PHOTOS),
    )),
    "reply.imported": Kind("An official reply came from an archive; an open complaint is answered "
                           "by it, without a further entry.", (
        COMPLAINT, ITEM, _by("import"), _time("claimed_at"), _commitments(("text", "author")),
    )),
    "comment.posted": Kind("Somebody said something about a complaint.", (
        COMPLAINT, ITEM, _by("author", "member"), VERIFIED,
        _commitments(("text", "author"), PHOTOS),
    )),
    "support.added": Kind("Me too.", (COMPLAINT, _by("member"), VERIFIED, SUPPORTERS)),
    "support.withdrawn": Kind("A me-too was taken back.", (
        COMPLAINT, _by("member"), VERIFIED, SUPPORTERS)),
    "promise.made": Kind("A reply promised something by a date.", (
        COMPLAINT, ITEM, OF, _by("staff", "executive"), STAFF, _date("until"))),
    "promise.kept": Kind("What was promised is done.", (
        COMPLAINT, ITEM, OF, _by("staff", "executive"), STAFF,
        _commitments((), "text|" + PHOTOS))),
    "promise.broken": Kind("The promised day passed.", (COMPLAINT, ITEM, OF, _by("system"))),
    "role.granted": Kind("A person inside got a role.", (
        STAFF, _by("system", "admin"), GRANTED_BY, _one_of("role", *ROLES), DEPARTMENT, SECOND,
        UNTIL, _commitments((), "text"))),
    "role.revoked": Kind("A person inside lost a role.", (
        STAFF, _by("system", "admin"), GRANTED_BY, _one_of("role", *ROLES), SECOND)),
    "setting.changed": Kind("A setting that matters for hiding has another value.", (
        _by("system", "admin"), _null(STAFF), _pattern("setting", "[a-z][a-z0-9._-]{0,63}", "a setting's name"),
        _pattern("value", r"[A-Za-z0-9._:/+=-]{0,200}", "its new value"),
    ), hides=True),
    "rules.published": Kind("The rules of the board, or a new version of them.", (
        _by("system", "admin"), _null(STAFF), _integer("version", 1, "the version, from 1"),
        _integer("clauses", 1, "how many clauses it has"), _commitments(("text",)),
    )),
    "place.changed": Kind("A city, project or category was added or changed.", (
        _by("system", "admin", "import"), _null(STAFF), _one_of("place", *PLACES),
        _pattern("slug", SLUG, "its slug, never changed"),
        _null(_pattern("within", SLUG, "the city's slug, for a project")),
        _null(_integer("households", 0, "households of a project")),
        _null(_one_of("phase", *PHASES)), _bool("open"), _commitments(("text",)),
    )),
    "balance.counted": Kind("The day's balance; also the log's heartbeat.", (
        _by("system"), _date("date"), *(_integer(name, 0, "a count") for name in COUNTS),
        _integer("delisted", 0, "of the visible: in no list"),
        _integer("redacted", 0, "of the visible: with a cut"),
    )),
    "digest.sent": Kind("The executives' digest of a day was sent.", (
        _by("system"), _date("date"), _commitments(("text",)),
    )),
}  # fmt: skip

HIDING = tuple(name for name, kind in KINDS.items() if kind.hides)
_FIELDS = {name: {field.name: field for field in kind.fields} for name, kind in KINDS.items()}


def fields_of(entry: Mapping[str, Any]) -> Mapping[str, Field]:
    """The fields this entry must have beyond ``v kind at``; EntryError: unknown kind."""
    name = entry.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise EntryError("kind: not a kind of this log")
    act = KINDS[name].act
    if not act or (act == "by-author" and entry.get("by") != "author"):
        return _FIELDS[name]
    found = _FIELDS[name] | {"proven": PROVEN}
    if entry.get("proven") is True:
        found |= {"sig": SIG, "made": MADE_WHERE}
    return found


def check_entry(entry: Mapping[str, Any]) -> None:
    """Raise EntryError, naming field and rule, unless `entry` is exactly what its kind says."""
    if type(entry.get("v")) is not int or entry["v"] != 1:
        raise EntryError("v: must be 1")
    if not is_time(entry.get("at")):
        raise EntryError("at: must be a time, YYYY-MM-DDThh:mm:ssZ")
    fields = fields_of(entry)
    for name in entry:
        if name not in fields and name not in ("v", "kind", "at"):
            raise EntryError(f"{name}: not a field of {entry['kind']}")
    for name, field in fields.items():
        if name not in entry:
            raise EntryError(f"{name}: missing from {entry['kind']}")
        field.check(entry[name])


def format_entry(entry: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a valid entry; EntryError names what is wrong with it."""
    check_entry(entry)
    data = _canonical(entry)
    if len(data) > MAX_ENTRY:
        raise EntryError(f"{len(data)} bytes; an entry has at most {MAX_ENTRY}")
    return data


def parse_entry(data: bytes) -> dict[str, Any]:
    """The entry in `data`; EntryError unless it is valid and in exactly its canonical bytes."""
    if len(data) > MAX_ENTRY:
        raise EntryError(f"{len(data)} bytes; an entry has at most {MAX_ENTRY}")
    try:
        entry = json.loads(data.decode("ascii"), parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise EntryError(f"not JSON in ASCII: {error}") from None
    if not isinstance(entry, dict):
        raise EntryError("not a JSON object")
    check_entry(entry)
    if _canonical(entry) != data:
        raise EntryError("not in canonical form")
    return entry


def _canonical(entry: Mapping[str, Any]) -> bytes:
    # RFC 8785 sorts keys by UTF-16 units; with ASCII keys that is the order of Python's strings.
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def _no_float(text: str) -> Any:
    raise ValueError(f"{text}: numbers are integers")
