"""The tree: held against strangers' vectors, against RFC 6962's own words, and by brute force."""

import random
from functools import cache
from hashlib import sha256

import pytest

from forum.tlog.encoding import decode_hash
from forum.tlog.merkle import (
    EMPTY_ROOT,
    ProofError,
    Tree,
    check_consistency,
    check_inclusion,
    frontier_nodes,
    leaf_hash,
    new_nodes,
    prove_consistency,
    prove_inclusion,
    root_from_frontier,
    tree_root,
)

LARGEST = 300
ENTRIES = [f"entry {i}".encode() for i in range(LARGEST)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


# RFC 6962 section 2.1, word by word and independent of the code under test.
@cache
def mth(start, stop):
    if start == stop:
        return sha256(b"").digest()
    if stop - start == 1:
        return sha256(b"\x00" + ENTRIES[start]).digest()
    k = split(stop - start)
    return sha256(b"\x01" + mth(start, start + k) + mth(start + k, stop)).digest()


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m, start, stop):
    n = stop - start
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return path(m, start, start + k) + [mth(start + k, stop)]
    return path(m - k, start + k, stop) + [mth(start, start + k)]


def subproof(m, start, stop, whole):
    n = stop - start
    if m == n:
        return [] if whole else [mth(start, stop)]
    k = split(n)
    if m <= k:
        return subproof(m, start, start + k, whole) + [mth(start + k, stop)]
    return subproof(m - k, start + k, stop, False) + [mth(start, start + k)]


@pytest.fixture(scope="module")
def tree():
    grown = Tree()
    grown.append(ENTRIES)
    return grown


def fails(check, *arguments):
    with pytest.raises(ProofError):
        check(*arguments)
    return True


def bent(proof, at):
    return [*proof[:at], bytes(32), *proof[at + 1 :]]


def test_roots_and_leaves_are_those_that_strangers_computed(vectors):
    tree = Tree()
    assert tree.root == EMPTY_ROOT == bytes.fromhex(vectors["roots"][0])
    for leaf, root in zip(vectors["leaves"], vectors["roots"][1:], strict=True):
        entry = bytes.fromhex(leaf["entry"])
        tree.append([entry])
        assert (leaf_hash(entry).hex(), tree.root.hex()) == (leaf["hash"], root)


def test_inclusion_proofs_are_those_that_strangers_computed(vectors):
    tree = Tree()
    tree.append(bytes.fromhex(leaf["entry"]) for leaf in vectors["leaves"])
    for vector in vectors["inclusion"]:
        index, size = vector["index"], vector["size"]
        proof = [decode_hash(line) for line in vector["proof"]]
        assert prove_inclusion(index, size, tree.read) == proof
        leaf = bytes.fromhex(vectors["leaves"][index]["hash"])
        check_inclusion(proof, index, size, leaf, bytes.fromhex(vectors["roots"][size]))


def test_consistency_proofs_are_those_that_strangers_computed(vectors):
    tree = Tree()
    tree.append(bytes.fromhex(leaf["entry"]) for leaf in vectors["leaves"])
    roots = [bytes.fromhex(root) for root in vectors["roots"]]
    for vector in vectors["consistency"]:
        old, new = vector["old"], vector["new"]
        proof = [decode_hash(line) for line in vector["proof"]]
        assert prove_consistency(old, new, tree.read) == proof
        check_consistency(proof, old, roots[old], new, roots[new])


def test_roots_of_large_trees_are_those_that_strangers_computed(vectors):
    tree = Tree()
    for size, root in sorted(vectors["decimal_roots"].items(), key=lambda item: int(item[0])):
        tree.append(str(i).encode() for i in range(tree.size, int(size)))
        assert tree.root == decode_hash(root)


def test_every_root_is_the_one_rfc_6962_defines(tree):
    for size in range(LARGEST + 1):
        assert tree_root(size, tree.read) == mth(0, size)


def test_every_inclusion_proof_is_the_one_rfc_6962_defines_and_verifies(tree):
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = prove_inclusion(index, size, tree.read)
            assert proof == path(index, 0, size)
            check_inclusion(proof, index, size, LEAVES[index], mth(0, size))


def test_every_consistency_proof_is_the_one_rfc_6962_defines_and_verifies(tree):
    for new in range(LARGEST + 1):
        for old in range(new + 1):
            proof = prove_consistency(old, new, tree.read)
            assert proof == (subproof(old, 0, new, True) if old else [])
            check_consistency(proof, old, mth(0, old), new, mth(0, new))


def test_no_changed_inclusion_proof_verifies():
    chance = random.Random(6962)
    for size in range(1, LARGEST + 1):
        # Small trees wholly, of the larger ones a few leaves each.
        for index in range(size) if size <= 33 else chance.sample(range(size), 12):
            proof, root, leaf = path(index, 0, size), mth(0, size), LEAVES[index]
            assert fails(check_inclusion, proof, index, size, bytes(32), root)
            assert fails(check_inclusion, proof, index, size, leaf, bytes(32))
            assert fails(check_inclusion, [*proof, root], index, size, leaf, root)
            for at in range(len(proof)):
                assert fails(check_inclusion, bent(proof, at), index, size, leaf, root)
                assert fails(check_inclusion, proof[:at], index, size, leaf, root)


