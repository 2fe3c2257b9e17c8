"""The English catalogue keeps up with the sources, says the same, and says it in English."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from forum.base.web.locale import LOCALES

ROOT = Path(__file__).parent.parent
ENGLISH = ROOT / "forum" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
PYBABEL = Path(sys.executable).with_name("pybabel")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
TEMPLATES = sorted(path for path in (ROOT / "forum/templates").rglob("*") if path.is_file())
COMMENT = re.compile(r"{#.*?#}", re.S)
MARKED = re.compile(r"\b(?:_\(|ngettext\('[^']*', )'[^']*'")
# What a template's own script fills in, %%n, is a placeholder like any other.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%\w|%[sd]")
NEVER_SAID = ("用户", "网友", "群众", "附议", "督办", "格式化", "墓碑", "封禁", "决定书")
# In the bar at the top of a telephone these stand beside the board's name.
MASTHEAD = ("提意见", "登录", "我的")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What is marked for translation in code and templates now, as `make messages` finds it."""
    found = tmp_path_factory.mktemp("messages") / "messages.pot"
    command: list[str | Path] = [
        PYBABEL,
        "--quiet",
        "extract",
        "-F",
        "babel.cfg",
        "-k",
        "lazy_gettext",
        "-k",
        "_l",
    ]
    subprocess.run([*command, "-o", found, "."], cwd=ROOT, check=True)
    with found.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The catalogue as it lies in the tree."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def _words(texts: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """The forms of a message: one, or one for each plural."""
    return [texts] if isinstance(texts, str) else list(texts or ())


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_every_sentence_has_its_english(sources, english):
    ready = {
        message.id
        for message in _messages(english)
        if message.string and all(_words(message.string))
    }
    assert [message.id for message in _messages(sources) if message.id not in ready] == []


def test_the_catalogue_holds_no_sentence_the_sources_dropped(sources, english):
    used = {message.id for message in _messages(sources)}
    assert [message.id for message in _messages(english) if message.id not in used] == []
    assert not english.obsolete


def test_no_translation_is_a_guess(english):
    assert [message.id for message in _messages(english) if message.fuzzy] == []


def test_a_translation_fills_in_what_the_source_fills_in(english):
    differing = [
        (message.id, said)
        for message in _messages(english)
        for said in _words(message.string)
        if said
        and sorted(PLACEHOLDER.findall(said)) != sorted(PLACEHOLDER.findall(_words(message.id)[0]))
    ]
    assert differing == []


def test_the_english_is_english(english):
    said = [text for message in _messages(english) for text in _words(message.string)]
    assert [text for text in said if CHINESE.search(text)] == []
    assert [text for text in said if re.search(r"\busers?\b", text, re.I)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_says_nothing_that_is_not_marked(path):
    shown = MARKED.sub("", COMMENT.sub("", path.read_text()))
    assert CHINESE.findall(shown) == []


def test_the_chinese_keeps_to_our_words(sources):
    written = [text for message in _messages(sources) for text in _words(message.id)]
    assert [text for text in written if any(word in text for word in NEVER_SAID)] == []


def test_the_buttons_at_the_top_fit_a_telephone(english):
    assert {
        word: len(english[word].string) for word in MASTHEAD if len(english[word].string) > 10
    } == {}


@pytest.mark.parametrize("path", ["/", "/complaints", "/log", "/transparency", "/login", "/signup"])
def test_an_english_page_of_an_empty_board_says_nothing_in_chinese(sqlite_app, path):
    page = sqlite_app.test_client().get(f"{path}?lang=en").text
    for name in (sqlite_app.config["FORUM_BOARD_NAME"], *LOCALES.values(), *_places()):
        page = page.replace(name, "")
    assert CHINESE.findall(page) == []


def _places() -> list[str]:
    """Names are not translated: those of the categories that a board opens with."""
    from forum.places.queries import categories

    return [category.name for category in categories()]
