"""调拨 Transfer of pieces from one depot to another (D17)."""
