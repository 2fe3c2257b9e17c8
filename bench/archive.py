"""What is imported: the real archive where it is shared with us, else texts made up here."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

FILES = ("votes", "replies", "categories", "unlabelled")
COMPLAINTS = 9028
REPLIES = 2233
PARTS = (
    "三号楼 五号楼 地下车库 东门 中心花园 样板间 会所 电梯间 外墙 屋面".split(),
    "电梯 门禁 水管 路灯 绿化 车位 空调 围墙 管道 消防栓 窗户 地砖".split(),
    "坏了两个月 一直没有人来修 和合同附图不一样 每到下雨就漏水 半夜还在施工 又涨了价 没有通知".split(),
    "物业说在等配件 客服说已经登记 工程部说下周来看 项目经理不接电话 没有一个人给答复".split(),
    "请公司公开答复 希望月底前修好 请把账目公示出来 请给一个书面的说法 请把承诺写清楚".split(),
)


def shared_files() -> list[Path]:
    """The files of the real archive; empty where it is not shared with us."""
    folder = Path(os.environ.get("FORUM_SHARED", "../shared")) / "data"
    files = [folder / f"zhengwu_{name}.jsonl.gz" for name in FILES]
    return files if all(file.is_file() for file in files) else []


def make_file(folder: Path, complaints: int = COMPLAINTS) -> Path:
    """As many complaints and replies of the same length, in one file; the same every time."""
    chance = random.Random(17)
    path = folder / "made-up.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        for record in _records(chance, complaints):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def _records(chance: random.Random, complaints: int) -> Iterator[dict[str, Any]]:
    first = datetime(2017, 1, 1, tzinfo=timezone(timedelta(hours=8)))
    for k in range(complaints):
        # However many there are, none is of a day that has not come.
        posted = first + timedelta(hours=3 * k * COMPLAINTS / max(complaints, COMPLAINTS))
        record = {
            "id": f"made-up-{k}", "author": f"业主{k % 997}", "created_at": posted.isoformat(),
            "title": _sentence(chance)[:30], "body": _text(chance), "city": f"城市{k % 4}",
            "area": f"{chance.choice(PARTS[0])}{k % 90}期", "votes_for": chance.randrange(30),
        }  # fmt: skip
        if k < REPLIES:
            answered = posted + timedelta(days=chance.randrange(1, 40))
            record |= {"reply_body": _text(chance), "reply_at": answered.isoformat()}
        yield record


def _text(chance: random.Random) -> str:
    sentences = [_sentence(chance) for _ in range(chance.randrange(3, 15))]
    return "。\n".join(sentences) + "。"


def _sentence(chance: random.Random) -> str:
    return "，".join(chance.choice(part) for part in PARTS)
