"""Every form of the board: where it stands, who fills it in, and what would be right in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from flask.testing import FlaskClient

from forum.base import clock
from tests.factories import PASSWORD
from tests.page_forms import PageForm, form_to
from tests.scenes import OPEN, REMOVED, RESOLVED, WITHDRAWN, Scene

CODE = "AAAQEAYEAUDAOCAJBIFQYDIOB4"
NEW = "石榴树下的长椅七张"


@dataclass(frozen=True)
class Form:
    """A form. texts, choices, dates: its fields of each kind; optional: those that may be empty.

    secrets: what must not come back; first: what is sent to another form to get to this page.
    """

    who: str
    page: str
    action: str
    texts: dict[str, str] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    secrets: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    acts: bool = False

    def open(self, browser: FlaskClient, scene: Scene, query: str = "") -> tuple[str, PageForm]:
        """The address to send it to, and the form as it stands on its page."""
        page = self.page.format(token=scene.invitation)
        if self.first and page not in scene.pages:
            # A code is sent three times an hour, so the second step is kept.
            scene.pages[page] = browser.post(page, data=self.first).text
        text = scene.pages[page] if self.first else browser.get(page).text
        found = form_to(text, self.action.format(token=scene.invitation), **self.hidden)
        return found.action + query, found

    def right(self) -> dict[str, str]:
        """Everything filled in as it should be."""
        day = (clock.local_date() + timedelta(days=9)).isoformat()
        return self.texts | self.choices | self.secrets | dict.fromkeys(self.dates, day)


OPENED, SOLVED = f"/complaints/{OPEN}", f"/complaints/{RESOLVED}"
BACK = f"/complaints/{WITHDRAWN}"
ADDRESS = "new.owner@board.test"

FORMS = {
    "complaint": Form(
        "member", "/complaints/new", "/complaints",
        texts={"title": "地库漏水", "body": "雨后积水三天。\n\n物业说在等材料。",
               "remedy": "修好顶板。", "pseudonym": "花城老张"},
        choices={"type": "criticism", "project": "spring-garden", "category": "repair"},
        dates=("wanted_by",), optional=("remedy", "wanted_by"),
    ),
    "comment": Form("member", OPENED, f"{OPENED}/comments", texts={"body": "我家也漏。"}),
    "edit": Form(
        "member", f"{OPENED}/edit", f"{OPENED}/edit", acts=True,
        texts={"title": "花园成了车位", "body": "合同附图是花园。", "code": CODE}, optional=("code",),
    ),
    "confirm": Form("member", SOLVED, f"{SOLVED}/status", texts={"code": CODE},
                    optional=("code",), hidden={"status": "confirmed"}, acts=True),
    "dispute": Form("member", SOLVED, f"{SOLVED}/status", texts={"code": CODE},
                    optional=("code",), hidden={"status": "disputed"}, acts=True),
    "withdraw": Form("member", OPENED, f"{OPENED}/withdraw", texts={"code": CODE},
                     choices={"reason": "asked"}, optional=("code", "reason"), acts=True),
    "undo": Form("member", BACK, f"{BACK}/withdraw/undo", texts={"code": CODE},
                 optional=("code",), acts=True),
    "reply": Form("staff", OPENED, f"{OPENED}/replies", texts={"body": "图纸已经查到。"},
                  choices={"kind": "reply"}, dates=("until",), optional=("until",)),
    "resolve": Form("executive", OPENED, f"{OPENED}/resolve", texts={"body": "车位线已铲除。"},
                    choices={"outcome": "fixed", "cause": "rule"}),
    "remove": Form(
        "moderator", f"{OPENED}/remove", f"{OPENED}/remove",
        texts={"facts": "第二段写出了楼下住户的姓名和电话。"},
        choices={"reason": "personal-data", "clause": "3.2", "detection": "notice",
                 "automated_decision": "none"},
        dates=("until",), optional=("until",),
    ),
    "erase": Form(
        "auditor", f"{OPENED}/erase", f"{OPENED}/erase",
        texts={"facts": "主管部门来函要求清除，函号另存。"},
        choices={"reason": "lawful-erasure", "clause": "4.5", "detection": "authority",
                 "automated_decision": "none"},
    ),
    "ask": Form(
        "executive", f"{OPENED}/ask", f"{OPENED}/ask",
        texts={"facts": "这一条点名道姓，请下架。"}, choices={"act": "remove", "reason": "abuse"},
    ),
    "flag": Form("member", f"{OPENED}/flag", f"{OPENED}/flag", texts={"words": "第二段骂人。"},
                 choices={"reason": "policy"}),
    "notice": Form(
        "visitor", f"{OPENED}/notice", f"{OPENED}/notice",
        texts={"sender": "维修公司经理", "contact": "boss@firm.test", "evidence": "采购单。",
               "claim": "说我们偷换配件，不是事实。"}, optional=("evidence",),
    ),
    "order": Form(
        "moderator", f"{OPENED}/order", f"{OPENED}/order", choices={"reason": "court-order"},
        texts={"sender": "区法院", "file_number": "（2026）民初 17 号", "contact": "书记员",
               "claim": "判令删去第二段里的门牌号。"}, optional=("contact",),
    ),
    "counter": Form("member", f"{OPENED}/notices/1/counter", f"{OPENED}/notices/1/counter",
                    texts={"text": "配件型号不一样，有照片。"}),
    "keep": Form("auditor", f"/moderation/flagged/{OPEN}", f"{OPENED}/keep",
                 texts={"words": "第二段说的是电梯，没有骂人。"}, choices={"reason": "abuse"}),
    "restore": Form("moderator", f"/complaints/{REMOVED}", f"/complaints/{REMOVED}/restore",
                    choices={"reason": "mistake"}),
    "challenge": Form(
        "visitor", "/log/entries/3/challenge", "/log/entries/3/challenge",
        texts={"words": "说明里的条款和事实对不上。", "email": "reader@mail.test"},
        optional=("email",),
    ),
    "decide": Form(
        "auditor", "/appeals/1", "/appeals/1/decide", choices={"outcome": "rejected"},
        texts={"reasons": "条款 3.4 说的正是这种情形。\n\n事实与原文一致。"},
    ),
    "sign": Form(
        "auditor", "/audit/report", "/audit/report",
        texts={"text": "看过的每一条都有理由，与原文相符。\n\n没有发现问题。"},
        choices={"opinion": "unqualified"},
    ),
    "login": Form("visitor", "/login", "/login", texts={"address": "nobody@board.test"},
                  secrets={"password": NEW}),
    "signup": Form("visitor", "/signup", "/signup", texts={"address": ADDRESS}),
    "signup-code": Form("visitor", "/signup", "/signup/verify", first={"address": ADDRESS},
                        texts={"code": "000000", "name": "阿琳"}, secrets={"password": NEW}),
    "reset": Form("visitor", "/reset", "/reset", texts={"address": ADDRESS}),
    "reset-code": Form("visitor", "/reset", "/reset/verify", first={"address": ADDRESS},
                       texts={"code": "000000"}, secrets={"password": NEW}),
    "invite": Form("visitor", "/invite/{token}", "/invite/{token}", secrets={"password": NEW}),
    "rename": Form("member", "/account", "/account/name", texts={"name": "花城小张"}),
    "password": Form("member", "/account", "/account/password",
                     secrets={"current": PASSWORD, "password": NEW}),
}  # fmt: skip
