"""The rules of inventory: pure functions over frozen values."""
