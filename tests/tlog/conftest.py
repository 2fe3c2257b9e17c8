"""What strangers computed: vectors made with golang.org/x/mod, confirmed by a second program."""

import json
from pathlib import Path

import pytest

from forum.tlog.note import CosignatureSigner, Signer


@pytest.fixture(scope="session")
def vectors():
    return json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def log():
    """The log's key of the vectors."""
    return Signer("complaints.example/log", bytes(range(32)))


@pytest.fixture(scope="session")
def witness():
    """The witness's key of the vectors."""
    return CosignatureSigner("witness.example/w1", bytes(range(0x80, 0xA0)))
