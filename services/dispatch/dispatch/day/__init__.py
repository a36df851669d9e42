"""A day plan (送货安排表)."""
