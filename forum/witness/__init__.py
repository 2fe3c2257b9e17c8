"""A witness (c2sp.org/tlog-witness): vouches that a log has only ever grown, and for nothing else.

It keeps one checkpoint per log and cosigns a newer one when it is shown that the newer tree begins
with the older. A log that shows two histories cannot get both cosigned. Small enough for an
owners' committee or a newspaper to run; it needs only `forum.tlog`.

- `judge` — what a request deserves, as a pure function; `store` — a file per log, written durably
- `vouching` — the two together; `server` — HTTP around them; `cli` — the command forum-witness
"""
