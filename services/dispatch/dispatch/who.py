"""Who does what in dispatch (RULES §1): the groups of roles that use cases and lists name."""

from company.roles import Role

OFFICE = frozenset({Role.INSTALL_ASSISTANT, Role.INSTALL_SUPERVISOR, Role.CS_SPECIALIST})
SUPERVISOR = frozenset({Role.INSTALL_SUPERVISOR})
PLANS = frozenset({Role.INSTALL_ASSISTANT, Role.INSTALL_SUPERVISOR})
PLANS_VISITS = PLANS | {Role.CS_SUPERVISOR}
HANDS_OUT = frozenset({Role.WAREHOUSE})
LEADS = frozenset({Role.CREW_LEADER})
DELIVERS = SUPERVISOR | LEADS
INSTALLS = DELIVERS | {Role.TECHNICIAN}
CORRECTS = OFFICE | LEADS | HANDS_OUT
"""Who says that a delivery was typed wrong (D16): the office, the crew, and who hands out pick-ups."""
APPROVES_CORRECTIONS = SUPERVISOR | {Role.CS_SUPERVISOR, Role.MANAGER}
LOADS = DELIVERS | {Role.WAREHOUSE}
RECEIVES_CASH = frozenset({Role.ACCOUNTANT})
TAKES_CASH = DELIVERS | RECEIVES_CASH
STANDS_BY = RECEIVES_CASH | {Role.INSTALL_SUPERVISOR, Role.MANAGER}
"""Who may stand by a large deposit (B16)."""
SEES_LICENCES = PLANS | {Role.MANAGER}
SEES_CASH = frozenset({Role.CREW_LEADER, Role.ACCOUNTANT, Role.MANAGER})
"""Cash figures are for leader, accountant, manager."""
SEES_PICK_UPS = OFFICE | HANDS_OUT | {Role.CS_SUPERVISOR, Role.QC, Role.ACCOUNTANT, Role.MANAGER}
CREW = frozenset({Role.CREW_LEADER, Role.CREW, Role.TECHNICIAN})
READS = OFFICE | CREW | {Role.CS_SUPERVISOR, Role.WAREHOUSE, Role.QC, Role.ACCOUNTANT, Role.MANAGER}
"""A crew sees its own stops only; stores see their contracts, not the plan."""
