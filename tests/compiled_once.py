"""Templates, addresses and statements are compiled once for all boards of a test process.

Thousands of boards are made, and all are alike: each would compile again what the one before it
did, which takes a third of the time of the tests. In life there is one board to a process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_TEMPLATES = Path(__file__).parent.parent / "build" / "templates"
_STATEMENTS = 3000  # of each kind of database: more than the program has
_build_builder = Rule._compile_builder
_builders: dict[object, Any] = {}
_statements: dict[type, LRUCache[Any, Any]] = {}


def use() -> None:
    """From now on; what is kept is looked up by what it was compiled from."""
    _TEMPLATES.mkdir(parents=True, exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(_TEMPLATES))}
    for owner, name, made in _INSTEAD:
        setattr(owner, name, made)


def _builder_once(rule: Rule, append_unknown: bool = True) -> Any:
    # What a builder does depends on the route's text and defaults alone; the route itself is given to it.
    key = (tuple(rule._trace), str(rule.defaults), rule.subdomain, rule.host, append_unknown)
    if key not in _builders:
        _builders[key] = _build_builder(rule, append_unknown)
    return _builders[key]


def _kept_statements(engine: Engine) -> LRUCache[Any, Any]:
    return _statements.setdefault(type(engine.dialect), LRUCache(_STATEMENTS))


def _is_alike(dialect: DefaultDialect, other: object) -> bool:
    return type(dialect) is type(other)


# A statement is kept for the dialect it was written in: here all of one class write alike.
_INSTEAD: tuple[tuple[type, str, object], ...] = (
    (Rule, "_compile_builder", _builder_once),
    (DefaultDialect, "__eq__", _is_alike),
    (DefaultDialect, "__hash__", lambda dialect: hash(type(dialect))),
    (Engine, "_compiled_cache", property(_kept_statements, lambda _engine, _own: None)),
)
