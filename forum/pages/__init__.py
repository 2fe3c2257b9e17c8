"""Pages that many features fill: home, lists, one complaint. Queries only; nothing changes here."""
