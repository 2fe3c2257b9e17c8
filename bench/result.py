"""One line of the table: what was measured, what it should be, whether it is."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

_HOLDS = {"≥": operator.ge, "<": operator.lt, "≤": operator.le}


@dataclass(frozen=True)
class Result:
    """A figure in `unit`. relation (≥ < ≤) and bound: its target; None where it only informs."""

    name: str
    measured: float
    unit: str
    relation: str | None = None
    bound: float | None = None
    note: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.relation is None or self.bound is None:
            return None
        return bool(_HOLDS[self.relation](self.measured, self.bound))

    def cells(self) -> tuple[str, str, str, str]:
        """Name, figure, target, verdict."""
        target = "" if self.ok is None else f"{self.relation} {_figure(self.bound or 0)}"
        verdict = {True: "ok", False: "MISS", None: ""}[self.ok]
        note = f" ({self.note})" if self.note else ""
        return self.name, f"{_figure(self.measured)} {self.unit}{note}", target, verdict

    def fields(self) -> dict[str, Any]:
        """The same for JSON."""
        return asdict(self) | {"ok": self.ok}


def table(results: Iterable[Result]) -> str:
    """All results in columns."""
    rows = [("", "measured", "target", ""), *(result.cells() for result in results)]
    widths = [max(_width(row[k]) for row in rows) for k in range(4)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _figure(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
