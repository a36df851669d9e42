"""The command line: local stack, services as processes, imports, inspection, demo."""
