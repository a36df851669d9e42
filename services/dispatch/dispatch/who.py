"""Who does what in dispatch (RULES §1): the groups of roles that use cases and lists name."""

OFFICE = frozenset({"install_assistant", "install_supervisor", "cs_specialist"})
SUPERVISOR = frozenset({"install_supervisor"})
PLANS = frozenset({"install_assistant", "install_supervisor"})
PLANS_VISITS = PLANS | {"cs_supervisor"}
LEADS = frozenset({"crew_leader"})
DELIVERS = SUPERVISOR | LEADS
INSTALLS = DELIVERS | {"technician"}
LOADS = DELIVERS | {"warehouse"}
TAKES_CASH = DELIVERS | {"accountant"}
CREW = frozenset({"crew_leader", "crew", "technician"})
READS = OFFICE | CREW | {"cs_supervisor", "warehouse", "qc", "accountant", "manager"}
"""A crew sees its own stops only; stores see their contracts, not the plan."""
