"""Taking out of a text what could name somebody, before it goes into a file that others collect.

The statement itself stays as it was published. A machine finds forms (numbers, addresses, plates),
not names in plain words: the form for the facts asks not to write any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "[…]"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_FORMS = re.compile(
    "|".join(
        (
            r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",  # an e-mail address
            r"\d{17}[\dXx]",  # an identity card
            # A telephone or account number, but no date.
            r"\+?(?<!\d)(?!\d{4}-\d\d-\d\d(?!\d))\d(?:[ -]?\d){6,}",
            rf"[{_PROVINCES}][A-Z][·. ]?[A-Z0-9]{{5,6}}",  # a number plate
            r"\bS-\d{3,6}\b",  # somebody inside
            r"\d+\s*[栋幢座号](?:楼)?\s*(?:\d+\s*单元)?\s*\d+\s*[室房号]",  # a door
        )
    ),
    re.ASCII,
)
LEAST_NAME = 2


def masked(text: str, names: Iterable[str | None] = ()) -> str:
    """`text` without numbers, addresses and plates, and without these names (of two signs or more)."""
    for name in sorted({name for name in names if name}, key=len, reverse=True):
        if len(name) >= LEAST_NAME:
            text = text.replace(name, MASK)
    return _FORMS.sub(MASK, text)
