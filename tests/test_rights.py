"""Who may open and do what: every route, held against this table, for every role."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from forum.base import rights
from tests.factories import csrf, sign_in
from tests.rows import row_counts
from tests.scenes import EVERYBODY, OPEN, REMOVED, SIGNED_IN, addresses

# Written by hand and not taken from the program: a right that grew by mistake must show here.
WHO = {
    EVERYBODY: """pages.home pages.complaints pages.project pages.city pages.category
        pages.complaint pages.complaint_json pages.history search.search complaints.new
        moderation.notice_form moderation.notice moderation.notice_page
        moderation.appeals moderation.appeal_page moderation.challenge_page
        moderation.challenge_form moderation.challenge
        complaints.proof complaints.photo moderation.rules moderation.rules_version moderation.closing api.open_data moderation.statement log.checkpoint
        log.tile log.vkey log.policy log.rotated log.rotations log.readable log.entry log.verify
        transparency.balance_page
        transparency.balance_json transparency.figures_json transparency.figures_csv
        transparency.year transparency.behind transparency.chart transparency.dsa_csv
        transparency.dsa_json
        audit.opinions audit.opinion audit.sample audit.roles
        static accounts.login accounts.login_post accounts.logout accounts.language
        accounts.signup accounts.signup_post accounts.signup_verify
        accounts.signup_verify_post accounts.reset accounts.reset_post accounts.reset_verify
        accounts.reset_verify_post accounts.invite accounts.invite_post feeds.newest feeds.hiding
        feeds.complaint feeds.city feeds.project feeds.category feeds.robots feeds.sitemap
        feeds.sitemap_part""",
    SIGNED_IN: """accounts.account accounts.back_to_account accounts.rename
        accounts.change_password accounts.sign_out_everywhere notifications.index
        notifications.mark_read complaints.receipt complaints.receipt_page pages.mine
        complaints.receipt_image moderation.own_appeals moderation.appeal_statement
        moderation.appeal_form moderation.appeal moderation.flag_form""",
    "member": """complaints.post complaints.support complaints.unsupport complaints.comment
        complaints.edit complaints.save complaints.status complaints.withdraw
        complaints.stop_withdrawal complaints.undo_withdrawal complaints.unmerge
        moderation.flag moderation.counter_form moderation.counter""",
    "staff executive": "response.reply response.resolve",
    "admin": "moderation.new_rules moderation.publish_rules",
    "admin executive": "moderation.propose_closing",
    "auditor executive": "moderation.approve_closing moderation.reject_closing",
    "admin auditor executive": "moderation.closing_desk",
    "moderator": "moderation.restore moderation.lift",
    "moderator auditor": """moderation.remove_form moderation.remove moderation.erase_form
        moderation.redact_form moderation.redact moderation.delist_form moderation.delist
        moderation.suspend_form moderation.suspend
        moderation.erase moderation.desk moderation.approve moderation.reject
        moderation.sealed moderation.view_sealed""",
    "staff executive admin": """response.queue moderation.ask_form moderation.ask""",
    "executive auditor admin": "digest.index digest.issue",
    "auditor": """moderation.decide_appeal moderation.decide_challenge audit.at_desk audit.review
        audit.sign_form audit.sign""",
    "member staff moderator": "moderation.merge_form moderation.merge",
    "auditor moderator": """moderation.refuse_form moderation.refuse moderation.held
        moderation.unlock moderation.part moderation.flagged moderation.open_flagged
        moderation.keep""",
    " moderator": """moderation.order_form moderation.order moderation.publish moderation.lock_form moderation.lock moderation.move_form
        moderation.move moderation.merges moderation.decline moderation.bulk
        moderation.bulk_preview moderation.bulk_act""",
}
MAY = {name: who.split() for who, names in WHO.items() for name in names.split()}

NOT_YOURS = "您的身份不能打开这一页"
NOT_FROM_HERE = "这个请求不是从本站页面发出的"
NO_TOKEN = "页面停留太久或已重新登录"


def test_every_route_has_a_row_here_and_in_the_program(scene):
    endpoints = {rule.endpoint for rule in scene.app.url_map.iter_rules()}
    assert endpoints == set(MAY)
    assert endpoints - {"static"} == set(rights.ROUTES)


def test_no_act_is_left_that_nobody_asks_for(scene):
    asked_in_services = {
        "admin",
        "complaint.remove-alone",
        "complaint.redact-alone",
        "measure.propose",
    }
    assert set(rights.ACTS) - set(rights.ROUTES.values()) <= asked_in_services


def is_sent_to_login(answer: TestResponse) -> bool:
    return answer.status_code == 302 and (answer.location or "").startswith("/login")


def refuses(answer: TestResponse, role: str) -> bool:
    """Whether the answer is the one for whoever may not."""
    if role == "visitor":
        return is_sent_to_login(answer)
    return answer.status_code == 403 and NOT_YOURS in answer.text


@pytest.mark.parametrize("role", EVERYBODY.split())
def test_reading_is_for_whom_the_table_says(scene, browsers, role):
    wrong = []
    for endpoint, path in addresses(scene, "GET"):
        answer = browsers[role].get(path)
        if refuses(answer, role) is (role in MAY[endpoint]):
            wrong.append((endpoint, answer.status_code))
        assert answer.status_code < 500
        answer.close()
    assert not wrong


@pytest.mark.parametrize("role", SIGNED_IN.split())
def test_acting_is_for_whom_the_table_says_and_never_without_the_token(scene, browsers, role):
    before, wrong = row_counts(), []
    for endpoint, path in addresses(scene, "POST"):
        answer = browsers[role].post(path)
        may = answer.status_code == 400 and NO_TOKEN in answer.text
        if may is refuses(answer, role) or may is not (role in MAY[endpoint]):
            wrong.append((endpoint, answer.status_code))
    assert not wrong and row_counts() == before


@pytest.mark.parametrize("role", EVERYBODY.split())
@pytest.mark.parametrize(
    "header",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_another_sites_page_acts_for_nobody(scene, browsers, role, header):
    browser = browsers[role]
    token = "" if role == "visitor" else csrf(browser)
    before = row_counts()
    for endpoint, path in addresses(scene, "POST"):
        answer = browser.post(path, data={"csrf_token": token}, headers=header)
        if role in MAY[endpoint]:
            assert answer.status_code == 400 and NOT_FROM_HERE in answer.text, endpoint
        else:
            assert refuses(answer, role), endpoint
        assert "Set-Cookie" not in answer.headers
    assert row_counts() == before


@pytest.mark.parametrize("role", SIGNED_IN.split())
def test_the_token_opens_what_the_table_allows(scene, browsers, role):
    may = [path for endpoint, path in addresses(scene, "POST")
           if role in MAY[endpoint] and endpoint in EMPTY_IS_WRONG]  # fmt: skip
    token, before = csrf(browsers[role]), row_counts()
    for path in may:
        answer = browsers[role].post(path, data={"csrf_token": token})
        assert answer.status_code in (400, 403, 409), path
        assert NO_TOKEN not in answer.text and NOT_YOURS not in answer.text, path
    assert may and row_counts() == before


EMPTY_IS_WRONG = frozenset(
    """complaints.post complaints.comment complaints.save complaints.status complaints.withdraw
    complaints.undo_withdrawal response.reply response.resolve moderation.remove
    moderation.erase moderation.ask moderation.reject moderation.restore moderation.lift
    moderation.redact moderation.delist moderation.suspend accounts.rename
    accounts.change_password accounts.language
    moderation.appeal moderation.challenge moderation.decide_appeal moderation.decide_challenge
    complaints.unmerge audit.review audit.sign moderation.refuse moderation.publish moderation.lock moderation.unlock
    moderation.move moderation.merge moderation.decline moderation.part moderation.bulk_act
    moderation.flag moderation.notice moderation.order moderation.counter moderation.keep""".split()
)


def test_what_may_be_read_is_there(scene, browsers):
    """Or else the table would be held against addresses that lead nowhere."""
    elsewhere = {"accounts.back_to_account", "accounts.signup_verify", "accounts.reset_verify"}
    # The key of this board was not changed, and nobody wants to close it.
    never = {"log.rotated", "moderation.closing", "api.open_data"}
    for endpoint, path in addresses(scene, "GET"):
        reader = next(role for role in ("member", *MAY[endpoint]) if role in MAY[endpoint])
        if endpoint.startswith(("accounts.log", "accounts.sign", "accounts.res")):
            reader = "visitor"
        answer = browsers[reader].get(path)
        wanted = 302 if endpoint in elsewhere else 404 if endpoint in never else 200
        # What people can read is not refused any more.
        wanted = 409 if endpoint == "moderation.refuse_form" else wanted
        # Their author appealed already: the form leads to that.
        appeals = ("moderation.appeal_statement", "moderation.appeal_form")
        wanted = 303 if endpoint in appeals else wanted
        assert answer.status_code == wanted, path
        answer.close()


def test_only_the_author_opens_what_is_the_authors(scene, browsers):
    other = sign_in(scene.app, scene.people["member"])
    for path in ("receipt", "receipt/page", "receipt/picture", "edit"):
        for browser in (other, browsers["staff"], browsers["moderator"], browsers["admin"]):
            assert browser.get(f"/complaints/{OPEN}/{path}").status_code == 403
        assert browsers["member"].get(f"/complaints/{OPEN}/{path}").status_code == 200
    gone = f"/complaints/{REMOVED}"
    assert "第三条会被下架" in browsers["member"].get(gone).text
    assert "第三条会被下架" not in other.get(gone).text + browsers["admin"].get(gone).text


@pytest.mark.parametrize("role", EVERYBODY.split())
def test_looking_changes_nothing(scene, browsers, role):
    before = row_counts()
    for _endpoint, path in addresses(scene, "GET"):
        browsers[role].get(path).close()
        browsers[role].head(path).close()
    assert row_counts() == before


def test_visitors_get_no_cookie_and_no_token(scene):
    for _endpoint, path in addresses(scene, "GET"):
        answer = scene.app.test_client().get(path)
        assert "Set-Cookie" not in answer.headers, path
        if answer.mimetype == "text/html":
            assert 'name="csrf_token" value=""' in answer.text or "csrf_token" not in answer.text
        answer.close()
