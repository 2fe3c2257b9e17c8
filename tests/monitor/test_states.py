"""Every state that entries can declare must be seen on the site as declared, and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from forum.monitor import clocks
from forum.monitor.board import moment
from forum.tlog.encoding import encode_base64
from forum.tlog.entry import EntryError
from tests.monitor.paper import (
    AT,
    AUTHOR,
    BODY,
    GROUNDS,
    SALT,
    STATEMENT,
    TITLE,
    Paper,
    committed,
    notice_of,
    page_of,
)

FACTS = committed(facts="写明的事实。")
LINK = '<a href="/statements/1">处理说明</a>'


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """A board with one complaint, as it was posted."""
    return Paper(tmp_path)


def hold(paper: Paper) -> None:
    paper.say("complaint.held", complaint=1, of=1, by="system", due="2026-11-23T03:04:05Z")


def test_what_is_posted_is_shown(paper):
    assert not paper.found and paper.look(paper.form(), page_of(paper.form())) == set()


def test_a_held_complaint_has_its_place_and_nothing_else(paper):
    hold(paper)
    assert paper.look(paper.gone("held"), notice_of("held")) == set()
    assert "unreachable" in paper.look(paper.gone("held"), notice_of("held"), 410)
    assert "unlogged-content" in paper.look(paper.gone("held"), page_of(paper.form()))
    assert "unlogged-content" in paper.look(paper.gone("held", title=TITLE), notice_of("held"))
    assert "silent-removal" not in {f.code for f in paper.found}


def test_nothing_is_held_for_longer_than_its_clock(paper):
    hold(paper)
    due = moment("2026-11-23T03:04:05Z")
    assert not [*clocks.deadlines(paper.board, due)]
    late = [*clocks.deadlines(paper.board, due + timedelta(minutes=16))]
    assert [finding.code for finding in late] == ["deadline-missed"]


def refuse(paper: Paper) -> None:
    hold(paper)
    paper.say("complaint.refused", complaint=1, of=2, commitments=FACTS, **STATEMENT)


def remove(paper: Paper) -> None:
    paper.say("complaint.removed", complaint=1, of=1, commitments=FACTS, **STATEMENT)


def erase(paper: Paper) -> None:
    paper.say("complaint.erased", complaint=1, of=1, closes=[1], commitments=FACTS, **GROUNDS)


@pytest.mark.parametrize(
    ("act", "state"), [(refuse, "refused"), (remove, "removed"), (erase, "erased")]
)
def test_what_is_gone_is_gone_with_its_notice(
    paper: Paper, act: Callable[[Paper], None], state: str
):
    act(paper)
    assert not paper.found
    form = paper.gone(state, statement=1)
    assert paper.look(form, notice_of(state, LINK), 410) == set()
    assert "unlogged-content" in paper.look(form, page_of(paper.form()))
    assert "statement-missing" in paper.look(form, notice_of(state), 410)
    assert "unreachable" in paper.look(form, notice_of(state, LINK))
    assert "unlogged-content" in paper.look(form | {"openings": []}, notice_of(state, LINK), 410)


def test_nobody_erases_alone(paper):
    with pytest.raises(EntryError):
        paper.say("complaint.erased", complaint=1, of=1, closes=[1], commitments=FACTS,
                  **GROUNDS | {"second": None})  # fmt: skip


def test_after_an_erasure_no_salt_is_kept(paper):
    paper.look(paper.form(), page_of(paper.form()))
    assert paper.state.opening(1, "text") == SALT
    erase(paper)
    paper.look(paper.gone("erased", statement=1), notice_of("erased", LINK), 410)
    assert paper.state.opening(1, "text") is None


def cut(paper: Paper) -> dict[str, object]:
    """Redact the text; the form in which it is then shown."""
    given = STATEMENT | {"scope": "part"}
    entry = paper.say("complaint.redacted", complaint=1, of=1, closes=[1],
                      commitments=FACTS | committed(text__1=f"{TITLE}\n██。", author__1=AUTHOR),
                      **given)  # fmt: skip
    openings = [{"entry": entry, "field": f"{name}.1", "salt": encode_base64(SALT)}
                for name in ("text", "author")]  # fmt: skip
    return paper.form(body="██。", openings=openings)


def test_after_a_redaction_every_page_shows_the_cut(paper):
    form = cut(paper)
    assert not paper.found and paper.look(form, page_of(form)) == set()
    whole = form | {"body": BODY}
    assert "text-changed" in paper.look(whole, page_of(whole))
    assert "text-changed" in paper.look(form, page_of(form | {"body": BODY}))
    still = form | {"openings": [*form["openings"], *paper.form()["openings"]]}
    assert "unlogged-content" in paper.look(still, page_of(form))


def test_a_delisted_complaint_is_on_its_page_and_in_no_list(paper):
    paper.say("complaint.delisted", complaint=1, of=1, commitments=FACTS,
              **STATEMENT | {"scope": "lists"})  # fmt: skip
    form = paper.form(listed=False)
    assert paper.look(form, page_of(form)) == set()
    assert "not-listed" in paper.look(paper.form(), page_of(form))
    assert paper.board.listed("/") == [] and len(paper.board.within("/")) == 1


def test_comments_are_closed_by_an_entry_or_not_at_all(paper):
    assert "locked-differs" in paper.look(paper.form(locked=True), page_of(paper.form()))
    lock = {"by": "moderator", "staff": "S-017", "reason": "off-topic", "clause": "3.5", "rules": 0}
    paper.say("complaint.locked", complaint=1, of=1, commitments=FACTS, **lock)
    assert paper.look(paper.form(locked=True), page_of(paper.form())) == set()
    assert "locked-differs" in paper.look(paper.form(), page_of(paper.form()))


def test_who_is_under_review_is_marked_so(paper):
    paper.say("statement.proposed", complaint=1, item=None, of=1, act="remove", by="moderator",
              staff="S-017", reason="abuse", statement=1, clause="3.4", rules=0,
              lapses="2026-11-25T03:04:05Z", commitments=FACTS)  # fmt: skip
    assert paper.look(paper.form(pending="review"), page_of(paper.form())) == set()
    assert "status-differs" in paper.look(paper.form(), page_of(paper.form()))
    late = [*clocks.deadlines(paper.board, moment("2026-11-25T04:04:05Z"))]
    assert [finding.code for finding in late] == ["deadline-missed"]


def comment(paper: Paper) -> dict[str, object]:
    paper.say("comment.posted", complaint=1, item=1, by="member", verified=False,
              commitments=committed(text="我家也是。", author="小李"))  # fmt: skip
    return {"id": 1, "kind": "comment", "entry": 2, "role": "member", "by": "小李",
            "body": "我家也是。", "posted_at": AT, "template": False}  # fmt: skip


SAID = ('<li data-reply="1"><b data-part="by">小李</b><time datetime="2026-11-22T03:04:05Z">'
        '2026-11-22 11:04</time><div class="prose">我家也是。</div></li>')  # fmt: skip
TOMBSTONE = '<li data-reply="1" data-state="removed">此处原有一条回复</li>'


def test_a_comment_taken_down_leaves_its_notice(paper):
    said = comment(paper)
    opened = [{"entry": 2, "field": f, "salt": encode_base64(SALT)} for f in ("text", "author")]
    form = paper.form(replies=[said])
    form["openings"] += opened
    assert paper.look(form, page_of(form, SAID)) == set()
    paper.say("comment.removed", complaint=1, item=1, of=2, commitments=FACTS, **STATEMENT)
    form |= {"entries": [1, 2, 3]}
    assert paper.look(form | {"replies": []}, page_of(form, TOMBSTONE)) == set()
    assert "reply-missing" in paper.look(form | {"replies": []}, page_of(form))
    assert "unlogged-content" in paper.look(form, page_of(form, SAID))


def test_a_merged_complaint_stays_readable(paper):
    paper.say("complaint.posted", complaint=2, by="author", staff=None, type="criticism",
              project="garden", category="repair", verified=False, wanted_by=None,
              author_key=None, made=None, commitments=committed(text="也坏了\n是。", author="小李"))  # fmt: skip
    paper.say("complaint.merged", complaint=2, of=2, by="moderator", staff="S-017", second=None,
              reason="duplicate", into=1, supporters=1)  # fmt: skip
    assert not paper.found, paper.found
    openings = [{"entry": 2, "field": f, "salt": encode_base64(SALT)} for f in ("text", "author")]
    form = paper.form(number=2, state="merged", merged_into=1, title="也坏了", body="是。",
                      author="小李", entries=[2, 3], openings=openings)  # fmt: skip
    assert paper.look(form, page_of(form)) == set()
    assert "silent-removal" in paper.look(form | {"state": "visible"}, page_of(form))
    assert "status-differs" in paper.look(form | {"merged_into": 3}, page_of(form))


def test_a_suspension_is_about_nobody_and_ends_on_its_day(paper):
    paper.say("member.suspended", of=1, commitments=FACTS, **STATEMENT | {"until": "2026-11-30"})
    assert not paper.found and paper.look(paper.form(), page_of(paper.form())) == set()
    assert not [*clocks.deadlines(paper.board, moment("2026-11-30T03:00:00Z"))]
    late = [*clocks.deadlines(paper.board, moment("2026-12-02T00:00:00Z"))]
    assert [(finding.code, finding.complaint) for finding in late] == [("deadline-missed", None)]


def test_an_item_comes_back_on_its_day(paper):
    paper.say("comment.posted", complaint=1, item=1, by="member", verified=False,
              commitments=committed(text="说两句", author="邻居"))  # fmt: skip
    paper.say("comment.removed", complaint=1, item=1, of=2, commitments=FACTS,
              **STATEMENT | {"until": "2026-11-30"})  # fmt: skip
    late = [*clocks.deadlines(paper.board, moment("2026-12-02T00:00:00Z"))]
    assert not paper.found and [finding.code for finding in late] == ["deadline-missed"]
