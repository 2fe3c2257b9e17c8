"""Sign-up, sign-in and the own account as a browser sees them."""

import re
from datetime import timedelta
from html import unescape

import pytest

from forum.accounts import limits, service
from forum.accounts.views.answers import local
from forum.base import clock
from forum.base.db import transaction
from tests.accounts.conftest import PASSWORD, PHONE

STRONG = "garden-not-car-park"


@pytest.fixture
def sign_in(post):
    """Sign a browser in; further arguments are fields of the form."""

    def act(name=PHONE, password=PASSWORD, **more):
        return post("/login", address=name, password=password, **more)

    return act


def is_signed_in(client):
    return client.get("/account").status_code == 200


def fields_of(page):
    """The hidden fields of the first form that has a ticket, as a browser would send them."""
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if 'name="ticket"' in f)
    hidden = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form)
    pairs = [(re.search(r'name="(\w+)"', i)[1], re.search(r'value="([^"]*)"', i)) for i in hidden]
    return {name: unescape(value[1]) for name, value in pairs if value and name != "csrf_token"}


PUBLIC = (
    "/login",
    "/signup",
    "/reset",
    "/login?next=/complaints/new",
    "/signup/verify",
    "/account",
)


@pytest.mark.parametrize("path", PUBLIC)
def test_visitors_get_no_cookie_and_no_token(client, path):
    answer = client.get(path)
    assert "Set-Cookie" not in answer.headers
    assert not re.search(r'csrf_token" value="[^"]', answer.text)


def test_static_files_never_look_at_a_session(client, member, sign_in):
    sign_in(stay="y")
    answer = client.get("/static/img/favicon.svg")
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    answer.close()


def test_signing_up_takes_two_steps_and_no_cookie_between(client, post, inbox):
    second = post("/signup", address=PHONE, next="/complaints/new")
    assert "Set-Cookie" not in second.headers and second.headers["Cache-Control"] == "no-store"
    ((_number, text),) = inbox()
    code = re.search(r"\d{6}", text)[0]
    answer = post(
        "/signup/verify", code=code, name="阿琳", password=PASSWORD, **fields_of(second.text)
    )
    assert (answer.status_code, answer.location) == (303, "/complaints/new")
    assert is_signed_in(client)


def test_the_first_step_answers_the_same_for_known_and_unknown(post, member):
    for path in ("/signup", "/reset"):
        pages = []
        for number in (PHONE, "13900139000"):
            page = post(path, address=number).text
            shown = f"{number[:3]} {number[3:7]} {number[7:]}"
            page = page.replace(shown, "…").replace(number, "…")
            pages.append(re.sub(r'name="ticket"[^>]*value="[^"]*"', "", page))
        assert pages[0] == pages[1]


def test_a_ticket_is_for_one_address_and_one_purpose(post, member):
    ticket = fields_of(post("/reset", address=PHONE).text)["ticket"]
    for forged in ("", ticket + "x", ticket[::-1]):
        assert post("/reset/verify", ticket=forged, code="1", password="x").status_code == 400
    answer = post("/signup/verify", ticket=ticket, code="123456", name="阿琳", password=PASSWORD)
    assert answer.status_code == 400 and 'name="ticket"' not in answer.text


def test_what_was_typed_is_kept_but_never_the_password(post):
    second = post("/signup", address=PHONE)
    answer = post(
        "/signup/verify", code="123456", name="<b>阿琳", password=PASSWORD, stay="y",
        **fields_of(second.text),
    )  # fmt: skip
    assert answer.status_code == 400 and "验证码不对或已过期" in answer.text
    assert 'value="&lt;b&gt;阿琳"' in answer.text and 'value="123456"' in answer.text
    assert PASSWORD not in answer.text


WRONG = [
    ("/login", {"address": "", "password": ""}, "请填写这一项"),
    ("/login", {}, "请填写这一项"),
    ("/login", {"address": "x" * 300, "password": "x"}, "太长了"),
    ("/login", {"address": "\x00\ud800", "password": "\x00"}, "账号或密码不对"),
    ("/login", {"address": "<script>", "password": "x" * 129}, "太长了"),
    ("/signup", {"address": "not an address"}, "请填写 11 位手机号"),
    ("/reset", {"address": "1" * 12}, "请填写 11 位手机号"),
]


@pytest.mark.parametrize(("path", "fields", "sentence"), WRONG)
def test_wrong_input_gets_a_sentence_at_the_field(client, path, fields, sentence):
    body = {name: text.encode("utf-8", "surrogatepass") for name, text in fields.items()}
    answer = client.post(path, data=body)
    assert answer.status_code == 400 and sentence in answer.text
    assert "<script>" not in answer.text and "Set-Cookie" not in answer.headers


def test_a_refused_form_is_in_the_language_of_its_reader(client):
    page = client.post("/login", data={}, headers={"Accept-Language": "en"}).text
    assert '<html lang="en"' in page


def test_signing_in_leads_on_and_out_again(client, member, sign_in, post):
    answer = sign_in(next="/log")
    assert (answer.status_code, answer.location) == (303, "/log")
    assert client.get("/login?next=/log").location == "/log"
    post("/logout")
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil", "",
     "javascript:alert(1)", "/x\r\nSet-Cookie: a=b", "///evil.example", None],
)  # fmt: skip
def test_nobody_is_led_to_another_host(app, target):
    assert local(target) == "/"


