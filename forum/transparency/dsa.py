"""Our statements of reasons in the form of the EU's DSA Transparency Database (API v1).

One object for every decision to remove, refuse, redact, de-list, suspend, or close the comments.
What an author asked for, or the law, is no moderation decision and is left out, as are moves and
mergers, which restrict nothing. No field holds personal data: facts are masked, and where the
ground is somebody's privacy, or an erasure destroyed them, they are only linked.

The fields and their rules: the database's API documentation, "Statement of Reasons" attributes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from forum.base import clock
from forum.base.resources import setting
from forum.moderation.models import Rules
from forum.transparency.dsa_rows import Decided
from forum.transparency.masking import masked

FIELDS = (
    "decision_visibility", "decision_visibility_other", "end_date_visibility_restriction",
    "decision_monetary", "decision_monetary_other", "end_date_monetary_restriction",
    "decision_provision", "end_date_service_restriction", "decision_account",
    "end_date_account_restriction", "account_type", "decision_facts", "decision_ground",
    "decision_ground_reference_url", "illegal_content_legal_ground", "illegal_content_explanation",
    "incompatible_content_ground", "incompatible_content_explanation",
    "incompatible_content_illegal", "content_type", "content_type_other", "category",
    "category_addition", "category_specification", "category_specification_other",
    "territorial_scope", "content_language", "content_date", "application_date", "content_id",
    "source_type", "source_identity", "automated_detection", "automated_decision", "puid",
)  # fmt: skip
MOST_FACTS, MOST_GROUND, MOST_EXPLANATION = 5000, 500, 2000

_VISIBILITY = {
    "remove": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "refuse": "DECISION_VISIBILITY_CONTENT_DISABLED",
    "delist": "DECISION_VISIBILITY_CONTENT_DEMOTED",
    "redact": "DECISION_VISIBILITY_OTHER",
    "lock": "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
}
_COVERED = "A part was covered and the place is marked; the rest stays visible."
_ILLEGAL = ("illegal", "personal-data", "copyright", "defamation-notice", "authority-order",
            "court-order")  # fmt: skip
# Reason → category, keyword, and words where no keyword says it.
_CATEGORIES: dict[str, tuple[str, str, str | None]] = {
    "illegal": ("ILLEGAL_OR_HARMFUL_SPEECH", "VIOLATION_NATIONAL_LAW", None),
    "personal-data": ("DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", "OTHER", "Personal data of others"),
    "spam": ("OTHER_VIOLATION_TC", "OTHER", "Advertising"),
    "abuse": ("CYBER_VIOLENCE", "CYBER_BULLYING_INTIMIDATION", None),
    "off-topic": ("OTHER_VIOLATION_TC", "OTHER", "Unrelated to what the board is for"),
    "impersonation": ("SCAMS_AND_FRAUD", "IMPERSONATION_ACCOUNT_HIJACKING", None),
    "copyright": ("INTELLECTUAL_PROPERTY_INFRINGEMENTS", "COPYRIGHT_INFRINGEMENT", None),
    "defamation-notice": ("ILLEGAL_OR_HARMFUL_SPEECH", "DEFAMATION", None),
    "authority-order": ("ILLEGAL_OR_HARMFUL_SPEECH", "OTHER", "Order of an authority"),
    "court-order": ("ILLEGAL_OR_HARMFUL_SPEECH", "OTHER", "Order of a court"),
}
_OTHER_CATEGORY = ("OTHER_VIOLATION_TC", "OTHER", "Another clause of the published rules")
_AUTOMATED = {
    "none": "AUTOMATED_DECISION_NOT_AUTOMATED",
    "partly": "AUTOMATED_DECISION_PARTIALLY",
    "fully": "AUTOMATED_DECISION_FULLY",
}
# A measure holds wherever the board can be read, so in all of them.
TERRITORY = ("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO "
             "SE SI SK").split()  # fmt: skip


def statement_of(row: Decided, rules: Rules | None) -> dict[str, Any]:
    """The object of one decision, with every field of `FIELDS`; None where one does not apply."""
    fields: dict[str, Any] = dict.fromkeys(FIELDS)
    fields |= _decision(row) | _ground(row, rules) | _content(row) | _found(row)
    fields["decision_facts"] = _facts(row)
    fields["territorial_scope"] = list(TERRITORY)
    fields["application_date"] = clock.local_date(row.at).isoformat()
    fields["puid"] = row.puid
    return fields


def _decision(row: Decided) -> dict[str, Any]:
    days = (row.until, clock.local_date(row.restored_at) if row.restored_at else None)
    ends = min((day for day in days if day is not None), default=None)
    end = ends.isoformat() if ends is not None else None
    if row.act == "suspend":
        return {
            "decision_account": "DECISION_ACCOUNT_SUSPENDED",
            "account_type": "ACCOUNT_TYPE_PRIVATE",
            "end_date_account_restriction": end,
        }
    return {
        "decision_visibility": [_VISIBILITY[row.act]],
        "decision_visibility_other": _COVERED if row.act == "redact" else None,
        "end_date_visibility_restriction": end,
    }


def _ground(row: Decided, rules: Rules | None) -> dict[str, Any]:
    """The clause of the published rules, as the legal ground where the ground is a law's."""
    clause = next((c for c in rules.clauses if c["number"] == row.clause), None) if rules else None
    title = f"{rules.title} v{rules.version}, " if rules else ""
    ground = f"{title}{row.clause} {clause['title'] if clause else row.reason}"[:MOST_GROUND]
    why = str(clause["text"] if clause else row.reason)[:MOST_EXPLANATION]
    category, keyword, words = _CATEGORIES.get(row.reason, _OTHER_CATEGORY)
    found: dict[str, Any] = {
        "category": f"STATEMENT_CATEGORY_{category}",
        "category_specification": [f"KEYWORD_{keyword}"],
        "category_specification_other": words,
        "decision_ground_reference_url": f"{_base()}/rules/{rules.version}#c{row.clause}"
        if rules
        else None,
    }
    if row.reason in _ILLEGAL:
        return found | {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
                        "illegal_content_legal_ground": ground, "illegal_content_explanation": why}  # fmt: skip
    return found | {"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
                    "incompatible_content_ground": ground, "incompatible_content_illegal": "No",
                    "incompatible_content_explanation": why}  # fmt: skip


