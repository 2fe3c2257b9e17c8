"""Whether a complaint is found by whoever types its whole title."""

from __future__ import annotations

from urllib.parse import quote

from forum.monitor.findings import Finding
from forum.monitor.hooks import Page
from forum.monitor.web import Site
from forum.tlog.declared import DeclaredComplaint

# So many pages of hits are turned: complaints with the same title stand beside each other.
MOST_PAGES = 60


def is_found(site: Site, said: DeclaredComplaint, title: str) -> list[Finding]:
    """Search for the whole title within the project, on all pages of hits."""
    first = f"/search?q={quote(title)}&project={quote(said.project)}"
    path: str | None = first
    for _ in range(MOST_PAGES):
        if path is None:
            break
        answer = site.get(path)
        if not answer.ok:
            return [Finding("unreachable", said.number, said.entry, answer.url, answer.said,
                            "hits of a search")]  # fmt: skip
        page = Page(answer.text)
        if any(row.number == said.number for row in page.rows):
            return []
        path = page.next if page.next and page.next.startswith("/search?") else None
    return [Finding("not-searchable", said.number, said.entry, site.base + first,
                    "on no page of hits", f"#{said.number}")]  # fmt: skip
