"""Figures of this system, each beside the raw limit of the same machine in the same run. See README.md."""
