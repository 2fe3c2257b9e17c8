"""The kinds of entries: what each says, exactly its fields, and what must hold between them.

docs/entries.md is generated from `KINDS`; `entry.py` checks entries against it. A field that is
`or_null` is always there; the others of a kind are never null.
"""

from __future__ import annotations

from dataclasses import dataclass

from forum.tlog import between
from forum.tlog.between import Also
from forum.tlog.field import (
    Field,
    base64_of,
    boolean,
    commitments,
    date_of,
    indexes,
    integer,
    one_of,
    or_null,
    pattern,
    time_of,
)

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
SCOPES = ("everywhere", "lists", "part")
ACTS = ("remove", "redact", "refuse", "delist", "erase", "suspend")
FLAG_DECISIONS = ("kept", "acted")
REDRESS = ("upheld", "partly-upheld", "rejected", "inadmissible")
REVIEWS = ("in-order", "questioned")
OPINIONS = ("unqualified", "qualified", "adverse")
COUNTS = ("received", "visible", "held", "refused", "removed", "erased", "merged", "withdrawn")


PHOTOS = r"photo\.[1-9](\.received|\.alt)?"
SLUG = "[a-z0-9-]{1,64}"
COMPLAINT = integer("complaint", 1, "a complaint's number")
ITEM = integer("item", 1, "an item's id")
OF = integer("of", 0, "the index of the entry acted upon")
STATEMENT = integer("statement", 1, "a statement's number")
INTO = integer("into", 1, "the number of the complaint it was merged into")
SUPPORTERS = integer("supporters", 0, "the number of supporters after this")
PROJECT = pattern("project", SLUG, "a slug")
CATEGORY = pattern("category", SLUG, "a slug")
STAFF = pattern("staff", r"S-\d{3,6}", "a staff number, as S-017")
SECOND_PERSON = pattern("second", r"S-\d{3,6}", "the second person's staff number")
SECOND = or_null(SECOND_PERSON)
TYPE = one_of("type", *TYPES)
VERIFIED = boolean("verified")
STATUS = one_of("status", *STATUSES)
REASON = one_of("reason", *REASONS)
CLAUSE = pattern("clause", r"\d{1,2}(\.\d{1,2}){0,2}", "the number of a clause of the rules")
DEPARTMENT = or_null(pattern("department", SLUG, "a slug"))
AUTHOR_KEY = or_null(pattern("author_key", "[0-9a-f]{64}", "an Ed25519 public key, 64 hex digits"))
PROVEN = boolean("proven")
SIG = base64_of("sig", 64)
MADE_WHERE = one_of("made", *MADE)
UNTIL = or_null(date_of("until"))
# Null: nobody signed in, but whoever could run commands on the machine.
GRANTED_BY = or_null(pattern("granted_by", r"S-\d{3,6}", "the granting person's staff number"))


def _by(*who: str) -> Field:
    return one_of("by", *who)


@dataclass(frozen=True)
class Kind:
    """A kind of entry: what it says, its fields beyond ``v kind at``.

    act: an author's act: it carries `proven`, and when proven also `sig` and `made`;
        "by-author" where others may write the kind too and only the author's carry these.
    hides: it makes something less visible or changes what is seen; `/log` opens on these.
    also: rules between its fields, beside those of `between.by_fields`.
    """

    meaning: str
    fields: tuple[Field, ...]
    act: bool | str = False
    hides: bool = False
    also: tuple[Also, ...] = ()

    @property
    def rules(self) -> tuple[Also, ...]:
        """All rules between its fields."""
        return (*between.by_fields(self.fields), *self.also)


RULES = integer("rules", 0, "the index of the rules.published entry the clause is of")
LAPSES = time_of("lapses")
FACTS = commitments(("facts",))
# What is shown instead of an opening that vanished: the commitment `<field>.<index it stood in>`.
RECOMMITTED = rf"(text|remedy|author|{PHOTOS})\.(0|[1-9]\d{{0,15}})"
CLOSES = indexes("closes", "indexes, rising, of the entries whose openings vanish")

