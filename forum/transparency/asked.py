"""What a reader of the figures asked for, read strictly from the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from forum.base.refusal import Invalid
from forum.tlog.entry import SLUG, TYPES
from forum.tlog.window import window_of

_RULES = {
    "project": re.compile(rf"{SLUG}\Z", re.ASCII),
    "city": re.compile(rf"{SLUG}\Z", re.ASCII),
    "category": re.compile(rf"{SLUG}\Z", re.ASCII),
    "type": re.compile(rf"({'|'.join(TYPES)})\Z"),
    "staff": re.compile(r"S-\d{3,6}\Z", re.ASCII),
    "verified": re.compile(r"1\Z"),
}


def window_from(args: Mapping[str, str]) -> str:
    """The code of a window, by default of all time; Invalid when there is no such window."""
    code = args.get("window") or "all"
    if window_of(code, 0) is None:
        raise _unreadable("window")
    return code


def part_from(args: Mapping[str, str]) -> dict[str, Any]:
    """Which complaints, or whose acts, for `part_of`; Invalid names what cannot be read."""
    asked: dict[str, Any] = {name: args[name] for name in _RULES if args.get(name)}
    for name, value in asked.items():
        if not _RULES[name].match(value):
            raise _unreadable(name)
    if "verified" in asked:
        asked["verified"] = True
    return asked


def _unreadable(name: str) -> Invalid:
    return Invalid(_("看不懂地址里的 %(name)s。请回到公开账重新选择。", name=name), name)
