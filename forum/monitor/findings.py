"""What the monitor can find: a closed list of codes, each with a sentence in both languages."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

CODES: dict[str, tuple[str, str]] = {
    "log-rollback": ("记录变短了：以前签过字的条目不见了。",
                     "The log shrank: entries that were signed for are gone."),
    "log-fork": ("同一份记录给出了两个互相矛盾的签名版本。",
                 "The log signed two histories that contradict each other."),
    "bad-signature": ("记录没有用应有的钥匙签名。",
                      "The log is not signed with the key it should be signed with."),
    "entry-altered": ("一条记录的内容与签名不符。",
                      "An entry is not the one that the log signed for."),
    "entry-missing": ("一条记录取不到了。", "An entry that the log signed for is not served."),
    "entry-invalid": ("一条记录不合规则，或与前面的记录矛盾。",
                      "An entry breaks the log's rules or contradicts earlier ones."),
    "stale-checkpoint": ("记录已经很久没有更新签名。",
                         "The log has not been signed or counted for too long."),
    "silent-removal": ("意见不见了，记录里却没有下架或撤回。",
                       "A complaint is gone, and no entry says why."),
    "text-changed": ("显示的文字不是当初提交的。",
                     "The text shown is not the one that was committed to."),
    "time-changed": ("显示的时间与记录不符。", "The time shown is not the one in the log."),
    "author-changed": ("显示的署名不是当初提交的。",
                       "The author shown is not the one that was committed to."),
    "photo-missing": ("照片不见了，或换成了别的照片。",
                      "A photo is missing, or another one stands in its place."),
    "reply-missing": ("一条回复或评论不见了。", "A reply or comment is missing."),
    "status-differs": ("显示的进展与记录不符。", "The status shown is not the one in the log."),
    "category-differs": ("小区、类别或性质与记录不符。",
                         "Project, category or type are not those in the log."),
    "locked-differs": ("评论被关闭，记录里却没有。", "Comments are closed, and no entry says so."),
    "support-differs": ("“我也遇到”的户数与记录不符。",
                        "The number of supporters is not the one in the log."),
    "order-differs": ("列表的次序不是按公布的规则排的。",
                      "A list is not in the order that can be recomputed."),
    "folded": ("文字被折叠、遮挡或弄得看不清。",
               "Title or text are folded away or made hard to see."),
    "figures-differ": ("页面上的数字与记录算出来的不同。",
                       "A figure shown is not the one recomputed from the log."),
    "unlogged-content": ("页面上有记录里没有的内容。", "Something is shown that is not in the log."),
    "number-gap": ("意见的编号有缺口。", "The numbers of the complaints have a gap."),
    "not-listed": ("列表里少了一条意见。", "A list lacks a complaint that belongs in it."),
    "not-searchable": ("用完整标题也搜不到这条意见。",
                       "Searching for its whole title does not find the complaint."),
    "not-in-feed": ("订阅源里少了一条。", "A feed lacks something that belongs in it."),
    "noindex": ("搜索引擎被拦住了，看不到这条意见。",
                "Search engines are kept from this complaint."),
    "split-view": ("不同的访客看到不同的内容。", "Different visitors are shown different things."),
    "unreachable": ("页面打不开，或回答读不懂。",
                    "A public page does not answer, or its answer cannot be read."),
    "posting-closed": ("提意见的页面打不开。", "The form to post a complaint cannot be reached."),
    "statement-missing": ("处理说明缺失。", "The statement of reasons for a removal is missing."),
    "deadline-missed": ("到期应当自动发生的事没有发生。",
                        "Something that had to happen by itself on time did not."),
    "receipt-not-honoured": ("手里的回执没有被兑现。",
                             "A receipt that was given out is not honoured."),
    "balance-differs": ("对账数字与记录算出来的不同。",
                        "The balance is not the one recomputed from the log."),
    "withdrawal-unproven": ("撤回没有作者的证明，也没有等满七天。",
                            "A withdrawal has neither the author's proof nor its seven days."),
}  # fmt: skip

LONGEST = 300


@dataclass(frozen=True)
class Finding:
    """One difference. complaint, entry: where known; seen, expected: in short; evidence: a file.

    `seen` comes from the site: it is text to be shown, never to be believed or executed.
    """

    code: str
    complaint: int | None = None
    entry: int | None = None
    url: str = ""
    seen: str = ""
    expected: str = ""
    evidence: str | None = None

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise KeyError(f"{self.code} is not a code of the monitor")
        for name in ("seen", "expected"):
            object.__setattr__(self, name, shorten(getattr(self, name)))

    def as_json(self) -> dict[str, Any]:
        """The six members that other programs rely on."""
        found = asdict(self)
        del found["evidence"]
        return found


def shorten(text: str) -> str:
    """At most 300 characters on one line, none of which steers a terminal."""
    line = "".join(sign if sign.isprintable() else " " for sign in text[: 2 * LONGEST])
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


class Evidence:
    """Files beside the report that a journalist can show: what was sent, byte by byte."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # What an earlier round kept stays.
        self._count = len(list(folder.glob("*.txt")))

    def keep(self, finding: Finding, *parts: bytes) -> Finding:
        """The finding with the name of the file that now holds `parts`, in order."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._count += 1
        path = self._folder / f"{self._count:04d}-{finding.code}.txt"
        path.write_bytes(b"\n--------\n".join(parts))
        return replace(finding, evidence=str(path))
