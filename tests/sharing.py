"""How the tests are shared out among the processes that run them.

A file's tests run in one process, one after the other, so what a file or a folder makes for all
its tests (a sample board, a browser, a log of millions) is made once. What takes longest begins
first, so that no process sits idle at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/demo/",)  # one board for all files of these folders
FIRST = ("tests/browser/", "tests/demo/", "tests/faults/", "tests/monitor/", "tests/test_big_log")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.split("::")[0]
            return next((folder for folder in TOGETHER if path.startswith(folder)), path)

    # Else the files with the most tests would begin, and those take the least.
    config.option.loadscopereorder = False
    return ByFile(config, log)


def _turn(nodeid: str) -> int:
    return next((k for k, path in enumerate(FIRST) if nodeid.startswith(path)), len(FIRST))
