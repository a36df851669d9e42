"""A ticket (工单), from the request to the archive: one file for each topic."""
