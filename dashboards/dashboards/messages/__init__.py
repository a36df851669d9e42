"""Messages 通知."""
