"""The rules of the service desk: pure functions over frozen values."""
