"""What every service runs on: commands in, events out, read models; it knows no business word."""
