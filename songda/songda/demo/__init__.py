"""`songda demo`: the stack, three weeks of files, days of work through the public API, and a board that moves."""
