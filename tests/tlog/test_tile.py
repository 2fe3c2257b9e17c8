"""Tiles: their paths, what is in them, and reading a log through them."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.tlog.merkle import (
    Tree,
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    tree_root,
)
from forum.tlog.tile import (
    ENTRIES,
    MAX_ENTRY_SIZE,
    Tile,
    TileError,
    TileMissing,
    bundles_for,
    format_bundle,
    format_tile_path,
    parse_bundle,
    parse_tile_path,
    tile_nodes,
    tile_reader,
    tiles_for,
)


@pytest.fixture(scope="module")
def tree():
    grown = Tree()
    grown.append(str(i).encode() for i in range(70_000))
    return grown


def tile_bytes(tree, tile):
    return b"".join(tree.read(tile_nodes(*tile)))


def serve(tree, *sizes, dropped=()):
    """The tiles of a log that published checkpoints of these sizes, as a `fetch`."""
    tiles = {format_tile_path(*tile): tile for size in sizes for tile in tiles_for(size)}

    def fetch(path):
        if path not in tiles or path in dropped:
            raise TileMissing(path)
        return tile_bytes(tree, tiles[path])

    return fetch


def test_tiles_of_70000_entries_are_those_that_strangers_computed(tree, vectors):
    tiles = set(tiles_for(70_000))
    for vector in vectors["tiles_of_70000"]:
        tile = parse_tile_path(vector["path"])
        data = tile_bytes(tree, tile)
        assert tile in tiles
        assert (len(data), sha256(data).hexdigest()) == (vector["length"], vector["sha256"])


def test_a_log_of_70000_has_exactly_the_tiles_of_the_standard():
    tiles = list(tiles_for(70_000))
    assert len(tiles) == 274 + 2 + 1
    assert tiles[273:] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(bundles_for(70_000))[-1] == (ENTRIES, 273, 112)
    assert list(tiles_for(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles_for(0)) == list(bundles_for(0)) == []


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("tile/0/x001/x234/067", Tile(0, 1234067, 256)),
        ("tile/0/005", Tile(0, 5, 256)),
        ("tile/0/273.p/112", Tile(0, 273, 112)),
        ("tile/63/000.p/1", Tile(63, 0, 1)),
        ("tile/entries/x001/000.p/255", Tile(ENTRIES, 1000, 255)),
    ],
)
def test_a_path_names_its_tile(path, tile):
    assert parse_tile_path(path) == tile
    assert format_tile_path(*tile) == path


@pytest.mark.parametrize(
    "path",
    """tile/0/5 tile/0/0005 tile/0/x000/005 tile/0/1234067 tile/0/001/234 tile/0/x001/x234
    tile/00/005 tile/64/005 tile/-1/005 tile/0/005.p/0 tile/0/005.p/256 tile/0/005.p/007
    tile/0/005.p/ tile/0/005.p tile/data/005 tile/8/0/005 /tile/0/005 tile/0/005/ tile/0/X001/005
    tile//005 tile/0/../005 tile/0/٠٠٥ tile/0/x999/x999/x999/x999/x999/x999/999
    tile/0/x999/x999/x999/x999/x999/x999/x999/999""".split(),
)
def test_a_path_that_is_not_canonical_is_refused(path):
    with pytest.raises(TileError):
        parse_tile_path(path)


@given(st.text(max_size=60) | st.from_regex(r"tile/(entries|\d+)/[x0-9/]+(\.p/\d+)?\n?"))
def test_a_path_is_canonical_or_refused(path):
    try:
        tile = parse_tile_path(path)
    except TileError:
        return
    assert format_tile_path(*tile) == path


@given(st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_every_tile_has_a_path_that_leads_back(level, number, width):
    assert parse_tile_path(format_tile_path(level, number, width)) == (level, number, width)


def test_tiles_that_cannot_exist_have_no_path():
    for tile in [(64, 0, 1), ("data", 0, 1), (0, -1, 1), (0, 2**63, 1), (0, 0, 0), (0, 0, 257)]:
        with pytest.raises(TileError):
            format_tile_path(*tile)
    with pytest.raises(TileError):
        tile_nodes(ENTRIES, 0, 1)


def test_the_bundle_is_the_one_that_strangers_computed(vectors):
    entries = [bytes.fromhex(leaf["entry"]) for leaf in vectors["leaves"][:7]]
    bundle = format_bundle(entries)
    assert bundle.hex() == vectors["bundle"]["hex"]
    assert sha256(bundle).hexdigest() == vectors["bundle"]["sha256"]
    assert parse_bundle(bundle, 7) == entries


@pytest.mark.parametrize("width", [0, 1, 3, 256])
def test_a_bundle_of_another_width_is_refused(width):
    with pytest.raises(TileError):
        parse_bundle(format_bundle([b"one", b""]), width)


def test_a_bundle_that_is_cut_is_refused():
    bundle = format_bundle([b"one", b"two"])
    for length in range(len(bundle)):
        with pytest.raises(TileError):
            parse_bundle(bundle[:length], 2)


def test_entries_that_do_not_fit_are_refused():
    assert len(format_bundle([bytes(MAX_ENTRY_SIZE)])) == MAX_ENTRY_SIZE + 2
    for entries in ([], [b""] * 257, [bytes(MAX_ENTRY_SIZE + 1)]):
        with pytest.raises(TileError):
            format_bundle(entries)


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=256))
def test_a_bundle_gives_back_its_entries(entries):
    assert parse_bundle(format_bundle(entries), len(entries)) == entries


@given(st.binary(max_size=64), st.integers(0, 256))
def test_no_bytes_break_the_reading_of_a_bundle(data, width):
    try:
        entries = parse_bundle(data, width)
    except TileError:
        return
    assert len(entries) == width


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 1000, 65_535, 65_536, 65_537, 70_000])
def test_a_log_is_read_and_proved_through_its_tiles_alone(tree, size):
    read = tile_reader(serve(tree, size), size)
    root = tree_root(size, read)
    assert root == tree_root(size, tree.read)
    for index in {0, size // 2, size - 1}:
        proof = prove_inclusion(index, size, read)
        check_inclusion(proof, index, size, leaf_hash(str(index).encode()), root)
        old_root = tree_root(index, tree.read)
        check_consistency(prove_consistency(index, size, read), index, old_root, size, root)


def test_a_dropped_partial_tile_is_found_in_the_full_one(tree):
    read = tile_reader(serve(tree, 300, 512, dropped=["tile/0/001.p/44"]), 300)
    assert tree_root(300, read) == tree_root(300, tree.read)


def test_a_tile_is_fetched_once_for_one_proof(tree):
    fetched = []
    fetch = serve(tree, 70_000)
    read = tile_reader(lambda path: fetched.append(path) or fetch(path), 70_000)
    prove_inclusion(12_345, 70_000, read)
    assert len(fetched) == len(set(fetched)) <= 5


def test_a_missing_tile_is_named(tree):
    read = tile_reader(serve(tree, 1000, dropped=["tile/0/002"]), 1000)
    with pytest.raises(TileMissing, match="tile/0/002"):
        prove_inclusion(600, 1000, read)


def test_tiles_of_another_length_and_nodes_outside_the_log_are_refused():
    for data in (b"", bytes(31), bytes(8193)):
        with pytest.raises(TileError):
            tree_root(300, tile_reader(lambda path, data=data: data, 300))
    for node in [(0, 300), (8, 1), (3, -1)]:
        with pytest.raises(TileError):
            tile_reader(lambda path: bytes(8192), 300)([node])
