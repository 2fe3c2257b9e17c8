"""What the law wants destroyed is destroyed everywhere, and everybody can see that it was."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from forum.app import RECEIVERS, ROW_CHECKS
from forum.base import outbox
from forum.base.db import db
from forum.base.refusal import Conflict, Invalid
from forum.base.resources import resource
from forum.complaints.models import Complaint, Photo, Reply, Version
from forum.complaints.service import existing
from forum.log import queries as log
from forum.log.check import check_log
from forum.log.models import Opening
from forum.log.words import reason_label
from forum.moderation import erasure, two_people
from forum.moderation.flag_models import FlagDecision
from forum.moderation.measures import Measure, Request
from forum.moderation.models import Proposal, Statement
from forum.moderation.quoting import quoted
from forum.moderation.redress_models import Appeal, Challenge
from forum.tlog.commitment import commit
from forum.tlog.entry import parse_entry
from forum.transparency import queries as transparency
from tests.factories import a_complaint, a_member, a_person, a_statement, an_erasure, sign_in
from tests.moderation.everywhere import (
    WORDS,
    Trace,
    a_complaint_everywhere,
    a_cut_that_waits,
    left_in,
    quoted_everywhere,
    work,
)


def folders_of(app: Flask, request: pytest.FixtureRequest) -> list[Path]:
    """Every folder in which this board keeps anything: the instance, and PostgreSQL's tables."""
    found = [Path(app.config["FORUM_INSTANCE"])]
    if db.engine.dialect.name == "postgresql":
        db.session.rollback()
        oid = db.session.scalar(
            text("SELECT oid FROM pg_database WHERE datname=current_database()")
        )
        db.session.rollback()
        _flush()
        cluster = request.getfixturevalue("postgres_cluster")
        found.append(cluster.folder / "data" / "base" / str(oid))
    return found


def _flush() -> None:
    """Let the server write its tables as they are now; files that were replaced go."""
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))


def left(app: Flask, request: pytest.FixtureRequest, trace: Trace) -> set[str]:
    """What can still be read of the complaint in any file of the board."""
    return set().union(*(left_in(folder, trace) for folder in folders_of(app, request)))


def test_nothing_of_it_is_left_in_any_file(app: Flask, request):
    trace = a_complaint_everywhere(app)
    before = left(app, request, trace)
    for name in (*WORDS, "camera", *(f"photo {k}" for k in range(len(trace.files)))):
        assert [found for found in before if found.startswith(f"{name} in")], f"{name} was nowhere"
    an_erasure(existing(trace.number))
    work(app)
    assert outbox.waiting() == 0
    assert left(app, request, trace) == set()
    assert check_log(ROW_CHECKS) == []


@pytest.mark.parametrize("skipped", ["files", "digests", "mails", "compact"])
def test_the_look_finds_what_one_destroyer_leaves(sqlite_app: Flask, request, skipped):
    trace = a_complaint_everywhere(sqlite_app)
    outbox.subscribe("content.erased", skipped, lambda _payloads: None)
    try:
        an_erasure(existing(trace.number))
        work(sqlite_app)
        assert left(sqlite_app, request, trace)
    finally:
        for topic, name, receiver, batch in RECEIVERS:
            outbox.subscribe(topic, name, receiver, batch=batch)


def test_the_index_on_disk_forgets_the_words(sqlite_app: Flask):
    trace = a_complaint_everywhere(sqlite_app)
    folder = Path(sqlite_app.config["FORUM_INSTANCE"]) / "index"
    a_complaint(title="另一条还在")
    work(sqlite_app)
    assert _indexed(folder, "紫藤")
    an_erasure(existing(trace.number))
    work(sqlite_app)
    assert not _indexed(folder, "紫藤") and _indexed(folder, "电梯")
    assert len([one for one in folder.glob("[0-9]*-*") if one.is_dir()]) == 1


