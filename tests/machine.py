"""Sets up the machine for the tests: the programs of the system that they drive.

`make test` runs this before pytest. Where it can (root on a Debian machine) it installs what is
missing; where it cannot, it names what is missing and goes on: the tests that need it then say
so in pytest's closing lines, and under CI=true the run fails there. Standard library only.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

GO_SOURCES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
CHINESE_FONTS = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


@dataclass(frozen=True)
class Need:
    """A program of the system, how to see that it is there, and the Debian package it is in."""

    package: str
    purpose: str
    find: Callable[[], object]

    def is_met(self) -> bool:
        return bool(self.find())


def chromium() -> str | None:
    """Path of the browser, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def libatomic() -> list[Path]:
    """Where the system's libatomic lies; a minimal Debian has none."""
    return [
        *Path("/usr/lib").glob("*-linux-gnu/libatomic.so.1"),
        *Path("/usr").glob("lib*/libatomic.so.1"),
    ]


def postgres_bin() -> Path | None:
    """Folder that holds initdb and postgres, the newest if there are several, or None."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest_first = sorted(versions, key=lambda path: float(path.parts[-3]), reverse=True)
    if newest_first:
        return newest_first[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


NEEDS = (
    Need("chromium", "walks the pages", chromium),
    Need("libatomic1", "is what Playwright's driver stands on", libatomic),
    Need("fonts-noto-cjk", "draws Chinese in the screenshots", CHINESE_FONTS.exists),
    Need("postgresql", "the second database", postgres_bin),
    Need("golang-go", "builds the foreign log check", lambda: shutil.which("go")),
    Need("golang-golang-x-mod-dev", "is the foreign log check", GO_SOURCES.exists),
)


def unmet(needs: Iterable[Need] = NEEDS) -> list[Need]:
    """Those of the needs that this machine does not meet."""
    return [need for need in needs if not need.is_met()]


def can_install() -> bool:
    """Whether Debian packages can be installed here without asking anybody."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str], log: Path) -> bool:
    """Installs Debian packages without a question; everything apt says goes to `log`.

    Tried twice, since a mirror may be busy. Returns whether it went well.
    """
    # In run level 1 Debian starts no services: the tests bring up their own PostgreSQL, and the
    # machine's owner did not ask for one.
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    return any(_install_once(packages, log, quietly) for _ in range(2))


def _install_once(packages: list[str], log: Path, environment: Mapping[str, str]) -> bool:
    commands = (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", *packages],
    )
    with log.open("ab") as said:
        return all(
            subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            ).returncode
            == 0
            for command in commands
        )


def prepare() -> list[Need]:
    """Installs what is missing, telling so, and returns what is missing still."""
    missing = unmet()
    if not missing:
        return []
    packages = [need.package for need in missing]
    if not can_install():
        return missing
    print(f"Installing for the tests: {', '.join(packages)} …", flush=True)
    log = Path(tempfile.mkstemp(prefix="zhiyan-machine-", suffix=".log")[1])
    if not install(packages, log):
        print(f"apt-get could not install them; what it said is in {log}.", file=sys.stderr)
    return unmet()


def main() -> int:
    """Never stops the tests: what is missing is told here, and again where it is needed."""
    missing = prepare()
    for need in missing:
        print(f"Missing: {need.package} ({need.purpose}).", file=sys.stderr)
    if missing:
        packages = " ".join(need.package for need in missing)
        print(f"As root: apt-get install {packages}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
