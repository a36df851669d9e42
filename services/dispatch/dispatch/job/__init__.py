"""A job (单): one delivery, installation or visit."""
