"""The words in which a page says a state: the value in the markup alone could lie to people."""

from __future__ import annotations

LABELS: dict[str, dict[str, str]] = {
    "status": {
        "open": "待答复", "answered": "已答复", "promised": "已承诺",
        "resolved": "已处理，等您确认", "confirmed": "业主确认已解决",
        "disputed": "业主认为未解决", "closed_unconfirmed": "未获业主确认",
    },
    "type": {"criticism": "批评", "suggestion": "建议", "question": "咨询", "praise": "表扬"},
}  # fmt: skip


def squeeze(value: object) -> str:
    """Text without white space: how lines are broken is the page's own."""
    return "" if value is None else "".join(str(value).split())
