"""Ways out for messages, each behind the same interface."""
