"""Trust policies (c2sp.org/tlog-policy): which logs, which witnesses, and how many of them.

A policy is a text of lines; `#` begins a comment line. Groups and the quorum name what stands
above them, and no name is a member twice, so that each witness counts in one way only::

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <member>...
    quorum <name>|none

The names of witnesses here are their names within the policy. Who cosigned is told by the name in
the key, and it is those names that `quorum_met` takes: what `open_checkpoint` answers with.

>>> from forum.tlog.note import CosignatureSigner
>>> keys = [CosignatureSigner(f"w{n}.example", bytes([n]) * 32).vkey for n in (1, 2, 3)]
>>> policy = parse_policy(f'''# Two of three are enough.
... witness one {keys[0]}
... witness two {keys[1]}
... witness three {keys[2]} https://w3.example/
... group owners 2 one two three
... quorum owners
... ''')
>>> quorum_met(policy, {"w1.example"}), quorum_met(policy, {"w1.example", "w3.example"})
(False, True)
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from forum.tlog.encoding import decode_utf8, parse_decimal
from forum.tlog.errors import TlogError
from forum.tlog.note import CosignatureVerifier, Verifier

NONE = "none"
MAX_LINES = 1000
"""More lines than any policy that a person could still read."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile(r"[ \t]+")


class PolicyError(TlogError):
    """A policy that is not as tlog-policy says; the text begins with the number of the line."""


@dataclass(frozen=True)
class Log:
    """A log by its key (whose name is its origin), and where it is read."""

    verifier_key: str
    url: str | None = None


@dataclass(frozen=True)
class Witness:
    """A witness: its name in the policy, its key, and its submission prefix if it is known."""

    name: str
    verifier_key: str
    url: str | None = None

    @property
    def verifier(self) -> CosignatureVerifier:
        """The key, ready to verify with; its `name` is the one in signature lines."""
        return CosignatureVerifier(self.verifier_key)


@dataclass(frozen=True)
class Group:
    """Holds when at least `threshold` of its members (witnesses or groups) do."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """What to trust; `quorum` is the name of a witness or group, None when none is needed."""

    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str | None = None

    @property
    def verifiers(self) -> tuple[CosignatureVerifier, ...]:
        """The keys of all witnesses, as `open_checkpoint` takes them."""
        return tuple(witness.verifier for witness in self.witnesses)


def parse_policy(data: bytes | str) -> Policy:
    """Read a policy; PolicyError with the line's number for anything else."""
    reading = _Reading()
    for number, line in enumerate(_lines(data), 1):
        words = _BLANKS.split(line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):
            continue
        try:
            reading.take(words)
        except TlogError as error:
            raise PolicyError(f"line {number}: {error}") from error
    if reading.quorum is None:
        raise PolicyError("a policy has one line that begins with quorum")
    quorum = None if reading.quorum == NONE else reading.quorum
    return Policy(tuple(reading.logs), tuple(reading.witnesses), tuple(reading.groups), quorum)


def format_policy(policy: Policy) -> str:
    """The text of a policy, in the order in which it can be read; PolicyError if it cannot be."""
    lines = [_join("log", log.verifier_key, log.url) for log in policy.logs]
    lines += [_join("witness", w.name, w.verifier_key, w.url) for w in policy.witnesses]
    lines += [_join("group", g.name, _threshold(g), *g.members) for g in policy.groups]
    text = "\n".join([*lines, f"quorum {policy.quorum or NONE}"]) + "\n"
    if parse_policy(text) != policy:
        raise PolicyError("the policy cannot be written: a name has a space, or stands below")
    return text


def quorum_met(policy: Policy, cosigners: Collection[str]) -> bool:
    """Whether these cosigners, by the names in their keys, are enough; names unknown are ignored.

    Only names whose signature was verified with the keys of this policy may be given.
    """
    met = {w.name: w.verifier.name in cosigners for w in policy.witnesses}
    for group in policy.groups:
        met[group.name] = sum(met[name] for name in group.members) >= group.threshold
    return policy.quorum is None or met[policy.quorum]


@dataclass
class _Reading:
    """What was read so far, and what the lines to come are held against."""

    logs: list[Log] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str | None = None
    names: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    log_keys: set[bytes] = field(default_factory=set)
    witness_keys: set[bytes] = field(default_factory=set)
    witness_key_names: set[str] = field(default_factory=set)

    def take(self, words: list[str]) -> None:
        """One line in its words; PolicyError, or the key's own error, for a wrong one."""
        kinds: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if words[0] not in kinds:
            raise PolicyError("a line begins with log, witness, group or quorum")
        kinds[words[0]](words[1:])

    def _log(self, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise PolicyError("it reads: log <vkey> [<url>]")
        _add(self.log_keys, Verifier(words[0]).public, "this log's key stands there twice")
        self.logs.append(Log(*words))

    def _witness(self, words: list[str]) -> None:
        if len(words) not in (2, 3):
            raise PolicyError("it reads: witness <name> <vkey> [<url>]")
        witness = Witness(*words)
        verifier = witness.verifier
        self._define(witness.name)
        _add(self.witness_keys, verifier.public, "this witness's key stands there twice")
        # The standard allows it, yet the lines of two such witnesses look alike to a reader.
        name_twice = f"two witnesses' keys are named {verifier.name}"
        _add(self.witness_key_names, verifier.name, name_twice)
        self.witnesses.append(witness)

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise PolicyError("it reads: group <name> all|any|<k> <member>...")
        name, threshold, *members = words
        for member in members:
            if member not in self.names:
                raise PolicyError(f"{member} is not a witness or group of a line above")
            _add(self.members, member, f"{member} is a member already")
        counted = {"all": len(members), "any": 1}
        needed = counted[threshold] if threshold in counted else parse_decimal(threshold)
        if not 1 <= needed <= len(members):
            raise PolicyError(f"a group of {len(members)} asks for 1 to {len(members)} of them")
        self._define(name)
        self.groups.append(Group(name, needed, tuple(members)))

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1:
            raise PolicyError("it reads: quorum <name>|none")
        if self.quorum is not None:
            raise PolicyError("there is one quorum, and it was given above")
        if words[0] != NONE and words[0] not in self.names:
            raise PolicyError(f"{words[0]} is not a witness or group of a line above")
        self.quorum = words[0]

    def _define(self, name: str) -> None:
        if name == NONE:
            raise PolicyError(f"the name {NONE} is taken")
        _add(self.names, name, f"the name {name} stands there twice")


def _add(known: set[str] | set[bytes], item: str | bytes, otherwise: str) -> None:
    if item in known:
        raise PolicyError(otherwise)
    known.add(item)  # type: ignore[arg-type]


def _lines(data: bytes | str) -> list[str]:
    lines = decode_utf8(data).split("\n")
    if lines.pop() != "":
        raise PolicyError(f"line {len(lines) + 1}: every line ends with a line feed")
    if len(lines) > MAX_LINES:
        raise PolicyError(f"a policy has at most {MAX_LINES} lines")
    for number, line in enumerate(lines, 1):
        if _CONTROL.search(line):
            raise PolicyError(f"line {number}: no control characters but the tab")
    return lines


def _join(*words: str | None) -> str:
    return " ".join(word for word in words if word is not None)


def _threshold(group: Group) -> str:
    if group.threshold == len(group.members):
        return "all"
    return "any" if group.threshold == 1 else str(group.threshold)
