"""What is installed is what was written: the lock, the wheel, the bare package."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CACHES = shutil.ignore_patterns("__pycache__", "*.egg-info")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel built from a copy of the tree."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("forum", "migrations"):
        shutil.copytree(ROOT / name, copy / name, ignore=CACHES)
    for name in ("config.py", "wsgi.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    build = "from setuptools.build_meta import build_wheel; build_wheel('.')"
    subprocess.run([sys.executable, "-c", build], cwd=copy, check=True, capture_output=True)
    (built,) = copy.glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


def _files(folder: str) -> set[str]:
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in paths if "__pycache__" not in path.parts}


def test_the_wheel_carries_everything_the_site_needs(wheel):
    missing = (_files("forum") | _files("migrations") | {"config.py", "wsgi.py"}) - wheel
    assert not missing


def test_the_wheel_carries_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel if ".dist-info/" not in name}
    assert tops == {"forum", "migrations", "config.py", "wsgi.py"}


def test_the_lock_holds_hashes_and_no_address():
    assert "://" not in LOCK
    assert not re.search(r"^\s*(-[a-z]|--(?!hash=))", LOCK, re.MULTILINE)
    packages = re.split(r"\n(?=[a-z0-9])", LOCK)
    assert all("--hash=sha256:" in package for package in packages)


def test_the_lock_covers_every_package_we_ask_for():
    extras = PROJECT["project"]["optional-dependencies"]
    asked = PROJECT["project"]["dependencies"] + [
        name for extra in extras.values() for name in extra
    ]
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in asked}
    assert names <= set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))


def test_the_auditors_package_needs_only_cryptography():
    assert PROJECT["project"]["dependencies"] == ["cryptography"]
