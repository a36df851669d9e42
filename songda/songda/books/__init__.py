"""Books that add up (A9, A12; DESIGN §5): each piece and fen in one place, shown from the event streams alone."""
