"""What visitors see, by table and column: the one list of it. Names only; this room knows no feature.

A change of anything public needs an entry of the log about it, in the same transaction: a test walks
every verb with this list, and a table that stands in none of the three fails it.
"""

from __future__ import annotations

# Table → the columns of it that nobody outside ever sees; all others are public.
PUBLIC: dict[str, frozenset[str]] = {
    "complaint": frozenset({"account_id", "source_id"}),
    "complaint_version": frozenset(),
    "reply": frozenset({"account_id", "source_id"}),
    "photo": frozenset(),
    # Who said "me too" is nobody's business; how many did is.
    "support": frozenset({"at"}),
    "promise": frozenset(),
    "statement": frozenset(),
    "proposal": frozenset({"account_id", "cuts", "target_id"}),
    "ruling": frozenset(),
    "merge_proposal": frozenset({"account_id"}),
    "flag_decision": frozenset(),
    # That a notice waits is public, and what the author answers; nothing that its sender wrote.
    "party_notice": frozenset({"sender", "contact", "claim", "evidence", "file_number"}),
    "appeal": frozenset({"account_id", "words"}),
    "challenge": frozenset({"account_id", "words", "email"}),
    "rules": frozenset(),
    "closing": frozenset(),
    "audit_report": frozenset(),
    "city": frozenset(),
    "project": frozenset(),
    "category": frozenset(),
    "department": frozenset(),
    # Of accounts only who is somebody inside, and what as.
    "account": frozenset({"id", "name", "email", "phone", "password_hash", "verified", "locale",
                          "session_epoch", "disabled", "created_at"}),
    "digest_issue": frozenset(),
    # What can still be opened: a salt that vanishes hides something.
    "opening": frozenset({"salt"}),
}  # fmt: skip
# The log itself; its own triggers and `check_log` guard it.
LOG = frozenset({"log_entry", "log_node", "log_checkpoint", "log_cosignature", "log_published"})
# Seen by one person, or by nobody.
PRIVATE = frozenset(
    {
        "submission",
        "notice",
        "one_time_code",
        "failed_sign_in",
        "outbox",
        "job_run",
        "sealed",
        # What of it is public, that nobody agreed, has no entry that could guard it.
        "closing_draft",
        "appeal_photo",
        "flag",
        "desk_view",
        "suspension",
        "withdrawal_reason",
    }
)
