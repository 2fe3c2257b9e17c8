"""The report as one page that a journalist can read, keep and pass on; it needs nothing else."""

from __future__ import annotations

from collections import Counter
from html import escape

from forum.monitor.findings import CODES, Finding
from forum.monitor.round import Report

STYLE = """:root{color-scheme:light}*{box-sizing:border-box}
body{font:1rem/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:54em;margin:0 auto;padding:1.5em 1em 4em;
color:#1b1f1e;background:#fff;overflow-wrap:anywhere}h1{font-size:1.5rem;line-height:1.3;margin:.2em 0}
h2{font-size:1.2rem;margin:2.2em 0 .6em;border-top:1px solid #d9ddda;padding-top:1em}p{margin:.5em 0}
.verdict{font-size:1.2rem;font-weight:600;padding:.7em 1em;margin:1.2em 0;border-left:6px solid}
.bad{background:#fdeeee;border-color:#a32020;color:#7c1414}.clean{background:#edf7f0;border-color:#1d6b3a;color:#14502b}
.soft{color:#555;font-size:.92rem}.en{color:#555;font-size:.92rem;font-weight:400;display:block}
table{border-collapse:collapse;width:100%}td,th{padding:.45em .8em .45em 0;text-align:left;vertical-align:top;
border-bottom:1px solid #e6e9e7;font-weight:400}td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;width:4em}
article{border:1px solid #d9ddda;border-left:4px solid #a32020;border-radius:4px;padding:.6em 1em;margin:1em 0}
article h3{font-size:1rem;margin:.2em 0}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25em 1em;margin:.6em 0 0}
dt{color:#555}dd{margin:0}code{font-size:.88em}@media(max-width:30em){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4em}}
@media print{article{break-inside:avoid}}"""
COUNTED = {
    "received": ("收到", "received"), "visible": ("看得见", "visible"),
    "held": ("待发布", "held back"), "refused": ("未予发布", "refused"),
    "removed": ("已下架", "removed"), "erased": ("依法清除", "erased"),
    "merged": ("同类合并", "merged"), "withdrawn": ("已撤回", "withdrawn by the author"),
}  # fmt: skip
# Whoever hides everything is caught by the counts; nobody reads ten thousand paragraphs.
MOST_SHOWN = 500


def as_html(report: Report) -> str:
    """One page in both languages; everything from the site is escaped and nothing is fetched."""
    return f"""<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(report.url)}</title><style>{STYLE}</style></head><body>
<p class="soft">留言板外部核对报告 · Report of an outside check</p>
<h1>{escape(report.url)}</h1>
{_verdict(report)}
<p>核对了签名记录的 {report.size:,} 条和 {report.complaints:,} 条意见；{_witnesses(report)[0]}
<span class="en">{report.size:,} signed entries and {report.complaints:,} complaints were checked;
{_witnesses(report)[1]}</span></p>
{_kinds(report.findings)}{_articles(report.findings)}
<h2>按记录算出的账 <span class="en">The balance, recomputed from the signed log</span></h2>
<table>{_balance(report.balance)}</table>
{_method(report)}
</body></html>
"""


def _verdict(report: Report) -> str:
    count = len(report.findings)
    if not count:
        return ('<p class="verdict clean">没有发现被隐藏或改动的内容。'
                '<span class="en">Nothing was found to be hidden or changed.</span></p>')  # fmt: skip
    about = len({finding.complaint for finding in report.findings if finding.complaint})
    return (f'<p class="verdict bad">发现 {count:,} 处不符，涉及 {about:,} 条意见。'
            f'<span class="en">{count:,} findings, about {about:,} complaints.</span></p>')  # fmt: skip


def _witnesses(report: Report) -> tuple[str, str]:
    if report.witnesses:
        return (f"有 {report.witnesses} 个外部见证为记录作证。",
                f"{report.witnesses} outside witnesses vouch for the log.")  # fmt: skip
    return ("没有外部见证为记录作证，只能拿它和以前核对时相比。",
            "no outside witness vouches for the log: it could only be held against earlier checks.")  # fmt: skip


def _kinds(findings: list[Finding]) -> str:
    if not findings:
        return ""
    rows = "".join(
        f'<tr><td class="n">{count:,}</td><td>{escape(CODES[code][0])}'
        f'<span class="en">{escape(CODES[code][1])}</span></td><td><code>{code}</code></td></tr>'
        for code, count in Counter(finding.code for finding in findings).most_common()
    )
    return f'<h2>发现了什么 <span class="en">What was found</span></h2><table>{rows}</table>'


def _articles(findings: list[Finding]) -> str:
    if not findings:
        return ""
    shown = "".join(_article(finding) for finding in findings[:MOST_SHOWN])
    left = len(findings) - MOST_SHOWN
    more = f"<p>另有 {left:,} 处，见 JSON 报告。 · {left:,} more in the JSON report.</p>"
    title = '<h2>逐条证据 <span class="en">One by one</span></h2>'
    return title + shown + (more if left > 0 else "")


def _article(finding: Finding) -> str:
    chinese, english = CODES[finding.code]
    about = f"意见 #{finding.complaint}：" if finding.complaint else ""
    rows = [("看到 · seen", finding.seen), ("应为 · expected", finding.expected),
            ("地址 · address", finding.url)]  # fmt: skip
    if finding.entry is not None:
        rows.append(("公开记录 · log", f"第 {finding.entry} 条 · entry {finding.entry}"))
    if finding.evidence:
        rows.append(("证据 · evidence", finding.evidence))
    told = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows if text)
    return (
        f'<article><h3>{about}{escape(chinese)}<span class="en">{escape(english)}</span></h3>'
        f"<dl>{told}</dl></article>"
    )


def _balance(balance: dict[str, int]) -> str:
    return "".join(
        f'<tr><th>{COUNTED[name][0]} <span class="en">{COUNTED[name][1]}</span></th>'
        f'<td class="n">{count:,}</td></tr>'
        for name, count in balance.items()
    )


def _method(report: Report) -> str:
    """How to check it again, and what no outside look can show."""
    return f"""<h2>怎样自己核对 <span class="en">How to check it yourself</span></h2>
<p>任何人都可以再跑一遍：<code>forum-monitor {escape(report.url)} --vkey 记录的公钥 --state 文件夹</code>。
公钥要从别处拿（回执、报纸、别的读者），不要只听这个网站的。
<span class="en">Anybody can run it again; take the log's key from somewhere else than the site.</span></p>
<p>看不到的：提交以前就被拦下的话、线下的压力、见证与公司串通。
<span class="en">No outside look can show what was stopped before it was accepted, pressure offline, or a
witness who conspires with the operator.</span></p>
<p class="soft">记录时间 {escape(report.time)} · 条数 {report.size:,} · 总指纹
<code>{escape(report.root)}</code></p>"""
