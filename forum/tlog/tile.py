"""Tiles (c2sp.org/tlog-tiles): how a log is read over HTTP, as files that never change.

A tile of level L holds up to 256 neighbouring hashes of complete subtrees of 256**L leaves: row
8*L of the tree. An entry bundle (level "entries") holds up to 256 entries themselves. A full tile
is 256 wide; the last of a row is partial, and each width has its own path.

>>> format_tile_path(0, 1234067)
'tile/0/x001/x234/067'
>>> format_tile_path("entries", 5, 112)
'tile/entries/005.p/112'
>>> parse_tile_path("tile/entries/005.p/112")
Tile(level='entries', number=5, width=112)
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from forum.tlog.encoding import HASH_SIZE, MAX_SIZE
from forum.tlog.errors import TlogError
from forum.tlog.merkle import HashReader, Node, node_hash

TILE_HEIGHT = 8
TILE_WIDTH = 2**TILE_HEIGHT
MAX_LEVEL = 63
MAX_ENTRY_SIZE = 2**16 - 1
ENTRIES: Literal["entries"] = "entries"

Level = int | Literal["entries"]

_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?",
    re.ASCII,
)


class TileError(TlogError):
    """A tile, a bundle or a path of one that is not as tlog-tiles says."""


class TileMissing(TileError):
    """The log does not serve this tile (any more); raised by the `fetch` of `tile_reader`."""


class Tile(NamedTuple):
    """Tile `number` of `level` (or of "entries"), `width` hashes (or entries) wide."""

    level: Level
    number: int
    width: int


def format_tile_path(level: Level, number: int, width: int = TILE_WIDTH) -> str:
    """`tile/<L>/<N>`, with `.p/<W>` when partial; TileError for what cannot exist.

    N is written in groups of three digits, all but the last with an "x" before them.
    """
    _require_tile(level, number, width)
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = f"tile/{level}/" + "/".join([*("x" + group for group in groups[:-1]), groups[-1]])
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def parse_tile_path(path: str) -> Tile:
    """The tile behind a path; TileError unless the path is the one canonical spelling of it."""
    match = _PATH.fullmatch(path)
    if not match:
        raise TileError("this is not the path of a tile")
    level, number, width = match.groups()
    tile = Tile(
        ENTRIES if level == ENTRIES else int(level),
        int(number.replace("x", "").replace("/", "")),
        int(width) if width else TILE_WIDTH,
    )
    if format_tile_path(*tile) != path:
        raise TileError("the path of the tile is not canonical")
    return tile


def tiles_for(size: int) -> Iterator[Tile]:
    """Every hash tile of a tree of `size` leaves: lower levels first, then by number."""
    level, hashes = 0, size
    while hashes:
        yield from _row(level, hashes)
        level, hashes = level + 1, hashes >> TILE_HEIGHT


def bundles_for(size: int) -> Iterator[Tile]:
    """Every entry bundle of a log of `size` entries, in order."""
    return _row(ENTRIES, size)


def tile_nodes(level: Level, number: int, width: int = TILE_WIDTH) -> list[Node]:
    """The tree nodes whose hashes, concatenated, are the tile: `(8 * level, …)` in order."""
    _require_tile(level, number, width)
    if level == ENTRIES:
        raise TileError("a bundle of entries holds no hashes")
    first = number << TILE_HEIGHT
    return [(TILE_HEIGHT * level, first + i) for i in range(width)]


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """The bundle of 1 to 256 entries: each as its length (2 bytes, big-endian) and its bytes."""
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise TileError(f"a bundle holds 1 to {TILE_WIDTH} entries")
    if any(len(entry) > MAX_ENTRY_SIZE for entry in entries):
        raise TileError(f"an entry has at most {MAX_ENTRY_SIZE} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_bundle(data: bytes, width: int = TILE_WIDTH) -> list[bytes]:
    """The exactly `width` entries of a bundle; TileError when one is cut or something follows."""
    entries, at = [], 0
    for _ in range(width):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise TileError(f"the bundle ends before its {width} entries do")
        entries.append(data[start:at])
    if at != len(data):
        raise TileError(f"the bundle holds more than {width} entries")
    return entries


def tile_reader(fetch: Callable[[str], bytes], size: int) -> HashReader:
    """A `HashReader` over the tiles of a log of `size` entries.

    `fetch` answers a path with the tile's bytes and raises `TileMissing` where there is none. A
    log may drop a partial tile once the full one exists, so a missing partial is looked for there.
    What comes back is **not authenticated**: prove and check against a signed root with it, never
    believe a hash read from a tile. TileError when a tile has the wrong length.
    """

    def read(nodes: Sequence[Node]) -> list[bytes]:
        tiles = {tile: b"" for tile in (_tile_of(node, size) for node in nodes)}
        for tile in tiles:
            tiles[tile] = _fetch_tile(fetch, tile)
        return [_node_in_tile(node, tiles[_tile_of(node, size)]) for node in nodes]

    return read


def _row(level: Level, length: int) -> Iterator[Tile]:
    full, rest = divmod(length, TILE_WIDTH)
    for number in range(full):
        yield Tile(level, number, TILE_WIDTH)
    if rest:
        yield Tile(level, full, rest)


def _tile_of(node: Node, size: int) -> Tile:
    """The tile, as wide as it is in a log of `size` entries, whose hashes lie under `node`."""
    level, height = divmod(node[0], TILE_HEIGHT)
    first = node[1] << height
    if not 0 <= (node[1] + 1) << node[0] <= size or node[1] < 0:
        raise TileError(f"a log of {size} entries has no complete node {node}")
    number = first >> TILE_HEIGHT
    row_length = size >> (TILE_HEIGHT * level)
    return Tile(level, number, min(TILE_WIDTH, row_length - number * TILE_WIDTH))


def _fetch_tile(fetch: Callable[[str], bytes], tile: Tile) -> bytes:
    try:
        data, length = fetch(format_tile_path(*tile)), tile.width * HASH_SIZE
    except TileMissing:
        if tile.width == TILE_WIDTH:
            raise
        full = fetch(format_tile_path(tile.level, tile.number))
        data, length = full, TILE_WIDTH * HASH_SIZE
    if len(data) != length:
        raise TileError(f"{format_tile_path(*tile)} has {len(data)} bytes, not {length}")
    return data


def _node_in_tile(node: Node, data: bytes) -> bytes:
    """Fold the hashes of the tile's own row that lie under `node`."""
    height = node[0] % TILE_HEIGHT
    first = (node[1] << height) % TILE_WIDTH
    row = [data[i * HASH_SIZE : (i + 1) * HASH_SIZE] for i in range(first, first + (1 << height))]
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _require_tile(level: Level, number: int, width: int) -> None:
    if level != ENTRIES and not (isinstance(level, int) and 0 <= level <= MAX_LEVEL):
        raise TileError(f"a tile's level is 0 to {MAX_LEVEL}, or entries")
    if not 0 <= number <= MAX_SIZE:
        raise TileError("a tile's number is below 2^63")
    if not 1 <= width <= TILE_WIDTH:
        raise TileError(f"a tile is 1 to {TILE_WIDTH} wide")
