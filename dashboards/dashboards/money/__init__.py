"""Money 收支: what came in and went back on a day."""
