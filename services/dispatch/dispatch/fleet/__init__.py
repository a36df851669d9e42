"""A fleet (人和车): people and means of a depot."""
