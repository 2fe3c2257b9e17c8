"""The executives' daily digest: composed from rows (reads only), sent once, ever."""
