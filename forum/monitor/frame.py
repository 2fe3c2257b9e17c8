"""What holds for every page, whatever it shows: open to search engines, stamped, and standing still."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from forum.monitor.clocks import BOARD_ZONE
from forum.monitor.findings import Finding
from forum.monitor.hooks import Page, refuses
from forum.monitor.web import Answer

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?")
_CANONICAL = re.compile(r"<([^>]*)>[^,]*\brel=\"?canonical\b", re.I)


def look_at_frame(
    answer: Answer, page: Page, vantage: str, number: int | None = None
) -> list[Finding]:
    """What is wrong with a page as such; `number`: the complaint it is about."""
    found = [("noindex", f"{vantage}: {rule}", "open to search engines")
             for rule in refusals(answer, page)]  # fmt: skip
    found += [("folded" if "script" in moved else "unreachable", f"{vantage}: {moved}",
               "the page as it is sent") for moved in page.moved]  # fmt: skip
    stamped = answer.headers.get("log-checkpoint", "")
    if page.checkpoint is not None and page.checkpoint != stamped:
        found.append(("log-fork", f"{page.checkpoint} in the page", f"{stamped} in its header"))
    found += [("time-changed", f"“{words}” stands for {at}", "the same time")
              for at, words in untrue_clocks(page)]  # fmt: skip
    return [Finding(code, number, None, answer.url, seen, said) for code, seen, said in found]


def refusals(answer: Answer, page: Page) -> list[str]:
    """The rules by which a page keeps search engines out, in headers and markup."""
    header = answer.headers.get("x-robots-tag", "")
    found = page.refusals + ([f"X-Robots-Tag: {header}"] if refuses(header) else [])
    named = _CANONICAL.findall(answer.headers.get("link", ""))
    named += [] if page.canonical is None else [page.canonical]
    own = urlsplit(answer.url).path
    # "https://[" is an address nobody can split, and none of this page.
    return found + [f"canonical: {other}" for other in named if _path(other) != own]


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def untrue_clocks(page: Page) -> Iterator[tuple[str, str]]:
    """(time, words) of every <time> whose words say another moment than its value."""
    for at, words in page.clocks:
        said = _TIME.search(words)
        if said is None:
            continue
        local = _local(at)
        if local is not None and not local.startswith(" ".join(filter(None, said.groups()))):
            yield at, " ".join(words.split())


def _local(at: str) -> str | None:
    """The moment as it is written where the board lives; a day stays a day."""
    try:
        if len(at) == len("2026-11-22"):
            return at
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(BOARD_ZONE).strftime("%Y-%m-%d %H:%M")
    except OverflowError:
        return None
