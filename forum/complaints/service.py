"""What a homeowner does: post, comment, say "me too". One verb, one transaction, one entry.

Acts that only the author of a complaint may do are in `author_acts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from forum.accounts.models import Account
from forum.accounts.suspended import require_may_write
from forum.base import clock, rights
from forum.base.db import db, transaction
from forum.base.outbox import emit
from forum.base.refusal import Conflict, Invalid, NotFound
from forum.base.text import is_readable, normalise_line, to_html
from forum.complaints import holding
from forum.complaints import photos as photo_files
from forum.complaints.clocks import due_of, first_reply_due
from forum.complaints.drafts import MAX_COMMENT, Draft, a_text, photo_commitments
from forum.complaints.models import SHOWN, Complaint, Photo, Reply, Submission, Support, Version
from forum.complaints.photos import PreparedPhoto
from forum.complaints.repeated import said_just_now
from forum.log import service as log
from forum.places import queries as places

KEY_DOMAIN = b"zhiyan/v1/idempotency\x00"
KEYS_KEPT = timedelta(days=30)
MIN_KEY = 22  # characters of base64url that hold at least 128 bits
MAX_KEY = 200
MAX_ALT = 120


@dataclass(frozen=True)
class Posted:
    """What a posting led to: the complaint's number, its entry, and whether it is new."""

    number: int
    entry: int
    fresh: bool


def post(author: Account, draft: Draft, key: str) -> Posted:
    """Publish a complaint, or let it wait where the board holds (`holding.py`).

    The same `key` of the same author gives the same complaint again.
    Conflict when the key was used for other content; Invalid names the field that is wrong.
    """
    rights.require(author.role, "complaint.post")
    require_may_write(author)
    digest = _key_digest(key)
    photo_files.store(draft.photos)
    with transaction():
        before = _submitted(author, digest)
        if before is not None:
            return _same_again(before, draft)
        complaint = _publish(author, draft)
        if holding.is_on():
            holding.hold(complaint)
        db.session.add(
            Submission(account_id=author.id, key=digest, complaint=complaint.number,
                       at=complaint.posted_at)
        )  # fmt: skip
        emit("complaint.changed", number=complaint.number)
        if author.email:
            emit("receipt.due", complaint=complaint.number)
        return Posted(complaint.number, complaint.entry, fresh=True)


def _publish(author: Account, draft: Draft) -> Complaint:
    project, category = places.project(draft.project), places.category(draft.category)
    if project is None:
        raise Invalid(_l("请选择小区。"), "project")
    if category is None:
        raise Invalid(_l("请选择类别。"), "category")
    number = next_number()
    entry = log.append(
        "complaint.posted", complaint=number, by="author", staff=None, type=draft.type,
        project=project.slug, category=category.slug, verified=author.verified,
        wanted_by=draft.wanted_by.isoformat() if draft.wanted_by else None,
        author_key=draft.author_key, made=draft.made, texts=draft.commitments(),
    )  # fmt: skip
    complaint = Complaint(
        number=number, entry=entry.index, act_entry=entry.index, last_entry=entry.index,
        type=draft.type, project_id=project.id, category_id=category.id, account_id=author.id,
        author=draft.author, verified=author.verified, title=draft.title, body=draft.body,
        body_html=to_html(draft.body), remedy=draft.remedy, wanted_by=draft.wanted_by,
        author_key=draft.author_key, made=draft.made, state="visible", state_at=entry.at,
        status="open", status_at=entry.at, posted_at=entry.at,
        due_at=first_reply_due(entry.at), photos=len(draft.photos),
    )  # fmt: skip
    db.session.add(complaint)
    db.session.flush()
    add_version(complaint, entry, proven=True)
    _add_photos(number, None, entry.index, draft.photos)
    return complaint


def next_number() -> int:
    """The number after the last one; only true under the write lock, so a failure leaves no gap."""
    return (db.session.scalar(select(db.func.max(Complaint.number))) or 0) + 1


