"""The balance: anyone can add it up, at every moment, under the checkpoint it was counted at."""

import pytest

from forum.base import clock
from forum.base.db import db, transaction
from forum.complaints import author_acts
from forum.complaints.author_acts import Proof
from forum.complaints.models import Complaint
from forum.log import queries as log
from forum.moderation import service as moderation
from forum.transparency import queries
from forum.transparency.figures import Standing
from forum.transparency.figures import counted as count
from forum.transparency.queries import STATES, Balance
from tests.digest.days import morning
from tests.factories import a_code, a_complaint, a_member, a_person, a_removal, a_statement

KEY = "k" * 43


@pytest.fixture
def put():
    """Bring rows into a state that no verb leads to yet."""

    def change(complaint: Complaint, **values: object) -> None:
        with transaction():
            row = db.session.get(Complaint, complaint.number)
            for name, value in values.items():
                setattr(row, name, value)

    return change


def counted() -> Balance:
    """The balance, which must add up whenever it is asked for."""
    found = queries.balance()
    assert found.adds_up
    assert found.received == found.visible + found.held + found.refused + found.removed + (
        found.erased + found.merged + found.withdrawn
    )
    return found


def standing() -> Standing:
    """What holds now, of the whole board."""
    return count("all", log.tip()).standing


def test_the_balance_adds_up_after_every_act(app):
    author = a_member()
    first, second = a_complaint(author, key=KEY), a_complaint(author)
    assert (counted().received, counted().visible) == (2, 2)
    a_removal(second)
    assert (counted().visible, counted().removed) == (1, 1)
    moderation.restore(a_person("moderator"), second.number, "mistake")
    assert (counted().visible, counted().removed) == (2, 0)
    author_acts.withdraw(author, first.number, Proof(first.act_entry, code=a_code(KEY)))
    assert (counted().visible, counted().withdrawn) == (1, 1)
    author_acts.undo_withdrawal(author, first.number, Proof(first.act_entry, code=a_code(KEY)))
    assert (counted().received, counted().visible, counted().withdrawn) == (2, 2, 0)


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_place_in_the_balance(app, put, state):
    put(a_complaint(), state=state)
    assert getattr(counted(), state) == counted().received == 1


def test_the_counts_and_their_checkpoint_are_of_one_statement(app, asked):
    a_complaint()
    with asked() as statements:
        found = queries.balance()
    tip = log.tip()
    assert len(statements) == 1
    assert (found.size, found.root) == (tip.size, tip.root)


def test_delisting_and_cuts_are_counted_inside_the_visible_ones(app, put):
    put(a_complaint(), listed=False)
    put(a_complaint(), redacted=True, state="removed")
    found = counted()
    assert (found.visible, found.delisted, found.redacted) == (1, 1, 0)


def test_imported_complaints_are_counted_apart(app, put):
    a_complaint()
    put(a_complaint(), imported=True)
    put(a_complaint(), imported=True, state="removed")
    found = counted()
    assert (found.received, found.imported, found.imported_visible) == (3, 2, 1)


def test_no_rate_is_given_for_fewer_than_ten(app):
    few = Balance(1, "", None, *(9, 8, 0, 0, 1, 0, 0, 0), *(0, 0, 0, 0, 0))
    enough = Balance(1, "", None, *(10, 8, 0, 0, 2, 0, 0, 0), *(0, 0, 0, 0, 0))
    assert few.per_thousand(few.removed) is None
    assert enough.per_thousand(enough.removed) == 200


def test_unproven_withdrawals_are_counted_apart(app):
    author = a_member()
    with clock.set_to(morning(0)):
        proven, unproven = a_complaint(author, key=KEY), a_complaint(author)
        author_acts.withdraw(author, proven.number, Proof(proven.act_entry, code=a_code(KEY)))
        author_acts.withdraw(author, unproven.number, Proof(unproven.act_entry))
        assert (counted().waiting, standing().withdrawn) == (1, {"server": 1})
    with clock.set_to(morning(8)):
        author_acts.withdraw_due()
    assert (counted().waiting, standing().withdrawn) == (0, {"server": 1, "unproven": 1})


def test_removals_are_counted_by_ground_and_by_who_decided_alone(app):
    for reason in ("abuse", "spam"):
        a_removal(a_complaint(), reason=reason)
    alone = a_person("moderator")
    moderation.remove_alone(alone, a_complaint().number, a_statement("spam"), "spam")
    restored = a_complaint()
    a_removal(restored)
    moderation.restore(a_person("moderator"), restored.number, "mistake")
    assert (standing().grounds, standing().single_handed) == ({"spam": 2, "abuse": 1}, 1)
    assert len(standing().removals) == 4
