"""Vouchers (单据): every paper has a number of its kind and year, and is found again by it (D11)."""
