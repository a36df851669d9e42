"""Who works at the desk and for it (RULES §1): the groups of roles that use cases name."""

OFFICE = frozenset({"cs_specialist", "cs_supervisor"})
SUPERVISORS = frozenset({"install_supervisor", "cs_supervisor"})
"""主管 (C9): who may place a leftover order for the designer, and who signs."""
MANAGER = frozenset({"manager"})
OPENS = OFFICE | MANAGER | {"store"}
NOTES_GOODS = OFFICE | {"warehouse", "install_assistant"}
AT_THE_CUSTOMERS = OFFICE | {"technician"}
WORKS = AT_THE_CUSTOMERS | {"install_supervisor"}
READS = WORKS | MANAGER | {"store", "install_assistant", "warehouse", "procurement"}
PLANS = OFFICE | SUPERVISORS | MANAGER
HEARS_OF_CONDUCT = OFFICE | MANAGER
"""C15, C18: a complaint about one of us is not for all eyes."""
