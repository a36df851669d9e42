"""Tables that people send, CSV or XLSX: bytes in, clean text by column and refusals out; no other I/O (X6)."""
