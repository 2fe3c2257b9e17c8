"""The measures of hiding are held against the log by whoever looks from outside."""

from __future__ import annotations

import pytest

from forum.base import outbox
from forum.moderation import moving, two_people
from forum.moderation.measures import Measure, Request
from forum.moderation.moving import Place
from tests.complaints.test_importing import a_file, a_record, run
from tests.factories import a_complaint, a_merge, a_person, a_statement
from tests.moderation.rooms import MOVE
from tests.monitor.conftest import monitor
from tests.monitor.front import answering, put_before, replacing, rewriting
from tests.monitor.test_attacks import on

ASKED = Request("abuse", "领导不高兴，请尽快拿掉这一条。")
JSON, PAGE = "/transparency.json", "/transparency"
LIES = [
    ("fewer removals", on(JSON), replacing('"act-removed":1', '"act-removed":0'),
     "counts.act-removed"),
    ("an act left out", on(JSON), replacing('"act-removed":1,', ""), "counts.act-removed"),
    ("another rate", on(JSON), rewriting(r'("single-handed":\{"n":)1', r"\g<1>9"),
     "rates.single-handed.n"),
    ("another estate", on(JSON), rewriting(r'("spring-garden":\{[^}]*"removed":)1', r"\g<1>0"),
     "groups.project.spring-garden.removed"),
    ("a number on the page", on(PAGE), rewriting(r'(data-measure="hidden">(?:<a[^>]*>)?)1',
                                                 r"\g<1>0"), "hidden"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "change", "name"), [r[1:] for r in LIES], ids=[r[0] for r in LIES]
)
def test_a_false_measure_is_found_and_named(board, tmp_path, where, change, name):
    put_before(board.app, where, change)
    found = [f for f in monitor(board, tmp_path / "state").findings if f.code == "figures-differ"]
    assert name in {f.expected.partition(" ")[0] for f in found}


def test_figures_that_are_not_served_are_found(board, tmp_path):
    put_before(board.app, on(JSON), answering("404 Not Found"))
    found = monitor(board, tmp_path / "state").findings
    assert [(f.code, f.url.partition("?")[0][-len(JSON):]) for f in found] == [("unreachable", JSON)]  # fmt: skip


def test_board_and_monitor_count_the_same_of_what_looks_better_than_it_was(board, tmp_path):
    moderator, auditor = a_person("moderator"), a_person("auditor")
    older, later = a_complaint(), a_complaint()
    run(a_file(tmp_path, [a_record(number) for number in range(12)]))
    a_merge(later, older)
    for act, number in (("delist", later.number), ("remove", older.number)):
        two_people.propose(a_person("executive"), Measure(act, number, ASKED))
        waits = two_people.propose(moderator, Measure(act, number, a_statement()))
        two_people.approve(auditor, waits.number)
    moving.move(moderator, later.number, Place(type="praise"), MOVE)
    while outbox.drain():
        pass
    board.forget()
    given = board.app.test_client().get("/transparency.json").json
    assert given["counts"]["delisted"] == given["counts"]["moved-to-praise"] == 1
    assert given["rates_here"]["removed"]["n"] == given["rates"]["removed"]["n"] - 12
    assert monitor(board, tmp_path / "state").findings == []
