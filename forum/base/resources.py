"""What the running application lends to services without their knowing Flask: settings, key, files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, current_app


def setting(name: str) -> Any:
    """The value of a setting of config.py."""
    return current_app.config[name]


def instance() -> Path:
    """The instance folder: database, keys, files, index."""
    return Path(current_app.config["FORUM_INSTANCE"])


def provide(app: Flask, name: str, thing: Any) -> None:
    """Make `thing` available under `name` to everything that runs in `app`."""
    app.extensions.setdefault("zhiyan", {})[name] = thing


def resource(name: str) -> Any:
    """What `provide` put there; KeyError when nobody did."""
    return current_app.extensions["zhiyan"][name]
