"""Notify 通知: SMS, calls and posts, exactly one for each cause."""
