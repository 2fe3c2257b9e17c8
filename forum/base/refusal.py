"""What a rule says when it refuses: one sentence for the person, and which kind of no it is.

Services raise these; `base.web.errors` alone knows what they mean in HTTP.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A rule was broken. `sentence` says, in the reader's language, what and what to do next."""

    def __init__(self, sentence: Any, field: str | None = None, **evidence: Any) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.field = field
        self.evidence = evidence


class NotAllowed(Refusal):
    """The person's role does not permit the act."""


class NotFound(Refusal):
    """There is no such thing."""


class Invalid(Refusal):
    """What was given cannot be taken as it is; `field` says where."""


class Conflict(Refusal):
    """Something changed meanwhile, or the act does not fit the present state."""


class TooMany(Refusal):
    """Too often in too short a time."""


class Unavailable(Refusal):
    """The board cannot accept changes right now; reading goes on."""
