"""Keeping a board over years: backup, restore, recovery of its log, a newer version."""
