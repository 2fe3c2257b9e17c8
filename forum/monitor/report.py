"""The report: as lines for a terminal, as JSON for programs, as one page for a journalist."""

from __future__ import annotations

import json
from collections import Counter
from html import escape

from forum.monitor.findings import CODES, Finding
from forum.monitor.round import Report

STYLE = """body{font:1rem/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:56em;margin:2em auto;
padding:0 1em;color:#1b1f1e;background:#fff}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2em}
table{border-collapse:collapse}td,th{padding:.2em .8em .2em 0;text-align:left;vertical-align:top}
article{border-left:4px solid #a32020;padding:.2em 1em;margin:1em 0}code{word-break:break-all}
.clean{border-left:4px solid #1d6b3a;padding:.2em 1em}.soft{color:#555}"""


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


def as_html(report: Report) -> str:
    """One page that needs nothing else; everything from the site is escaped."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{count:,}</td></tr>"
        for name, count in report.balance.items()
    )
    return f"""<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(report.url)}</title><style>{STYLE}</style></head><body>
<h1>{escape(report.url)}</h1>
<p>核对了签名记录的 {report.size:,} 条和 {report.complaints:,} 条意见，外部见证 {report.witnesses} 个。
<br>{report.size:,} signed entries and {report.complaints:,} complaints were checked;
{report.witnesses} witnesses.</p>
{_verdict(report.findings)}
<h2>对账 · Balance</h2><table>{rows}</table>
<p class="soft">记录时间 {escape(report.time)} · 总指纹 <code>{escape(report.root)}</code></p>
</body></html>
"""


def _verdict(findings: list[Finding]) -> str:
    if not findings:
        return ('<p class="clean">没有发现被隐藏或改动的内容。<br>'
                "Nothing was found to be hidden or changed.</p>")  # fmt: skip
    counted = Counter(finding.code for finding in findings)
    rows = "".join(
        f"<tr><td>{count}</td><td><code>{code}</code></td>"
        f"<td>{escape(CODES[code][0])}<br>{escape(CODES[code][1])}</td></tr>"
        for code, count in counted.most_common()
    )
    articles = "".join(_article(finding) for finding in findings)
    return f"<h2>发现 {len(findings)} 处 · {len(findings)} findings</h2><table>{rows}</table>{articles}"


def _article(finding: Finding) -> str:
    about = f"#{finding.complaint} " if finding.complaint else ""
    entry = (
        "" if finding.entry is None else f"<br>记录第 {finding.entry} 条 · entry {finding.entry}"
    )
    kept = (
        f"<br>证据 · evidence: <code>{escape(finding.evidence)}</code>" if finding.evidence else ""
    )
    return (
        f"<article><p><b>{about}{escape(CODES[finding.code][0])}</b> "
        f"{escape(CODES[finding.code][1])}</p>"
        f"<p>看到 · seen: {escape(finding.seen)}<br>应为 · expected: {escape(finding.expected)}"
        f"{entry}<br><code>{escape(finding.url)}</code>{kept}</p></article>"
    )
