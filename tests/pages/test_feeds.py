"""Feeds, robots.txt and sitemap say what the lists say, and nothing that is gone."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from forum.pages import sitemap
from tests.factories import a_complaint
from tests.scenes import OPEN, REMOVED, WITHDRAWN

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def visitor(scene) -> FlaskClient:
    return scene.app.test_client()


def entries(visitor: FlaskClient, path: str) -> list[dict[str, str]]:
    """The entries of the feed at `path`: element → text."""
    answer = visitor.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    assert len(answer.headers["Log-Checkpoint"].split()) == 2
    found = ElementTree.fromstring(answer.data).iter(f"{ATOM}entry")
    return [{e.tag.removeprefix(ATOM): e.text or "" for e in entry} for entry in found]


def locations(visitor: FlaskClient, path: str) -> list[str]:
    found = ElementTree.fromstring(visitor.get(path).data)
    return [urlsplit(loc.text or "").path for loc in found.iter(f"{MAP}loc")]


@pytest.mark.parametrize("path", ["/feed.atom", "/projects/spring-garden/feed.atom"])
def test_the_feed_holds_what_the_list_holds_newest_first(visitor, path):
    found = entries(visitor, path)
    assert [urlsplit(e["id"]).path for e in found] == [f"/complaints/{n}" for n in (4, 3, 2, 1)]
    assert found[3]["content"] == "合同里写的是花园。现在停了车。"


def test_what_is_gone_is_in_a_feed_as_its_notice_only(visitor):
    removed = next(e for e in entries(visitor, "/feed.atom") if e["id"].endswith(f"/{REMOVED}"))
    assert "此处原有一条意见" in removed["title"] and "content" not in removed
    for path in ("/feed.atom", f"/complaints/{REMOVED}/feed.atom", "/log/feed.atom",
                 "/categories/repair/feed.atom"):  # fmt: skip
        assert "第三条会被下架" not in visitor.get(path).text, path


def test_a_character_that_xml_does_not_know_breaks_no_feed(sqlite_app):
    a_complaint(title="奇怪\ufffe的字", body="还有\uffff这个。")
    found = entries(sqlite_app.test_client(), "/feed.atom")
    assert found[0]["title"] == "#1 奇怪的字" and found[0]["content"] == "还有这个。"


def test_the_logs_feed_holds_the_hiding_acts(visitor):
    titles = [entry["title"] for entry in entries(visitor, "/log/feed.atom")]
    assert [t.split("：")[0] for t in titles if "#" in t] == [
        "收到投诉或要求", "撤回", "下架", "同意处理", "提议处理", "作者改了文字"
    ]  # fmt: skip


def test_the_feed_of_a_complaint_tells_all_that_happened(visitor):
    titles = [entry["title"] for entry in entries(visitor, f"/complaints/{OPEN}/feed.atom")]
    assert len(titles) == 5 and titles[-1].startswith("#1 ")
    assert "二栋小李" in "".join(titles)


def test_a_feed_that_was_fetched_before_is_not_sent_again(visitor):
    tag = visitor.get("/feed.atom").headers["ETag"]
    assert visitor.get("/feed.atom", headers={"If-None-Match": tag}).status_code == 304


def test_pages_name_their_feeds(visitor):
    for path, feed in (("/", "/feed.atom"), ("/log", "/log/feed.atom"),
                       (f"/complaints/{OPEN}", f"/complaints/{OPEN}/feed.atom"),
                       ("/projects/spring-garden", "/projects/spring-garden/feed.atom")):  # fmt: skip
        assert 'type="application/atom+xml" title=' in visitor.get(path).text
        assert f'href="{feed}"' in visitor.get(path).text, path


def test_an_unknown_place_has_no_feed(visitor):
    for path in ("/projects/nowhere/feed.atom", "/complaints/99/feed.atom", "/sitemaps/9.xml"):
        assert visitor.get(path).status_code == 404, path


def test_robots_may_see_all_that_is_public(visitor):
    rules = RobotFileParser()
    rules.parse(visitor.get("/robots.txt").text.splitlines())
    assert rules.site_maps() == ["http://board.test/sitemap.xml"]
    for path in ("/", "/complaints", "/complaints/1", "/projects/x", "/log", "/feed.atom"):
        assert rules.can_fetch("AnySpider", path), path
    assert not rules.can_fetch("AnySpider", "/account")


def test_the_sitemap_lists_every_complaint_that_can_be_read(visitor, monkeypatch):
    monkeypatch.setattr(sitemap, "PART", 3)
    parts = locations(visitor, "/sitemap.xml")
    assert parts == ["/sitemaps/1.xml", "/sitemaps/2.xml", "/sitemaps/3.xml"]
    assert "/projects/spring-garden" in locations(visitor, parts[0])
    listed = locations(visitor, parts[1]) + locations(visitor, parts[2])
    assert listed == ["/complaints/1", "/complaints/2"]
    assert f"/complaints/{WITHDRAWN}" not in listed
