"""Order 合同: contracts, their lines, and when they are complete."""
