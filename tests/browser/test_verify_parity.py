"""The script of /verify says of every receipt what forum.tlog says, and its flaws are caught."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from forum.tlog.entry import KINDS
from forum.tlog.errors import TlogError
from forum.tlog.merkle import (
    Tree,
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    tree_root,
)
from tests.browser.receipts import Board, check
from tests.browser.tampered import TAMPERS


def differences(
    board: Board, page: Page, names: Iterable[str] = TAMPERS
) -> Iterator[tuple[str, Any, Any]]:
    """Every tampered receipt of which the page says something else than forum.tlog."""
    for name in names:
        data = TAMPERS[name](board)
        raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        expected, (verdict, steps) = board.says(raw), check(page, raw)
        seen = {n: result == "good" for n, result in steps.items()} or verdict
        if seen != expected or not _fits(verdict, expected):
            yield name, expected, (verdict, steps)


def _fits(verdict: str, expected: dict[str, bool] | str) -> bool:
    if expected == "unreadable":
        return verdict == "unreadable"
    assert isinstance(expected, dict)
    without_quorum = all(ok for name, ok in expected.items() if name != "quorum")
    good = "good" if expected["quorum"] else "unwitnessed"
    return verdict == (good if without_quorum else "bad")


def test_the_page_says_of_every_receipt_what_the_auditors_program_says(board, reader):
    assert list(differences(board, reader(1280))) == []


# What is broken in the script, and a receipt of which it then says something wrong.
MUTANTS = {
    "proof hash": ('require(same(hash, root), "other-root");', ""),
    "a proof too short": ('require(way.sn === 0, "proof-length");\n    require(same(hash', "require(same(hash"),
    "a proof too long": ('require(way.sn !== 0, "proof-length");\n      if (way.fromLeft) {\n        hash', "if (way.fromLeft) {\n        hash"),
    "signature": ("require(await signatureHolds(key, text, line.blob)", "require(true"),
    "one witness gone": ("return policy.quorum === null ||", "return true ||"),
    "title": ("commit(one) !== commitments.get(one.field)", "false"),
    "entry's space": ("require(canonical(entry) === text", "require(true"),
    "a part twice": ("require(!found.has(name)", "require(true"),
    "base64 with idle bits": ("raw !== null && btoa(raw) === text", "raw !== null"),
    "cosignature's key id": ("key.name === line.name && key.id === line.id", "key.name === line.name"),
}  # fmt: skip


def _patched(page: Page, *changes: tuple[str, str]) -> None:
    """From now on this browser gets the script with each old text replaced by a new one."""

    def answer(route: Route) -> None:
        source = route.fetch().text()
        for old, new in changes:
            assert source.count(old) == 1, old
            source = source.replace(old, new)
        route.fulfill(body=source, content_type="text/javascript")

    page.route("**/verify.js*", answer)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_script_that_does_not_check_is_caught(board, open_page, name):
    page = open_page(1280)
    _patched(page, MUTANTS[name])
    page.goto(board.base + "/verify")
    assert list(differences(board, page, [name]))


LENT = "sha256, encodeHex, checkInclusion, checkConsistency, judge"
INTERNALS = f"""const judge = async (text) => {{
  try {{
    const steps = await checkReceipt(parseReceipt(text), parsePolicy(part("policy").textContent));
    return Object.fromEntries(steps.map((one) => [one.name, one.result === "good"]));
  }} catch (error) {{ if (error instanceof Refusal) return "unreadable"; throw error; }}
  }};
  window.internals = {{{LENT}}};
  """
BRUTE = """tries => tries.map(([name, proof, a, one, b, other]) => {
  const bytes = hex => Uint8Array.from(hex.match(/../g) || [], pair => parseInt(pair, 16));
  const [x, y] = [bytes(one), bytes(other)];
  try {
    if (name === 'inclusion') internals.checkInclusion(proof.map(bytes), a, b, x, y);
    else internals.checkConsistency(proof.map(bytes), a, x, b, y);
    return true;
  } catch (refused) { return false; }
})"""


@pytest.fixture
def internals(board, open_page) -> Page:
    """A page whose script lends its arithmetic to the test."""
    page = open_page(1280)
    _patched(page, ('const page = document.getElementById("verify");',
                    INTERNALS + 'const page = document.getElementById("verify");'))  # fmt: skip
    page.goto(board.base + "/verify")
    return page


def _tries(name: str, most: int) -> Iterator[tuple[Any, ...]]:
    """Every right proof of every small tree, each also with the size, place or a hash wrong."""
    tree, leaves = Tree(), [b"%d" % n for n in range(most)]
    tree.append(leaves)
    roots = [tree_root(size, tree.read) for size in range(most + 1)]
    prove = prove_inclusion if name == "inclusion" else prove_consistency
    for size in range(1, most + 1):
        for at in range(size if name == "inclusion" else size + 1):
            first = leaf_hash(leaves[at]) if name == "inclusion" else roots[at]
            proof = prove(at, size, tree.read)
            for hashes in (proof, proof[:-1], proof[1:], [*proof, bytes(32)], proof[::-1]):
                for a, b in ((at, size), (at, size + 1), (at + 1, size), (at, size - 1)):
                    yield name, hashes, a, first, b, roots[size]


@pytest.mark.parametrize(("name", "check_it"), [("inclusion", check_inclusion), ("consistency", check_consistency)])  # fmt: skip
def test_the_arithmetic_of_every_small_tree_is_that_of_the_auditors_program(
    internals, name, check_it
):
    tries = list(_tries(name, 17))
    plain = [[n, [h.hex() for h in hashes], a, one.hex(), b, other.hex()]
             for n, hashes, a, one, b, other in tries]  # fmt: skip
    expected = []
    for _name, hashes, a, one, b, other in tries:
        order = (hashes, a, b, one, other) if name == "inclusion" else (hashes, a, one, b, other)
        expected.append(_holds(check_it, order))
    assert internals.evaluate(BRUTE, plain) == expected and True in expected


def _damaged(board: Board, dice: random.Random) -> str:
    """The receipt with one to three spots of the file, its entry or its proof cut, doubled or changed."""
    parts = dict(board.receipt)
    where = dice.choice(("file", "entry", "proof"))
    if where == "file":
        return _scratch(board.text, dice)
    if where == "proof":
        return json.dumps(parts | {"proof": _scratch(parts["proof"], dice)})
    entry = _scratch(base64.b64decode(parts["entry"]).decode("latin-1"), dice)
    return json.dumps(
        parts | {"entry": base64.b64encode(entry.encode("latin-1", "replace")).decode()}
    )


def _scratch(text: str, dice: random.Random) -> str:
    for _ in range(dice.randint(1, 3)):
        at, length = dice.randrange(len(text)), dice.choice((1, 1, 1, 2, 7, 60))
        spot = text[at : at + length]
        new = dice.choice((
            "", spot + spot, dice.choice('0aA+/="{}[]:,\\ \n\t—'), spot[::-1], spot.swapcase(),
        ))  # fmt: skip
        text = text[:at] + new + text[at + length :]
    return text


def test_damage_at_random_is_judged_as_the_auditors_program_does(board, internals):
    dice = random.Random(20261122)
    damaged = [_damaged(board, dice) for _ in range(1500)]
    seen = internals.evaluate("texts => Promise.all(texts.map(internals.judge))", damaged)
    expected = [board.says(text) for text in damaged]
    wrong = [case for case in zip(damaged, expected, seen, strict=True) if case[1] != case[2]]
    assert not wrong
    assert 100 < sum(one != "unreadable" for one in expected) < 1500


def _holds(check_it: Callable[..., None], arguments: tuple[Any, ...]) -> bool:
    try:
        check_it(*arguments)
    except TlogError:
        return False
    return True


def test_the_hash_is_sha256(internals):
    found = internals.evaluate(
        "() => Array.from({length: 300}, (_, n) => internals.encodeHex(internals.sha256("
        "Uint8Array.from({length: n}, (_, i) => (7 * i + n) % 256))))"
    )
    messages = [bytes((7 * i + n) % 256 for i in range(n)) for n in range(300)]
    assert found == [sha256(message).hexdigest() for message in messages]


def test_the_script_knows_every_field_of_a_posting(board):
    source = (Path(board.app.static_folder or "") / "js" / "verify.js").read_text("utf-8")
    table = source.split("const POSTED = {")[1].split("\n  };")[0]
    known = set(re.findall(r"^    (\w+):", table, re.M))
    assert known == {"v", "kind", "at"} | {field.name for field in KINDS["complaint.posted"].fields}
