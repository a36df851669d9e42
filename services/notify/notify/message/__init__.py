"""Messages: one for each cause, tried until sent or given up, followed to their receipt (E1, E4, E5)."""
