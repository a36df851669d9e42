"""Dispatch board 派工板: the day, the week, any moment of the past."""
