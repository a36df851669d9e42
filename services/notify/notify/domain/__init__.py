"""The rules of notify: pure functions over frozen values."""
