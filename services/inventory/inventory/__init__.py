"""Inventory 仓库: goods of a contract, stock, pick lists, damage."""
