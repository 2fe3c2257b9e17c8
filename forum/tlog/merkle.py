"""The arithmetic of the log: the Merkle tree of RFC 6962 section 2.1 over SHA-256.

A tree of `size` leaves is held as the hashes of its *complete* subtrees. Such a node is named
`(level, number)`: it covers the leaves `number * 2**level` up to, not including,
`(number + 1) * 2**level`. A complete node never changes again, so storage only ever adds.
Storage enters as one callable, a `HashReader`: given a sequence of such names it answers with
the list of their hashes, in the same order. Every function here asks it at most once.

>>> tree = Tree()
>>> tree.append([b"first", b"second", b"third"])
>>> proof = prove_inclusion(1, tree.size, tree.read)
>>> check_inclusion(proof, 1, 3, leaf_hash(b"second"), tree.root)
>>> check_inclusion(proof, 1, 3, leaf_hash(b"forged"), tree.root)
Traceback (most recent call last):
    ...
forum.tlog.merkle.ProofError: the inclusion proof leads to another root
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import repeat

from forum.tlog.encoding import HASH_SIZE
from forum.tlog.errors import TlogError

Node = tuple[int, int]
HashReader = Callable[[Sequence[Node]], list[bytes]]

EMPTY_ROOT = sha256(b"").digest()
"""Root of a tree without leaves (RFC 6962 section 2.1)."""


class ProofError(TlogError):
    """A proof that does not prove what it should, or that cannot be made."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), RFC 6962 section 2.1; the prefix keeps leaves and nodes apart."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


def frontier_nodes(size: int) -> list[Node]:
    """The largest complete subtrees that together cover `size` leaves, left (largest) first.

    There is one per one-bit of `size`; their hashes, folded, are the root.
    """
    return _range_nodes(0, size)


def root_from_frontier(hashes: Sequence[bytes]) -> bytes:
    """The root from the hashes of `frontier_nodes`, in their order; no hashes: the empty root."""
    return _fold(hashes) if hashes else EMPTY_ROOT


def tree_root(size: int, read: HashReader) -> bytes:
    """The root of the tree of `size` leaves."""
    return root_from_frontier(read(frontier_nodes(size)) if size else [])


def new_nodes(
    size: int, leaf_hashes: Sequence[bytes], frontier_hashes: Sequence[bytes]
) -> tuple[list[tuple[int, int, bytes]], list[bytes]]:
    """Everything that appending `leaf_hashes` to a tree of `size` leaves adds to storage.

    `frontier_hashes` are those of `frontier_nodes(size)`. Answers with the completed nodes as
    `(level, number, hash)`, leaves included, lower levels first, and with the frontier hashes of
    the grown tree. ProofError when the frontier does not fit the size.
    """
    frontier = _frontier_by_level(size, frontier_hashes)
    grown = size + len(leaf_hashes)
    nodes: list[tuple[int, int, bytes]] = []
    row, level = list(leaf_hashes), 0
    while row:
        first = size >> level
        nodes.extend(zip(repeat(level), range(first, first + len(row)), row, strict=False))
        parents = _parents(frontier[level], row) if first & 1 else _parents(None, row)
        frontier[level] = row[-1]
        row, level = parents, level + 1
    return nodes, [frontier[level] for level, _ in frontier_nodes(grown)]


def prove_inclusion(index: int, size: int, read: HashReader) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962 section 2.1.1, from the leaf's sibling upwards.

    ProofError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ProofError(f"there is no entry {index} in a tree of {size}")
    start, stop, ranges = 0, size, []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
    return _range_hashes(ranges[::-1], read)


def prove_consistency(old: int, new: int, read: HashReader) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962 section 2.1.2; empty when `old` is 0 or equals `new`.

    ProofError unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} cannot have grown from a tree of {old}")
    if old == 0:
        return []
    start, stop, ranges = 0, new, []
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
    # The verifier holds the old root, so a subtree that *is* the old tree is left out.
    if start > 0:
        ranges.append((start, stop))
    return _range_hashes(ranges[::-1], read)


