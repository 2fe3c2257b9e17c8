"""How often one network address may try. Counted in this process only: it slows a guesser down
and stops nobody who has many addresses; the bounds that hold are `attempts` and `codes`."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from ipaddress import ip_network
from threading import Lock

from flask import current_app, request
from flask_babel import gettext as _

from forum.base import clock
from forum.base.refusal import TooMany

# Whole neighbourhoods share one address of a mobile network, so these are wide.
BOUNDS = {
    "sign-in": (50, timedelta(minutes=5)),
    "code": (30, timedelta(hours=1)),
    "notice": (10, timedelta(hours=1)),
    "challenge": (10, timedelta(hours=1)),
}
_lock = Lock()


def count(what: str) -> None:
    """Count one try of `what` by whoever sends this request; TooMany above its bound."""
    most, within = BOUNDS[what]
    tries: dict[tuple[str, str], deque[datetime]] = current_app.extensions.setdefault("tries", {})
    now = clock.now()
    with _lock:
        if len(tries) > 10_000:
            tries.clear()
        seen = tries.setdefault((what, _network()), deque(maxlen=most))
        if len(seen) == most and now - seen[0] < within:
            raise TooMany(_("这个网络的尝试太多了，请过一会儿再试。"), "address")
        seen.append(now)


def _network() -> str:
    """The address; of IPv6 the /64, which is what one line gets."""
    address = request.remote_addr or "0.0.0.0"  # noqa: S104 — nobody is bound to it
    return str(ip_network(f"{address}/{64 if ':' in address else 32}", strict=False))
