"""Books 账: whether each piece and each fen is in one place."""
