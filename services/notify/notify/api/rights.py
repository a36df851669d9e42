"""Who may do what with messages and calls."""

OFFICE = ("cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor", "manager")
"""Sees all messages and calls."""
SENDS_AGAIN = ("cs_specialist", "cs_supervisor", "install_assistant", "manager")
CONFIRMS_FAXES = ("warehouse", "install_supervisor")
SEES_FAXES = (*OFFICE, "warehouse")
CALLS = (*OFFICE, "crew_leader", "technician")
"""Makes calls; leaders and technicians their own alone."""
OWN_CALLS_ONLY = frozenset({"crew_leader", "technician"})
PLANS_CALLS = ("cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor", "manager")
DROPS_CALLS = ("cs_supervisor", "install_supervisor", "manager")