# One person's decision, and the second person's or null where one decided alone.
_GROUNDS = (
    OF, _by("moderator", "auditor"), STAFF, SECOND, REASON, STATEMENT, CLAUSE, RULES,
)  # fmt: skip
_STATEMENT = (
    *_GROUNDS, one_of("detection", *DETECTIONS), boolean("automated_detection"),
    one_of("automated_decision", *DECISIONS), one_of("scope", *SCOPES), UNTIL, or_null(LAPSES),
)  # fmt: skip
_REDACTED = (*_STATEMENT, CLOSES, commitments(("facts",), RECOMMITTED))
# Two people, always.
_ERASED = tuple(SECOND_PERSON if f is SECOND else f for f in (*_GROUNDS, CLOSES, FACTS))
_RESTORED = (
    OF, _by("moderator", "auditor", "system", "author"), or_null(STAFF), SECOND, or_null(REASON),
    or_null(STATEMENT),
)  # fmt: skip
_BROUGHT_BACK = (
    OF, _by("moderator", "auditor", "system"), or_null(STAFF), SECOND, REASON, STATEMENT,
)  # fmt: skip
_PROPOSAL = (or_null(COMPLAINT), or_null(ITEM), or_null(OF), one_of("act", *ACTS))
_ANSWERED = (or_null(COMPLAINT), OF, _by("moderator", "auditor"), STAFF, STATEMENT)

