"""Who does what with messages and calls (RULES §1, C18)."""

OFFICE = frozenset({"cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor", "manager"})
"""Sees all messages and calls, and plans calls."""
SENDS_AGAIN = OFFICE - {"install_supervisor"}
CONFIRMS_FAXES = frozenset({"warehouse", "install_supervisor"})
SEES_FAXES = OFFICE | {"warehouse"}
OWN_CALLS_ONLY = frozenset({"crew_leader", "technician"})
MAKES_CALLS = OFFICE | OWN_CALLS_ONLY
"""Makes calls; leaders and technicians their own alone."""
DROPS_CALLS = frozenset({"cs_supervisor", "install_supervisor", "manager"})
