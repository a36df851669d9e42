"""自提 Pick-ups (A11)."""
