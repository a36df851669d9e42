"""Booking by telephone 预约."""
