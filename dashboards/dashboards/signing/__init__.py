"""Signatures 签认: what waits for somebody as second person, and their PIN (B23)."""
