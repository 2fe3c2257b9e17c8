"""A version of the rules as an administrator writes it, read strictly: whole or not at all.

As a file it is JSON, in the form of `first_rules.json`; on the page the clauses are plain text:

    3.4 辱骂和威胁 [abuse]
    对具体的人进行人身侮辱，或者威胁要伤害他。
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l

from forum.base.refusal import Invalid
from forum.base.text import is_readable, normalise_line
from forum.moderation.rules import RulesText
from forum.tlog.entry import REASONS

MAX_TITLE, MAX_PREAMBLE, MAX_TEXT, MAX_CLAUSES = 60, 2_000, 2_000, 200
_NUMBER = re.compile(r"[1-9]\d?(\.[1-9]\d?){0,2}\Z", re.ASCII)
_HEADING = re.compile(r"(\S+)\s+(.*?)(?:\s*\[([a-z-]*)\])?\Z")
_PARTS = {"number", "title", "text", "reason"}
# version and chapters of `first_rules.json` are for its readers; here they mean nothing.
_KNOWN = {"title", "preamble", "clauses", "version", "chapters"}

Clause = dict[str, str | None]


class BadRules(Invalid):
    """The rules cannot be published as they are; `faults` are all sentences about why."""

    def __init__(self, faults: list[Any]) -> None:
        super().__init__("；".join(str(fault).rstrip("。") for fault in faults) + "。", "clauses")
        self.faults = faults


def read_file(data: bytes) -> RulesText:
    """The rules in a JSON file; BadRules names everything that is wrong with it."""
    try:
        given = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise BadRules([_l("文件不是 UTF-8 编码。")]) from None
    except ValueError as error:
        raise BadRules([_l("文件不是 JSON：%(why)s。", why=str(error))]) from None
    faults = list(_faults_of_form(given))
    if faults:
        raise BadRules(faults)
    clauses = [{name: clause.get(name) for name in sorted(_PARTS)} for clause in given["clauses"]]
    return require_whole(RulesText(given["title"], given["preamble"], clauses))


def read_plain(title: str, preamble: str, clauses: str) -> RulesText:
    """The rules as they were typed on the page."""
    blocks = re.split(r"\n[ \t]*\n", clauses.replace("\r\n", "\n").strip())
    read = [_block(block) for block in blocks if block.strip()]
    return require_whole(RulesText(title, preamble, read))


def as_plain(clauses: list[Clause]) -> str:
    """The inverse of the reading: what stands in the form to begin with."""
    blocks = (
        f"{c['number']} {c['title']}"
        + (f" [{c['reason']}]" if c["reason"] else "")
        + f"\n{c['text']}"
        for c in clauses
    )
    return "\n\n".join(blocks)


def require_whole(text: RulesText) -> RulesText:
    """The rules in their normal form; BadRules unless statements of reasons can cite them."""
    clean = RulesText(normalise_line(text.title), normalise_line(text.preamble),
                      [_normal(clause) for clause in text.clauses])  # fmt: skip
    faults = [*_faults_of_frame(clean), *_faults_of_clauses(clean.clauses)]
    if faults:
        raise BadRules(faults)
    return clean


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = [name for name, times in Counter(name for name, _value in pairs).items() if times > 1]
    if twice:
        raise ValueError(f"{twice[0]} stands there twice")
    return dict(pairs)


def _faults_of_form(given: Any) -> Iterator[Any]:
    if not isinstance(given, dict) or not isinstance(given.get("clauses"), list):
        yield _l("文件里要有 title、preamble 和 clauses（条款的列表）。")
        return
    for name in sorted(given.keys() - _KNOWN):
        yield _l("不认识的字段：%(name)s。", name=name)
    for name in ("title", "preamble"):
        if not isinstance(given.get(name), str):
            yield _l("缺少 %(name)s。", name=name)
    for place, clause in enumerate(given["clauses"], 1):
        if not _is_clause(clause):
            yield _l("第 %(n)d 个条款不完整：要有 number、title、text 和 reason（没有理由写 null）。",
                     n=place)  # fmt: skip


def _is_clause(clause: Any) -> bool:
    if not isinstance(clause, dict) or clause.keys() != _PARTS:
        return False
    texts = all(isinstance(clause[name], str) for name in ("number", "title", "text"))
    return texts and isinstance(clause["reason"], str | None)


def _block(block: str) -> Clause:
    head, _line, body = block.strip().partition("\n")
    found = _HEADING.match(head.strip())
    number, title, reason = found.groups() if found else (head.strip(), "", None)
    return {"number": number, "title": title, "reason": reason, "text": _one_line(body)}


def _one_line(body: str) -> str:
    """The lines of a clause as one paragraph: joined by a space, except between Chinese."""
    joined = ""
    for line in filter(None, map(str.strip, body.split("\n"))):
        spaced = joined and (joined[-1].isascii() or line[0].isascii())
        joined += f" {line}" if spaced else line
    return joined


def _normal(clause: Clause) -> Clause:
    texts = {name: normalise_line(str(clause[name] or "")) for name in ("number", "title", "text")}
    return {**texts, "reason": clause["reason"]}


def _faults_of_frame(text: RulesText) -> Iterator[Any]:
    if not text.title or len(text.title) > MAX_TITLE:
        yield _l("标题要有，最多 %(most)d 字。", most=MAX_TITLE)
    if not text.preamble or len(text.preamble) > MAX_PREAMBLE:
        yield _l("开头要有，最多 %(most)d 字。", most=MAX_PREAMBLE)
    if not 0 < len(text.clauses) <= MAX_CLAUSES:
        yield _l("条款要有 1 到 %(most)d 条。", most=MAX_CLAUSES)
    if not is_readable(text.title + text.preamble):
        yield _l("标题或开头里有无法识别的字符。")


def _faults_of_clauses(clauses: list[Clause]) -> Iterator[Any]:
    numbers = [str(clause["number"]) for clause in clauses]
    for number, times in Counter(numbers).items():
        if times > 1:
            yield _l("第 %(number)s 条有两个，编号不能重复。", number=number)
    places = [_place(number) for number in numbers if _NUMBER.match(number)]
    if places != sorted(places):
        yield _l("条款要按编号从小到大排列。")
    for clause in clauses:
        yield from _faults_of_clause(clause)
    missing = [code for code in REASONS if code not in {clause["reason"] for clause in clauses}]
    if missing:
        yield _l("这些理由没有条款可依：%(codes)s。", codes=" ".join(missing))


def _faults_of_clause(clause: Clause) -> Iterator[Any]:
    number, title, text = (str(clause[name]) for name in ("number", "title", "text"))
    if not _NUMBER.match(number):
        yield _l("“%(number)s”不是条款编号，要像 3.2 这样。", number=number[:20])
    if not title or len(title) > MAX_TITLE:
        yield _l("第 %(number)s 条的标题要有，最多 %(most)d 字。", number=number, most=MAX_TITLE)
    if not text or len(text) > MAX_TEXT:
        yield _l("第 %(number)s 条的正文要有，最多 %(most)d 字。", number=number, most=MAX_TEXT)
    if not is_readable(title + text):
        yield _l("第 %(number)s 条里有无法识别的字符。", number=number)
    if clause["reason"] is not None and clause["reason"] not in REASONS:
        yield _l("第 %(number)s 条的理由“%(code)s”不在理由表里。", number=number,
                 code=str(clause["reason"])[:30])  # fmt: skip


def _place(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))
