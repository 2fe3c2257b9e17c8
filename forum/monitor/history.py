"""The versions of a complaint's text: each must be readable in full and be what was committed to."""

from __future__ import annotations

from forum.monitor.compare import Case, opens
from forum.monitor.hooks import Block, Page
from forum.monitor.web import Site
from forum.monitor.words import squeeze
from forum.tlog.declared import DeclaredVersion

MOST_PAGES = 50


def look_at_unproven(case: Case, page: Page) -> None:
    """A newest edit that nobody proved stands beneath the text, in full, and replaces nothing."""
    newest = case.said.versions[-1]
    shown = {block.number: block for block in page.of("version")}
    if newest.proven:
        for index in shown:
            case.differs("unlogged-content", f"a version of entry {index}", "the proven text")
        return
    if newest.entry not in shown:
        case.differs("text-changed", f"versions {sorted(shown)}", "the unproven edit in full",
                     newest.entry)  # fmt: skip
        return
    _compare(case, newest, shown[newest.entry], line_breaks=False)


def look_at_history(site: Site, case: Case) -> None:
    """All versions on /history, newest first, with the differences as they are."""
    blocks = _blocks(site, case)
    said = case.said
    seen, wanted = [b.number for b in blocks], [v.entry for v in reversed(said.versions)]
    if seen != wanted:
        case.differs("text-changed", f"versions {seen}", f"versions {wanted}",
                     url=f"{case.url}/history")  # fmt: skip
        return
    by_entry = {block.number: block for block in blocks}
    before: Block | None = None
    for version in said.versions:
        block = by_entry[version.entry]
        _compare(case, version, block, line_breaks=True)
        _compare_old(case, block, before)
        before = block if version.proven else before


def _blocks(site: Site, case: Case) -> list[Block]:
    found: list[Block] = []
    path: str | None = f"/complaints/{case.said.number}/history"
    for _ in range(MOST_PAGES):
        if path is None:
            break
        answer = site.get(path)
        if not answer.ok:
            case.differs("unreachable", answer.said, "its versions", url=answer.url)
            break
        page = Page(answer.text)
        found += page.of("version")
        path = page.next if page.next and page.next.startswith("/complaints/") else None
    return found


def _compare(
    case: Case, version: DeclaredVersion, block: Block, *, line_breaks: bool
) -> None:  # fmt: skip
    title, body = block.parts.get("title", ""), block.parts.get("body", "")
    if line_breaks:
        # As the page keeps the lines, the very text can be opened.
        opens(case, version.entry, "text", f"{title}\n{body}", version.text, "text-changed")
    elif not squeeze(title) or not squeeze(body):
        case.differs("text-changed", title, "title and text of the unproven edit", version.entry)


def _compare_old(case: Case, block: Block, before: Block | None) -> None:
    """What is struck out must be the text before, or it was never so."""
    if before is None:
        return
    for part in ("title", "body"):
        old, text = block.parts.get(f"old:{part}", ""), before.parts.get(part, "")
        if squeeze(old) != squeeze(text):
            case.differs("text-changed", old, text, block.number, f"{case.url}/history")
