"""A run (出车): one crew's day on the road."""