def test_no_inclusion_proof_verifies_for_another_index_or_another_tree():
    chance = random.Random(9162)
    for size in range(1, LARGEST):
        for index in range(size) if size <= 33 else chance.sample(range(size), 5):
            proof, root, leaf = path(index, 0, size), mth(0, size), LEAVES[index]
            others = range(-1, size + 2) if size <= 33 else chance.sample(range(size), 20)
            for other in others:
                if other != index:
                    assert fails(check_inclusion, proof, other, size, leaf, root)
            for other in {max(0, size - 1), size + 1, chance.randrange(LARGEST)} - {size}:
                assert fails(check_inclusion, proof, index, other, leaf, mth(0, other))


def test_no_changed_consistency_proof_verifies():
    chance = random.Random(6962)
    for new in range(2, LARGEST + 1):
        for old in range(1, new) if new <= 33 else chance.sample(range(1, new), 12):
            proof, roots = subproof(old, 0, new, True), (mth(0, old), mth(0, new))
            assert fails(check_consistency, proof, old, bytes(32), new, roots[1])
            assert fails(check_consistency, proof, old, roots[0], new, bytes(32))
            assert fails(check_consistency, [*proof, roots[1]], old, roots[0], new, roots[1])
            for at in range(len(proof)):
                assert fails(check_consistency, bent(proof, at), old, roots[0], new, roots[1])
                assert fails(check_consistency, proof[:at], old, roots[0], new, roots[1])


def test_no_consistency_proof_verifies_for_other_sizes():
    chance = random.Random(9162)
    for new in range(2, LARGEST):
        for old in range(1, new) if new <= 33 else chance.sample(range(1, new), 10):
            proof = subproof(old, 0, new, True)
            for a, b in [(old - 1, new), (old + 1, new), (old, new - 1), (old, new + 1)]:
                if a <= b:
                    assert fails(check_consistency, proof, a, mth(0, a), b, mth(0, b))


def test_a_shrunken_or_forked_log_is_refused():
    empty_proof = []
    assert fails(check_consistency, empty_proof, 5, mth(0, 5), 4, mth(0, 4))
    assert fails(check_consistency, empty_proof, 5, mth(0, 5), 5, mth(0, 4))
    assert fails(check_consistency, [mth(0, 1)], 5, mth(0, 5), 5, mth(0, 5))
    assert fails(check_consistency, [mth(0, 1)], 0, EMPTY_ROOT, 5, mth(0, 5))
    assert fails(check_consistency, empty_proof, 0, mth(0, 1), 5, mth(0, 5))


def test_hashes_of_another_length_are_refused():
    assert fails(check_inclusion, [LEAVES[1] + b"\0"], 0, 2, LEAVES[0], mth(0, 2))
    assert fails(check_consistency, [LEAVES[1][:-1]], 1, mth(0, 1), 2, mth(0, 2))


def test_what_cannot_be_proved_is_refused(tree):
    for index, size in [(0, 0), (3, 3), (-1, 3)]:
        assert fails(prove_inclusion, index, size, tree.read)
    for old, new in [(3, 2), (-1, 2)]:
        assert fails(prove_consistency, old, new, tree.read)
    assert fails(prove_inclusion, 0, LARGEST + 1, tree.read)


def test_storage_is_asked_at_most_once_for_a_proof(tree):
    questions = []

    def read(nodes):
        questions.append(list(nodes))
        return tree.read(nodes)

    prove_inclusion(130, 299, read)
    prove_consistency(130, 299, read)
    tree_root(299, read)
    assert len(questions) == 3


def test_storage_that_answers_too_little_is_refused():
    assert fails(prove_inclusion, 1, 7, lambda nodes: [])


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 100])
def test_appending_in_any_portions_gives_the_same_nodes(step):
    nodes, frontier, size = {}, [], 0
    while size < LARGEST:
        portion = LEAVES[size : size + step]
        added, frontier = new_nodes(size, portion, frontier)
        assert not {(level, number) for level, number, _ in added} & nodes.keys()
        nodes |= {(level, number): hash_ for level, number, hash_ in added}
        size += len(portion)
        assert root_from_frontier(frontier) == mth(0, size)
        assert frontier == [nodes[node] for node in frontier_nodes(size)]
    assert all(hash_ == mth(n << level, (n + 1) << level) for (level, n), hash_ in nodes.items())
    assert len(nodes) == sum(LARGEST >> level for level in range(9))


def test_a_frontier_of_another_size_is_refused():
    assert fails(new_nodes, 3, [LEAVES[0]], [LEAVES[0]])
