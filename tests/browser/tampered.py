"""One good receipt and every way to tamper with it: each gives the bytes of the changed file."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from forum.tlog.checkpoint import Checkpoint, sign_checkpoint
from forum.tlog.merkle import leaf_hash, node_hash
from forum.tlog.note import Signer
from forum.tlog.proof import format_proof
from forum.tlog.receipt import MAX_RECEIPT
from tests.browser.receipts import Board


def _b64(text: str) -> bytes:
    return base64.b64decode(text)


def _changed(board: Board, **parts: Any) -> str:
    return json.dumps(board.receipt | parts, ensure_ascii=False)


def _opened(board: Board, field: str, **parts: str) -> str:
    openings = board.receipt["openings"]
    return _changed(board, openings=openings | {field: openings[field] | parts})


def _entry(board: Board, old: str, new: str) -> str:
    data = _b64(board.receipt["entry"]).replace(old.encode(), new.encode())
    assert data != _b64(board.receipt["entry"])
    return _changed(board, entry=base64.b64encode(data).decode())


def _proof(board: Board, pattern: str, new: str) -> str:
    proof, count = re.subn(pattern, new, board.receipt["proof"], count=1, flags=re.M)
    assert count == 1 and proof != board.receipt["proof"]
    return _changed(board, proof=proof)


def flip(text: str, at: int = 5) -> str:
    """The same base64 but for one bit."""
    data = bytearray(_b64(text))
    data[at] ^= 1
    return base64.b64encode(data).decode()


def _lines(board: Board) -> list[str]:
    return board.receipt["proof"].split("\n")


def _line(board: Board, at: int, new: str) -> str:
    lines = _lines(board)
    lines[at] = new
    return _changed(board, proof="\n".join(lines))


def _signature(board: Board, name: str, at: int) -> str:
    """The line by `name` with one bit of its signature turned over."""
    number = next(n for n, line in enumerate(_lines(board)) if line.startswith(f"— {name} "))
    dash, name, blob = _lines(board)[number].split(" ")
    return _line(board, number, f"{dash} {name} {flip(blob, at)}")


def _without(board: Board, *names: str) -> str:
    kept = [line for line in _lines(board) if not line.startswith(tuple(f"— {n} " for n in names))]
    return _changed(board, proof="\n".join(kept))


def _other_board(board: Board) -> str:
    """A receipt that is right in everything, only of another log."""
    other = Signer("elsewhere.example/tlog", bytes(32))
    return _resigned(board, other, other.name)


def leaf(board: Board) -> bytes:
    """The hash of the receipt's entry."""
    return leaf_hash(_b64(board.receipt["entry"]))


def _resigned(board: Board, signer: Signer, origin: str) -> str:
    """The entry alone in a tree, signed by somebody else."""
    note = sign_checkpoint(Checkpoint(origin, 1, leaf(board)), signer)
    return _changed(board, origin=origin, proof=format_proof(0, [], note))


def signed_tree(board: Board, size: int, root: bytes, *hashes: bytes, index: int = 0) -> str:
    """What the log could sign if it wanted to cheat: any size with any root."""
    note = sign_checkpoint(Checkpoint(board.signer.name, size, root), board.signer)
    return _changed(board, proof=format_proof(index, hashes, note))


