"""Inbox 待办: what each person owes or must decide, with one step to do it (X9)."""
