"""The rules of dispatch: pure functions over frozen values."""