def add_version(complaint: Complaint, entry: log.Appended, *, proven: bool) -> None:
    """Keep the complaint's present text as the version that `entry` made."""
    db.session.add(
        Version(entry=entry.index, complaint=complaint.number, title=complaint.title,
                body=complaint.body, body_html=complaint.body_html, at=entry.at, proven=proven)
    )  # fmt: skip


def comment(
    author: Account, number: int, body: str, photos: tuple[PreparedPhoto, ...] = ()
) -> Reply:
    """Say something under a complaint; the same again gives what was said.

    Conflict when it is locked or gone.
    """
    rights.require(author.role, "complaint.comment")
    require_may_write(author)
    body = a_text("body", body, MAX_COMMENT, _l("请写下您想说的话。"))
    photo_files.store(photos)
    with transaction():
        complaint = shown(number)
        if complaint.locked:
            raise Conflict(_l("这条意见已停止评论，原因见处理记录。"))
        before = said_just_now(author, number, "comment", body, photos)
        if before is not None:
            return before
        role = "author" if complaint.account_id == author.id else "member"
        # The pseudonym under which somebody posted stays theirs throughout the thread.
        name = complaint.author if role == "author" else author.name
        reply = add_reply(complaint, kind="comment", role=role, by=name, body=body,
                          account=author)  # fmt: skip
        entry = log.append(
            "comment.posted", complaint=number, item=reply.id, by=role, verified=author.verified,
            texts={"text": body, "author": name} | photo_commitments(photos),
        )  # fmt: skip
        touch(complaint, entry, reply)
        _add_photos(number, reply.id, entry.index, photos)
        if role == "member" and complaint.account_id:
            tell(complaint, "comment", item=reply.id)
        return reply


def add_reply(
    complaint: Complaint, *, kind: str, role: str, by: str, body: str, account: Account | None,
    **more: Any,
) -> Reply:  # fmt: skip
    """A row under the complaint, flushed so that it has its id; its entry follows by `touch`."""
    reply = Reply(
        complaint=complaint.number, entry=0, kind=kind, role=role, by=by, body=body,
        body_html=to_html(body), account_id=account.id if account else None,
        verified=bool(account and account.verified), posted_at=clock.now(), **more,
    )  # fmt: skip
    db.session.add(reply)
    db.session.flush()
    complaint.replies += 1
    return reply


def touch(complaint: Complaint, entry: log.Appended, reply: Reply | None = None) -> None:
    """The complaint's page has a new version: `entry`. A reply takes its time and index too."""
    complaint.last_entry = entry.index
    if reply is not None:
        reply.entry, reply.posted_at = entry.index, entry.at
    emit("complaint.changed", number=complaint.number)


def support(person: Account, number: int) -> int:
    """Me too; saying it twice changes nothing. The number of supporters afterwards."""
    rights.require(person.role, "complaint.support")
    with transaction():
        complaint = _counting(number)
        if complaint.account_id == person.id:
            raise Conflict(_l("这是您自己的意见，不用再点“我也遇到”。"))
        if db.session.get(Support, (number, person.id)) is None:
            db.session.add(Support(complaint=number, account_id=person.id, at=clock.now()))
            _count_support(complaint, person, "support.added", +1)
        return complaint.supporters


def withdraw_support(person: Account, number: int) -> int:
    """Take a me-too back; the number of supporters afterwards."""
    rights.require(person.role, "complaint.support")
    with transaction():
        complaint = _counting(number)
        given = db.session.get(Support, (number, person.id))
        if given is not None:
            db.session.delete(given)
            _count_support(complaint, person, "support.withdrawn", -1)
        return complaint.supporters


def _counting(number: int) -> Complaint:
    """The complaint under which a me-too counts; Conflict names it where this one is merged."""
    complaint = shown(number)
    if complaint.state == "merged":
        raise Conflict(
            _l("这条已并入 #%(into)d，请到那里表示“我也遇到”。", into=complaint.merged_into),
            state="merged",
        )
    return complaint


def _count_support(complaint: Complaint, person: Account, kind: str, change: int) -> None:
    complaint.supporters += change
    entry = log.append(kind, complaint=complaint.number, by="member", verified=person.verified,
                       supporters=complaint.supporters)  # fmt: skip
    touch(complaint, entry)


