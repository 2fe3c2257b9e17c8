"""What people wrote, and its photos, against the commitments of their entries."""

from __future__ import annotations

from collections.abc import Iterator

from forum.base import clock
from forum.base.text import to_html
from forum.complaints.models import Complaint, Photo, Reply, Version
from forum.complaints.recovery import stands_for_lost
from forum.log.check import Difference
from forum.tlog.commitment import commit
from forum.tlog.declared import DeclaredComplaint, DeclaredReply


class Salts(dict[tuple[int, str], bytes]):
    """The salt behind each commitment, by entry and field; `lost`: entries that came back bare."""

    lost: tuple[range, ...] = ()

    def is_lost(self, entry: int, field: str) -> bool:
        """Whether the log itself says that nobody here can open this commitment."""
        return (entry, field) not in self and any(entry in span for span in self.lost)


def check_texts(
    row: Complaint, versions: list[Version], said: DeclaredComplaint, salts: Salts
) -> Iterator[Difference]:
    """Every version, the pseudonym and the wish; and that the newest proven version is shown."""
    known = {version.entry: version for version in versions}
    for extra in sorted(known.keys() - {version.entry for version in said.versions}):
        yield Difference("row-unlogged", extra, f"a version of complaint {row.number}")
    if said.state == "erased":
        yield from _emptied(row, said)
        return
    texts = {entry: f"{version.title}\n{version.body}" for entry, version in known.items()}
    for version in said.versions:
        there = known.get(version.entry)
        yield from _shows(
            said, version.entry, "text", texts.get(version.entry), version.text, salts
        )
        if there is not None and there.proven != version.proven:
            yield Difference("row-differs", version.entry, f"version {version.entry}: proven")
        if there is not None and there.body_html != to_html(there.body):
            yield Difference("row-differs", version.entry, f"version {version.entry}: body_html")
    yield from _shows(said, said.entry, "author", row.author, said.commitments["author"], salts)
    if row.remedy or "remedy" in said.commitments:
        remedy = said.commitments.get("remedy")
        yield from _shows(said, said.entry, "remedy", row.remedy, remedy, salts)
    shown = next(version.entry for version in reversed(said.versions) if version.proven)
    if said.commitment_of(shown, "text", "")[2] is None:
        yield from _emptied(row, said)
    elif texts.get(shown) != f"{row.title}\n{row.body}" or row.body_html != to_html(row.body):
        yield Difference("row-differs", shown, f"complaint {row.number}: the text shown is another")


def _emptied(row: Complaint, said: DeclaredComplaint) -> Iterator[Difference]:
    if any((row.title, row.body, row.body_html, row.author, row.remedy)):
        yield Difference("row-differs", said.act_entry,
                         f"complaint {row.number} is closed, and its words are still there")  # fmt: skip


def check_replies(
    number: int, replies: list[Reply], said: DeclaredComplaint, salts: Salts
) -> Iterator[Difference]:
    """Every reply and comment, who said it in which role, and what became of it."""
    for reply in replies:
        there = said.replies.get(reply.id)
        if there is None or there.entry != reply.entry:
            yield Difference("row-unlogged", reply.entry, f"reply {reply.id} of complaint {number}")
            continue
        yield from _check_reply(reply, there)
        if there.state == "erased":
            if reply.body or reply.body_html or reply.by:
                yield Difference("row-differs", there.last, f"reply {reply.id} is erased, and its words are still there")  # fmt: skip
            continue
        yield from _shows(said, reply.entry, "text", reply.body, there.commitments["text"], salts)
        yield from _shows(said, reply.entry, "author", reply.by, there.commitments["author"], salts)
        if reply.body_html != to_html(reply.body):
            yield Difference("row-differs", reply.entry, f"reply {reply.id}: body_html")
    for missing in said.replies.keys() - {reply.id for reply in replies}:
        if said.replies[missing].state != "erased":
            entry = said.replies[missing].entry
            yield Difference("row-missing", entry, f"reply {missing} of complaint {number}")


def _check_reply(reply: Reply, said: DeclaredReply) -> Iterator[Difference]:
    pairs = {
        "kind": (reply.kind, said.kind),
        "role": (reply.role, said.by),
        "posted_at": (clock.format_utc(reply.posted_at), said.at),
        "department": (reply.department, said.department),
        "until": (reply.until and reply.until.isoformat(), said.until),
        "verified": (reply.verified, said.verified),
        "state": (reply.state, said.state),
        "statement": (reply.statement, said.statement),
    }
    for name, (here, there) in pairs.items():
        if here != there:
            yield Difference("row-differs", reply.entry,
                             f"reply {reply.id}: {name} is {here}, the log says {there}")  # fmt: skip


def check_photos(
    photos: list[Photo], said: DeclaredComplaint, salts: Salts
) -> Iterator[Difference]:
    """Each photo's digests and description; and that none is missing that the log still shows."""
    committed = {said.entry: said.commitments} | {
        reply.entry: reply.commitments for reply in said.replies.values()
    }
    wanted = {
        (entry, field)
        for entry, fields in committed.items()
        for field in fields
        if field.startswith("photo.") and _is_shown(said, entry, field)
    }
    for photo in photos:
        fields = committed.get(photo.entry, {})
        name = f"photo.{photo.position}"
        values = {name: photo.sha256, f"{name}.received": photo.received, f"{name}.alt": photo.alt}
        for field, value in values.items():
            wanted.discard((photo.entry, field))
            yield from _shows(said, photo.entry, field, value, fields.get(field), salts)
    for entry, field in sorted(wanted):
        if not salts.is_lost(entry, field):
            yield Difference("row-missing", entry, f"{field} of complaint {said.number}")


def _is_shown(said: DeclaredComplaint, entry: int, field: str) -> bool:
    return said.commitment_of(entry, field, "")[2] is not None


def left_open(said: DeclaredComplaint, salts: Salts) -> Iterator[Difference]:
    """Salts of entries whose openings vanished: nothing of them may be left to open.

    A cut keeps the openings of what is shown instead, until a newer cut of the same entry.
    """
    if not said.closed:
        return
    instead = {
        (by, f"{field}.{entry}")
        for entry, fields in said.recommitted.items()
        for field, (by, _commitment) in fields.items()
    }
    cuts = {cut.entry for cut in said.redactions}
    for entry, field in salts:
        stale = entry in cuts and field != "facts" and (entry, field) not in instead
        if stale or (entry in said.closed and (entry, field) not in instead):
            yield Difference("opening-left", entry, f"{field} can still be opened")


def _shows(
    said: DeclaredComplaint, entry: int, field: str, value: str | None, committed: str | None,
    salts: Salts,
) -> Iterator[Difference]:  # fmt: skip
    """Hold `value` against the commitment of `entry`, or against what a cut put in its place."""
    if entry in said.closed:
        entry, field, committed = said.commitment_of(entry, field, committed)
        if committed is None:
            if value and value != "\n":  # no title, line feed, no body
                yield Difference("commitment-differs", entry, f"{field} is closed, but shown")
            return
    salt = salts.get((entry, field))
    if committed is not None and salts.is_lost(entry, field):
        if not stands_for_lost(value):
            yield Difference(
                "commitment-differs", entry, f"{field} is lost, but something is shown"
            )
    elif salt is None or value is None or committed is None:
        yield Difference("opening-missing", entry, f"{field} cannot be opened")
    elif commit(field, salt, value) != committed:
        yield Difference("commitment-differs", entry, f"{field} is not what was committed to")
