"""Who vouches for the log: the witnesses one knows, and how far behind they may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from forum.monitor.board import Board, moment
from forum.monitor.findings import Finding
from forum.monitor.state import State
from forum.monitor.web import Site
from forum.tlog.checkpoint import SignedCheckpoint
from forum.tlog.errors import TlogError
from forum.tlog.policy import parse_policy, quorum_met

COSIGNED = timedelta(minutes=5)


def remember(state: State, signed: SignedCheckpoint) -> None:
    """Keep when each witness vouched last: one checkpoint may come without it."""
    for name, at in signed.cosignatures.items():
        state.remember(f"cosigned {name}", str(max(at, _last(state, name))))


def check(
    site: Site, state: State, board: Board, names: Iterable[str]
) -> Iterator[Finding]:  # fmt: skip
    """The witnesses of these `names` must keep up with the log: all of them, or as many as the
    board's own published policy asks for."""
    last = {name: _last(state, name) for name in names}
    late = {name: at for name, at in last.items() if _behind(board, at) > COSIGNED}
    if not late or _is_quorum(site, last.keys() - late.keys()):
        return
    yield Finding("stale-checkpoint", None, None, "/tlog/checkpoint",
                  f"{len(last) - len(late)} of {len(last)} witnesses; {_in_words(late)}",
                  f"cosigned within five minutes of {board.at}")  # fmt: skip


def _last(state: State, name: str) -> int:
    return int(state.fact(f"cosigned {name}") or 0)


def _behind(board: Board, at: int) -> timedelta:
    return moment(board.at) - datetime.fromtimestamp(at, UTC) if board.at else timedelta()


def _is_quorum(site: Site, fresh: Iterable[str]) -> bool:
    """Whether those that keep up are enough by /tlog/policy; without a quorum there, never."""
    cosigners, answer = set(fresh), site.get("/tlog/policy")
    try:
        policy = parse_policy(answer.body) if answer.ok else None
    except TlogError:
        return False
    return bool(cosigners) and policy is not None and policy.quorum is not None and quorum_met(
        policy, cosigners
    )  # fmt: skip


def _in_words(late: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name} last at {datetime.fromtimestamp(at, UTC).isoformat()}" if at else f"{name} never"
        for name, at in late.items()
    )
