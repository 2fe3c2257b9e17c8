"""Who decides, who watches over them, who appointed them: by staff number, for everybody."""

import re
from datetime import date

from flask import Flask

from forum.transparency import roles
from tests.factories import a_person, sign_in

AT = "2026-03-04T09:30:00Z"
GRANT = {"kind": "role.granted", "at": AT, "by": "admin", "granted_by": "S-001", "role": "auditor",
         "department": None, "second": None, "until": None}  # fmt: skip
DAY = date(2026, 3, 5)


def standing(*entries: dict) -> list[tuple[str, str]]:
    """Who holds what after these entries."""
    found = roles.appointments_of(enumerate(GRANT | entry for entry in entries))
    return [(each.staff, each.role) for each in roles.holders(found, DAY)]


def test_auditors_come_first_and_staff_without_power_do_not_appear():
    assert standing({"staff": "S-003", "role": "moderator"}, {"staff": "S-004", "role": "staff"},
                    {"staff": "S-005"}) == [("S-005", "auditor"), ("S-003", "moderator")]  # fmt: skip


def test_a_role_ends_when_it_is_revoked_replaced_or_over():
    revoked = {"kind": "role.revoked", "staff": "S-003"}
    assert standing({"staff": "S-003"}, revoked) == []
    assert standing({"staff": "S-003"}, {"staff": "S-003", "role": "admin"}) == [("S-003", "admin")]
    assert standing({"staff": "S-003", "until": "2026-03-04"}) == []
    assert standing({"staff": "S-003", "until": "2026-03-05"}) == [("S-003", "auditor")]


def test_an_appointment_says_who_made_it_and_when_it_ended():
    entries = [{"staff": "S-003", "second": "S-002", "until": "2027-01-01"},
               {"kind": "role.revoked", "staff": "S-003"}]  # fmt: skip
    (found,) = roles.appointments_of(enumerate(GRANT | entry for entry in entries))
    assert (found.by, found.second, found.until) == ("S-001", "S-002", date(2027, 1, 1))
    assert (found.entry, found.ended_entry) == (0, 1)


def test_the_page_names_everybody_with_power_by_number_and_entry(app: Flask, client):
    people = [a_person(role) for role in ("auditor", "moderator", "admin", "executive")]
    clerk, names = a_person("staff"), [person.name for person in people]
    numbers = {str(person.staff_no) for person in people}
    page = client.get("/about/roles").text
    shown = set(re.findall(r'data-holder="([^"]+)"', page))
    assert numbers <= shown and clerk.staff_no not in shown
    assert not any(name in page for name in names)
    assert "没有署名" in page and f"没有第二人同意的 {len(shown)} 个" in page
    assert 'href="/about/roles"' in client.get("/transparency").text


def test_a_board_without_an_auditor_says_so(app: Flask, client):
    assert "现在没有人担任：独立监督员" in client.get("/about/roles").text
    a_person("auditor")
    assert "担任：独立监督员" not in client.get("/about/roles").text


def test_an_auditor_sees_their_own_appointment_on_the_desk(sqlite_app: Flask):
    auditor = a_person("auditor")
    page = sign_in(sqlite_app, auditor).get("/audit").text
    assert f"{auditor.staff_no} · 由服务器上的命令授予" in page and "没有写明期限" in page
