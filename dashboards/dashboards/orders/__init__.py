"""Contracts 合同: list, one contract, import."""
