"""Part of our pytest run: nothing is skipped silently.

A test that cannot run on this machine says so with `could_not_run`. Every test that was skipped,
for whatever reason, is named in the closing lines; under CI=true that makes the run fail.
"""

import os
from collections.abc import Iterator
from typing import NoReturn

import pytest
from _pytest.reports import CollectReport, TestReport
from _pytest.terminal import TerminalReporter


def could_not_run(what: str, because: str) -> NoReturn:
    """Ends the running test (or the whole module, while it is loaded) as one that could not run."""
    pytest.skip(f"could not run: {what}: {because}", allow_module_level=True)


def is_strict() -> bool:
    """Whether a test that could not run is a failure (CI=true)."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    # Innermost of the wrappers, so that the closing lines already see the final exit status.
    if is_strict() and session.exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    skipped = _skipped(config)
    if not skipped:
        return
    terminalreporter.section("could not run on this machine")
    for test, reason in skipped:
        terminalreporter.line(f"{test}: {reason}")
    if is_strict():
        terminalreporter.line("CI=true: that counts as a failure.", red=True)


def _skipped(config: pytest.Config) -> list[tuple[str, str]]:
    # Only the process that talks to the terminal has seen the reports of every worker.
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return [(report.nodeid, _reason(report)) for report in reports]


def _reason(report: TestReport | CollectReport) -> str:
    place_and_reason = report.longrepr
    if isinstance(place_and_reason, tuple):
        return place_and_reason[2].removeprefix("Skipped: ").removeprefix("could not run: ")
    return str(place_and_reason)
