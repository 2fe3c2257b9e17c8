"""The outsider's check: follow a board's log, look at the board as visitors do, compare the two.

A newspaper, an owners' committee or a regulator runs this against a board it does not trust. All
it must know beforehand is the address and the log's verifier key, and the key from somewhere else
than the board: a receipt, a printed page, another reader. It believes nothing that the log's
signed tree does not say, and reports every difference with the code that names it.

    forum-monitor https://complaints.example --vkey 'complaints.example/tlog+…' --state monitor

The modules, low to high; like the auditor's folder beside it, the monitor needs the standard
library and `cryptography` alone:

- `findings` — what can be found, in words; `web` — a visitor who is patient but not endlessly so
- `state` — what was verified earlier; `keys`, `follow` — the log, from checkpoint to entries
- `board` — what the entries declare; `clocks` — and what was due by when
- `sight`, `hooks`, `xml`, `words` — what a page or feed shows, read as text
- `compare`, `history`, `pictures`, `complaint` — one complaint on all its surfaces
- `frame`, `lists`, `feeds`, `crawlers`, `search`, `figures`, `statements`, `opinions`, `redress`,
  `log_pages` — the rest
- `claims`, `vouched`, `receipts` — which trees pages name, who vouches, what was promised to whom
- `round` — one round of looking, resumed where it stopped; `report`, `page` and `cli`
"""
