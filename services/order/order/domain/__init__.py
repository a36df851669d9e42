"""The rules of order: pure functions over frozen values."""
