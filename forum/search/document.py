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

    city, project, category, type are the names that people see, or empty. placeless: the project
    only stands for "nobody said which"; its name is no word of the complaint.
    """

    number: int
    title: str
    body: str
    replies: tuple[str, ...] = ()
    city: str = ""
    project: str = ""
    category: str = ""
    type: str = ""
    placeless: bool = False

    @property
    def names(self) -> str:
        """The names it is filed under, as words that find it."""
        project = "" if self.placeless else self.project
        return " ".join((self.city, project, self.category, self.type))

    @property
    def texts(self) -> tuple[str, ...]:
        """All that it says, piece by piece."""
        return (self.title, self.names, self.body, *self.replies)

    def parts(self) -> list[tuple[str, float]]:
        """The texts with their weights."""
        replies = [(reply, REPLY) for reply in self.replies]
        return [(self.title, TITLE), (self.names, NAMES), (self.body, BODY), *replies]

    def keys(self) -> set[bytes]:
        """By what the whole title finds it, alone or with the project's name on either side."""
        whole = (self.title, self.title + self.project, self.project + self.title)
        return {title_key(text) for text in whole}


def title_key(text: str) -> bytes:
    """The same for two texts that differ in case, width or spaces only; of fixed length."""
    squeezed = "".join(fold(text).split())
    return blake2b(squeezed.encode("utf-8", "replace"), digest_size=12).hexdigest().encode()
