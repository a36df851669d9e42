"""The company's files (合同清单, 物流信息): bytes in, typed rows and refusals out; no other I/O (A1, A2, X6)."""
