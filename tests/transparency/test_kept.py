"""What the figures keep between two looks is what they would read anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask

from forum.base import clock
from forum.base.db import db
from forum.complaints import service as complaints
from forum.moderation import merging
from forum.transparency import facts, kept
from tests.factories import a_complaint, a_member, a_person
from tests.verbs import SCENARIOS


def _stale(perform: Callable[[], object]) -> bool:
    """Whether the complaints as they are kept differ from those read anew after the act."""
    facts.read()
    perform()
    db.session.rollback()
    known = facts.read()[0].cases
    kept.forget()
    return known != facts.read()[0].cases


def test_after_every_verb_what_is_kept_is_what_would_be_read_anew(sqlite_app: Flask) -> None:
    today, stale = clock.now(), []
    for month, (verb, (perform, _kinds)) in enumerate(SCENARIOS.items()):
        with clock.set_to(today + month * timedelta(days=200)):
            stale += [verb] if _stale(perform) else []
    assert stale == []


@pytest.mark.parametrize("flaw", [False, True])
def test_of_two_that_are_merged_both_are_read_again(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, flaw: bool
) -> None:
    older, later = a_complaint(), a_complaint()
    complaints.support(a_member(), later.number)
    if flaw:
        monkeypatch.setattr(kept, "_OF_TWO", ())
    merging.propose(a_person("moderator"), later.number, older.number)
    merge = partial(merging.merge, a_person("moderator"), later.number, older.number)
    assert _stale(merge) is flaw


def test_what_is_kept_of_another_log_is_not_used(sqlite_app: Flask) -> None:
    for _look in range(2):
        facts.read()
    size, root, cases = kept._kept.get()
    kept._kept.root = root[::-1]
    kept._kept.cases = {7: None}
    assert facts.read()[0].cases == []
    assert kept._kept.get() == (size, root, {})
