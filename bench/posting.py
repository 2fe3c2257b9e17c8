"""Posting, from the sent form to the receipt; and what the disk has of it."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import time
from pathlib import Path
from urllib.parse import urlencode

from bench import serving
from bench.board import PROJECT, Board
from bench.load import percentile
from bench.result import Result

POSTS = 120
WARM_UP = 10
WITHIN = 40.0  # milliseconds
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def over_http(board: Board) -> list[Result]:
    """One client, one post after the other, with the worker at work beside it."""
    with serving.ours(board) as server:
        headers = {
            "Cookie": serving.signed_in(server),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection(*server.address, timeout=30)
        connection.request("GET", "/complaints/new", headers=headers)
        token = _TOKEN.search(connection.getresponse().read().decode())
        if token is None:
            raise RuntimeError("the form has no token")
        taken = [_post(connection, headers, token[1], k) for k in range(POSTS)][WARM_UP:]
        connection.close()
    syncs = _syncs(board.instance)
    note = f"p50 {percentile(taken, 50):.1f} ms"
    return [
        Result("posting, form to receipt, p95", percentile(taken, 95), "ms", "<", WITHIN, note),
        Result(
            "the disk's own fsync, p95",
            percentile(syncs, 95),
            "ms",
            note=f"p50 {percentile(syncs, 50):.2f} ms",
        ),
    ]


def _post(
    connection: http.client.HTTPConnection, headers: dict[str, str], token: str, k: int
) -> float:
    form = urlencode({
        "csrf_token": token, "idempotency": secrets.token_urlsafe(32), "type": "criticism",
        "project": PROJECT, "category": "repair", "title": f"第 {k} 次：三号楼电梯又停了",
        "body": "早上送孩子，电梯停在六楼。\n\n物业说配件没到，已经第三个星期了。" * 4,
        "remedy": "请在月底前换好配件。", "pseudonym": "路过的邻居",
    })  # fmt: skip
    begun = time.perf_counter()
    connection.request("POST", "/complaints", form, headers)
    answer = connection.getresponse()
    page = answer.read().decode()
    taken = 1000 * (time.perf_counter() - begun)
    if answer.status != 201:
        said = re.sub(r"<[^>]*>|\s+", " ", page[page.find("<main") :])
        raise RuntimeError(f"posting answered {answer.status}: {' '.join(said.split())[:300]}")
    return taken


def _syncs(folder: Path) -> list[float]:
    """Milliseconds of writing 4 KiB at the end of a file and waiting for the disk."""
    path, taken = folder / "fsync", []
    with open(path, "wb", buffering=0) as file:
        for _k in range(100):
            begun = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            taken.append(1000 * (time.perf_counter() - begun))
    path.unlink()
    return taken
