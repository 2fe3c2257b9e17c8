"""A digest is sent once, ever: no crash and no second run mails twice or skips a day."""

import pytest

from forum.base import clock, outbox
from forum.base.db import db, transaction
from forum.base.outbox import OutboxRow
from forum.base.refusal import NotFound
from forum.digest import queries, service
from forum.log import queries as log
from tests.digest.days import morning
from tests.factories import a_complaint, a_member, a_person


def sent_at(n: int):
    """Send what is due on the morning `n` days on; the dates sent so far, newest first."""
    with clock.set_to(morning(n)):
        service.send_due()
    return [issue.date for issue in queries.issues(None, 100)]


def day(n: int):
    """The date of the morning `n` days on."""
    return clock.local_date(morning(n))


def test_a_second_run_mails_nobody_twice(app, mails):
    people = [a_person("executive"), a_person("executive")]
    with clock.set_to(morning(0)):
        first = service.send(clock.local_date())
        assert service.send(clock.local_date()).entry == first.entry
        service.send_due()
        found = mails()
    assert sorted(mail["To"] for mail in found) == sorted(person.email for person in people)
    kinds = db.session.query(OutboxRow).filter_by(receiver="mail.due:mail").count()
    assert kinds == 2


def test_a_crash_before_the_mail_is_made_good_under_the_same_message_id(app, mails, monkeypatch):
    person = a_person("executive")
    with clock.set_to(morning(0)):
        service.send(clock.local_date())
        assert db.session.query(OutboxRow).filter_by(receiver="mail.due:mail").count() == 1
        with monkeypatch.context() as crash, pytest.raises(RuntimeError):
            crash.setattr(outbox, "_finished", _crash)
            mails()  # the mail leaves, and the worker dies before it could note so
        found = mails()
    assert len(found) == 1
    assert found[0]["Message-ID"] == f"<digest-{day(0)}-{person.id}@board.test>"


def test_a_crash_before_the_commit_leaves_nothing_behind(app, mails, monkeypatch):
    a_person("executive")
    tip = log.tip()
    with clock.set_to(morning(0)):
        with monkeypatch.context() as crash, pytest.raises(RuntimeError):
            crash.setattr(service, "_post", _crash)
            service.send(clock.local_date())
        assert (log.tip(), mails(), queries.newest()) == (tip, [], None)
        service.send_due()
        assert [issue.date for issue in queries.issues(None, 100)] == [day(0)]
        assert len(mails()) == 1


def _crash(*_rows):
    raise RuntimeError("killed")


def test_the_first_issue_is_todays(app):
    assert sent_at(5) == [day(5)]


def test_yesterdays_issue_is_made_good_and_older_ones_are_not_made_up(app):
    sent_at(0)
    assert sent_at(1) == [day(1), day(0)]
    assert sent_at(5) == [day(5), day(4), day(1), day(0)]


def test_an_earlier_day_cannot_be_sent_after_a_later_one(app):
    sent_at(3)
    with clock.set_to(morning(3)), pytest.raises(NotFound):
        service.send(day(2))


def test_the_entry_commits_to_the_text_mail(app, mails):
    a_person("executive")
    a_complaint()
    with clock.set_to(morning(0)):
        issue = service.send(clock.local_date())
        text = mails()[0].get_body(("plain",)).get_content()
    entry = log.entry(issue.entry)
    assert (entry["kind"], entry["date"]) == ("digest.sent", day(0).isoformat())
    assert log.opens(issue.entry, "text", issue.text, entry)
    assert text.strip() == issue.text.strip()


def test_only_executives_who_can_sign_in_get_it(app, mails):
    a_member()
    a_person("staff")
    gone = a_person("executive")
    here = a_person("executive")
    with transaction():
        gone.disabled = True
    with clock.set_to(morning(0)):
        service.send(clock.local_date())
        assert [mail["To"] for mail in mails()] == [here.email]
