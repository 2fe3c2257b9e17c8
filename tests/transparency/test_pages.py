"""The balance over HTTP, and its daily entry in the log."""

from datetime import timedelta

from forum.base import clock
from forum.log import queries as log
from forum.tlog.entry import COUNTS
from forum.transparency import queries, service
from tests.digest.days import morning
from tests.factories import a_complaint, a_removal
from tests.moderation.flagged import a_flag

CONTRACT = {"checkpoint", "received", "visible", "held", "refused", "removed", "erased", "merged",
            "withdrawn"}  # fmt: skip


def test_the_machine_form_is_exactly_as_the_contract_says(app, client):
    a_complaint()
    answer = client.get("/balance.json")
    tip = log.tip()
    assert set(answer.json) == CONTRACT
    assert answer.json["checkpoint"] == {"size": tip.size, "root": tip.root}
    assert answer.json["received"] == answer.json["visible"] == 1
    assert answer.headers["Log-Checkpoint"] == f"{tip.size} {tip.root}"


def test_an_empty_board_has_a_balance_too(app, client):
    assert client.get("/balance.json").json["received"] == 0
    assert client.get("/transparency").status_code == 200


def test_the_page_shows_each_removal_with_its_statement_and_entry(app, client):
    complaint = a_complaint()
    statement = a_removal(complaint, reason="personal-data")
    page = client.get("/transparency").text
    assert f"/statements/{statement}" in page
    assert f"/log/entries/{complaint.act_entry}" in page
    assert "泄露个人信息" in page and "加得起来" in page


def test_the_page_gives_rates_only_from_ten_on(app, client):
    a_complaint()
    assert "收到不足 10 条" in client.get("/transparency").text
    for _ in range(9):
        a_complaint()
    page = client.get("/transparency").text
    assert "每千条" in page and "收到不足" not in page


def test_the_page_costs_at_most_twelve_statements(app, client, asked):
    for _ in range(3):
        a_removal(a_complaint())
    service.count_daily()
    with asked() as statements:
        assert client.get("/transparency").status_code == 200
    assert len([s for s in statements if s.startswith("SELECT")]) <= 12


def test_a_visitor_gets_no_cookie(app, client):
    assert "Set-Cookie" not in client.get("/transparency").headers
    assert "Set-Cookie" not in client.get("/balance.json").headers


def test_each_day_is_counted_once(app):
    with clock.set_to(morning(0)):
        a_complaint()
        assert service.count_daily() and not service.count_daily()
    with clock.set_to(morning(1)):
        a_complaint()
        assert service.count_daily() and not service.count_daily()
    days = queries.history()
    assert [day.date for day in days] == [clock.local_date(morning(n)) for n in (1, 0)]
    assert [day.counts["received"] for day in days] == [2, 1]


def test_the_daily_entry_holds_every_count(app):
    a_removal(a_complaint())
    service.count_daily()
    index = queries.history()[0].entry
    entry = log.entry(index)
    assert {name: entry[name] for name in COUNTS}["removed"] == 1
    assert (entry["delisted"], entry["redacted"], entry["by"]) == (0, 0, "system")


def test_flags_that_nobody_decided_are_counted_for_everybody(app, client):
    a_flag(a_complaint().number)
    assert "现在有 1 件在等，其中 0 件等了超过 7 天" in client.get("/transparency").text
    with clock.set_to(clock.now() + timedelta(days=8)):
        waiting = client.get("/transparency.json").json["flags_undecided"]
        assert waiting == {"things": 1, "overdue": 1}
        # The page that was kept is no longer true.
        assert "其中 1 件等了超过 7 天" in client.get("/transparency").text
