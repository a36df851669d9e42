"""Who does what with messages and calls (RULES §1, C18)."""

from company.roles import Role

OFFICE = frozenset(
    {Role.CS_SPECIALIST, Role.CS_SUPERVISOR, Role.INSTALL_ASSISTANT, Role.INSTALL_SUPERVISOR, Role.MANAGER}
)
"""Sees all messages and calls, and plans calls."""
SENDS_AGAIN = OFFICE - {Role.INSTALL_SUPERVISOR}
CONFIRMS_FAXES = frozenset({Role.WAREHOUSE, Role.INSTALL_SUPERVISOR})
SEES_FAXES = OFFICE | {Role.WAREHOUSE}
OWN_CALLS_ONLY = frozenset({Role.CREW_LEADER, Role.TECHNICIAN})
MAKES_CALLS = OFFICE | OWN_CALLS_ONLY
"""Makes calls; leaders and technicians their own alone."""
DROPS_CALLS = frozenset({Role.CS_SUPERVISOR, Role.INSTALL_SUPERVISOR, Role.MANAGER})
