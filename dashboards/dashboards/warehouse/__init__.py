"""Warehouse 仓库: arrivals, stock, picking, papers, counts."""
