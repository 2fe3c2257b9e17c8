"""What a request to a witness deserves: a pure function of the request and of what was cosigned.

The order of the checks and the status codes are those of tlog-witness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forum.tlog.checkpoint import Checkpoint, parse_claim
from forum.tlog.errors import TlogError
from forum.tlog.merkle import EMPTY_ROOT, check_consistency
from forum.tlog.note import Note, Verifier, format_signature_line, open_note, split_note
from forum.tlog.submission import SIZE_TYPE, Submission, parse_submission

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Cosigned:
    """The last tree of a log that the witness vouched for; no entries when it never did."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True)
class State:
    """What a witness knows: the keys of each log by its origin, and what it cosigned of each."""

    logs: Mapping[str, Sequence[Verifier]] = field(default_factory=dict)
    cosigned: Mapping[str, Cosigned] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A status, and a body with its type. `accepted` is the note to cosign, only with 200."""

    status: int
    body: str
    content_type: str = TEXT
    accepted: Note | None = None


class Refused(Exception):
    """The request fails a check; `answer` says which."""

    def __init__(self, status: int, why: object, content_type: str = TEXT) -> None:
        super().__init__(str(why))
        self.answer = Answer(status, f"{why}\n", content_type)


def judge(request: bytes, state: State) -> Answer:
    """What to answer to the body of an add-checkpoint request; never raises.

    With status 200 the body is still empty: who calls stores the tree, cosigns `accepted.text`,
    and answers with that line, in this order.
    """
    try:
        submission, checkpoint = _read(request)
        note = _signed(submission, checkpoint, state)
        _grown(submission, checkpoint, state.cosigned.get(checkpoint.origin, Cosigned()))
    except Refused as refused:
        return refused.answer
    return Answer(200, "", accepted=note)


def claimed_origin(request: bytes) -> str | None:
    """The log that a request is about, for which nobody has vouched yet; None: unreadable."""
    try:
        return _read(request)[1].origin
    except Refused:
        return None


def known_note(note: Note) -> str:
    """The note with the signatures that verified and no others: what is worth keeping of it."""
    return f"{note.text}\n" + "".join(format_signature_line(line) for line in note.signatures)


def _read(request: bytes) -> tuple[Submission, Checkpoint]:
    try:
        submission = parse_submission(request)
        text, _signatures = split_note(submission.checkpoint)
        checkpoint = parse_claim(text)
    except TlogError as error:
        raise Refused(400, error) from error
    if submission.old > checkpoint.size:
        raise Refused(400, "the old size is larger than the checkpoint's")
    return submission, checkpoint


def _signed(submission: Submission, checkpoint: Checkpoint, state: State) -> Note:
    verifiers = state.logs.get(checkpoint.origin, ())
    if not verifiers:
        raise Refused(404, "this witness does not know the log")
    try:
        return open_note(submission.checkpoint, verifiers)
    except TlogError as error:
        raise Refused(403, error) from error


def _grown(submission: Submission, checkpoint: Checkpoint, last: Cosigned) -> None:
    if submission.old != last.size:
        raise Refused(409, last.size, SIZE_TYPE)
    try:
        check_consistency(submission.proof, last.size, last.root, checkpoint.size, checkpoint.root)
    except TlogError as error:
        raise Refused(422, error) from error
