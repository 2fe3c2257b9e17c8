"""Every verb writes its entry: no public row changes without one, in the same transaction.

Verbs are found by reading the source: every public function that opens a transaction, itself or
through its module's own functions. One without a scenario (`verbs.py`) fails. The list of what is
public is `forum/log/public.py`; `watching.py` holds every commit against the entries it adds.
"""

import ast
import importlib
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

import forum.app  # noqa: F401 — every table is known
from forum.base import clock
from forum.base.db import Base, db, transaction
from forum.complaints import service as complaints
from forum.complaints.models import Complaint, Support
from forum.complaints.service import existing
from forum.log import service as log
from forum.log.models import Opening
from forum.log.public import LOG, PRIVATE, PUBLIC
from tests.factories import a_complaint, a_member
from tests.verbs import SCENARIOS
from tests.watching import Watch, watched

ROOT = Path(__file__).parent.parent
# Not verbs: what serves or follows from them. They are watched like everything else wherever a
# scenario runs them, and may change nothing public.
MACHINERY = {
    "forum.base.outbox": "effects of what was committed",
    "forum.base.jobs": "when what was last done",
    "forum.base.compact": "frees pages of the database",
    "forum.log.publishing": "which checkpoint is served",
    "forum.log.witnesses": "signatures of others",
    "forum.pages.search_feed": "the search index",
    "forum.cli": "commands call verbs",
}
# They play a whole instance back; tests/test_recover.py and test_backup.py hold the result
# against the log row by row.
WHOLE_BOARDS = ("forum.upkeep.restore", "forum.upkeep.recovery")
# Their entries are the first of every board here: nothing public is there before them.
FIRST = {"forum.setup.open_board", "forum.places.service.add_default_categories"}
# They carry out what an erased entry ordered, in places that it cannot reach in one transaction.
AFTER_AN_ERASURE = {
    "forum.digest.erasing.forget": {"digest_issue", "opening"},
    "forum.moderation.erasure.reapply": {"complaint", "complaint_version", "opening"},
}


def _opens(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.withitem)
        and isinstance(node.context_expr, ast.Call)
        and getattr(node.context_expr.func, "id", getattr(node.context_expr.func, "attr", ""))
        == "transaction"
        for node in ast.walk(function)
    )


def verbs_of(source: str) -> set[str]:
    """Public functions that open a transaction, also through private ones of the same module."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    opening = {function.name for function in functions if _opens(function)}
    while True:
        more = {
            function.name
            for function in functions
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in opening
        } - opening
        if not more:
            return {name for name in opening if not name.startswith("_")}
        opening |= more


def all_verbs() -> set[str]:
    """The dotted names of all verbs of the board."""
    found = set()
    for path in (ROOT / "forum").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if module.startswith(("forum.demo", *WHOLE_BOARDS)) or module in MACHINERY:
            continue
        found |= {f"{module}.{name}" for name in verbs_of(path.read_text(encoding="utf-8"))}
    return found - FIRST


def test_every_verb_has_a_scenario() -> None:
    assert all_verbs() - AFTER_AN_ERASURE.keys() == SCENARIOS.keys() - AFTER_AN_ERASURE.keys()


def test_every_table_is_public_or_said_not_to_be() -> None:
    assert set(Base.metadata.tables) == PUBLIC.keys() | LOG | PRIVATE
    assert len(PUBLIC) + len(LOG) + len(PRIVATE) == len(PUBLIC.keys() | LOG | PRIVATE)
    for table, private in PUBLIC.items():
        assert private <= set(Base.metadata.tables[table].columns.keys())


def _counting(verb: str, patch: pytest.MonkeyPatch) -> list[str]:
    """Every call of the verb, from a scenario or its own module, adds to the list."""
    module, _, name = verb.rpartition(".")
    calls: list[str] = []
    original = getattr(importlib.import_module(module), name)

    def call(*args: object, **more: object) -> object:
        calls.append(name)
        return original(*args, **more)

    patch.setattr(f"{module}.{name}", call)
    return calls


def _perform(watch: Watch, verb: str) -> list[str]:
    """What is wrong with what the verb's scenario did."""
    perform, kinds = SCENARIOS[verb]
    watch.start()
    with pytest.MonkeyPatch.context() as patch:
        calls = _counting(verb, patch)
        perform()
    db.session.rollback()
    allowed = AFTER_AN_ERASURE.get(verb, set())
    wrong = [fault for fault in watch.faults if fault.split()[0] not in allowed]
    missing = [f"{kind} was not written" for kind in sorted(kinds - set(watch.kinds))]
    return wrong + missing + ([] if calls else ["the scenario does not perform it"])


def test_every_verb_writes_its_entry_in_the_same_transaction(app: Flask) -> None:
    found, today = {}, clock.now()
    with watched() as watch:
        for month, verb in enumerate(SCENARIOS):
            # Some let days pass, and the clock of a log never goes back.
            with clock.set_to(today + month * timedelta(days=200)):
                found[verb] = _perform(watch, verb)
    assert {verb: wrong for verb, wrong in found.items() if wrong} == {}


def _retitle(number: int) -> None:
    """The planted flaw: a text changes and nobody is told."""
    with transaction():
        db.session.get_one(Complaint, number).title = "一切都好"


def _retitle_and_say_so_later(number: int) -> None:
    """The planted flaw: after a crash in between there is the change, and no entry."""
    _retitle(number)
    with transaction():
        log.append("complaint.edited", complaint=number, of=existing(number).act_entry,
                   by="author", proven=False, texts={"text": "一切都好\n"})  # fmt: skip


def _retitle_under_another_entry(number: int) -> None:
    """The planted flaw: an entry there is, but it says nothing of the text."""
    with transaction():
        complaint = db.session.get_one(Complaint, number)
        complaint.title, complaint.supporters = "一切都好", 1
        log.append("support.added", complaint=number, by="member", verified=False, supporters=1)


def _retitle_outside(number: int) -> None:
    """The planted flaw: a commit that never took the write lock."""
    db.session.get_one(Complaint, number).title = "一切都好"
    db.session.commit()


def _forget_a_supporter(number: int) -> None:
    """The planted flaw: a row vanishes by a statement that no model saw."""
    with transaction():
        db.session.query(Support).filter(Support.complaint == number).delete()


def _close_an_opening(number: int) -> None:
    """The planted flaw: a salt is destroyed, and what it opened can never be checked again."""
    with transaction():
        db.session.query(Opening).filter(Opening.complaint == number).delete()


@pytest.mark.parametrize(
    "flaw",
    [_retitle, _retitle_and_say_so_later, _retitle_under_another_entry, _retitle_outside,
     _forget_a_supporter, _close_an_opening],
)  # fmt: skip
def test_a_change_without_its_entry_is_caught(app: Flask, flaw) -> None:
    number = a_complaint().number
    complaints.support(a_member(), number)
    db.session.rollback()
    with watched() as watch:
        complaints.support(a_member(), number)
        assert watch.faults == []
        flaw(number)
    assert watch.faults


@pytest.mark.parametrize(
    "source",
    [
        "def verb():\n    with transaction():\n        pass\n",
        "def verb():\n    with db.transaction() as change, other():\n        pass\n",
        "def verb():\n    return _do()\n\ndef _do():\n    with transaction():\n        pass\n",
    ],
)
def test_a_new_verb_is_found(source: str) -> None:
    assert verbs_of(source) == {"verb"}
