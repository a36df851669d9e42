"""The fleet (人和车): people and means of the company; each crew is a depot's."""