def start_clock(complaint: Complaint) -> None:
    """Set when the next answer is due, from the case's status alone; archives have no clock."""
    if complaint.imported or complaint.state != "visible":
        complaint.due_at = None
        return
    complaint.due_at = due_of(
        complaint.status, complaint.status_at, complaint.posted_at,
        reopened=complaint.status_at != complaint.posted_at,
    )  # fmt: skip


def alt_text(text: str) -> str:
    """The description of a photo on one line; Invalid (field ``photos``) when it is too long."""
    line = normalise_line(text)
    if len(line) > MAX_ALT or not is_readable(line):
        raise Invalid(_l("照片说明最多 %(most)d 字。", most=MAX_ALT), "photos")
    return line


def existing(number: int) -> Complaint:
    """The complaint, whatever its state; NotFound when there is none."""
    found = db.session.get(Complaint, number)
    if found is None:
        raise NotFound(_l("没有编号为 %(number)d 的意见。", number=number))
    return found


def shown(number: int) -> Complaint:
    """The complaint, if people can see it; Conflict when it is gone."""
    complaint = existing(number)
    if complaint.state == "held":
        raise Conflict(_l("这条意见还没有发布，不能操作。"), state="held")
    if complaint.state not in SHOWN:
        raise Conflict(_l("这条意见已不在展示，不能再操作。"), state=complaint.state)
    return complaint


def tell(complaint: Complaint, what: str, **more: Any) -> None:
    """Let the author hear, after the commit, what happened to the complaint."""
    if complaint.account_id is not None:
        emit("author.told", account=complaint.account_id, complaint=complaint.number,
             what=what, at=clock.format_utc(clock.now()), **more)  # fmt: skip


def forget_keys() -> None:
    """Posting keys are kept for 30 days only."""
    with transaction():
        db.session.execute(delete(Submission).where(Submission.at < clock.now() - KEYS_KEPT))


def _key_digest(key: str) -> str:
    if not (MIN_KEY <= len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        raise Invalid(_l("表单不完整，请刷新页面后再提交。您填写的内容还在。"), "idempotency")
    return sha256(KEY_DOMAIN + key.encode("ascii")).hexdigest()


def _submitted(author: Account, digest: str) -> Complaint | None:
    return db.session.scalar(
        select(Complaint)
        .join(Submission, Submission.complaint == Complaint.number)
        .where(Submission.account_id == author.id, Submission.key == digest)
    )


def _same_again(complaint: Complaint, draft: Draft) -> Posted:
    """A retry: the complaint it made before, unless it now says something else."""
    first = db.session.get(Version, complaint.entry)
    pictures = db.session.execute(
        select(Photo.received, Photo.alt)
        .where(Photo.complaint == complaint.number, Photo.entry == complaint.entry)
        .order_by(Photo.position)
    )
    stored = (complaint.type, complaint.project.slug, complaint.category.slug, complaint.author,
              complaint.remedy, complaint.wanted_by, complaint.author_key,
              first and first.title, first and first.body,
              [tuple(row) for row in pictures])  # fmt: skip
    given = (draft.type, draft.project, draft.category, draft.author, draft.remedy,
             draft.wanted_by, draft.author_key, draft.title, draft.body,
             [(photo.received_sha256, photo.alt) for photo in draft.photos])  # fmt: skip
    if stored != given:
        raise Conflict(
            _l("这份表单已经提交过一次（#%(number)d），但内容不同。请打开新的表单再提。",
               number=complaint.number),
            number=complaint.number,
        )  # fmt: skip
    return Posted(complaint.number, complaint.entry, fresh=False)


def _add_photos(
    number: int, reply_id: int | None, entry: int, photos: tuple[PreparedPhoto, ...]
) -> None:
    for k, photo in enumerate(photos, 1):
        db.session.add(
            Photo(complaint=number, reply_id=reply_id, entry=entry, position=k,
                  sha256=photo.sha256, thumb=photo.thumb_sha256,
                  received=photo.received_sha256, alt=photo.alt,
                  width=photo.width, height=photo.height)
        )  # fmt: skip
