"""What /log and /log/entries/<index> show, ready for their templates, which decide nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from forum.base import clock
from forum.base.resources import resource
from forum.base.web import paging
from forum.log import queries
from forum.log.queries import LogFilter, Tip
from forum.log.words import KIND_LABELS, ROLE_LABELS, act_label, details, sentence
from forum.tlog import merkle
from forum.tlog.entry import KINDS, parse_entry
from forum.tlog.policy import Policy

PAGE = 50
_FILTERS = ("kind", "by", "complaint", "project", "from", "to")


@dataclass(frozen=True)
class Row:
    """One entry in the list."""

    index: int
    at: datetime
    kind: str
    label: str
    said: str
    hides: bool
    number: int | None
    number_href: str | None
    statement_href: str | None
    entry_href: str


def list_page(chosen: LogFilter, tip: Tip) -> dict[str, Any]:
    """The context of log/log.html."""
    found = queries.readable(chosen, PAGE + 1)
    rows = [_row(index, entry) for index, entry in found[:PAGE]]
    return {
        "rows": rows,
        "filters": _filters(),
        "tabs": _tabs(),
        "total": tip.size,
        "watchers": _watchers(),
        "next_href": paging.next_link(found, PAGE, rows[-1].index if rows else None),
        "first_href": paging.first_link(),
    }


def rows_at(indexes: Sequence[int]) -> list[Row]:
    """The entries at `indexes` as the list shows them, in that order; what is not there is not."""
    found = queries.entries_at(indexes)
    return [_row(index, found[index]) for index in indexes if index in found]


def entry_page(index: int, tip: Tip) -> dict[str, Any]:
    """The context of log/entry.html; `index` is below ``tip.size``."""
    raw = queries.entry_bytes(index)[0]
    found = parse_entry(raw)
    shown = _row(index, found)
    return {
        "entry": shown,
        "sentence": sentence(found),
        "facts": [_fact(name, value) for name, value in found.items()],
        "raw": raw.decode("ascii"),
        "leaf": merkle.leaf_hash(raw).hex(),
        "proof": queries.prove(index, tip),
        "proof_href": shown.number_href and f"{shown.number_href}/proof?entry={index}",
        "challenge_href": _public(f"/log/entries/{index}/challenge"),
        "prev_href": _entry_href(index - 1) if index else None,
        "next_href": _entry_href(index + 1) if index + 1 < tip.size else None,
    }


def _watchers() -> dict[str, Any] | None:
    """The witnesses by the names in their keys, and whether some must sign; None without any."""
    policy: Policy | None = resource("policy")
    if policy is None or not policy.witnesses:
        return None
    names = [verifier.name for verifier in policy.verifiers]
    return {"names": names, "needed": policy.quorum is not None}


def _row(index: int, entry: dict[str, Any]) -> Row:
    number, statement = entry.get("complaint"), entry.get("statement")
    return Row(
        index=index,
        at=clock.parse_utc(entry["at"]),
        kind=entry["kind"],
        label=str(act_label(entry)),
        said=_("，").join(details(entry)),
        hides=KINDS[entry["kind"]].hides,
        number=number,
        number_href=_public(f"/complaints/{number}") if number else None,
        statement_href=_public(f"/statements/{statement}") if statement else None,
        entry_href=_entry_href(index),
    )


def _fact(name: str, value: Any) -> dict[str, Any]:
    """A field as it stands in the entry, under its own name, with a link where it names a page."""
    if isinstance(value, dict):
        text = "\n".join(f"{field} {digest}" for field, digest in value.items())
    else:
        text = value if isinstance(value, str) else json.dumps(value)
    return {"label": name, "value": text, "href": _link_of(name, value)}


def _link_of(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if name in ("of", "rules"):
        return _entry_href(value)
    # The addresses of higher rooms, whose endpoints this one must not know, are fixed for ever.
    paths = {"complaint": "complaints", "into": "complaints", "statement": "statements",
             "project": "projects", "appeal": "appeals", "challenge": "challenges",
             "report": "audit/reports"}  # fmt: skip
    return _public(f"/{paths[name]}/{value}") if name in paths else None


def _filters() -> dict[str, Any]:
    asked = {name: request.args.get(name, "") for name in _FILTERS}
    show = request.args.get("show", "")
    return {
        "action": url_for("log.readable"),
        "hidden": [{"name": "show", "value": show}] if show else [],
        "selects": [
            _select("kind", _("做了什么"), KIND_LABELS, asked["kind"]),
            _select("by", _("谁做的"), ROLE_LABELS, asked["by"]),
        ],
        "texts": [
            {"name": "complaint", "label": _("意见编号"), "value": asked["complaint"]},
            {"name": "project", "label": _("小区代号"), "value": asked["project"]},
        ],
        "dates": [
            {"name": "from", "label": _("从哪天"), "value": asked["from"]},
            {"name": "to", "label": _("到哪天"), "value": asked["to"]},
        ],
        "active": sum(bool(value) for value in asked.values()),
        "clear_href": url_for("log.readable", show=show or None),
    }


def _select(name: str, label: str, words: dict[str, Any], chosen: str) -> dict[str, Any]:
    options = [{"value": "", "label": _("不限"), "selected": not chosen}]
    options += [
        {"value": value, "label": str(word), "selected": value == chosen}
        for value, word in words.items()
    ]
    return {"name": name, "label": label, "options": options}


def _tabs() -> list[dict[str, Any]]:
    """Hiding acts or everything, under the filters that are set."""
    kept: dict[str, Any] = {n: value for n in _FILTERS if (value := request.args.get(n))}
    without_kind = {name: value for name, value in kept.items() if name != "kind"}
    everything = request.args.get("show") == "all" or "kind" in kept
    hiding_href = url_for("log.readable", **without_kind)
    all_href = url_for("log.readable", **kept | {"show": "all"})
    return [
        {"label": _("只看删改"), "href": hiding_href, "current": not everything},
        {"label": _("全部记录"), "href": all_href, "current": everything},
    ]


def _entry_href(index: int) -> str:
    return url_for("log.entry", index=index)


def _public(path: str) -> str:
    return request.script_root + path
