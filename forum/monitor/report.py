"""The report: as lines for a terminal, and as JSON for programs."""

from __future__ import annotations

import json

from forum.monitor.findings import CODES
from forum.monitor.round import Report


def as_json(report: Report) -> str:
    """The report with exactly the members that other programs rely on."""
    found = {
        "url": report.url,
        "checkpoint": {"size": report.size, "root": report.root, "time": report.time},
        "complaints": report.complaints,
        "entries": report.size,
        "balance": report.balance,
        "witnesses": report.witnesses,
        "findings": [finding.as_json() for finding in report.findings],
    }
    return json.dumps(found, ensure_ascii=True, indent=1) + "\n"


def as_text(report: Report) -> str:
    """A few lines, then one paragraph for each finding."""
    lines = [
        f"{report.url}: {report.size} entries, {report.complaints} complaints, "
        f"{report.witnesses} witnesses",
        " ".join(f"{name}={count}" for name, count in report.balance.items()),
    ]
    for finding in report.findings:
        about = f" #{finding.complaint}" if finding.complaint else ""
        entry = "" if finding.entry is None else f" entry {finding.entry}"
        lines += ["", f"{finding.code}{about}{entry} {finding.url}", f"  {CODES[finding.code][1]}",
                  f"  seen:     {finding.seen}", f"  expected: {finding.expected}"]  # fmt: skip
        lines += [f"  evidence: {finding.evidence}"] if finding.evidence else []
    lines += ["", f"{len(report.findings)} findings" if report.findings else "clean"]
    return "\n".join(lines) + "\n"
