"""The crew's phone 今日行程."""
