"""Zhiyan (直言): a public board of complaints with a log that shows every hiding.

Nothing is imported here on purpose: the auditor's programs import `forum.tlog` without Flask.
"""
