"""Programs written by others that hold our log against its promises."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.plugin import could_not_run

ROOT = Path(__file__).parent.parent


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
