"""The face keeps its promises without being looked at: light, readable, nothing inline, nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

FORUM = Path(__file__).parent.parent / "forum"
CSS = FORUM / "static" / "css"
TEMPLATES = sorted((FORUM / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "mail" not in path.parts]
STATES = ("waiting", "answered", "promised", "overdue", "confirmed", "gone")
GROUNDS = ("paper", "surface", "sunken")
INK_ON_GROUND = [
    *((ink, ground) for ink in ("ink", "ink-soft", "accent", *STATES) for ground in GROUNDS),
    *((state, f"{state}-tint") for state in STATES),
    *((ink, f"{state}-tint") for ink in ("ink", "ink-soft") for state in STATES),
    ("ink", "accent-soft"),
    ("ink-soft", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("surface", "overdue"),
    ("ink", "mark"),
    ("confirmed", "confirmed-tint"),
    ("waiting", "accent-soft"),
]
SHAPES = (
    "open answered promised resolved confirmed disputed closed_unconfirmed overdue due held removed refused "
    "erased withdrawn merged visible kept broken"
)


def palettes() -> dict[str, dict[str, str]]:
    """The custom properties that are plain colours, of the light and of the dark theme."""
    light, dark = (CSS / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    read = {}
    for name, text in (("light", light), ("dark", dark)):
        read[name] = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text))
    return read


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_ink_can_be_read_on_its_ground(theme: str) -> None:
    colours = palettes()[theme]
    weak = {}
    for ink, ground in INK_ON_GROUND:
        low, high = sorted((luminance(colours[ink]), luminance(colours[ground])))
        ratio = (high + 0.05) / (low + 0.05)
        if ratio < 4.5:
            weak[ink, ground] = round(ratio, 2)
    assert not weak


def test_the_style_sheets_and_the_script_stay_light() -> None:
    assert sum(path.stat().st_size for path in CSS.glob("*.css")) < 40_000
    assert (FORUM / "static" / "js" / "zhiyan.js").stat().st_size < 10_000


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_holds_nothing_the_content_policy_would_refuse(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text(), flags=re.S)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=\"{{ static_url)", text)
    assert not re.search(r"(?:src|href|action)=[\"']?(?:https?:)?//", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_can_be_read_by_jinja(path: Path) -> None:
    environment = Environment(
        loader=FileSystemLoader(FORUM / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
    )
    environment.parse(path.read_text())


def test_the_style_sheets_ask_nobody_else() -> None:
    for path in CSS.glob("*.css"):
        assert "url(" not in path.read_text() and "@import" not in path.read_text()


def test_every_state_has_a_shape_and_not_only_a_colour() -> None:
    text = (CSS / "components.css").read_text()
    assert [code for code in SHAPES.split() if f".state-{code}::before" not in text] == []
