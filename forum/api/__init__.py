"""The board for machines: open data."""