TAMPERS: dict[str, Callable[[Board], str | bytes]] = {
    "untouched": lambda b: b.text,
    "parts in another order": lambda b: json.dumps(dict(reversed(b.receipt.items()))),
    "white space": lambda b: json.dumps(b.receipt, indent=3) + "\r\n\t ",
    "escaped": lambda b: json.dumps(b.receipt, ensure_ascii=True),
    "title": lambda b: _opened(b, "text", value=b.receipt["openings"]["text"]["value"] + "。"),
    "author": lambda b: _opened(b, "author", value="别人"),
    "salt": lambda b: _opened(b, "text", salt=flip(b.receipt["openings"]["text"]["salt"])),
    "short salt": lambda b: _opened(b, "text", salt="AAAA"),
    "salt not canonical": lambda b: _opened(b, "text", salt=b.receipt["openings"]["text"]["salt"].rstrip("=")),
    "opening of more": lambda b: _opened(b, "text", more=""),
    "opening gone": lambda b: _changed(b, openings={"text": b.receipt["openings"]["text"]}),
    "opening too many": lambda b: _changed(b, openings=b.receipt["openings"] | {"facts": b.receipt["openings"]["text"]}),
    "openings a list": lambda b: _changed(b, openings=[]),
    "half a character": lambda b: _opened(b, "text", value="\ud800"),
    "half a character, escaped": lambda b: b.text.replace("90", "\\ud800"),
    "entry's time": lambda b: _entry(b, "Z\"", "z\""),
    "entry's kind": lambda b: _entry(b, "complaint.posted", "complaint.edited"),
    "entry's number": lambda b: _entry(b, '"complaint":1', '"complaint":2'),
    "entry's type": lambda b: _entry(b, '"criticism"', '"suggestion"'),
    "entry's unknown type": lambda b: _entry(b, '"criticism"', '"complain"'),
    "entry's space": lambda b: _entry(b, '"v":1', '"v": 1'),
    "entry's float": lambda b: _entry(b, '"v":1', '"v":1.0'),
    "entry's field twice": lambda b: _entry(b, '"v":1', '"v":1,"v":1'),
    "entry's order": lambda b: _entry(b, '{"at"', '{"v":1,"at"'),
    "entry's extra field": lambda b: _entry(b, '"v":1', '"v":1,"w":1'),
    "entry's commitment": lambda b: _entry(b, '"author":"', '"author":"0'),
    "base64 with idle bits": lambda b: _opened(b, "text", salt=base64.b64encode(bytes(32)).decode()[:-2] + "B="),
    "entry not base64": lambda b: _changed(b, entry="***"),
    "entry not JSON": lambda b: _changed(b, entry="AAAA"),
    "entry empty": lambda b: _changed(b, entry=""),
    "number": lambda b: _changed(b, number=2),
    "number a text": lambda b: _changed(b, number="1"),
    "number a float": lambda b: b.text.replace('"number":1', '"number":1.0'),
    "number true": lambda b: _changed(b, number=True),
    "number zero": lambda b: _changed(b, number=0),
    "number huge": lambda b: _changed(b, number=2**53),
    "number with a zero": lambda b: b.text.replace('"number":1', '"number":01'),
    "version": lambda b: _changed(b, v=2),
    "site": lambda b: _changed(b, site="javascript:alert(1)"),
    "another site": lambda b: _changed(b, site="https://elsewhere.example"),
    "another origin": lambda b: _changed(b, origin="elsewhere.example/tlog"),
    "another board": _other_board,
    "our name, another key": lambda b: _resigned(b, Signer(b.signer.name, bytes(32)), b.signer.name),
    "proof hash": lambda b: _line(b, 2, flip(_lines(b)[2])),
    "proof hash of 31 bytes": lambda b: _line(b, 2, base64.b64encode(bytes(31)).decode()),
    "proof hash gone": lambda b: _proof(b, r"^(index \d+)\n[^\n]+$", r"\1"),
    "proof hash too many": lambda b: _proof(b, r"^(index \d+)$", r"\1\n" + base64.b64encode(bytes(32)).decode()),
    "index": lambda b: _proof(b, r"^index \d+", "index 0"),
    "index beyond": lambda b: _proof(b, r"^index \d+", "index 999"),
    "index with a zero": lambda b: _proof(b, r"^index (\d+)", r"index 0\1"),
    "index huge": lambda b: _proof(b, r"^index \d+", f"index {2**63}"),
    "index very large": lambda b: _proof(b, r"^index \d+", f"index {2**60}"),
    "proof's header": lambda b: _proof(b, "@v1", "@v2"),
    "proof with extra": lambda b: _proof(b, "^index", "extra AAAA\nindex"),
    "proof with empty extra": lambda b: _proof(b, "^index", "extra \nindex"),
    "a proof too short": lambda b: signed_tree(b, 2, leaf(b)),
    "a proof too long": lambda b: signed_tree(b, 1, node_hash(bytes(32), leaf(b)), bytes(32)),
    "a tree of 2^60": lambda b: signed_tree(b, 2**60, leaf(b), index=2**59),
    "size": lambda b: _proof(b, r"^(127.*/tlog)\n(\d+)$", r"\1\n9\2"),
    "root": lambda b: _proof(b, r"^(127.*/tlog\n\d+)\n.+$", rf"\1\n{base64.b64encode(bytes(32)).decode()}"),
    "extension line": lambda b: _proof(b, r"^(127.*/tlog\n\d+\n.+)$", r"\1\nmore"),
    "signature": lambda b: _signature(b, b.signer.name, 20),
    "key id": lambda b: _signature(b, b.signer.name, 1),
    "signature gone": lambda b: _without(b, b.signer.name),
    "cosignature": lambda b: _signature(b, "w1.example", 30),
    "cosignature's time": lambda b: _signature(b, "w1.example", 11),
    "cosignature's key id": lambda b: _signature(b, "w1.example", 1),
    "one witness gone": lambda b: _without(b, "w1.example"),
    "no witness": lambda b: _without(b, "w1.example", "w2.example"),
    "no signature at all": lambda b: _without(b, "w1.example", "w2.example", b.signer.name),
    "signature line twice": lambda b: _changed(b, proof=b.receipt["proof"] + _lines(b)[-2] + "\n"),
    "a stranger's line": lambda b: _changed(b, proof=b.receipt["proof"] + "— x.example AAAAAAAA\n"),
    "a line without name": lambda b: _changed(b, proof=b.receipt["proof"] + "—  AAAAAAAA\n"),
    "a hundred lines": lambda b: _changed(b, proof=b.receipt["proof"] + "— x.example AAAAAAAA\n" * 100),
    "control character": lambda b: _changed(b, proof=b.receipt["proof"].replace("— w1", "—\t w1")),
    "no last line feed": lambda b: _changed(b, proof=b.receipt["proof"][:-1]),
    "a part twice": lambda b: b.text.replace('{"v":1', '{"v":1,"v":1'),
    "a field twice": lambda b: b.text.replace('"openings":{', '"openings":{"text":{"salt":"","value":""},'),
    "a part more": lambda b: _changed(b, more=1),
    "a part less": lambda b: json.dumps({k: v for k, v in b.receipt.items() if k != "site"}),
    "__proto__": lambda b: b.text.replace('{"v":1', '{"__proto__":1,"v":1'),
    "truncated": lambda b: b.text[: len(b.text) // 2],
    "not JSON": lambda b: "您好",
    "NaN": lambda b: b.text.replace('"v":1', '"v":NaN'),
    "a list": lambda b: f"[{b.text}]",
    "deep": lambda b: "[" * 100_000,
    "trailing": lambda b: b.text + "x",
    "two receipts": lambda b: b.text + b.text,
    "empty": lambda b: "",
    "line feed within": lambda b: b.text.replace("辆车", "辆\n车"),
    "byte order mark": lambda b: "\ufeff" + b.text,
    "GBK": lambda b: b.text.replace("😀", "").encode("gbk"),
    "a picture": lambda b: b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "huge": lambda b: b.text + " " * MAX_RECEIPT,
    "just not too long": lambda b: b.text.rstrip() + " " * (MAX_RECEIPT - len(b.text.rstrip())),
    "enormous": lambda b: b"{" * (5 * MAX_RECEIPT),
    "no witness yet": lambda b: b.lone,
}  # fmt: skip
