"""The rules of the DSA Transparency Database for a statement of reasons, written from the rules.

Nothing here knows our exporter: `faults` judges any statement, ours or a stranger's.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

Statement = dict[str, Any]
VISIBILITY = {
    f"DECISION_VISIBILITY_{name}"
    for name in "CONTENT_REMOVED CONTENT_DISABLED CONTENT_DEMOTED CONTENT_AGE_RESTRICTED "
    "CONTENT_INTERACTION_RESTRICTED CONTENT_LABELLED OTHER".split()
}
MONETARY = {f"DECISION_MONETARY_{name}" for name in "SUSPENSION TERMINATION OTHER".split()}
PROVISION = {
    f"DECISION_PROVISION_{how}_{what}"
    for how in ("PARTIAL", "TOTAL")
    for what in ("SUSPENSION", "TERMINATION")
}
ACCOUNT = {"DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"}
DECISIONS = {"decision_visibility": VISIBILITY, "decision_monetary": MONETARY,
             "decision_provision": PROVISION, "decision_account": ACCOUNT}  # fmt: skip
CONTENT = {f"CONTENT_TYPE_{name}" for name in
           "APP AUDIO IMAGE PRODUCT SYNTHETIC_MEDIA TEXT VIDEO OTHER".split()}  # fmt: skip
CATEGORIES = {
    f"STATEMENT_CATEGORY_{name}"
    for name in "ANIMAL_WELFARE CONSUMER_INFORMATION CYBER_VIOLENCE CYBER_VIOLENCE_AGAINST_WOMEN "
    "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS ILLEGAL_OR_HARMFUL_SPEECH "
    "INTELLECTUAL_PROPERTY_INFRINGEMENTS NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS "
    "NOT_SPECIFIED_NOTICE OTHER_VIOLATION_TC PROTECTION_OF_MINORS RISK_FOR_PUBLIC_SECURITY "
    "SCAMS_AND_FRAUD SELF_HARM UNSAFE_AND_PROHIBITED_PRODUCTS VIOLENCE".split()
}
KEYWORDS = {
    f"KEYWORD_{name}"
    for name in """ADULT_SEXUAL_MATERIAL AGE_SPECIFIC_RESTRICTIONS AGE_SPECIFIC_RESTRICTIONS_MINORS
    ANIMAL_HARM BIOMETRIC_DATA_BREACH BULLYING_AGAINST_GIRLS CHILD_SEXUAL_ABUSE_MATERIAL
    CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE CONTENT_PROMOTING_EATING_DISORDERS COORDINATED_HARM
    COPYRIGHT_INFRINGEMENT CYBER_BULLYING_INTIMIDATION CYBER_HARASSMENT
    CYBER_HARASSMENT_AGAINST_WOMEN CYBER_INCITEMENT CYBER_STALKING CYBER_STALKING_AGAINST_WOMEN
    DATA_FALSIFICATION DEFAMATION DESIGN_INFRINGEMENT DISCRIMINATION FEMALE_GENDERED_DISINFORMATION
    GEOGRAPHICAL_REQUIREMENTS GEOGRAPHIC_INDICATIONS_INFRINGEMENT GOODS_SERVICES_NOT_PERMITTED
    GROOMING_SEXUAL_ENTICEMENT_MINORS HATE_SPEECH HIDDEN_ADVERTISEMENT HUMAN_EXPLOITATION
    HUMAN_TRAFFICKING ILLEGAL_ORGANIZATIONS IMPERSONATION_ACCOUNT_HIJACKING INAUTHENTIC_ACCOUNTS
    INAUTHENTIC_LISTINGS INAUTHENTIC_USER_REVIEWS INCITEMENT_AGAINST_WOMEN
    INCITEMENT_VIOLENCE_HATRED INSUFFICIENT_INFORMATION_ON_TRADERS LANGUAGE_REQUIREMENTS
    MISINFORMATION_DISINFORMATION MISLEADING_INFO_CONSUMER_RIGHTS MISLEADING_INFO_GOODS_SERVICES
    MISSING_PROCESSING_GROUND NONCOMPLIANCE_PRICING NON_CONSENSUAL_IMAGE_SHARING
    NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN NON_CONSENSUAL_MATERIAL_DEEPFAKE
    NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN NUDITY OTHER PATENT_INFRINGEMENT PHISHING
    PROHIBITED_PRODUCTS PYRAMID_SCHEMES RIGHT_TO_BE_FORGOTTEN RISK_ENVIRONMENTAL_DAMAGE
    RISK_PUBLIC_HEALTH SELF_MUTILATION STALKING SUICIDE TERRORIST_CONTENT TRADEMARK_INFRINGEMENT
    TRADE_SECRET_INFRINGEMENT TRAFFICKING_WOMEN_GIRLS UNLAWFUL_SALE_ANIMALS UNSAFE_CHALLENGES
    UNSAFE_PRODUCTS VIOLATION_EU_LAW VIOLATION_NATIONAL_LAW""".split()
}
assert len(KEYWORDS) == 69
COUNTRIES = set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO "
                "SE SI SK".split())  # fmt: skip
SOURCES = {"SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION",
           "SOURCE_VOLUNTARY"}  # fmt: skip
GROUNDS = {
    "DECISION_GROUND_ILLEGAL_CONTENT": ("illegal_content_legal_ground",
                                        "illegal_content_explanation"),
    "DECISION_GROUND_INCOMPATIBLE_CONTENT": ("incompatible_content_ground",
                                             "incompatible_content_explanation"),
}  # fmt: skip
YES_NO = {"Yes", "No"}
# Fields that hold one value of a list, and those that hold several.
ONE_OF = {
    "decision_monetary": MONETARY, "decision_provision": PROVISION, "decision_account": ACCOUNT,
    "account_type": {"ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"},
    "decision_ground": set(GROUNDS), "incompatible_content_illegal": YES_NO,
    "category": CATEGORIES, "source_type": SOURCES, "automated_detection": YES_NO,
    "automated_decision": {"AUTOMATED_DECISION_FULLY", "AUTOMATED_DECISION_PARTIALLY",
                           "AUTOMATED_DECISION_NOT_AUTOMATED"},
}  # fmt: skip
SOME_OF = {
    "decision_visibility": VISIBILITY, "content_type": CONTENT, "category_addition": CATEGORIES,
    "category_specification": KEYWORDS, "territorial_scope": COUNTRIES,
}  # fmt: skip
MOST = {
    "decision_visibility_other": 500, "decision_monetary_other": 500, "decision_facts": 5000,
    "illegal_content_legal_ground": 500, "illegal_content_explanation": 2000,
    "incompatible_content_ground": 500, "incompatible_content_explanation": 2000,
    "decision_ground_reference_url": 500, "content_type_other": 500,
    "category_specification_other": 500, "source_identity": 500, "puid": 500,
}  # fmt: skip
REQUIRED = ("decision_facts", "decision_ground", "content_type", "category", "content_date",
            "application_date", "source_type", "automated_detection", "automated_decision",
            "puid")  # fmt: skip
ENDS = tuple(f"end_date_{what}_restriction" for what in ("visibility", "monetary", "service", "account"))  # fmt: skip
YEARS = {"content_date": (2000, 2038), "application_date": (2020, 2038)}
KNOWN = {*ONE_OF, *SOME_OF, *MOST, *ENDS, *YEARS, "content_language", "content_id"}
PERSONAL = re.compile(r"\d{17}[\dXx]|(?<!\d)1[3-9]\d{9}(?!\d)|[\w.]+@\w+\.\w+|S-\d{3}")


def faults(statement: Statement) -> list[str]:
    """Every rule that the statement breaks, in words that name the field; none when it is valid."""
    rules: tuple[Callable[[Statement], Iterator[str]], ...] = (
        _names, _values, _lengths, _required, _decision, _ground, _others, _dates, _source, _rest,
        _personal,
    )  # fmt: skip
    return [fault for rule in rules for fault in rule(statement)]


def all_faults(statements: Iterable[Statement]) -> list[str]:
    """The faults of many, and that a puid occurs twice."""
    found, seen = [], set()
    for statement in statements:
        puid = statement.get("puid")
        found += [f"{puid}: {fault}" for fault in faults(statement)]
        found += [f"{puid}: puid is used twice"] if puid in seen else []
        seen.add(puid)
    return found


def from_csv(text: str) -> list[Statement]:
    """The statements of a CSV: lists are JSON there, and what is empty is null."""
    rows = csv.DictReader(io.StringIO(text))
    return [{name: _from_cell(name, cell) for name, cell in row.items()} for row in rows]


def _from_cell(name: str, cell: str) -> Any:
    if cell == "":
        return None
    return json.loads(cell) if name in SOME_OF or name == "content_id" else cell


def _names(s: Statement) -> Iterator[str]:
    yield from (f"{name} is not a field" for name in s.keys() - KNOWN)


def _values(s: Statement) -> Iterator[str]:
    for name, allowed in ONE_OF.items():
        if s.get(name) is not None and s[name] not in allowed:
            yield f"{name} has a value that is not in its list"
    for name, allowed in SOME_OF.items():
        values = s.get(name)
        if values is None:
            continue
        if not isinstance(values, list) or len(set(values)) != len(values) or set(values) - allowed:
            yield f"{name} is not a list of its values"


def _lengths(s: Statement) -> Iterator[str]:
    for name, most in MOST.items():
        value = s.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > most):
            yield f"{name} is not a text of at most {most}"


def _required(s: Statement) -> Iterator[str]:
    yield from (f"{name} is missing" for name in REQUIRED if not s.get(name))


def _decision(s: Statement) -> Iterator[str]:
    if not any(s.get(name) for name in DECISIONS):
        yield "no decision_visibility, decision_monetary, decision_provision or decision_account"


def _ground(s: Statement) -> Iterator[str]:
    for name in GROUNDS.get(s.get("decision_ground") or "", ()):
        if not s.get(name):
            yield f"{name} is missing"
    url = s.get("decision_ground_reference_url")
    if url is not None and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc):
        yield "decision_ground_reference_url is not an address"


def _others(s: Statement) -> Iterator[str]:
    """Where a list says OTHER, words must say what."""
    for name, other in (("decision_visibility", "DECISION_VISIBILITY_OTHER"),
                        ("decision_monetary", "DECISION_MONETARY_OTHER"),
                        ("content_type", "CONTENT_TYPE_OTHER"),
                        ("category_specification", "KEYWORD_OTHER")):  # fmt: skip
        if other in (s.get(name) or ()) and not s.get(f"{name}_other"):
            yield f"{name}_other is missing"


def _dates(s: Statement) -> Iterator[str]:
    for name in (*ENDS, *YEARS):
        value = s.get(name)
        if value is None:
            continue
        first, last = YEARS.get(name, (1, 9999))
        day = _day(value)
        if day is None or not first <= day.year <= last:
            yield f"{name} is not a day of {first} to {last}"


def _day(value: Any) -> date | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _source(s: Statement) -> Iterator[str]:
    if s.get("source_type") == "SOURCE_VOLUNTARY" and s.get("source_identity"):
        yield "source_identity with SOURCE_VOLUNTARY"


def _rest(s: Statement) -> Iterator[str]:
    if not re.fullmatch(r"[a-zA-Z0-9_-]+", str(s.get("puid") or "-")):
        yield "puid has other characters than a-zA-Z0-9-_"
    language = s.get("content_language")
    if language is not None and not re.fullmatch("[A-Z]{2}", str(language)):
        yield "content_language is not a code of two letters"
    known = s.get("content_id")
    if known is not None and not (isinstance(known, dict) and set(known) <= {"EAN-13"}
                                  and all(re.fullmatch(r"\d{13}", str(v)) for v in known.values())):  # fmt: skip
        yield "content_id is not an EAN-13"


def _personal(s: Statement) -> Iterator[str]:
    for name, value in s.items():
        if isinstance(value, str) and name != "puid" and PERSONAL.search(value):
            yield f"{name} holds personal data"