def _indexed(folder: Path, word: str) -> bool:
    return any(word.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_the_rows_are_empty_and_the_salts_gone(app: Flask):
    trace = a_complaint_everywhere(app)
    an_erasure(existing(trace.number))
    row = existing(trace.number)
    assert (row.state, row.title, row.body, row.body_html, row.author, row.remedy) == (
        "erased", "", "", "", "", None)  # fmt: skip
    assert db.session.scalar(select(func.count()).select_from(Version)) == 0
    assert db.session.scalar(select(func.count()).select_from(Photo)) == 0
    said = db.session.scalars(select(Reply).where(Reply.complaint == trace.number)).all()
    assert [(one.state, one.body, one.by) for one in said] == [("erased", "", "")] * 2
    fields = db.session.scalars(select(Opening.field).where(Opening.complaint == trace.number))
    assert set(fields) == {"facts"}


def test_each_thing_said_has_its_entry_under_one_statement(app: Flask):
    trace = a_complaint_everywhere(app)
    number = an_erasure(existing(trace.number))
    entries = [e for _i, e in log.entries_of(trace.number) if e["kind"].endswith(".erased")]
    assert sorted(e["kind"] for e in entries) == [
        "comment.erased",
        "complaint.erased",
        "reply.erased",
    ]
    assert {e["statement"] for e in entries} == {number}
    closed = {index for e in entries for index in e["closes"]}
    content = ("complaint.posted", "complaint.edited", "comment.posted", "reply.posted")
    assert closed == {i for i, e in log.entries_of(trace.number) if e["kind"] in content}
    assert all(e["second"] not in (None, e["staff"]) for e in entries)


def test_a_notice_stands_in_its_place_everywhere(app: Flask):
    trace = a_complaint_everywhere(app)
    statement = an_erasure(existing(trace.number))
    work(app)
    client, number = app.test_client(), trace.number
    page = client.get(f"/complaints/{number}")
    assert page.status_code == 410 and "依法清除" in page.text and "申诉" in page.text
    assert f"/statements/{statement}" in page.text and "/log/entries/" in page.text
    machine = client.get(f"/complaints/{number}.json").json
    assert set(machine) == {"number", "state", "posted_at", "statement", "entries"}
    assert (machine["state"], machine["statement"]) == ("erased", statement)
    shown = [client.get(path).text for path in ("/complaints", "/search?q=紫藤", "/feed.atom", "/",
             f"/complaints/{number}/history", f"/statements/{statement}", "/log")]  # fmt: skip
    assert not [word for word in WORDS.values() for page in shown if word in page]
    balance = transparency.balance()
    assert (balance.received, balance.visible, balance.erased) == (1, 0, 1)


def test_the_author_is_told_and_cannot_read_it_either(app: Flask):
    trace = a_complaint_everywhere(app)
    an_erasure(existing(trace.number))
    work(app)
    author = sign_in(app, trace.author)
    told = author.get("/account/notices").text
    assert "依法清除" in told and "申诉" in told
    own = (
        author.get(f"/complaints/{trace.number}").text
        + told
        + author.get("/account/complaints").text
    )
    assert not [word for name, word in WORDS.items() if name != "author" and word in own]
    assert author.get(f"/complaints/{trace.number}/receipt").status_code == 404


def test_a_receipt_that_was_kept_still_proves_what_it_says(app: Flask):
    trace = a_complaint_everywhere(app)
    an_erasure(existing(trace.number))
    receipt = json.loads(trace.receipt)
    data = b64decode(receipt["entry"])
    index = existing(trace.number).entry
    assert log.entry_bytes(index) == [data] and log.prove(index)
    opening = receipt["openings"]["text"]
    here = parse_entry(data)["commitments"]["text"]
    assert commit("text", b64decode(opening["salt"]), opening["value"]) == here
    assert log.opening(index, "text") is None


def test_one_comment_is_erased_and_the_rest_stays(app: Flask):
    trace = a_complaint_everywhere(app)
    comment = db.session.scalars(select(Reply).where(Reply.kind == "comment")).one()
    statement = an_erasure(existing(trace.number), item=comment.id)
    work(app)
    client = app.test_client()
    page = client.get(f"/complaints/{trace.number}")
    assert page.status_code == 200 and WORDS["title"] in page.text and WORDS["reply"] in page.text
    assert WORDS["comment"] not in page.text and f"/statements/{statement}" in page.text
    assert "原文与" not in page.text and client.get(f"/statements/{statement}").status_code == 200
    replies = client.get(f"/complaints/{trace.number}.json").json["replies"]
    assert [reply["body"] for reply in replies] == [WORDS["reply"]]
    assert check_log(ROW_CHECKS) == []


def test_reasons_that_quote_it_lose_their_words_and_keep_their_grounds(app: Flask, request):
    trace, staff, moderator = a_complaint_everywhere(app), a_person(), a_person("moderator")
    asked, plain = (
        two_people.propose(person, Measure("remove", trace.number, Request("abuse", facts))).number
        for person, facts in (
            (staff, f"他写“{WORDS['body']}”。"),
            (a_person(), "语气太冲了，看着不舒服，请看一看。"),
        )
    )
    two_people.refuse_request(moderator, asked, f"“{WORDS['title']}”不是辱骂。")
    two_people.refuse_request(moderator, plain, "生气不是辱骂。")
    an_erasure(existing(trace.number))
    work(app)
    assert left(app, request, trace) == set() and check_log(ROW_CHECKS) == []
    visitor = app.test_client()
    page = visitor.get(f"/statements/{asked}").text
    assert page.count("已一并销毁") == 2 and str(reason_label("abuse")) in page
    assert "生气不是辱骂。" in visitor.get(f"/statements/{plain}").text


def test_every_other_place_that_quotes_it_loses_its_words_too(app: Flask, request):
    trace = a_complaint_everywhere(app)
    delisted, suspended = quoted_everywhere(trace)
    work(app)
    an_erasure(existing(trace.number))
    work(app)
    assert left(app, request, trace) == set() and check_log(ROW_CHECKS) == []
    visitor = app.test_client()
    for path in (f"/statements/{delisted}", f"/statements/{suspended}", "/appeals/1", "/appeals/2",
                 "/challenges/1", "/challenges/2"):  # fmt: skip
        assert "已一并销毁" in visitor.get(path).text, path
    erased = log.entries_of(trace.number)[-1][1]
    assert db.session.get_one(Statement, suspended).entry in erased["closes"]


def test_what_a_backup_brought_back_of_reasons_goes_again(app: Flask, request):
    trace = a_complaint_everywhere(app)
    quoted_everywhere(trace)
    an_erasure(existing(trace.number))
    work(app)
    words = f"写的是“{WORDS['body']}”这一句。"
    for model, name in ((Appeal, "reasons"), (Challenge, "reasons"), (FlagDecision, "text"),
                        (Statement, "facts")):  # fmt: skip
        first = db.session.query(model).first()
        setattr(first, name, words)
    db.session.commit()
    erasure.reapply(*log.entries_of(trace.number)[-1])
    work(app)
    assert left(app, request, trace) == set() and check_log(ROW_CHECKS) == []


def test_what_waits_about_an_erased_comment_lapses_and_forgets_what_it_would_cover(
    app: Flask,
):
    trace = a_complaint_everywhere(app)
    comment = db.session.scalars(select(Reply).where(Reply.kind == "comment")).one()
    number = a_cut_that_waits(trace, comment.id)
    an_erasure(existing(trace.number), item=comment.id)
    work(app)
    waited = db.session.get_one(Proposal, number)
    assert (waited.state, waited.cuts) == ("lapsed", None)
    assert check_log(ROW_CHECKS) == []


def test_a_proposal_whose_facts_were_destroyed_cannot_be_approved(sqlite_app: Flask):
    trace = a_complaint_everywhere(sqlite_app)
    comment = db.session.scalars(select(Reply).where(Reply.kind == "comment")).one()
    given = a_statement(facts=f"下面有人说“{WORDS['comment']}”。")
    waits = two_people.propose(a_person("moderator"), Measure("delist", trace.number, given))
    an_erasure(existing(trace.number), item=comment.id)
    with pytest.raises(Conflict, match="已一并销毁，请重新提出"):
        two_people.approve(a_person("moderator"), waits.number)


def test_facts_that_quote_what_is_to_be_erased_are_refused(app: Flask):
    trace = a_complaint_everywhere(app)
    given = a_statement("lawful-erasure", facts=f"来函指“{WORDS['comment']}”一句。")
    with pytest.raises(Invalid, match="引用了要清除的文字"):
        two_people.propose(a_person("moderator"), Measure("erase", trace.number, given))


@pytest.mark.parametrize(
    ("text", "erased", "part"),
    [("他说“电梯 一周，坏了 两次”", "三号楼电梯一周坏了两次", "电梯一周坏了"),
     ("电梯坏了", "三号楼电梯一周坏了两次", None), ("九栋的林栀子", "林栀子", "林栀子"),
     ("一", "一", None), ("call 138 0013 8000", "电话13800138000", "138001")],
)  # fmt: skip
def test_what_counts_as_quoting(text: str, erased: str, part: str | None):
    assert quoted(text, [erased]) == part


def test_a_photo_that_another_complaint_shows_too_stays(app: Flask):
    trace = a_complaint_everywhere(app)
    shared = db.session.scalars(select(Photo).where(Photo.reply_id.is_(None))).one()
    other = a_complaint(a_member("三栋小周"))
    db.session.add(Photo(complaint=other.number, entry=other.entry, position=9, alt="同一张",
                         **{n: getattr(shared, n) for n in ("sha256", "thumb", "received", "width", "height")}))  # fmt: skip
    db.session.commit()
    key = f"photos/{shared.sha256}"
    an_erasure(existing(trace.number))
    work(app)
    assert resource("storage").get(key) is not None


def test_what_is_erased_cannot_be_erased_again_nor_restored(app: Flask):
    complaint = a_complaint()
    an_erasure(complaint)
    with pytest.raises(Conflict):
        an_erasure(existing(complaint.number))


def test_reapplying_destroys_what_a_backup_brought_back(app: Flask, request):
    trace = a_complaint_everywhere(app)
    number = trace.number
    an_erasure(existing(number))
    work(app)
    index, entry = next(x for x in log.entries_of(number) if x[1]["kind"] == "complaint.erased")
    row = existing(number)
    row.title, row.body, row.author, row.state = WORDS["title"], WORDS["body"], "x", "visible"
    db.session.add(Opening(entry=row.entry, field="text", salt=b"s" * 32, complaint=number))
    db.session.commit()
    size = log.tip().size
    for _twice in range(2):
        erasure.reapply(index, entry)
        work(app)
    assert existing(number).state == "erased" and log.tip().size == size
    assert left(app, request, trace) == set() and check_log(ROW_CHECKS) == []


def test_the_digest_says_that_it_was_cut(app: Flask):
    trace = a_complaint_everywhere(app)
    executive = a_person("executive")
    an_erasure(existing(trace.number))
    work(app)
    browser = sign_in(app, executive)
    day = browser.get("/digests").text.split("/digests/")[1].split('"')[0]
    page = browser.get(f"/digests/{day}").text
    assert "依法清除" in page and not [word for word in WORDS.values() if word in page]


def test_the_whole_thread_keeps_its_statement(app: Flask):
    complaint = a_complaint()
    number = an_erasure(complaint)
    row = db.session.get(Statement, number)
    assert (row.act, row.complaint, row.item) == ("erase", complaint.number, None)
    assert db.session.get(Complaint, complaint.number).statement == number