def check_inclusion(
    proof: Sequence[bytes], index: int, size: int, leaf: bytes, root: bytes
) -> None:
    """Accept that `leaf` is leaf number `index` of the tree with `size` leaves and `root`.

    The algorithm of RFC 9162 section 2.1.3.2. ProofError names the rule broken. `size` and `root`
    must come from one signed checkpoint: a root does not say by itself of how many leaves it is.
    """
    if not 0 <= index < size:
        raise ProofError(f"there is no entry {index} in a tree of {size}")
    _require_hashes([*proof, leaf, root])
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise ProofError("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            fn, sn = _skip_lone_levels(fn, sn)
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError("the inclusion proof is too short")
    if r != root:
        raise ProofError("the inclusion proof leads to another root")


def check_consistency(
    proof: Sequence[bytes], old: int, old_root: bytes, new: int, new_root: bytes
) -> None:
    """Accept that the tree `(new, new_root)` begins with every leaf of `(old, old_root)`.

    The algorithm of RFC 9162 section 2.1.4.2. ProofError names the rule broken.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} cannot have grown from a tree of {old}")
    _require_hashes([*proof, old_root, new_root])
    if old == 0 and old_root != EMPTY_ROOT:
        raise ProofError("a tree without leaves has only one root")
    if old == new and old_root != new_root:
        raise ProofError("two different roots for one size: the log shows two histories")
    if old in (0, new):
        if proof:
            raise ProofError("the consistency proof must be empty here")
        return
    if not proof:
        raise ProofError("the consistency proof is empty")
    _check_growth(proof, old, old_root, new, new_root)


class Tree:
    """A whole tree in memory, for auditors who recompute a log from its entries."""

    def __init__(self) -> None:
        self.size = 0
        self._frontier: list[bytes] = []
        self._nodes: dict[Node, bytes] = {}

    @property
    def root(self) -> bytes:
        """The root at the present size."""
        return root_from_frontier(self._frontier)

    def append(self, entries: Iterable[bytes]) -> None:
        """Add entries (their bytes, not their hashes) at the end."""
        leaves = [leaf_hash(entry) for entry in entries]
        nodes, self._frontier = new_nodes(self.size, leaves, self._frontier)
        self._nodes.update(((level, number), hash_) for level, number, hash_ in nodes)
        self.size += len(leaves)

    def read(self, nodes: Sequence[Node]) -> list[bytes]:
        """A `HashReader` over this tree; ProofError for a node that is not complete yet."""
        try:
            return [self._nodes[node] for node in nodes]
        except KeyError as missing:
            raise ProofError(f"the tree of {self.size} has no complete node {missing}") from None


def _split(size: int) -> int:
    """The largest power of two below `size` (k of RFC 6962 section 2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_nodes(start: int, stop: int) -> list[Node]:
    """Complete subtrees covering a range that RFC 6962 splitting yields, largest first.

    Such a range starts at a multiple of a power of two not smaller than its length, so cutting
    the largest power of two off its left end always meets node borders.
    """
    nodes = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def _fold(hashes: Sequence[bytes]) -> bytes:
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def _range_hashes(ranges: Sequence[tuple[int, int]], read: HashReader) -> list[bytes]:
    """The hash of each range of leaves, from one question to storage."""
    parts = [_range_nodes(start, stop) for start, stop in ranges]
    wanted = [node for part in parts for node in part]
    hashes = read(wanted) if wanted else []
    if len(hashes) != len(wanted):
        raise ProofError(f"storage answered {len(hashes)} hashes of {len(wanted)}")
    known = iter(hashes)
    return [_fold([next(known) for _ in part]) for part in parts]


def _frontier_by_level(size: int, hashes: Sequence[bytes]) -> dict[int, bytes]:
    levels = [level for level, _ in frontier_nodes(size)]
    if len(levels) != len(hashes):
        raise ProofError(f"a tree of {size} has {len(levels)} frontier hashes, not {len(hashes)}")
    return dict(zip(levels, hashes, strict=True))


def _parents(left: bytes | None, row: list[bytes]) -> list[bytes]:
    """Hashes of the pairs in `row`, after `left` where the first of the row is a right child."""
    paired = row if left is None else [left, *row]
    pairs = zip(paired[0::2], paired[1::2], strict=False)  # An odd last one waits for its sibling.
    return [sha256(b"\x01" + left_ + right).digest() for left_, right in pairs]


def _require_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(hash_) != HASH_SIZE for hash_ in hashes):
        raise ProofError(f"every hash has {HASH_SIZE} bytes")


def _skip_lone_levels(fn: int, sn: int) -> tuple[int, int]:
    """Go up over the levels where the node has no sibling (RFC 9162: "until LSB(fn) is set")."""
    while fn != 0 and not fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _check_growth(
    proof: Sequence[bytes], old: int, old_root: bytes, new: int, new_root: bytes
) -> None:
    """The loop of RFC 9162 section 2.1.4.2, for 0 < old < new and a proof that is not empty."""
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise ProofError("the consistency proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            fn, sn = _skip_lone_levels(fn, sn)
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError("the consistency proof is too short")
    if fr != old_root:
        raise ProofError("the consistency proof leads to another old root")
    if sr != new_root:
        raise ProofError("the consistency proof leads to another new root")
