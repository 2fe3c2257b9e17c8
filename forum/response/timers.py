"""What happens to cases by time alone; the worker calls it every minute."""

from __future__ import annotations

from forum.response import service


def run_due() -> None:
    """Unconfirmed solutions close after fourteen days; promises whose day passed are broken."""
    service.close_silent()
    service.break_promises()
