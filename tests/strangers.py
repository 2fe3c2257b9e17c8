"""Programs written by others that hold our log against its promises."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.plugin import could_not_run

ROOT = Path(__file__).parent.parent
NEWER = (3, 12)
"""The least version of Python that the foreign witness runs on."""


def shared() -> Path:
    """Folder of what the project shares with its neighbours (FORUM_SHARED, else ../shared)."""
    return Path(os.environ.get("FORUM_SHARED") or ROOT.parent / "shared")


@pytest.fixture(scope="session")
def tlogcheck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The foreign log check, built here: run it with a log's address and its verifier key."""
    sources = shared() / "tools" / "tlogcheck"
    if not sources.is_dir():
        could_not_run("the foreign log check", f"there is no {sources}")
    if not shutil.which("go"):
        could_not_run("the foreign log check", "Go is not installed (Debian: golang-go)")
    # Built in a copy: the sources may be read-only, and two workers may build at once.
    folder = tmp_path_factory.mktemp("tlogcheck") / "src"
    shutil.copytree(sources, folder, copy_function=shutil.copyfile)
    build = subprocess.run(["sh", "build.sh"], cwd=folder, capture_output=True, text=True)
    if build.returncode:
        could_not_run("the foreign log check", f"it does not build: {build.stderr.strip()}")
    return folder / "tlogcheck"


def newer_python() -> Path | None:
    """A Python that the foreign witness can run on: this one, or another of this machine."""
    found = (path for path in _pythons() if _is_new_enough(path))
    return Path(sys.executable) if sys.version_info >= NEWER else next(found, None)


def _pythons() -> Iterator[Path]:
    names = [f"python3.{minor}" for minor in range(NEWER[1], NEWER[1] + 5)]
    on_path = (shutil.which(name) for name in names)
    yield from (Path(path) for path in on_path if path)
    # A version manager's shims answer only for the version in use; the others lie beside them.
    for folder in os.get_exec_path():
        if Path(folder).name == "shims":
            yield from sorted(Path(folder).parent.glob("versions/*/bin/python3"))


def _is_new_enough(python: Path) -> bool:
    asked = f"import sys, venv; sys.exit(sys.version_info < {NEWER})"
    return subprocess.run([python, "-c", asked], capture_output=True).returncode == 0


@pytest.fixture(scope="session")
def foreign_programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the programs `aics-witness` and `aics-tlog`, in the versions of the lock.

    They want a newer Python than the project does, so they may need an environment of their own.
    """
    python = newer_python()
    assert python is not None, "tests that need it are not even collected"
    if python == Path(sys.executable):
        return python.parent
    folder = tmp_path_factory.mktemp("strangers")
    wanted = folder / "requirements"
    wanted.write_text(_locked(("aics-tlog", "aics-witness", "cryptography", "cffi", "pycparser")))
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True, capture_output=True)
    programs = folder / "venv" / "bin"
    install = [programs / "pip", "install", "--quiet", "--require-hashes", "-r", wanted]
    run = subprocess.run(install, capture_output=True, text=True)
    if run.returncode:
        could_not_run("the foreign witness", run.stderr.strip()[-500:])
    return programs


def _locked(names: Iterable[str]) -> str:
    """The part of the lock that is about these packages, hashes and all."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    parts = re.split(r"\n(?=[a-z0-9])", lock)
    return "\n".join(part for part in parts if part.partition("==")[0] in names)
