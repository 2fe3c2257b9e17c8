"""What the board shows of itself: the balance that anyone can add up, counted from rows."""