KINDS: dict[str, Kind] = {
    "log.opened": Kind("The log begins.", (
        pattern("origin", r"[a-z0-9.:/-]{1,200}", "the log's origin"),
        or_null(pattern("previous", r"[a-z0-9.:/-]{1,200}", "the origin this log continues")),
    )),
    "complaint.posted": Kind("A complaint was accepted and published.", (
        COMPLAINT, _by("author", "staff"), or_null(STAFF), TYPE, PROJECT, CATEGORY, VERIFIED,
        or_null(date_of("wanted_by")), AUTHOR_KEY, or_null(MADE_WHERE),
        commitments(("text", "author"), "remedy|" + PHOTOS),
    ),
        also=(between.KEY_AND_MADE, between.NO_KEY_ON_BEHALF)),
    "complaint.imported": Kind("A complaint came from an archive; its date is only claimed.", (
        COMPLAINT, _by("import"), TYPE, PROJECT, CATEGORY, time_of("claimed_at"), SUPPORTERS,
        commitments(("text", "author")),
    )),
    "complaint.edited": Kind("The author changed the text; unproven, it replaces nothing.", (
        COMPLAINT, OF, _by("author"), commitments(("text",)),
    ), act=True, hides=True),
    "complaint.status": Kind("The case moved on.", (
        COMPLAINT, OF, _by("author", "staff", "executive", "system"), STATUS, or_null(STAFF),
        or_null(one_of("outcome", *OUTCOMES)), or_null(one_of("cause", *CAUSES)),
    ), act="by-author",
        also=(between.SETTLED, between.WHOSE_STATUS)),
    "complaint.withdrawn": Kind("The author took it back; written when it takes effect.", (
        COMPLAINT, OF, _by("author"),
    ), act=True, hides=True),
    "complaint.held": Kind("The complaint waits before its first publication, until it is decided "
                           "or due.", (COMPLAINT, OF, _by("system"), time_of("due")), hides=True),
    "complaint.published": Kind("A held complaint is visible, decided or by itself.", (
        COMPLAINT, OF, _by("moderator", "system"), or_null(STAFF)), hides=True),
    "complaint.refused": Kind("A held complaint was not published; its notice stays.",
                              (COMPLAINT, *_STATEMENT, FACTS), hides=True,
        also=(between.EVERYWHERE,)),
    "complaint.removed": Kind("A complaint was taken down; its notice stays.",
                              (COMPLAINT, *_STATEMENT, FACTS), hides=True,
        also=(between.EVERYWHERE,)),
    "complaint.delisted": Kind("A complaint is on its page, but in no list and no search.",
                               (COMPLAINT, *_STATEMENT, FACTS), hides=True,
        also=(between.LISTS,)),
    "complaint.relisted": Kind("A complaint is in lists and search again.",
                               (COMPLAINT, *_RESTORED), act="by-author", hides=True,
        also=(between.BROUGHT_BACK,)),
    "complaint.redacted": Kind("A part was cut out; what is shown instead is committed to anew.",
                               (COMPLAINT, *_REDACTED), hides=True,
        also=(between.PART, between.RECOMMITTED)),
    "complaint.restored": Kind("What was removed, refused, withdrawn or redacted is visible again.",
                               (COMPLAINT, *_RESTORED), act="by-author", hides=True,
        also=(between.BROUGHT_BACK,)),
    "complaint.erased": Kind("Content and salts were destroyed, by two people, as the law demands.",
                             (COMPLAINT, *_ERASED), hides=True),
    "complaint.locked": Kind("Nobody can comment any more.", (
        COMPLAINT, OF, _by("moderator"), STAFF, REASON, CLAUSE, RULES, FACTS), hides=True),
    "complaint.unlocked": Kind("Comments are open again.", (
        COMPLAINT, OF, _by("moderator", "auditor"), STAFF, REASON), hides=True),
    "complaint.moved": Kind("The complaint belongs to another project, category or type now.", (
        COMPLAINT, OF, _by("moderator", "auditor"), STAFF, REASON, CLAUSE, RULES, TYPE, PROJECT,
        CATEGORY, FACTS), hides=True),
    "complaint.merged": Kind("The same matter as an older complaint; both stay readable.", (
        COMPLAINT, OF, _by("moderator"), STAFF, SECOND, REASON, INTO,
        integer("supporters", 0, "supporters of the complaint merged into, after this"),
    ), hides=True,
        also=(between.DUPLICATE, between.INTO_OLDER)),
    "complaint.unmerged": Kind("Merging was undone.", (
        COMPLAINT, OF, _by("author", "moderator", "auditor"), or_null(STAFF), INTO,
        integer("supporters", 0, "supporters of the complaint it was merged into, after this"),
    ), act="by-author", hides=True),
    "merge.proposed": Kind("Somebody thinks that two complaints are the same matter.", (
        COMPLAINT, OF, _by("author", "staff", "moderator"), or_null(STAFF), INTO)),
    "merge.declined": Kind("They are not the same matter.", (
        COMPLAINT, OF, _by("moderator"), STAFF, INTO)),
    "statement.proposed": Kind("Somebody inside asks for a measure, or takes the first step.", (
        *_PROPOSAL, _by("staff", "moderator", "executive", "auditor", "admin"), STAFF, REASON,
        STATEMENT, or_null(CLAUSE), or_null(RULES), LAPSES, FACTS), hides=True,
        also=(between.PROPOSED_OF, between.CLAUSE_OF_RULES)),
    "statement.approved": Kind("A second person agreed.", _ANSWERED, hides=True),
    "statement.rejected": Kind("A second person did not agree.",
                               (*_ANSWERED, commitments(("text",))), hides=True),
    "statement.refused": Kind("A request was refused.",
                              (*_ANSWERED, commitments(("text",))), hides=True),
    "statement.lapsed": Kind("Nobody agreed in time.", (
        or_null(COMPLAINT), OF, _by("system"), STATEMENT), hides=True),
    "withdrawal.requested": Kind("An unproven withdrawal waits seven days, visible.", (
        COMPLAINT, OF, _by("author"), time_of("due"),
    ), hides=True),
    "withdrawal.stopped": Kind("A waiting withdrawal will not happen: the author stopped it, or "
                               "the complaint was no longer visible when it fell due.", (
        COMPLAINT, OF, _by("author", "system"),
    ), hides=True),
    "reply.posted": Kind("The company answered.", (
        COMPLAINT, ITEM, _by("staff", "executive"), STAFF, DEPARTMENT,
        one_of("reply", "reply", "holding"), UNTIL, commitments(("text", "author"), PHOTOS),
    ),
        also=(between.HOLDING_UNTIL,)),
    "reply.imported": Kind("An official reply came from an archive; an open complaint is answered "
                           "by it, without a further entry.", (
        COMPLAINT, ITEM, _by("import"), time_of("claimed_at"), commitments(("text", "author")),
    )),
    "comment.posted": Kind("Somebody said something about a complaint.", (
        COMPLAINT, ITEM, _by("author", "member"), VERIFIED,
        commitments(("text", "author"), PHOTOS),
    )),
    "support.added": Kind("Me too.", (COMPLAINT, _by("member"), VERIFIED, SUPPORTERS)),
    "support.withdrawn": Kind("A me-too was taken back.", (
        COMPLAINT, _by("member"), VERIFIED, SUPPORTERS)),
    "reply.removed": Kind("A reply was taken down; its notice stays.",
                          (COMPLAINT, ITEM, *_STATEMENT, FACTS), hides=True,
        also=(between.EVERYWHERE,)),
    "reply.restored": Kind("A reply is readable again.", (
        COMPLAINT, ITEM, *_BROUGHT_BACK), hides=True),
    "reply.redacted": Kind("A part of a reply was cut out.", (COMPLAINT, ITEM, *_REDACTED),
                           hides=True,
        also=(between.PART, between.RECOMMITTED)),
    "reply.erased": Kind("A reply's content and salts were destroyed.", (COMPLAINT, ITEM, *_ERASED),
                         hides=True),
    "comment.removed": Kind("A comment was taken down; its notice stays.",
                            (COMPLAINT, ITEM, *_STATEMENT, FACTS), hides=True,
        also=(between.EVERYWHERE,)),
    "comment.restored": Kind("A comment is readable again.", (
        COMPLAINT, ITEM, *_BROUGHT_BACK), hides=True),
    "comment.redacted": Kind("A part of a comment was cut out.", (COMPLAINT, ITEM, *_REDACTED),
                             hides=True,
        also=(between.PART, between.RECOMMITTED)),
    "comment.erased": Kind("A comment's content and salts were destroyed.",
                           (COMPLAINT, ITEM, *_ERASED), hides=True),
    "flag.decided": Kind("What readers flagged was kept, or acted upon by the statement named.", (
        COMPLAINT, or_null(ITEM), OF, _by("moderator", "auditor"), STAFF,
        one_of("decision", *FLAG_DECISIONS), REASON,
        integer("flags", 0, "how many readers' flags this decides"),
        integer("notices", 0, "how many notices of parties and authorities this decides"),
        or_null(STATEMENT), commitments(("text",))), hides=True,
        also=(between.ACTED_BY_STATEMENT,)),
    "notice.received": Kind("A party named in it, or an authority, asks for a measure.", (
        COMPLAINT, or_null(ITEM), OF, _by("party", "authority"), or_null(STAFF), REASON,
        integer("notice", 1, "a notice's number"), commitments((), "text")), hides=True),
    "notice.countered": Kind("The author answered a notice.", (
        COMPLAINT, or_null(ITEM), OF, _by("author"), integer("notice", 1, "a notice's number"),
        commitments(("text",)))),
    "appeal.filed": Kind("Somebody concerned asks an auditor to look at a decision again.", (
        or_null(COMPLAINT), or_null(ITEM), OF, _by("author", "member", "staff"),
        integer("appeal", 1, "an appeal's number"), or_null(STATEMENT), commitments((), "text"))),
    "appeal.decided": Kind("An auditor who had no part in it decided an appeal.", (
        or_null(COMPLAINT), or_null(ITEM), OF, _by("auditor"), STAFF,
        integer("appeal", 1, "an appeal's number"), one_of("outcome", *REDRESS),
        commitments(("text",))), hides=True),
    "challenge.filed": Kind("A reader disputes an entry of the log.", (
        or_null(COMPLAINT), OF, _by("reader", "member"),
        integer("challenge", 1, "a challenge's number"), commitments((), "text"))),
    "challenge.decided": Kind("An auditor decided a reader's challenge.", (
        or_null(COMPLAINT), OF, _by("auditor"), STAFF,
        integer("challenge", 1, "a challenge's number"), one_of("outcome", *REDRESS),
        commitments(("text",))), hides=True),
    "sealed.viewed": Kind("Somebody inside looked at what was taken from view.", (
        or_null(COMPLAINT), or_null(ITEM), OF, _by("auditor", "moderator"), STAFF, STATEMENT)),
    "sealed.destroyed": Kind("What was taken from view no longer exists: its time for appeal is over.",
                             (or_null(COMPLAINT), or_null(ITEM), OF, _by("system"), STATEMENT,
                              CLOSES), hides=True),
    "member.suspended": Kind("An author cannot write until a day; which author is nobody's business.",
                             (*_STATEMENT, FACTS), hides=True,
        also=(between.EVERYWHERE,)),
    "member.reinstated": Kind("A suspended author can write again.", _BROUGHT_BACK, hides=True),
    "audit.reviewed": Kind("An auditor looked at an entry.", (
        OF, _by("auditor"), STAFF, one_of("review", *REVIEWS))),
    "audit.reported": Kind("An auditor signed an opinion on a stretch of the log.", (
        _by("auditor"), STAFF, integer("report", 1, "a report's number"),
        integer("from", 0, "index of the first entry it is about"),
        integer("to", 0, "index of the last entry it is about"), one_of("opinion", *OPINIONS),
        commitments(("text",))),
        also=(between.FROM_TO,)),
    "board.closing": Kind("The board will close on a day; its log stays served.", (
        _by("admin", "executive"), STAFF, SECOND, date_of("until"), commitments(("text",))),
        hides=True),
    "promise.made": Kind("A reply promised something by a date.", (
        COMPLAINT, ITEM, OF, _by("staff", "executive"), STAFF, date_of("until"))),
    "promise.kept": Kind("What was promised is done.", (
        COMPLAINT, ITEM, OF, _by("staff", "executive"), STAFF,
        commitments((), "text|" + PHOTOS))),
    "promise.broken": Kind("The promised day passed.", (COMPLAINT, ITEM, OF, _by("system"))),
    "role.granted": Kind("A person inside got a role.", (
        STAFF, _by("system", "admin"), GRANTED_BY, one_of("role", *ROLES), DEPARTMENT, SECOND,
        UNTIL, commitments((), "text")),
        also=(between.SYSTEM_GRANTS,)),
    "role.revoked": Kind("A person inside lost a role.", (
        STAFF, _by("system", "admin"), GRANTED_BY, one_of("role", *ROLES), SECOND),
        also=(between.SYSTEM_GRANTS,)),
    "setting.changed": Kind("A setting that matters for hiding has another value.", (
        _by("system", "admin"), or_null(STAFF), pattern("setting", "[a-z][a-z0-9._-]{0,63}", "a setting's name"),
        pattern("value", r"[A-Za-z0-9._:/+=-]{0,200}", "its new value"),
    ), hides=True),
    "rules.published": Kind("The rules of the board, or a new version of them.", (
        _by("system", "admin"), or_null(STAFF), integer("version", 1, "the version, from 1"),
        integer("clauses", 1, "how many clauses it has"), commitments(("text",)),
    )),
    "place.changed": Kind("A city, project or category was added or changed.", (
        _by("system", "admin", "import"), or_null(STAFF), one_of("place", *PLACES),
        pattern("slug", SLUG, "its slug, never changed"),
        or_null(pattern("within", SLUG, "the city's slug, for a project")),
        or_null(integer("households", 0, "households of a project")),
        or_null(one_of("phase", *PHASES)), boolean("open"), commitments(("text",)),
    ),
        also=(between.PROJECT_FIELDS,)),
    "balance.counted": Kind("The day's balance; also the log's heartbeat.", (
        _by("system"), date_of("date"), *(integer(name, 0, "a count") for name in COUNTS),
        integer("delisted", 0, "of the visible: in no list"),
        integer("redacted", 0, "of the visible: with a cut"),
    )),
    "key.rotated": Kind("The log is signed by a new key; the old one vouches for it.", (
        _by("admin"), or_null(STAFF),
        pattern("vkey", r"[A-Za-z0-9.:/-]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", "a verifier key"),
        base64_of("sig", 64)), hides=True),
    "backup.restored": Kind("The board went back to a backup, and its log forward again.", (
        _by("admin"), or_null(STAFF), integer("size", 1, "entries in the backup"),
        base64_of("root", 32)), hides=True),
    "digest.sent": Kind("The executives' digest of a day was sent.", (
        _by("system"), date_of("date"), commitments(("text",)),
    )),
}  # fmt: skip

HIDING = tuple(name for name, kind in KINDS.items() if kind.hides)
