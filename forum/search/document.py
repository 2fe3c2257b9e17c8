"""What the index holds of one complaint: words of different weight, and its exact title."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from forum.search.words import fold

# A title says in ten words what a reply says in five hundred.
TITLE, NAMES, BODY, REPLY = 3.0, 2.0, 1.0, 0.5


@dataclass(frozen=True)
class Document:
    """One complaint with everything said under it, as plain text.

    city, project, category, type are the names that people see, or empty.
    """

    number: int
    title: str
    body: str
    replies: tuple[str, ...] = ()
    city: str = ""
    project: str = ""
    category: str = ""
    type: str = ""

    def parts(self) -> list[tuple[str, float]]:
        """The texts with their weights."""
        names = " ".join((self.city, self.project, self.category, self.type))
        replies = [(reply, REPLY) for reply in self.replies]
        return [(self.title, TITLE), (names, NAMES), (self.body, BODY), *replies]

    def keys(self) -> set[bytes]:
        """By what the whole title finds it, alone or with the project's name on either side."""
        whole = (self.title, self.title + self.project, self.project + self.title)
        return {title_key(text) for text in whole}


def title_key(text: str) -> bytes:
    """The same for two texts that differ in case, width or spaces only; of fixed length."""
    squeezed = "".join(fold(text).split())
    return blake2b(squeezed.encode("utf-8", "replace"), digest_size=12).hexdigest().encode()