def test_an_address_on_the_board_is_led_to(app):
    assert local("/complaints?city=深圳&q=漏水#x") == "/complaints?city=深圳&q=漏水#x"


def test_staying_signed_in_is_a_choice(client, member, sign_in, post):
    assert "Expires" not in sign_in().headers["Set-Cookie"]
    post("/logout")
    cookie = sign_in(stay="y").headers["Set-Cookie"]
    assert "Expires" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_session_ends_at_once_when_the_account_is_disabled(client, member, sign_in):
    sign_in()
    with transaction():
        member.disabled = True
    answer = client.get("/account")
    assert answer.status_code == 302
    assert "Expires=Thu, 01 Jan 1970" in answer.headers["Set-Cookie"]


def test_a_new_password_signs_out_every_other_device(app, client, member, sign_in, post):
    other = app.test_client()
    other.post("/login", data={"address": PHONE, "password": PASSWORD})
    sign_in()
    answer = post("/account/password", current=PASSWORD, password=STRONG)
    assert answer.location == "/account" and "密码已更改" in client.get("/account").text
    assert is_signed_in(client) and not is_signed_in(other)


def test_signing_out_everywhere_ends_this_session_too(app, client, member, sign_in, post):
    other = app.test_client()
    other.post("/login", data={"address": PHONE, "password": PASSWORD})
    sign_in()
    assert "everywhere" in post("/account/sign-out-everywhere").location
    assert not is_signed_in(client) and not is_signed_in(other)


def test_a_reset_over_the_pages_ends_in_the_login(client, post, member, inbox):
    second = post("/reset", address=PHONE)
    code = re.search(r"\d{6}", inbox()[0][1])[0]
    answer = post("/reset/verify", code=code, password=STRONG, **fields_of(second.text))
    assert answer.location == "/login?said=password" and not is_signed_in(client)
    assert "新密码已设好" in client.get(answer.location).text
    assert service.sign_in(PHONE, STRONG) is member


def test_an_invitation_over_the_pages(client, post, app):
    person = service.create_person("林知夏", "staff", by="admin")
    path = f"/invite/{service.invite(person)}"
    page = client.get(path)
    assert "S-001" in page.text and page.headers["Cache-Control"] == "no-store"
    assert post(path, password="too-short").status_code == 400
    assert post(path, password=STRONG).status_code == 303
    assert client.get(path).status_code == 400
    assert post("/login", address="S-001", password=STRONG).status_code == 303


def test_the_own_account_shows_its_owner(client, member, sign_in):
    sign_in()
    page = client.get("/account")
    assert "榕树下老周" in page.text and "138****8000" in page.text and PHONE not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_new_pseudonym_is_taken_or_refused_at_its_field(client, member, sign_in, post):
    sign_in()
    assert post("/account/name", name="官方").status_code == 400
    assert client.get("/account/name").location == "/account"
    post("/account/name", name="榕树下小周")
    assert "署名已更改" in client.get("/account").text
    assert member.name == "榕树下小周"


def test_the_language_is_kept_for_a_year_and_with_the_account(client, member, sign_in, post):
    sign_in()
    answer = post("/language", lang="en", next="/log")
    assert answer.location == "/log" and "lang=en" in answer.headers["Set-Cookie"]
    assert member.locale == "en" and '<html lang="en"' in client.get("/account").text
    assert post("/language", lang="xx").status_code == 400


def test_visitors_choose_a_language_without_a_session(client):
    answer = client.post("/language", data={"lang": "en", "next": "//evil.example"})
    assert answer.location == "/"
    assert [c.partition("=")[0] for c in answer.headers.getlist("Set-Cookie")] == ["lang"]


@pytest.mark.parametrize("path", ["/account/name", "/account/password", "/logout", "/language"])
def test_the_signed_in_must_show_their_token(client, member, sign_in, path):
    sign_in()
    assert client.post(path, data={"name": "x", "lang": "en"}).status_code == 400
    assert is_signed_in(client)


def test_another_sites_page_signs_nobody_in(client, member):
    fields = {"address": PHONE, "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/login", data=fields, headers=headers).status_code == 400
    assert not is_signed_in(client)


def test_the_tenth_wrong_password_says_to_wait(member, sign_in):
    for _ in range(9):
        assert sign_in(password="wrong").status_code == 400
    answer = sign_in(password="wrong")
    assert answer.status_code == 429 and "过 5 分钟再试" in answer.text
    assert sign_in().status_code == 429


def test_one_network_cannot_try_without_end(client, monkeypatch):
    monkeypatch.setitem(limits.BOUNDS, "code", (2, timedelta(hours=1)))

    def ask(number, **environ):
        data = {"address": f"1380013800{number}"}
        return client.post("/signup", data=data, environ_overrides=environ).status_code

    assert [ask(n) for n in range(3)] == [200, 200, 429]
    assert ask(3, REMOTE_ADDR="2001:db8::1") == 200
    assert ask(4, REMOTE_ADDR="2001:db8::ff") == 200
    assert ask(5, REMOTE_ADDR="2001:db8::abc") == 429
    with clock.set_to(clock.now() + timedelta(hours=1, seconds=1)):
        assert ask(6) == 200