def _content(row: Decided) -> dict[str, Any]:
    if row.act == "suspend":
        # Which posts it was about would tell whose account it is.
        return {"content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "An account",
                "content_date": clock.local_date(row.at).isoformat()}  # fmt: skip
    photos = ["CONTENT_TYPE_IMAGE"] if row.photos else []
    return {
        "content_type": ["CONTENT_TYPE_TEXT", *photos],
        "content_language": str(setting("FORUM_LOCALE"))[:2].upper(),
        "content_date": clock.local_date(row.posted_at or row.at).isoformat(),
    }


def _found(row: Decided) -> dict[str, Any]:
    """How it was found; Article 16 is about notices of illegal content only."""
    source = "SOURCE_TYPE_OTHER_NOTIFICATION"
    if row.detection == "own-initiative":
        source = "SOURCE_VOLUNTARY"
    elif row.detection == "notice" and row.reason in _ILLEGAL:
        source = "SOURCE_ARTICLE_16"
    return {
        "source_type": source,
        "automated_detection": "Yes" if row.automated_detection else "No",
        "automated_decision": _AUTOMATED[row.automated_decision],
    }


def _facts(row: Decided) -> str:
    """The facts without what could name somebody; of privacy, people and the erased, a link."""
    if row.reason == "personal-data" or row.act == "suspend" or row.erased or not row.facts:
        return (
            f"事实见公开的处理说明 (the facts are in the published statement): {_base()}{row.where}"
        )
    return masked(row.facts, (row.author, row.said_by))[:MOST_FACTS]


def _base() -> str:
    return str(setting("FORUM_BASE_URL")).rstrip("/")


def as_json(statements: Iterable[dict[str, Any]]) -> Iterator[str]:
    """``{"statements":[…]}``, the body that the API takes, piece by piece."""
    yield '{"statements":['
    for place, statement in enumerate(statements):
        yield (",\n" if place else "\n") + json.dumps(statement, ensure_ascii=False)
    yield "\n]}\n"


def as_csv(statements: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A line with the names of the fields, then one per decision; lists as JSON, none as nothing."""
    yield _line(FIELDS)
    for statement in statements:
        yield _line(_cell(statement[name]) for name in FIELDS)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = json.dumps(value) if isinstance(value, list) else str(value)
    # What a spreadsheet would take for a formula, it gets as text.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(list(cells))
    return out.getvalue()
