"""What tests of flags and notices share: a flag, a notice, an order, and who may do what."""

from __future__ import annotations

from forum.accounts.models import Account
from forum.moderation import flags, notices
from forum.moderation.flag_models import Flag, PartyNotice
from forum.moderation.notices import Claim
from tests.factories import a_member, a_person

KEPT = "第二段说的是电梯和物业，没有指名骂人。"
CLAIM = Claim("维修公司经理", "party@firm.test", "说我们偷换配件，不是事实。", "采购单在附件。")
ORDER = Claim("住建局", "", "要求删除第二段中的门牌号。", file_number="建函〔2026〕17号")


def a_flag(
    number: int, person: Account | None = None, *, item: int | None = None,
    reason: str = "abuse", words: str = "第二段骂人。",
) -> Flag:  # fmt: skip
    """A reader flags it."""
    return flags.flag(person or a_member("二栋小李"), number, item, reason, words)


def a_notice(number: int, item: int | None = None, contact: str = CLAIM.contact) -> PartyNotice:
    """A party named in it sends a notice."""
    return notices.send(number, item, Claim(CLAIM.sender, contact, CLAIM.claim, CLAIM.evidence))


def an_order(number: int, moderator: Account | None = None) -> PartyNotice:
    """A moderator enters what an authority demands."""
    who = moderator or a_person("moderator")
    return notices.enter_order(who, number, None, "authority-order", ORDER)
