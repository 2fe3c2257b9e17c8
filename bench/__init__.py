"""How fast the board is, as ratios to a bare page measured in the same run: `python -m bench`."""
